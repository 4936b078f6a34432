/* A byte code interpreter with one switch. */
#include "../bench.h"

enum op { PUSH, ADD, SUB, MUL, DUP, SWAP, LOAD, STORE, LESS, JUMP_ZERO, JUMP, AND, SHIFT, HALT };

/* sum = 0; i = n; while (0 < i) { sum = (sum + i * i) >> 1 & mask ...; i = i - 1 } */
static const int32_t program[] = {
    PUSH, 0, STORE, 0, PUSH, 300000, STORE, 1,
    PUSH, 0, LOAD, 1, LESS, JUMP_ZERO, 44,
    LOAD, 0, LOAD, 1, DUP, MUL, ADD, PUSH, 1, SHIFT, PUSH, 0xfffffff, AND, LOAD, 1, SWAP, SUB,
    PUSH, 0x3ffffff, AND, STORE, 0, LOAD, 1, PUSH, 1, SUB, STORE, 1, /* 44 is past the jump below */
};
static int32_t code[64];

static NOINLINE int64_t run(const int32_t *at) {
    const int32_t *start = at;
    int64_t stack[32], cells[4] = {0}, *top = stack;
    for (;;) {
        switch ((enum op)*at++) {
        case PUSH: *++top = *at++; break;
        case ADD: top--; top[0] += top[1]; break;
        case SUB: top--; top[0] -= top[1]; break;
        case MUL: top--; top[0] *= top[1]; break;
        case DUP: top[1] = top[0]; top++; break;
        case SWAP: { int64_t t = top[0]; top[0] = top[-1]; top[-1] = t; break; }
        case LOAD: *++top = cells[*at++]; break;
        case STORE: cells[*at++] = *top--; break;
        case LESS: top--; top[0] = top[0] < top[1]; break;
        case JUMP_ZERO: at = *top-- == 0 ? start + *at : at + 1; break;
        case JUMP: at = start + *at; break;
        case AND: top--; top[0] &= top[1]; break;
        case SHIFT: top--; top[0] >>= top[1]; break;
        case HALT: return cells[0];
        }
    }
}

int main(void) {
    uint64_t sum = 0;
    unsigned size = sizeof program / sizeof *program;
    for (unsigned i = 0; i < size; i++)
        code[i] = program[i];
    code[14] = (int32_t)size + 2;
    code[size] = JUMP;
    code[size + 1] = 8;
    code[size + 2] = HALT;
    for (int round = 0; round < 40; round++)
        sum += (uint64_t)run(code);
    return finish(sum);
}
