// The calls that replace futex: waiting for one or several words, waking, requeueing.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { WAITV = 449, WAKE = 454, WAIT = 455, REQUEUE = 456 };
enum { U16 = 1, U32 = 2, PRIVATE = 128 };

struct waiter { uint64_t value, address; uint32_t flags, reserved; };

static uint32_t words[3] = {0x01020304, 7, 0x80000001};

static const char *name(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }
#define SHOW(what) printf("%s: %s\n", #what, name(what))

static struct timespec in(long milliseconds) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += milliseconds * 1000000;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

static long wait_for(int i, uint64_t value, int flags, long milliseconds) {
    struct timespec time = in(milliseconds);
    return syscall(WAIT, &words[i], value, ~0u, flags, &time, CLOCK_MONOTONIC);
}

static struct waiter waiter(int i, int flags) {
    return (struct waiter){words[i], (uintptr_t)&words[i], flags, 0};
}

// Wakes until somebody has been woken.
static void wake(int i, int times) {
    while (times > 0) {
        long woken = syscall(WAKE, &words[i], ~0u, times, U32 | PRIVATE);
        if (woken > 0) times -= woken;
        usleep(1000);
    }
}

static void *wake_last(void *unused) {
    wake(2, 1);
    return unused;
}

static void *wait_first(void *result) {
    *(long *)result = wait_for(0, words[0], U32 | PRIVATE, 60000);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    long results[3];

    if (syscall(WAKE, &words[0], ~0u, 1, U32) < 0) return printf("%s\n", name(-1)) < 0;
    SHOW(wait_for(0, 1, U32 | PRIVATE, 1000));
    SHOW(wait_for(0, words[0], U32 | PRIVATE, 5));
    SHOW(wait_for(2, words[2], U32, 5));
    SHOW(wait_for(0, words[0] | 1ull << 32, U32, 5));
    SHOW(wait_for(0, words[0], U16, 5));
    SHOW(wait_for(0, words[0], 0x40 | U32, 5));
    SHOW(syscall(WAIT, &words[0], words[0], 0, U32, NULL, CLOCK_MONOTONIC));
    SHOW(syscall(WAIT, (char *)words + 1, 0, ~0u, U32, NULL, CLOCK_MONOTONIC));
    printf("nobody to wake: %ld\n", syscall(WAKE, &words[0], ~0u, 1, U32));

    struct waiter several[3] = {waiter(0, U32 | PRIVATE), waiter(1, U32 | PRIVATE), waiter(2, U32 | PRIVATE)};
    struct timespec soon = in(5);
    SHOW(syscall(WAITV, several, 3, 0, &soon, CLOCK_MONOTONIC));
    SHOW(syscall(WAITV, several, 0, 0, NULL, CLOCK_MONOTONIC));
    SHOW(syscall(WAITV, several, 129, 0, NULL, CLOCK_MONOTONIC));
    SHOW(syscall(WAITV, NULL, 3, 0, NULL, CLOCK_MONOTONIC));
    SHOW(syscall(WAITV, several, 3, 1, NULL, CLOCK_MONOTONIC));
    several[1].value = 8;
    SHOW(syscall(WAITV, several, 3, 0, NULL, CLOCK_MONOTONIC));
    several[1].value = 7;
    several[1].reserved = 1;
    SHOW(syscall(WAITV, several, 3, 0, NULL, CLOCK_MONOTONIC));
    several[1].reserved = 0;
    pthread_create(&threads[0], NULL, wake_last, NULL);
    printf("woken: %ld\n", syscall(WAITV, several, 3, 0, NULL, CLOCK_MONOTONIC));
    pthread_join(threads[0], NULL);

    // Three wait for the first word; one is woken, the others go over to the second.
    struct waiter two[2] = {waiter(0, U32 | PRIVATE), waiter(1, U32 | PRIVATE)};
    two[0].value = 5;
    SHOW(syscall(REQUEUE, two, 0, 1, 5));
    two[0].value = words[0];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, wait_first, &results[i]);
    long moved = 0;
    while (moved < 2) {
        long now = syscall(REQUEUE, two, 0, 0, 2 - moved);
        if (now > 0) moved += now;
        usleep(1000);
    }
    printf("moved %ld\n", moved);
    wake(0, 1);
    wake(1, 2);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    printf("results %ld %ld %ld\n", results[0], results[1], results[2]);
    return 0;
}
