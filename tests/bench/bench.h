/* What the benchmark kernels share: a reproducible random sequence and the checksum they print. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>

#define NOINLINE __attribute__((noinline))

__attribute__((unused)) static uint64_t bench_state = 88172645463325252u;

/* xorshift64 (G. Marsaglia, "Xorshift RNGs", 2003). */
static inline uint64_t next_random(void) {
    bench_state ^= bench_state << 13;
    bench_state ^= bench_state >> 7;
    bench_state ^= bench_state << 17;
    return bench_state;
}

/* Keeps the compiler from knowing a value or dropping its computation. */
#define OPAQUE(value) __asm__ volatile("" : "+r"(value) : : "memory")

static inline int finish(uint64_t checksum) {
    printf("%016llx\n", (unsigned long long)checksum);
    return 0;
}

/* Prints a real result to six digits: compilers may fuse multiplication and addition or not. */
static inline int finish_real(double result) {
    printf("%.6g\n", result);
    return 0;
}

#endif
