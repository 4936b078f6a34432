/* The C library's sort with a callback, and binary search. */
#include <stdlib.h>
#include "../bench.h"

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int main(void) {
    enum { COUNT = 100000 };
    static uint32_t keys[COUNT];
    uint64_t sum = 0;
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < COUNT; i++)
            keys[i] = (uint32_t)next_random();
        qsort(keys, COUNT, sizeof *keys, compare);
        for (int i = 0; i < COUNT; i += 3) {
            uint32_t *found = bsearch(&keys[i], keys, COUNT, sizeof *keys, compare);
            sum += (uint64_t)(found - keys) ^ *found;
        }
    }
    return finish(sum);
}
