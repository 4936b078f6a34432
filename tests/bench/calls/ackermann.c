/* Ackermann's function: deep recursion. */
#include "../bench.h"

static NOINLINE uint64_t ackermann(uint64_t m, uint64_t n) {
    OPAQUE(m);
    if (m == 0)
        return n + 1;
    if (n == 0)
        return ackermann(m - 1, 1);
    uint64_t inner = ackermann(m, n - 1);
    OPAQUE(inner);
    return ackermann(m - 1, inner);
}

int main(void) {
    uint64_t sum = 0;
    for (int round = 0; round < 20; round++)
        sum += ackermann(3, 8) + ackermann(2, 300);
    return finish(sum);
}
