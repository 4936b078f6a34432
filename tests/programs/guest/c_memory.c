/* Address space: brk, mmap of each kind, mremap, mprotect, shared memory across fork, code
   written at run time, big stacks. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static char *map(size_t size, int flags, int fd) {
    char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (at == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return at;
}

static void break_moves(void) {
    char *start = sbrk(0);
    printf("brk %d", brk(start + 1000000) == 0);
    memset(start, 7, 1000000);
    printf(" %d %d", start[999999], sbrk(0) == (void *)(start + 1000000));
    printf(" %d\n", brk(start) == 0 && sbrk(0) == (void *)start);
}

static void remaps(void) {
    char *at = map(4096, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    strcpy(at, "moved");
    char *moved = mremap(at, 4096, 1 << 20, MREMAP_MAYMOVE);
    printf("mremap %s %d\n", moved, moved[(1 << 20) - 1]);
    char *fixed = mmap(moved + 65536, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    printf("fixed %d\n", fixed == moved + 65536);
    void *no = mmap(moved, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    printf("noreplace %s\n", no == MAP_FAILED ? strerrorname_np(errno) : "mapped");
    printf("munmap %d\n", munmap(moved, 1 << 20));
    printf("msync %s\n", msync(moved, 4096, MS_SYNC) ? strerrorname_np(errno) : "0");
}

static void files(void) {
    char text[16] = "";
    int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (ftruncate(fd, 10000) != 0)
        exit(1);
    char *at = map(10000, MAP_SHARED, fd);
    strcpy(at + 5000, "through");
    msync(at, 10000, MS_SYNC);
    ssize_t got = pread(fd, text, 8, 5000);
    printf("shared file %zd %s\n", got, text);
    char *copy = map(10000, MAP_PRIVATE, fd);
    strcpy(copy + 5000, "private");
    got = pread(fd, text, 8, 5000);
    printf("private file %zd %s %s\n", got, text, at + 5000);
    close(fd);
}

static void shared(void) {
    volatile int *at = (int *)map(4096, MAP_SHARED | MAP_ANONYMOUS, -1);
    fflush(stdout);
    if (fork() == 0) {
        for (int i = 0; i < 1000; i++)
            __atomic_fetch_add(at, 2, __ATOMIC_SEQ_CST);
        _exit(0);
    }
    for (int i = 0; i < 1000; i++)
        __atomic_fetch_add(at, 1, __ATOMIC_SEQ_CST);
    wait(NULL);
    printf("shared %d\n", *at);
}

/* Writes 'return n' at a place. */
static void write_code(unsigned char *to, int n) {
#ifdef __s390x__
    unsigned char text[] = {0xa7, 0x29, n >> 8, n & 255, 0x07, 0xfe}; /* lghi %r2,n; br %r14 */
#elif defined(__aarch64__)
    unsigned text[] = {0x52800000 | n << 5, 0xd65f03c0}; /* mov w0,#n; ret */
#else
    unsigned char text[] = {0xb8, n & 255, n >> 8, 0, 0, 0xc3}; /* mov $n,%eax; ret */
#endif
    memcpy(to, text, sizeof text);
}

static int run_code(unsigned char *at) {
    __builtin___clear_cache((char *)at, (char *)at + 64);
    return ((int (*)(void))at)();
}

/* Writes code and runs it; the same page is rewritten again and again. */
static void code(void) {
    long sum = 0;
    unsigned char *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int n = 0; n < 300; n++) {
        write_code(page + n % 2 * 64, n);
        sum += run_code(page + n % 2 * 64);
    }
    printf("code %ld\n", sum);
}

