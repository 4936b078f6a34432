/* Functions that call each other, with saved registers and arguments on the stack. */
#include "../bench.h"

static NOINLINE long odd(long n, long a, long b, long c, long d, long e, long f);

static NOINLINE long even(long n, long a, long b, long c, long d, long e, long f) {
    OPAQUE(n);
    return n == 0 ? a + b + c + d + e + f : odd(n - 1, b, c, d, e, f, a + n) + a;
}

static NOINLINE long odd(long n, long a, long b, long c, long d, long e, long f) {
    OPAQUE(n);
    return n == 0 ? a - b + c - d + e - f : even(n - 1, f, a, b, c, d, e ^ n) - b;
}

int main(void) {
    uint64_t sum = 0;
    for (long round = 0; round < 200000; round++)
        sum += (uint64_t)even(300 + round % 17, round, 2, 3, 4, 5, 6);
    return finish(sum);
}
