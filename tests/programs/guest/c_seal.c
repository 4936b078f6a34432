// Sealed memory: nobody takes it away, moves it or gives it other permissions.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MSEAL = 462 };

static const char *name(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }
#define SHOW(what) printf("%s: %s\n", #what, name((long)(what)))

static const int private = MAP_PRIVATE | MAP_ANONYMOUS;
static long page;

static char *map(int prot, int pages) { return mmap(NULL, pages * page, prot, private, -1, 0); }

static void try_all(char *sealed) {
    char *other = map(PROT_READ, 1);
    SHOW(munmap(sealed, page));
    SHOW(munmap(sealed - page, 2 * page));
    SHOW(mprotect(sealed, page, PROT_READ | PROT_WRITE));
    SHOW(mprotect(sealed + page, page, PROT_READ));
    SHOW(mmap(sealed, page, PROT_READ, private | MAP_FIXED, -1, 0));
    SHOW(mremap(sealed, 2 * page, page, 0));
    SHOW(mremap(sealed, 2 * page, 4 * page, MREMAP_MAYMOVE));
    SHOW(mremap(other, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, sealed));
    SHOW(madvise(sealed, page, MADV_WILLNEED));
}

int main(void) {
    struct utsname host;
    int major = 0, minor = 0;
    uname(&host);
    // The call came with Linux 6.10; the emulator has it anyway.
    if (sscanf(host.release, "%d.%d", &major, &minor) == 2 && major * 100 + minor < 610) return 0;
    page = sysconf(_SC_PAGESIZE);
    char *memory = map(PROT_READ | PROT_WRITE, 8), *sealed = memory + 2 * page;
    memset(memory, 5, 8 * page);
    SHOW(syscall(MSEAL, sealed + 1, page, 0));
    SHOW(syscall(MSEAL, sealed, page, 1));
    SHOW(syscall(MSEAL, sealed, -page, 0));
    SHOW(syscall(MSEAL, sealed, 0, 0));
    munmap(memory + 6 * page, page);
    SHOW(syscall(MSEAL, memory + 4 * page, 4 * page, 0));
    SHOW(syscall(MSEAL, sealed, 2 * page, 0));
    SHOW(syscall(MSEAL, sealed, 2 * page, 0));
    try_all(sealed);
    // Who can write can as well discard.
    SHOW(madvise(sealed, page, MADV_DONTNEED));
    printf("discarded: %d %d\n", sealed[0], sealed[page]);
    char *constant = map(PROT_READ, 1);
    SHOW(syscall(MSEAL, constant, page, 0));
    SHOW(madvise(constant, page, MADV_DONTNEED));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        SHOW(munmap(sealed, page));
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    SHOW(mprotect(sealed + 2 * page, page, PROT_READ));
    SHOW(munmap(memory, 2 * page));

    // The same for a page with code that has run.
    char *code = map(PROT_READ | PROT_WRITE, 1);
#if defined __aarch64__
    memcpy(code, "\xc0\x03\x5f\xd6", 4);
#elif defined __s390x__
    memcpy(code, "\x07\xfe", 2);
#else
    memcpy(code, "\xc3", 1);
#endif
    __builtin___clear_cache(code, code + 8);
    mprotect(code, page, PROT_READ | PROT_EXEC);
    ((void (*)(void))code)();
    SHOW(syscall(MSEAL, code, page, 0));
    ((void (*)(void))code)();
    SHOW(mprotect(code, page, PROT_READ | PROT_WRITE));
    SHOW(madvise(code, page, MADV_DONTNEED));
    return 0;
}