/* Code that has run is read over, by the kernel: all of it arrives, and runs. */
static void code_read(void) {
    enum { SIZE = 4 * 4096, AT = 2 * 4096 + 128 };
    unsigned char *pages =
        mmap(NULL, SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char *image = calloc(1, SIZE);
    struct iovec parts[] = {{pages, 4096 + 8}, {pages + 4096 + 8, SIZE - 4096 - 8}};
    int fd = open("code", O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int how = 0; how < 3; how++) {
        write_code(pages + AT, 1);
        printf("read %d", run_code(pages + AT));
        write_code(image + AT, how + 2);
        ssize_t wrote = pwrite(fd, image, SIZE, 0);
        lseek(fd, 0, SEEK_SET);
        ssize_t got = how == 0   ? read(fd, pages, SIZE)
                      : how == 1 ? pread(fd, pages, SIZE, 0)
                                 : readv(fd, parts, 2);
        printf(" %zd of %zd %d\n", got, wrote, run_code(pages + AT));
    }
    close(fd);
    unlink("code");
}

static int deep(int depth) {
    volatile char frame[4096];
    frame[depth % 4096] = (char)depth;
    return depth == 0 ? 0 : deep(depth - 1) + (frame[depth % 4096] == (char)depth);
}

/* Segments that may lie side by side, one of them with a part of other permissions. */
static void segments(void) {
    enum { SEGMENTS = 3, SIZE = 3 * 4096 };
    char *at[SEGMENTS];
    struct shmid_ds state;
    int ids[SEGMENTS];
    for (int i = 0; i < SEGMENTS; i++) {
        ids[i] = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
        at[i] = shmat(ids[i], NULL, 0);
        memset(at[i], i + 1, SIZE);
    }
    printf("in the way %s", shmat(ids[0], at[1] + 4096, 0) == (void *)-1 ? strerrorname_np(errno) : "-");
    printf(" nowhere %s\n", shmat(ids[0], NULL, SHM_REMAP) == (void *)-1 ? strerrorname_np(errno) : "-");
    printf("protect %d", mprotect(at[1] + 4096, 4096, PROT_READ));
    printf(" detach %d", shmdt(at[1]));
    printf(" again %d\n", shmdt(at[1]));
    char *between = mmap(at[1], SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    printf("free again %d\n", between == at[1]);
    printf("others %d %d", mprotect(at[0], SIZE, PROT_READ), mprotect(at[2], SIZE, PROT_READ));
    printf(" %d %d", at[0][SIZE - 1], at[2][0]);
    shmctl(ids[1], IPC_STAT, &state);
    printf(" attached %d", (int)state.shm_nattch);
    printf(" %d", shmdt(at[0]));
    printf(" %d\n", shmdt(at[2]));
    for (int i = 0; i < SEGMENTS; i++)
        shmctl(ids[i], IPC_RMID, NULL);
}

/* A child of vfork is killed while it runs code in the parent's memory. After that the parent's calls write into pages
   with code as before. */
static void killed_child(void) {
#if defined(__aarch64__)
    unsigned ret = 0xd65f03c0;
#elif defined(__s390x__)
    unsigned short ret = 0x07fe;
#else
    unsigned char ret = 0xc3;
#endif
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct itimerval soon = {.it_value.tv_usec = 20000};
    int status = 0;
    memcpy(page, &ret, sizeof ret);
    __builtin___clear_cache(page, page + sizeof ret);
    pid_t child = vfork();
    if (child == 0) {
        setitimer(ITIMER_REAL, &soon, NULL);
        for (;;) *(volatile char *)(page + 4095) = 1;
    }
    waitpid(child, &status, 0);
    printf("child %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    for (int i = 0; i < 2; i++) {
        ((void (*)(void))page)();
        printf(" %d", uname((struct utsname *)(page + 1024)));
    }
    puts("");
}

int main(void) {
    struct rlimit limit;
    break_moves();
    remaps();
    files();
    shared();
    code();
    code_read();
    killed_child();
    segments();
    printf("deep %d\n", deep(1000));
    getrlimit(RLIMIT_NOFILE, &limit);
    printf("page %ld limit %d\n", sysconf(_SC_PAGESIZE), limit.rlim_cur > 0);
    void *big = mmap(NULL, 1ul << 62, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("too big: %s\n", big == MAP_FAILED ? strerrorname_np(errno) : "mapped");
    return 0;
}
