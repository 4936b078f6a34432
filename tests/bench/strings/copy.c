/* memcpy and memmove of sizes from 1 to 4096 bytes. */
#include <string.h>
#include "../bench.h"

static unsigned char from[8192], to[8192];

int main(void) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < sizeof from; i++)
        from[i] = (unsigned char)next_random();
    for (int round = 0; round < 25000000; round++) {
        size_t size = 1 + (round * 7 & (round % 16 == 0 ? 4095 : 127));
        OPAQUE(size);
        memcpy(to + (round & 63), from + (round & 31), size);
        if (round % 8 == 0)
            memmove(to + 3, to, size);
        sum += to[size];
    }
    return finish(sum);
}
