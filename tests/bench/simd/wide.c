/* 64-bit lanes: a counter-based generator and sums with carries between 32-bit halves. */
#include "../bench.h"

enum { LANES = 1024 };
static uint64_t counter[LANES], value[LANES];

static NOINLINE void mix(uint64_t key) {
    for (int i = 0; i < LANES; i++) {
        uint64_t z = counter[i] += 0x9e3779b97f4a7c15u;
        z = (z & 0xffffffffu) * (key & 0xffffffffu) + (z >> 32);
        z ^= z >> 29;
        z = (z & 0xffffffffu) * 0x85ebca6bu + (z >> 32);
        value[i] ^= z << 17 | z >> 47;
    }
}

int main(void) {
    for (int i = 0; i < LANES; i++)
        counter[i] = next_random();
    for (uint64_t round = 0; round < 100000; round++)
        mix(round * 2654435761u + 12345);
    uint64_t sum = 0;
    for (int i = 0; i < LANES; i++)
        sum = sum * 31 + value[i];
    return finish(sum);
}
