/* Signals that come at awkward moments: while a program is being replaced, while threads end,
 * just before a system call begins. None may be lost, and none may leave a trace.
 * Argument: how often, in thousandths of the usual number (default 1000). */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXECS = 400, QUEUED = 10000, CALLS = 400000, CROWD = 4, ROUNDS = 40, STACK = 1 << 17 };

static atomic_int seen;
static int scale = 1000;

static int times(int usual) { return usual * scale / 1000 + 1; }

static void count(int number) {
    (void)number;
    seen++;
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigaction(number, &action, NULL);
}

/* One link of a chain of programs: its parent floods it with a signal that is ignored by default. */
static int link_of_chain(int left) {
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int number = 1; number < 32; number++)
        if (sigismember(&blocked, number) == 1)
            return 2;
    if (left == 0)
        return 0;
    handle(SIGURG, count);
    char number[16];
    sprintf(number, "%d", left - 1);
    execl("/proc/self/exe", "c_interrupted", "link", number, NULL);
    return 3;
}

/* Floods its parent with numbered signals, each of which must arrive. */
static pid_t sender(int n) {
    pid_t parent = getpid(), child = fork();
    if (child != 0)
        return child;
    for (int i = 0; i < n; i++)
        while (sigqueue(parent, SIGRTMIN, (union sigval){.sival_int = i}) != 0)
            usleep(100);
    _exit(0);
}

static void replaced(void) {
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(link_of_chain(times(EXECS)));
    while (waitpid(child, &status, WNOHANG) == 0)
        kill(child, SIGURG);
    printf("replaced: status %d\n", status);
}

/* A thread without any help of the C library, which would block signals before the end. */
static int nothing(void *arg) {
    sigset_t none;
    (void)arg;
    sigemptyset(&none);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
    return 0;
}

static void start(int (*body)(void *), char *stack, int *id) {
    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    *id = -1;
    clone(body, stack + STACK, flags, NULL, id, NULL, id);
}

/* Threads end all the time, and their stacks go as soon as they have ended. */
static void ending(void) {
    sigset_t set;
    int status = 0, n = times(QUEUED);
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    handle(SIGRTMIN, count);
    seen = 0;
    pid_t child = sender(n);
    while (waitpid(child, &status, WNOHANG) == 0) {
        char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        int id;
        start(nothing, stack, &id);
        while (__atomic_load_n(&id, __ATOMIC_ACQUIRE) != 0)
            syscall(SYS_futex, &id, FUTEX_WAIT, id, NULL);
        munmap(stack, STACK);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    for (int i = 0; i < 60000 && seen < n; i++)
        usleep(1000);
    printf("ending: status %d all there %d\n", status, seen == n);
}

/* Goes on after the first thread has ended. */
static int survivor(void *arg) {
    unsigned long one = 1, got = 0;
    (void)arg;
    usleep(200000);
    int event = eventfd(0, 0);
    int works = write(event, &one, 8) == 8 && read(event, &got, 8) == 8 && got == 1;
    syscall(SYS_exit, write(1, works ? "alive\n" : "dead\n", works ? 6 : 5));
    return 0;
}

/* The process lives on without its first thread. The status is that of the last. */
static void first_leaves(void) {
    static char stack[STACK];
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int id;
        start(survivor, stack, &id);
        syscall(SYS_exit, 7);
    }
    waitpid(child, &status, 0);
    printf("first leaves: status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Calls that never wait are never interrupted, whatever the handler's flags. */
static void begun(void) {
    struct itimerval timer = {.it_interval = {.tv_usec = 40}, .it_value = {.tv_usec = 40}};
    struct itimerval none = {0};
    struct stat stat;
    int wrong = 0;
    handle(SIGALRM, count);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (int i = 0; i < times(CALLS); i++) {
        wrong += syscall(SYS_getppid) < 0;
        wrong += fstat(0, &stat) != 0 && errno == EINTR;
        wrong += close(-1) != -1 || errno != EBADF;
    }
    setitimer(ITIMER_REAL, &none, NULL);
    printf("begun: interrupted %d\n", wrong);
}

static void *idle(void *arg) { return arg; }

/* Starts programs and threads, and makes calls that never wait. */
static void *busy(void *arg) {
    long wrong = 0;
    for (int i = 0; i < times(ROUNDS); i++) {
        int status = -1;
        pthread_t thread;
        void *back = NULL;
        pid_t child = fork();
        if (child == 0) {
            execl("/proc/self/exe", "c_interrupted", "link", "0", NULL);
            _exit(9);
        }
        wrong += pthread_create(&thread, NULL, idle, arg) != 0;
        wrong += pthread_join(thread, &back) != 0 || back != arg;
        for (int k = 0; k < 200; k++) {
            wrong += close(-1) != -1 || errno != EBADF;
            wrong += syscall(SYS_futex, &status, FUTEX_WAKE, 1, NULL) != 0;
        }
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        wrong += status != 0;
    }
    return (void *)wrong;
}

/* Several threads at once under a timer. */
static void crowd(void) {
    struct itimerval timer = {.it_interval = {.tv_usec = 500}, .it_value = {.tv_usec = 500}};
    struct itimerval none = {0};
    pthread_t threads[CROWD];
    long wrong = 0;
    handle(SIGALRM, count);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (long i = 0; i < CROWD; i++)
        pthread_create(&threads[i], NULL, busy, (void *)i);
    for (int i = 0; i < CROWD; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        wrong += (long)result;
    }
    setitimer(ITIMER_REAL, &none, NULL);
    printf("crowd: wrong %ld\n", wrong);
}

int main(int argc, char **argv) {
    if (argc == 3)
        return link_of_chain(atoi(argv[2]));
    if (argc == 2)
        scale = atoi(argv[1]);
    replaced();
    fflush(stdout);
    ending();
    first_leaves();
    begun();
    crowd();
    return 0;
}
