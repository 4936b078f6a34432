/* The shortest system calls. */
#include <sys/syscall.h>
#include <unistd.h>
#include "../bench.h"

int main(void) {
    uint64_t same = 0;
    long first = syscall(SYS_getppid);
    for (int i = 0; i < 3000000; i++)
        same += syscall(SYS_getppid) == first;
    return finish(same);
}
