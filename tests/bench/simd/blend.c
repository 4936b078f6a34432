/* Two images of bytes mixed by a mask of bytes: widening products, rounding shifts, saturation. */
#include "../bench.h"

enum { COUNT = 1 << 14 };
static uint8_t front[COUNT], back[COUNT], mask[COUNT], out[COUNT];

static NOINLINE void blend(int brightness) {
    for (int i = 0; i < COUNT; i++) {
        int mixed = front[i] * mask[i] + back[i] * (255 - mask[i]) + 128;
        int bright = ((mixed + (mixed >> 8)) >> 8) + brightness;
        out[i] = (uint8_t)(bright > 255 ? 255 : bright);
    }
}

int main(void) {
    uint64_t sum = 0;
    for (int i = 0; i < COUNT; i++) {
        front[i] = (uint8_t)next_random();
        back[i] = (uint8_t)next_random();
        mask[i] = (uint8_t)next_random();
    }
    for (int round = 0; round < 40000; round++) {
        blend(round & 63);
        front[round % COUNT] ^= out[(round * 7) % COUNT];
        sum = sum * 31 + out[(round * 13) % COUNT];
    }
    return finish(sum);
}
