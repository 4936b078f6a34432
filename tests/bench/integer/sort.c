/* Heap sort and insertion sort of 32-bit integers: compares, branches that cannot be predicted. */
#include "../bench.h"

enum { COUNT = 200000 };
static int32_t keys[COUNT];

static void sift(int root, int end) {
    int32_t value = keys[root];
    for (int child; (child = 2 * root + 1) < end; root = child) {
        if (child + 1 < end && keys[child] < keys[child + 1])
            child++;
        if (value >= keys[child])
            break;
        keys[root] = keys[child];
    }
    keys[root] = value;
}

int main(void) {
    uint64_t sum = 0;
    for (int round = 0; round < 14; round++) {
        for (int i = 0; i < COUNT; i++)
            keys[i] = (int32_t)next_random();
        for (int i = COUNT / 2; i-- > 0;)
            sift(i, COUNT);
        for (int end = COUNT; end-- > 1;) {
            int32_t top = keys[0];
            keys[0] = keys[end];
            keys[end] = top;
            sift(0, end);
        }
        for (int base = 0; base + 64 <= 20000; base += 64)
            for (int i = base + 1; i < base + 64; i++) {
                int32_t value = keys[i] ^ 0x55555555;
                int at = i;
                for (; at > base && keys[at - 1] > value; at--)
                    keys[at] = keys[at - 1];
                keys[at] = value;
            }
        for (int i = 0; i < COUNT; i++)
            sum = sum * 31 + (uint32_t)keys[i];
    }
    return finish(sum);
}
