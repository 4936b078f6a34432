/* Sine and exponential by polynomials, as a math library has them: fused chains, rounding. */
#include <string.h>
#include "../bench.h"

static NOINLINE double sine(double x) {
    double n = (double)(int64_t)(x * 0.3183098861837907 + (x < 0 ? -0.5 : 0.5));
    double r = x - n * 3.141592653589793, s = r * r;
    double p = r * (1 + s * (-1.0 / 6 + s * (1.0 / 120 + s * (-1.0 / 5040 + s * (1.0 / 362880)))));
    return (int64_t)n & 1 ? -p : p;
}

static NOINLINE double power(double x) {
    int64_t n = (int64_t)(x * 1.4426950408889634);
    double r = x - (double)n * 0.6931471805599453;
    double p = 1 + r * (1 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r / 720)))));
    uint64_t bits = (uint64_t)(n + 1023) << 52;
    double scale;
    memcpy(&scale, &bits, 8);
    return p * scale;
}

int main(void) {
    double sum = 0;
    for (int i = 0; i < 20000000; i++) {
        double x = (i % 20011) * 0.001 - 10;
        sum += sine(x) + power(x * 0.1);
    }
    return finish_real(sum);
}
