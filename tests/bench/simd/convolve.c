/* A 5-point filter over rows of single precision, four rows at a time. */
#include "../bench.h"

enum { WIDTH = 1024, ROWS = 32 };
static float image[ROWS][WIDTH + 4], result[ROWS][WIDTH + 4];

static NOINLINE void filter(float *restrict to, const float *restrict from, const float *tap) {
    float a = tap[0], b = tap[1], c = tap[2], d = tap[3], e = tap[4];
    for (int i = 0; i < WIDTH; i++)
        to[i] = a * from[i] + b * from[i + 1] + c * from[i + 2] + d * from[i + 3] + e * from[i + 4];
}

int main(void) {
    const float tap[5] = {0.0625f, 0.25f, 0.375f, 0.25f, 0.0625f};
    for (int row = 0; row < ROWS; row++)
        for (int i = 0; i < WIDTH + 4; i++)
            image[row][i] = (float)(next_random() % 4096) / 16;
    for (int round = 0; round < 4000; round++) {
        for (int row = 0; row < ROWS; row++)
            filter(result[row], image[(row + round) % ROWS], tap);
        image[round % ROWS][round % WIDTH] = result[(round * 5) % ROWS][round % WIDTH];
    }
    double sum = 0;
    for (int row = 0; row < ROWS; row++)
        for (int i = 0; i < WIDTH; i++)
            sum += result[row][i];
    return finish_real(sum);
}
