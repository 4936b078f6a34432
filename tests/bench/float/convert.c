/* Conversions between integers, single and double precision, with compares. */
#include "../bench.h"

int main(void) {
    uint64_t sum = 0;
    for (int64_t i = 0; i < 120000000; i++) {
        int32_t n = (int32_t)(i * 2654435761u);
        double d = (double)n * 0.25;
        float f = (float)d;
        int64_t back = (int64_t)(d * 3);
        uint32_t low = (uint32_t)(int64_t)f;
        sum += (uint64_t)back ^ low;
        sum += d < f ? 1 : d == f ? 2 : 3;
    }
    return finish(sum);
}
