// Limits of memory: kept, applied, and passed on to children and to programs.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEGABYTE = 1 << 20 };

static const char *name(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }
#define SHOW(what) printf("%s: %s\n", #what, name(what))

static int limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit limit = {soft, hard};
    return setrlimit(resource, &limit);
}

static long megabytes(rlim_t bytes) { return bytes == RLIM_INFINITY ? -1 : (long)(bytes / MEGABYTE); }

static void show(const char *when) {
    printf("%s:", when);
    for (int i = 0; i < 3; i++) {
        struct rlimit limit = {7, 7};
        getrlimit((int[]){RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK}[i], &limit);
        printf(" %ld/%ld", megabytes(limit.rlim_cur), megabytes(limit.rlim_max));
    }
    puts("");
}

static int map(long size, int prot, int flags) {
    void *place = mmap(NULL, size, prot, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED) return -1;
    int error = errno;
    munmap(place, size);
    errno = error;
    return 0;
}

static void maps(void) {
    const int write = PROT_READ | PROT_WRITE;
    SHOW(map(200 * MEGABYTE, write, MAP_PRIVATE));
    SHOW(map(600 * MEGABYTE, write, MAP_PRIVATE));
    SHOW(map(600 * MEGABYTE, PROT_READ, MAP_PRIVATE));
    SHOW(map(600 * MEGABYTE, write, MAP_SHARED));
    SHOW(map(1100 * MEGABYTE, PROT_READ, MAP_PRIVATE));
    printf("heap: %s\n", sbrk(600 * MEGABYTE) == (void *)-1 ? name(-1) : "grown");
    printf("heap: %s\n", sbrk(MEGABYTE) == (void *)-1 ? name(-1) : "grown");
    char *place = mmap(NULL, 600 * MEGABYTE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SHOW(mprotect(place, 600 * MEGABYTE, write));
    SHOW(mprotect(place, 8 * MEGABYTE, write));
    void *same = mmap(place, 300 * MEGABYTE, write, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    printf("in its place: %d\n", same == place);
    place = mremap(place, 300 * MEGABYTE, 600 * MEGABYTE, MREMAP_MAYMOVE);
    printf("grown: %s\n", place == MAP_FAILED ? name(-1) : "ok");
}

static uint64_t deep(int n) {
    volatile unsigned char room[64 << 10];
    memset((void *)room, n, sizeof room);
    return n == 0 ? room[99] : deep(n - 1) + room[99];
}

static void wait_for(pid_t child) {
    int status = -1;
    waitpid(child, &status, 0);
    printf("ended: %#x\n", status);
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IONBF, 0);
    if (argc > 1) {
        show("program");
        printf("deep: %lu\n", (long)deep(400));
        SHOW(map(1100 * MEGABYTE, PROT_READ, MAP_PRIVATE));
        return 0;
    }
    SHOW(limit(RLIMIT_STACK, 32 * MEGABYTE, RLIM_INFINITY));
    SHOW(limit(RLIMIT_DATA, 500ul * MEGABYTE, 700ul * MEGABYTE));
    SHOW(limit(RLIMIT_AS, 1000ul * MEGABYTE, RLIM_INFINITY));
    SHOW(limit(RLIMIT_AS, 2, 1));
    SHOW(limit(RLIMIT_DATA, 500ul * MEGABYTE, 600ul * MEGABYTE));
    SHOW(syscall(SYS_setrlimit, RLIMIT_AS, NULL));
    show("set");
    struct rlimit old, new = {500ul * MEGABYTE, 550ul * MEGABYTE};
    SHOW(prlimit(getpid(), RLIMIT_DATA, &new, &old));
    printf("before: %ld/%ld\n", megabytes(old.rlim_cur), megabytes(old.rlim_max));

    pid_t child = fork();
    if (child == 0) {
        show("child");
        maps();
        _exit(0);
    }
    wait_for(child);
    child = fork();
    if (child == 0) {
        execl("/proc/self/exe", argv[0], "again", NULL);
        _exit(1);
    }
    wait_for(child);
    show("still");
    return 0;
}
