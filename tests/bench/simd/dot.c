/* Dot products of 16-bit samples in 32-bit sums, and of bytes in 16-bit products. */
#include "../bench.h"

enum { COUNT = 1 << 13 };
static int16_t left[COUNT], right[COUNT];
static uint8_t a[COUNT], b[COUNT];

static NOINLINE int32_t samples(int from) {
    int32_t sum = 0;
    for (int i = 0; i < COUNT / 2; i++)
        sum += left[i + from] * right[i];
    return sum;
}

static NOINLINE uint32_t bytes(int from) {
    uint32_t sum = 0;
    for (int i = 0; i < COUNT / 2; i++) {
        int difference = a[i + from] - b[i];
        sum += (uint32_t)(difference < 0 ? -difference : difference);
    }
    return sum;
}

int main(void) {
    uint64_t sum = 0;
    for (int i = 0; i < COUNT; i++) {
        left[i] = (int16_t)(next_random() % 512) - 256;
        right[i] = (int16_t)(next_random() % 512) - 256;
        a[i] = (uint8_t)next_random();
        b[i] = (uint8_t)next_random();
    }
    for (int round = 0; round < 150000; round++) {
        int from = round % (COUNT / 2);
        sum = sum * 17 + (uint32_t)samples(from) + bytes(from);
    }
    return finish(sum);
}
