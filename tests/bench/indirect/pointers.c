/* Calls through a table of function pointers in random order. */
#include "../bench.h"

typedef uint64_t (*step)(uint64_t, uint64_t);
static NOINLINE uint64_t add(uint64_t x, uint64_t y) { return x + y; }
static NOINLINE uint64_t mix(uint64_t x, uint64_t y) { return x ^ y << 7; }
static NOINLINE uint64_t mul(uint64_t x, uint64_t y) { return x * (y | 1); }
static NOINLINE uint64_t rot(uint64_t x, uint64_t y) { return (x << 13 | x >> 51) - y; }
static NOINLINE uint64_t neg(uint64_t x, uint64_t y) { return y - x; }
static NOINLINE uint64_t low(uint64_t x, uint64_t y) { return (uint32_t)x + y; }
static NOINLINE uint64_t inv(uint64_t x, uint64_t y) { return ~x & ~y; }
static NOINLINE uint64_t sub(uint64_t x, uint64_t y) { return x - y * 3; }
static step volatile steps[8] = {add, mix, mul, rot, neg, low, inv, sub};

int main(void) {
    unsigned char order[4096];
    uint64_t x = 1;
    for (unsigned i = 0; i < sizeof order; i++)
        order[i] = next_random() & 7;
    for (int round = 0; round < 25000; round++)
        for (unsigned i = 0; i < sizeof order; i++)
            x = steps[order[i]](x, i);
    return finish(x);
}
