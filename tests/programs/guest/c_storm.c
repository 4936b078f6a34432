// Threads that map, protect, remap and unmap at random, write code and call it, and touch what may not be touched,
// while signals rain on them. What each page must hold is known, so that a lost store, a stale block of code, a wrong
// fault or a signal in the wrong place shows. Argument: seconds (default 2).
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, PAGES = 24, PAGE = 4096 };

struct page {
    int prot; // -1: not mapped
    uint32_t word, code;
};

struct area {
    pthread_t thread;
    pid_t id;
    char *base;
    struct page pages[PAGES];
    uint64_t random;
    sigjmp_buf back;
    volatile sig_atomic_t expects;
    char *volatile touched;
    char *volatile told;
    atomic_long steps;
    long wrong;
};

static struct area areas[THREADS];
static _Thread_local struct area *own;
static atomic_int stop;
static atomic_long signals;

static uint32_t next(struct area *area, uint32_t below) {
    area->random ^= area->random << 13;
    area->random ^= area->random >> 7;
    area->random ^= area->random << 17;
    return (uint32_t)(area->random >> 20) % below;
}

static void on_fault(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    if (!own || !own->expects) _exit(99);
    own->told = info->si_addr;
    siglongjmp(own->back, 1);
}

static void on_signal(int signal) {
    (void)signal;
    atomic_fetch_add(&signals, 1);
    syscall(SYS_gettid);
}

// A function that returns a number below 32768.
static void write_code(char *at, uint32_t number) {
#if defined __aarch64__
    uint32_t code[] = {0x52800000 | number << 5, 0xd65f03c0}; // mov w0, #number; ret
#elif defined __s390x__
    uint16_t code[] = {0xa729, (uint16_t)number, 0x07fe}; // lghi %r2,number; br %r14
#else
    unsigned char code[] = {0xb8, number & 255, number >> 8, 0, 0, 0xc3}; // mov eax, number; ret
#endif
    memcpy(at, code, sizeof code);
    __builtin___clear_cache(at, at + sizeof code);
}

// Whether an access went as the protection says, with the right address told.
static int faults(struct area *area, char *at, void (*access)(struct area *, char *)) {
    area->touched = at;
    area->told = NULL;
    if (sigsetjmp(area->back, 1)) {
        area->expects = 0;
        // On s390x the address is that of the page.
        area->wrong += ((uintptr_t)area->told & -PAGE) != ((uintptr_t)at & -PAGE);
        return 1;
    }
    area->expects = 1;
    access(area, at);
    area->expects = 0;
    return 0;
}

static void load(struct area *area, char *at) {
    struct page *page = &area->pages[(at - area->base) / PAGE];
    area->wrong += *(volatile uint32_t *)(at + 128) != page->word;
}

static void store(struct area *area, char *at) {
    struct page *page = &area->pages[(at - area->base) / PAGE];
    uint32_t word = next(area, 1 << 30), code = next(area, 32768);
    *(volatile uint32_t *)(at + 128) = word;
    write_code(at, code);
    page->word = word;
    page->code = code;
}

static void call(struct area *area, char *at) {
    struct page *page = &area->pages[(at - area->base) / PAGE];
    uint32_t (*code)(void) = (uint32_t (*)(void))(void *)at;
    area->wrong += code() != page->code;
}

static void use(struct area *area, uint32_t i) {
    struct page *page = &area->pages[i];
    char *at = area->base + i * PAGE;
    int may = page->prot < 0 ? 0 : page->prot;
    switch (next(area, 3)) {
    case 0: area->wrong += faults(area, at, load) == !!(may & PROT_READ); break;
    case 1: area->wrong += faults(area, at, store) == !!(may & PROT_WRITE); break;
    // Where nothing was stored there is no code.
    default: if (page->code || !(may & PROT_EXEC)) area->wrong += faults(area, at, call) == !!(may & PROT_EXEC);
    }
}

