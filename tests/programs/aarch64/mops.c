/* FEAT_MOPS: copies and fills that another processor began, with the other option, are started again by the kernel.
 *
 * Registers in the form of option B, and PSTATE.C, come to the main part or the epilogue (Linux
 * arch/arm64/kernel/traps.c:do_el0_mops).
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

static char from[300], to[300];

static const char *copied(void) {
    const char *told = memcmp(from, to, 200) == 0 && to[200] == 0 ? "done" : "WRONG";
    memset(to, 0, sizeof to);
    return told;
}

int main(void) {
    printf("mops: %lu\n", getauxval(AT_HWCAP2) >> 43 & 1);
    for (int i = 0; i < 300; i++)
        from[i] = (char)(i * 7 + 1);
    char *d = to, *s = from;
    uint64_t n = 200;
    __asm__ volatile(".arch armv8.8-a\n cmp xzr, xzr; b 1f; cpyp [%0]!, [%1]!, %2!; 1: cpym [%0]!, [%1]!, %2!; cpye [%0]!, [%1]!, %2!"
                     : "+r"(d), "+r"(s), "+r"(n)::"memory", "cc");
    printf("up, from the main part: %s, %d %d %d\n", copied(), (int)(d - to), (int)(s - from), (int)n);
    d = to, s = from, n = 200;
    __asm__ volatile("cmp xzr, xzr; b 1f; cpyfp [%0]!, [%1]!, %2!; cpyfm [%0]!, [%1]!, %2!; 1: cpyfe [%0]!, [%1]!, %2!"
                     : "+r"(d), "+r"(s), "+r"(n)::"memory", "cc");
    printf("up, from the epilogue: %s, %d %d %d\n", copied(), (int)(d - to), (int)(s - from), (int)n);
    d = to + 200, s = from + 200, n = 200;
    /* N and C. */
    __asm__ volatile("msr nzcv, %3; b 1f; cpyp [%0]!, [%1]!, %2!; 1: cpym [%0]!, [%1]!, %2!; cpye [%0]!, [%1]!, %2!"
                     : "+r"(d), "+r"(s), "+r"(n) : "r"(0xa0000000ul) : "memory", "cc");
    printf("down: %s, %d\n", copied(), (int)n);
    d = to, n = 200;
    memset(from, 0x5a, 200);
    __asm__ volatile("cmp xzr, xzr; b 1f; setp [%0]!, %1!, %2; 1: setm [%0]!, %1!, %2; sete [%0]!, %1!, %2"
                     : "+r"(d), "+r"(n) : "r"(0x5aul) : "memory", "cc");
    printf("fill: %s, %d %d\n", copied(), (int)(d - to), (int)n);
    return 0;
}
