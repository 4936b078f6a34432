/* stat, open, fstat, read, lseek, close; mmap and munmap; clock_gettime. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "../bench.h"

int main(void) {
    uint64_t sum = 0;
    struct stat status;
    struct timespec now;
    char text[128];
    for (int i = 0; i < 60000; i++) {
        int file = open("/proc/version", O_RDONLY);
        sum += (uint64_t)(stat("/proc", &status) == 0) + S_ISDIR(status.st_mode);
        sum += (uint64_t)(fstat(file, &status) == 0) + (read(file, text, 5) == 5);
        sum += (uint64_t)(lseek(file, 0, SEEK_SET) == 0);
        close(file);
        char *page = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        page[0] = 1;
        munmap(page, 65536);
        for (int k = 0; k < 10; k++)
            sum += (uint64_t)(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    }
    return finish(sum);
}
