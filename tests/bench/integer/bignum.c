/* Schoolbook multiplication of large numbers: 64 x 64 -> 128 bits, add with carry. */
#include "../bench.h"

enum { WORDS = 96 };
typedef unsigned __int128 wide;
static uint64_t a[WORDS], b[WORDS], product[2 * WORDS];

int main(void) {
    uint64_t sum = 0;
    for (int i = 0; i < WORDS; i++) {
        a[i] = next_random();
        b[i] = next_random();
    }
    for (int round = 0; round < 30000; round++) {
        for (int i = 0; i < 2 * WORDS; i++)
            product[i] = 0;
        for (int i = 0; i < WORDS; i++) {
            uint64_t carry = 0;
            for (int j = 0; j < WORDS; j++) {
                wide t = (wide)a[i] * b[j] + product[i + j] + carry;
                product[i + j] = (uint64_t)t;
                carry = (uint64_t)(t >> 64);
            }
            product[i + WORDS] = carry;
        }
        a[round % WORDS] ^= product[round % (2 * WORDS)];
        sum += product[WORDS];
    }
    return finish(sum);
}
