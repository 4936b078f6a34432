/* Open-addressing hash table: multiply, mask, probe. */
#include <string.h>
#include "../bench.h"

enum { BITS = 16, SLOTS = 1 << BITS };
static uint64_t keys[SLOTS];
static uint32_t values[SLOTS];

static uint32_t slot_of(uint64_t key) {
    uint32_t at = (uint32_t)(key * 0x9e3779b97f4a7c15u >> (64 - BITS));
    while (keys[at] != 0 && keys[at] != key)
        at = (at + 1) & (SLOTS - 1);
    return at;
}

int main(void) {
    uint64_t sum = 0;
    for (int round = 0; round < 120; round++) {
        memset(keys, 0, sizeof keys);
        for (int i = 0; i < 500000; i++) {
            uint64_t key = next_random() % 40000 + 1;
            uint32_t at = slot_of(key);
            keys[at] = key;
            values[at] += (uint32_t)i;
        }
        for (int i = 0; i < SLOTS; i++)
            sum += keys[i] * values[i];
    }
    return finish(sum);
}
