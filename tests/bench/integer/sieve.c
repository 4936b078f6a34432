/* Sieve of Eratosthenes: strided byte stores and counting. */
#include <string.h>
#include "../bench.h"

enum { LIMIT = 2000000 };
static unsigned char composite[LIMIT];

int main(void) {
    uint64_t sum = 0;
    for (int round = 0; round < 40; round++) {
        memset(composite, 0, sizeof composite);
        for (uint32_t i = 2; i * i < LIMIT; i++)
            if (!composite[i])
                for (uint32_t j = i * i; j < LIMIT; j += i)
                    composite[j] = 1;
        for (uint32_t i = 2; i < LIMIT; i++)
            sum += composite[i] ? 0 : i ^ round;
    }
    return finish(sum);
}
