// The vdso as an object: its symbols and versions found by hand, its functions called through them.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#if defined __aarch64__
#define NAME(function) "__kernel_" function
#define VERSION "LINUX_2.6.39"
#elif defined __s390x__
#define NAME(function) "__kernel_" function
#define VERSION "LINUX_2.6.29"
#else
#define NAME(function) "__vdso_" function
#define VERSION "LINUX_2.6"
#endif

#define CHECK(what) printf("%s: %s\n", #what, (what) ? "yes" : "no")

static const char *base, *strings;
static const Elf64_Sym *symbols;
static const uint16_t *versions;
static const Elf64_Verdef *definitions;
static const uint32_t *hash;
static size_t count;

static const char *at(Elf64_Addr address) {
    return base + (address < 0x10000000 ? address : address - (Elf64_Addr)base);
}

static void read_tables(void) {
    const Elf64_Ehdr *head = (const void *)base;
    const Elf64_Phdr *segment = (const void *)(base + head->e_phoff);
    const Elf64_Dyn *entry = NULL;
    for (int i = 0; i < head->e_phnum; i++)
        if (segment[i].p_type == PT_DYNAMIC) entry = (const void *)(base + segment[i].p_offset);
    for (; entry && entry->d_tag != DT_NULL; entry++) {
        const void *table = at(entry->d_un.d_ptr);
        switch (entry->d_tag) {
        case DT_STRTAB: strings = table; break;
        case DT_SYMTAB: symbols = table; break;
        case DT_VERSYM: versions = table; break;
        case DT_VERDEF: definitions = table; break;
        case DT_GNU_HASH: hash = table; break;
        }
    }
    // The last symbol: the end of the chain that begins with the greatest bucket (GNU hash section).
    const uint32_t *buckets = hash + 4 + 2 * hash[2], *chains = buckets + hash[0];
    for (uint32_t i = 0; i < hash[0]; i++)
        if (buckets[i] > count) count = buckets[i];
    while (!(chains[count++ - hash[1]] & 1)) {}
}

static int has_version(size_t symbol) {
    const Elf64_Verdef *definition = definitions;
    while (definition->vd_ndx != (versions[symbol] & 0x7fff)) {
        if (definition->vd_next == 0) return 0;
        definition = (const void *)((const char *)definition + definition->vd_next);
    }
    const Elf64_Verdaux *name = (const void *)((const char *)definition + definition->vd_aux);
    return strcmp(strings + name->vda_name, VERSION) == 0;
}

static void *find(const char *name) {
    for (size_t i = 1; i < count; i++)
        if (strcmp(strings + symbols[i].st_name, name) == 0 && has_version(i))
            return (void *)(base + symbols[i].st_value);
    return NULL;
}

static int64_t nanoseconds(const struct timespec *time) {
    return time->tv_sec * 1000000000 + time->tv_nsec;
}

// A timer far away that is cancelled when somebody sets the clock.
static int timer_of_sets(void) {
    struct itimerspec far = {.it_value = {.tv_sec = time(NULL) + 1000000}};
    int timer = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
    return timer;
}

// Whether that has happened: Python's tests do it, for one.
static int was_set(int timer) {
    struct pollfd sets = {.fd = timer, .events = POLLIN};
    uint64_t count;
    return poll(&sets, 1, 1000) == 1 && read(timer, &count, sizeof count) < 0 && errno == ECANCELED;
}

// Time from the function and from the kernel, in turn, never runs backwards, but where it is set.
static int goes_on(int (*get)(clockid_t, struct timespec *), clockid_t clock) {
    const int may_be_set = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
    const int timer = timer_of_sets();
    struct timespec time;
    int64_t last = 0;
    for (int i = 0; i < 2000; i++) {
        long failed = i % 2 ? get(clock, &time) : syscall(SYS_clock_gettime, clock, &time);
        if (failed || time.tv_nsec < 0 || time.tv_nsec > 999999999) return 0;
        if (nanoseconds(&time) < last && !(may_be_set && was_set(timer))) return 0;
        last = nanoseconds(&time);
    }
    close(timer);
    return last > 0;
}

static int is_near(time_t seconds) {
    time_t now = time(NULL);
    return seconds <= now + 60 && seconds >= now - 60;
}

int main(void) {
    base = (const char *)getauxval(AT_SYSINFO_EHDR);
    CHECK(base && memcmp(base, ELFMAG, SELFMAG) == 0);
    read_tables();
    int (*gettime)(clockid_t, struct timespec *) = find(NAME("clock_gettime"));
    int (*getres)(clockid_t, struct timespec *) = find(NAME("clock_getres"));
    int (*timeofday)(struct timeval *, struct timezone *) = find(NAME("gettimeofday"));
    CHECK(gettime && getres && timeofday);
#ifdef __x86_64__
    puts("returns from handlers: yes");
#else
    printf("returns from handlers: %s\n", find(NAME("rt_sigreturn")) ? "yes" : "no");
#endif
    if (!gettime || !getres || !timeofday) return 1;

    const clockid_t clocks[] = {
        CLOCK_REALTIME,        CLOCK_MONOTONIC,        CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
        CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,        CLOCK_TAI,           CLOCK_PROCESS_CPUTIME_ID,
        CLOCK_THREAD_CPUTIME_ID,
    };
    struct timespec value, other;
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        int same = getres(clocks[i], &value) == 0 && syscall(SYS_clock_getres, clocks[i], &other) == 0;
        same = same && nanoseconds(&value) == nanoseconds(&other);
        printf("clock %d: %d %d\n", clocks[i], goes_on(gettime, clocks[i]), same);
    }
    printf("no such clocks: %d %d %d\n", gettime(99, &value), gettime(-1, &value), getres(99, &value));

    struct timeval now = {0};
    struct timezone zone = {77, 77};
    CHECK(timeofday(&now, &zone) == 0 && is_near(now.tv_sec) && zone.tz_minuteswest != 77);
    CHECK(timeofday(&now, NULL) == 0 && now.tv_usec >= 0 && now.tv_usec < 1000000);
    CHECK(timeofday(NULL, NULL) == 0);
    return 0;
}
