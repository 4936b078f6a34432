/* Eight queens, larger: recursion with a loop in each level. */
#include "../bench.h"

static NOINLINE unsigned place(unsigned all, unsigned columns, unsigned left, unsigned right) {
    unsigned found = 0;
    if (columns == all)
        return 1;
    for (unsigned free = all & ~(columns | left | right); free != 0; free &= free - 1) {
        unsigned bit = free & -free;
        found += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return found;
}

int main(void) { return finish(place((1u << 14) - 1, 0, 0, 0)); }
