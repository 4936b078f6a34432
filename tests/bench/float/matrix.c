/* Double matrix product and Gaussian elimination with pivots. */
#include <math.h>
#include <string.h>
#include "../bench.h"

enum { SIZE = 200 };
static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

static NOINLINE double determinant(int size) {
    double sign = 1, logarithm = 0;
    for (int k = 0; k < size; k++) {
        int pivot = k;
        for (int i = k + 1; i < size; i++)
            if (fabs(c[i][k]) > fabs(c[pivot][k]))
                pivot = i;
        if (pivot != k) {
            sign = -sign;
            for (int j = 0; j < size; j++) {
                double t = c[k][j];
                c[k][j] = c[pivot][j];
                c[pivot][j] = t;
            }
        }
        for (int i = k + 1; i < size; i++) {
            double factor = c[i][k] / c[k][k];
            for (int j = k; j < size; j++)
                c[i][j] -= factor * c[k][j];
        }
        logarithm += fabs(c[k][k]) > 1 ? 1 : -1;
    }
    return sign * logarithm;
}

int main(void) {
    int size = SIZE; /* not known to the compiler: what is measured is scalar code */
    double sum = 0;
    OPAQUE(size);
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            a[i][j] = (double)(int32_t)next_random() / 1e9;
            b[i][j] = (double)(int32_t)next_random() / 1e9;
        }
    for (int round = 0; round < 50; round++) {
        memset(c, 0, sizeof c);
        for (int i = 0; i < size; i++)
            for (int k = 0; k < size; k++)
                for (int j = 0; j < size; j++)
                    c[i][j] += a[i][k] * b[k][j];
        sum += determinant(size);
        a[round][round] += 1;
    }
    return finish_real(sum);
}
