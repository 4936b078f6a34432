/* Mandelbrot set: a dependent chain of double operations and a compare each round. */
#include "../bench.h"

int main(void) {
    uint64_t sum = 0;
    for (int y = 0; y < 420; y++)
        for (int x = 0; x < 420; x++) {
            double cr = x * (3.0 / 420) - 2.2, ci = y * (2.4 / 420) - 1.2, zr = 0, zi = 0;
            int n = 0;
            while (n < 2000 && zr * zr + zi * zi < 4) {
                double t = zr * zr - zi * zi + cr;
                zi = 2 * zr * zi + ci;
                zr = t;
                n++;
            }
            sum += (uint64_t)n;
        }
    return finish(sum / 7000000);
}
