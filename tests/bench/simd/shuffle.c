/* Interleaved triples of bytes taken apart, changed and put together again. */
#include "../bench.h"

enum { PIXELS = 4096 };
static uint8_t pixels[3 * PIXELS], grey[PIXELS];

static NOINLINE void to_grey(void) {
    for (int i = 0; i < PIXELS; i++)
        grey[i] = (uint8_t)((77 * pixels[3 * i] + 150 * pixels[3 * i + 1] + 29 * pixels[3 * i + 2]) >> 8);
}

static NOINLINE void tint(uint8_t by) {
    for (int i = 0; i < PIXELS; i++) {
        pixels[3 * i] ^= grey[i];
        pixels[3 * i + 1] += by;
        pixels[3 * i + 2] |= (uint8_t)(grey[i] >> 4);
    }
}

int main(void) {
    uint64_t sum = 0;
    for (int i = 0; i < 3 * PIXELS; i++)
        pixels[i] = (uint8_t)next_random();
    for (int round = 0; round < 30000; round++) {
        to_grey();
        tint((uint8_t)round);
        sum = sum * 31 + grey[(round * 11) % PIXELS];
    }
    return finish(sum);
}
