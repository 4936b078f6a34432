/* Distances of points from a line of centres: double precision with square roots and minima. */
#include <math.h>
#include "../bench.h"

enum { COUNT = 2048 };
static double x[COUNT], y[COUNT], nearest[COUNT];

static NOINLINE void measure(double cx, double cy) {
    for (int i = 0; i < COUNT; i++) {
        double dx = x[i] - cx, dy = y[i] - cy;
        double far = sqrt(dx * dx + dy * dy);
        nearest[i] = nearest[i] < far ? nearest[i] : far;
    }
}

int main(void) {
    for (int i = 0; i < COUNT; i++) {
        x[i] = (double)(next_random() % 100000) / 64;
        y[i] = (double)(next_random() % 100000) / 64;
        nearest[i] = 1e9;
    }
    for (int round = 0; round < 60000; round++)
        measure(round * 0.026, 780 + (round % 17) * 3.5);
    double sum = 0;
    for (int i = 0; i < COUNT; i++)
        sum += nearest[i];
    return finish_real(sum);
}
