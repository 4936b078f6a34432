/* The time, which a vdso may tell without a system call. */
#include <time.h>
#include "../bench.h"

int main(void) {
    uint64_t backwards = 0;
    struct timespec last = {0}, now;
    for (int i = 0; i < 6000000; i++) {
        clock_gettime(i & 1 ? CLOCK_MONOTONIC : CLOCK_REALTIME, &now);
        if (i & 1) {
            backwards += now.tv_sec < last.tv_sec;
            last = now;
        }
    }
    return finish(backwards);
}
