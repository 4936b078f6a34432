/*
 * Floating point with FPCR.FZ and FPCR.DN: results and FPSR of single operations on numbers of all kinds, from a clear FPSR,
 * with IXC, and with IXC and IDC. Prints a checksum for each operation and mode.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define FZ (1ul << 24)
#define DN (1ul << 25)

static uint64_t hash;

static void note(const void *bytes, int n)
{
    const unsigned char *p = bytes;
    while (n-- > 0)
        hash = (hash ^ *p++) * 0x100000001b3;
}

static void start(uint64_t fpcr, uint64_t fpsr)
{
    __asm__ volatile("msr fpcr, %0\n\tmsr fpsr, %1" : : "r"(fpcr), "r"(fpsr));
}

static void end(void)
{
    uint64_t fpsr;
    __asm__ volatile("mrs %0, fpsr\n\tmsr fpcr, xzr" : "=r"(fpsr));
    note(&fpsr, sizeof fpsr);
}

static const uint64_t doubles[] = {
    0, 0x8000000000000000, 1, 0x800fffffffffffff, 0x0008000000000000, 0x0010000000000000,
    0x8010000000000001, 0x0018000000000000, 0x3fe0000000000000, 0x3ff0000000000000,
    0xbfefffffffffffff, 0x4000000000000001, 0x36a0000000000001, 0x380fffffffffffff, 0x7fefffffffffffff,
    0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000123, 0xfff0000000000456, 0x41e0000000000000,
};
static const uint32_t singles[] = {
    0, 0x80000000, 1, 0x807fffff, 0x00400000, 0x00800000, 0x80800001, 0x00c00000, 0x3f000000,
    0x3f800000, 0xbf7fffff, 0x40000001, 0x1f800001, 0x20000000, 0x7f7fffff, 0x7f800000, 0xff800000,
    0x7fc00123, 0xff800456, 0x4f000000,
};
#define N (int)(sizeof doubles / sizeof *doubles)

typedef double v2d __attribute__((vector_size(16)));
typedef float v4s __attribute__((vector_size(16)));

/* d0, d1 or v0, v1 are the operands, v2 the addend; v3 and x0 the results. */
#define OPERATION(name, insn)                                                                       \
    static void name(uint64_t fpcr, uint64_t fpsr, const void *a, const void *b, const void *c)     \
    {                                                                                               \
        unsigned char result[24] = {0};                                                             \
        start(fpcr, fpsr);                                                                          \
        __asm__ volatile("ldr q0, [%1]\n\tldr q1, [%2]\n\tldr q2, [%3]\n\tmovi v3.16b, #0\n\t"      \
                         "mov x0, #0\n\t" insn "\n\tstr q3, [%0]\n\tstr x0, [%0, #16]"              \
                         : : "r"(result), "r"(a), "r"(b), "r"(c)                                    \
                         : "v0", "v1", "v2", "v3", "x0", "memory", "cc");                           \
        end();                                                                                      \
        note(result, sizeof result);                                                                \
    }

