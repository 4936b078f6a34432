/* Five bodies under gravity: double add, multiply, divide, square root. */
#include <math.h>
#include "../bench.h"

static double p[5][3] = {{0, 0, 0}, {4.84, -1.16, -0.10}, {8.34, 4.12, -0.40}, {12.89, -15.11, -0.22}, {15.37, -25.91, 0.17}};
static double v[5][3] = {{0, 0, 0}, {0.60, 2.81, -0.02}, {-1.01, 1.82, 0.008}, {1.08, 0.86, -0.01}, {0.97, 0.59, -0.03}};
static const double mass[5] = {39.47, 0.037, 0.011, 0.0017, 0.002};

int main(void) {
    double sum = 0;
    for (int step = 0; step < 2000000; step++) {
        for (int i = 0; i < 5; i++)
            for (int j = i + 1; j < 5; j++) {
                double dx = p[i][0] - p[j][0], dy = p[i][1] - p[j][1], dz = p[i][2] - p[j][2];
                double square = dx * dx + dy * dy + dz * dz;
                double factor = 0.001 / (square * sqrt(square));
                v[i][0] -= dx * mass[j] * factor;
                v[i][1] -= dy * mass[j] * factor;
                v[i][2] -= dz * mass[j] * factor;
                v[j][0] += dx * mass[i] * factor;
                v[j][1] += dy * mass[i] * factor;
                v[j][2] += dz * mass[i] * factor;
            }
        for (int i = 0; i < 5; i++)
            for (int k = 0; k < 3; k++)
                p[i][k] += 0.001 * v[i][k];
    }
    for (int i = 0; i < 5; i++)
        sum += p[i][0] + v[i][1];
    return finish_real(sum);
}
