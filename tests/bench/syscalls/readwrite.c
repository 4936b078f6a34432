/* Small reads and writes through a pipe and files. */
#include <fcntl.h>
#include <unistd.h>
#include "../bench.h"

int main(void) {
    int ends[2], zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);
    char text[512] = "";
    uint64_t sum = 0;
    if (pipe(ends) != 0 || zero < 0 || null < 0)
        return 1;
    for (int i = 0; i < 300000; i++) {
        sum += (uint64_t)write(ends[1], text, 64);
        sum += (uint64_t)read(ends[0], text, 64);
        sum += (uint64_t)read(zero, text, 512);
        sum += (uint64_t)write(null, text, 512);
    }
    return finish(sum);
}