/* Of doubles, of singles, of vectors of both. */
#define FOUR(name, op)                                                                              \
    OPERATION(name##_d, op " d3, d0, d1")                                                           \
    OPERATION(name##_s, op " s3, s0, s1")                                                           \
    OPERATION(name##_2d, op " v3.2d, v0.2d, v1.2d")                                                 \
    OPERATION(name##_4s, op " v3.4s, v0.4s, v1.4s")
#define FOUR_OF_ONE(name, op)                                                                       \
    OPERATION(name##_d, op " d3, d0")                                                               \
    OPERATION(name##_s, op " s3, s0")                                                               \
    OPERATION(name##_2d, op " v3.2d, v0.2d")                                                        \
    OPERATION(name##_4s, op " v3.4s, v0.4s")

FOUR(add, "fadd")
FOUR(sub, "fsub")
FOUR(mul, "fmul")
FOUR(divide, "fdiv")
FOUR(max, "fmax")
FOUR(min, "fmin")
FOUR(maxnm, "fmaxnm")
FOUR(minnm, "fminnm")
FOUR_OF_ONE(root, "fsqrt")
FOUR_OF_ONE(rintx, "frintx")
FOUR_OF_ONE(rintp, "frintp")
FOUR_OF_ONE(rinta, "frinta")
FOUR_OF_ONE(to_signed, "fcvtzs")
FOUR_OF_ONE(to_unsigned, "fcvtau")
FOUR_OF_ONE(negate, "fneg")
OPERATION(fused_d, "fmadd d3, d0, d1, d2")
OPERATION(fused_s, "fnmsub s3, s0, s1, s2")
OPERATION(fused_2d, "mov v3.16b, v2.16b\n\tfmla v3.2d, v0.2d, v1.2d")
OPERATION(fused_4s, "mov v3.16b, v2.16b\n\tfmls v3.4s, v0.4s, v1.4s")
OPERATION(compare_d, "fcmp d0, d1\n\tcset x0, le\n\tcinc x0, x0, mi")
OPERATION(compare_s, "fcmpe s0, s1\n\tcset x0, gt\n\tcinc x0, x0, vs")
OPERATION(compare_2d, "fcmge v3.2d, v0.2d, v1.2d")
OPERATION(compare_4s, "fcmeq v3.4s, v0.4s, #0.0")
OPERATION(to_x_d, "fcvtzs x0, d0, #10")
OPERATION(to_x_s, "fcvtps x0, s0")
OPERATION(to_x_2d, "fcvtzs v3.2d, v0.2d, #20")
OPERATION(to_x_4s, "fcvtzu v3.4s, v0.4s, #7")
OPERATION(convert_d, "fcvt s3, d0")
OPERATION(convert_s, "fcvt d3, s0")
OPERATION(convert_2d, "fcvtn v3.2s, v0.2d")
OPERATION(convert_4s, "fcvtl2 v3.2d, v0.4s")

typedef void Operation(uint64_t, uint64_t, const void *, const void *, const void *);
struct Row {
    const char *name;
    Operation *d, *s, *d2, *s4;
};
#define ROW(name) {#name, name##_d, name##_s, name##_2d, name##_4s}
static const struct Row rows[] = {
    ROW(add), ROW(sub), ROW(mul), ROW(divide), ROW(max), ROW(min), ROW(maxnm), ROW(minnm),
    ROW(root), ROW(rintx), ROW(rintp), ROW(rinta), ROW(to_signed), ROW(to_unsigned), ROW(negate),
    ROW(fused), ROW(compare), ROW(to_x), ROW(convert),
};

static void run(const struct Row *row, uint64_t fpcr, uint64_t fpsr)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            uint64_t d[3][2] = {{doubles[i], doubles[j]}, {doubles[j], doubles[i]}, {doubles[(i + j) % N], doubles[5]}};
            uint32_t s[3][4] = {{singles[i], singles[j], 0, singles[9]},
                                {singles[j], singles[i], singles[i], singles[j]},
                                {singles[(i * j) % N], singles[5], 0, singles[2]}};
            row->d(fpcr, fpsr, d[0], d[1], d[2]);
            row->s(fpcr, fpsr, s[0], s[1], s[2]);
            row->d2(fpcr, fpsr, d[0], d[1], d[2]);
            row->s4(fpcr, fpsr, s[0], s[1], s[2]);
        }
    }
}

int main(void)
{
    static const uint64_t modes[] = {0, FZ, DN, FZ | DN, FZ | 1 << 22, FZ | DN | 3 << 22};
    static const uint64_t flags[] = {0, 0x10, 0x90, 0x80};
    for (unsigned r = 0; r < sizeof rows / sizeof *rows; r++) {
        printf("%-12s", rows[r].name);
        for (unsigned m = 0; m < sizeof modes / sizeof *modes; m++) {
            hash = 0xcbf29ce484222325;
            for (unsigned f = 0; f < sizeof flags / sizeof *flags; f++)
                run(&rows[r], modes[m], flags[f]);
            printf(" %016lx", hash);
        }
        putchar('\n');
    }
    return 0;
}
