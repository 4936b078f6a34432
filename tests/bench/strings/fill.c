/* memset, bzero and comparing of sizes from 1 to 4096 bytes. */
#include <string.h>
#include "../bench.h"

static unsigned char a[8192], b[8192];

int main(void) {
    uint64_t sum = 0;
    for (int round = 0; round < 8000000; round++) {
        size_t size = 1 + (round * 5 & (round % 16 == 0 ? 4095 : 127));
        OPAQUE(size);
        memset(a, round & 3, size);
        if (round % 4 == 0)
            memset(b, 0, size);
        sum += (uint64_t)(memcmp(a, b, size) > 0) + a[size - 1];
    }
    return finish(sum);
}