static void map(struct area *area, uint32_t i, uint32_t n, int prot) {
    char *at = area->base + i * PAGE;
    area->wrong += mmap(at, n * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at;
    for (uint32_t k = i; k < i + n; k++) area->pages[k] = (struct page){.prot = prot};
}

// Moves a page to another place; what was there goes.
static void move(struct area *area, uint32_t from, uint32_t to) {
    if (from == to || area->pages[from].prot < 0) return;
    char *a = area->base + from * PAGE, *b = area->base + to * PAGE;
    area->wrong += mremap(a, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, b) != b;
    area->pages[to] = area->pages[from];
    area->pages[from].prot = -1;
}

static void step(struct area *area) {
    static const int prots[] = {
        PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC, PROT_READ | PROT_WRITE | PROT_EXEC,
    };
    uint32_t i = next(area, PAGES), n = 1 + next(area, PAGES - i < 4 ? PAGES - i : 4);
    int prot = prots[next(area, 5)], whole = 1;
    switch (next(area, 24)) {
    case 0: map(area, i, n, prot); break;
    case 1:
        munmap(area->base + i * PAGE, n * PAGE);
        for (uint32_t k = i; k < i + n; k++) area->pages[k].prot = -1;
        break;
    case 2: case 3: case 4:
        for (uint32_t k = i; k < i + n; k++) whole &= area->pages[k].prot >= 0;
        if (!whole) break;
        area->wrong += mprotect(area->base + i * PAGE, n * PAGE, prot) != 0;
        for (uint32_t k = i; k < i + n; k++) area->pages[k].prot = prot;
        break;
    case 5: move(area, i, next(area, PAGES)); break;
    case 6:
        if (area->pages[i].prot < 0) break;
        area->wrong += madvise(area->base + i * PAGE, PAGE, MADV_DONTNEED) != 0;
        area->pages[i].word = area->pages[i].code = 0;
        break;
    default: use(area, i);
    }
    area->steps++;
}

static void *run(void *arg) {
    own = arg;
    own->id = (pid_t)syscall(SYS_gettid);
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&stack, NULL);
    while (!stop) step(own);
    return NULL;
}

static void *rain(void *arg) {
    static const int kinds[] = {SIGUSR1, SIGUSR2};
    (void)arg;
    for (unsigned i = 0; !stop; i++) {
        pid_t id = areas[i % THREADS].id;
        if (id) syscall(SYS_tgkill, getpid(), id, i % 7 ? kinds[i & 1] : SIGRTMIN + 1);
        if (i % 16 == 0) nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
    }
    return NULL;
}

static long steps_of_all(void) {
    long steps = 0;
    for (int i = 0; i < THREADS; i++) steps += areas[i].steps;
    return steps;
}

int main(int argc, char **argv) {
    struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, &fault, NULL);
    sigaction(SIGBUS, &fault, NULL);
    for (int flags = 0, i = 0; i < 4; i++, flags = i & 1 ? SA_ONSTACK : SA_RESTART) {
        const int kinds[] = {SIGUSR1, SIGUSR2, SIGRTMIN + 1, SIGALRM};
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
        sigaction(kinds[i], &action, NULL);
    }
    const struct itimerval often = {{0, 700}, {0, 700}}, never = {{0, 0}, {0, 0}};
    pthread_t clouds[2];
    for (int i = 0; i < THREADS; i++) {
        areas[i].random = 88172645463325252u + (uint64_t)i * 7777777;
        areas[i].base = mmap(NULL, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (int k = 0; k < PAGES; k++) areas[i].pages[k].prot = PROT_NONE;
        pthread_create(&areas[i].thread, NULL, run, &areas[i]);
    }
    for (int i = 0; i < 2; i++) pthread_create(&clouds[i], NULL, rain, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 2);
    // However busy the machine is, enough happens.
    while (time(NULL) < end || steps_of_all() <= 1000 || signals <= 100) usleep(1000);
    setitimer(ITIMER_REAL, &never, NULL);
    stop = 1;
    long wrong = 0;
    for (int i = 0; i < 2; i++) pthread_join(clouds[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(areas[i].thread, NULL);
        wrong += areas[i].wrong;
    }
    if (argc > 1) fprintf(stderr, "%ld steps, %ld signals\n", steps_of_all(), (long)signals);
    printf("wrong %ld\n", wrong);
    return 0;
}
