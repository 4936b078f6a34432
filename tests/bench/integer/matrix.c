/* Integer matrix product: multiply and add over rows and columns. */
#include "../bench.h"

enum { SIZE = 160 };
static int32_t a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

int main(void) {
    uint64_t sum = 0;
    int size = SIZE; /* not known to the compiler: what is measured is scalar code */
    OPAQUE(size);
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            a[i][j] = (int32_t)next_random();
            b[i][j] = (int32_t)next_random();
        }
    for (int round = 0; round < 150; round++) {
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++) {
                int32_t dot = 0;
                for (int k = 0; k < size; k++)
                    dot += (int32_t)((uint32_t)a[i][k] * (uint32_t)b[k][j]) >> 3;
                c[i][j] = dot;
            }
        a[round][0] ^= c[0][round];
        sum += (uint32_t)c[SIZE - 1][SIZE - 1];
    }
    return finish(sum);
}
