/* Product of single-precision matrices, row by row, so that the inner loop is a vector's. */
#include "../bench.h"

enum { SIZE = 128 };
static float a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

static NOINLINE void multiply(void) {
    for (int i = 0; i < SIZE; i++) {
        float row[SIZE] = {0};
        for (int k = 0; k < SIZE; k++) {
            float factor = a[i][k];
            for (int j = 0; j < SIZE; j++)
                row[j] += factor * b[k][j];
        }
        for (int j = 0; j < SIZE; j++)
            c[i][j] = row[j];
    }
}

int main(void) {
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            a[i][j] = (float)(next_random() % 256) / 256;
            b[i][j] = (float)(next_random() % 256) / 256;
        }
    for (int round = 0; round < 250; round++) {
        multiply();
        a[round % SIZE][(round * 3) % SIZE] = c[(round * 5) % SIZE][round % SIZE] / 64;
    }
    double sum = 0;
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            sum += c[i][j];
    return finish_real(sum);
}
