/* Spectral norm: divisions and conversions from integer. */
#include "../bench.h"

enum { SIZE = 500 };

static double entry(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static NOINLINE void multiply(const double *x, double *y, int transposed) {
    for (int i = 0; i < SIZE; i++) {
        double sum = 0;
        for (int j = 0; j < SIZE; j++)
            sum += (transposed ? entry(j, i) : entry(i, j)) * x[j];
        y[i] = sum;
    }
}

int main(void) {
    double u[SIZE], t[SIZE], v[SIZE], dot = 0;
    for (int i = 0; i < SIZE; i++)
        u[i] = 1;
    for (int round = 0; round < 150; round++) {
        multiply(u, t, 0);
        multiply(t, v, 1);
        multiply(v, t, 0);
        multiply(t, u, 1);
        for (int i = 0; i < SIZE; i++)
            u[i] /= 2;
    }
    for (int i = 0; i < SIZE; i++)
        dot += u[i] * v[i];
    return finish_real(dot);
}
