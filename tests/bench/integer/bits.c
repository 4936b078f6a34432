/* Shifts, rotates, counts and division in one dependent chain. */
#include "../bench.h"

static uint64_t rotate(uint64_t x, unsigned by) { return x << (by & 63) | x >> (-by & 63); }

int main(void) {
    uint64_t x = 0x123456789abcdef1u, sum = 0;
    uint32_t y = 77777777;
    for (uint32_t i = 1; i < 50000000; i++) {
        x = rotate(x, (unsigned)(x & 31) + 1) * 0xbf58476d1ce4e5b9u + i;
        y = (y ^ y << 5) + (uint32_t)(x >> 40);
        sum += (uint64_t)__builtin_popcountll(x) + (uint64_t)__builtin_clz(y | 1);
        if (i % 8 == 0)
            sum ^= x / (y | 1) + y % (i | 3);
        sum = __builtin_bswap64(sum);
    }
    return finish(sum);
}
