/* A small register machine with computed gotos, like fast interpreters use. */
#include "../bench.h"

static NOINLINE uint64_t run(const uint32_t *code, uint64_t steps) {
    static const void *const labels[8] = {&&add, &&sub, &&mul, &&xor, &&shift, &&load, &&skip, &&move};
    uint64_t r[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    uint32_t pc = 0, insn;
#define NEXT                          \
    if (steps-- == 0)                 \
        return r[0] ^ r[3] ^ r[7];    \
    insn = code[pc++ & 1023];         \
    goto *labels[insn & 7]
#define A r[insn >> 4 & 7]
#define B r[insn >> 8 & 7]
#define C r[insn >> 12 & 7]
    NEXT;
add: A = B + C; NEXT;
sub: A = B - C; NEXT;
mul: A = B * (C | 1); NEXT;
xor: A = B ^ C; NEXT;
shift: A = B << (C & 31) | B >> 40; NEXT;
load: A = code[B & 1023]; NEXT;
skip: pc += B & 3; NEXT;
move: A = C; NEXT;
}

int main(void) {
    uint32_t code[1024];
    for (int i = 0; i < 1024; i++)
        code[i] = (uint32_t)next_random();
    return finish(run(code, 120000000));
}
