/* Fibonacci numbers by definition: calls and returns. */
#include "../bench.h"

static NOINLINE uint64_t fib(uint64_t n) {
    OPAQUE(n);
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(void) { return finish(fib(39)); }
