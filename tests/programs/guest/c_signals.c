/* Faults, alternate stack, queued and masked signals, restart, timers, longjmp. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile sig_atomic_t seen;
static siginfo_t last;
static int on_alternate;
static char *alternate;

static void fault(int number, siginfo_t *info, void *context) {
    char here;
    (void)context;
    on_alternate = &here >= alternate && &here < alternate + 65536;
    last = *info;
    siglongjmp(back, number);
}

static void count(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    seen = seen * 10 + info->si_value.sival_int;
}

/* How often the timer has rung, for a child to see. */
static volatile sig_atomic_t *rings;

static void ring(int number) {
    (void)number;
    ++*rings;
}

static void expect_fault(const char *what, void (*act)(void *), void *at) {
    int number = sigsetjmp(back, 1);
    if (number == 0) {
        act(at);
        printf("%s: no fault\n", what);
        return;
    }
    int known = last.si_addr == at;
    printf("%s: signal %d code %d address %s alternate %d\n", what, number, last.si_code,
           known ? "exact" : "other", on_alternate);
}

static void load(void *at) { *(volatile char *)at; }
static void store(void *at) { *(volatile char *)at = 1; }
static void divide(void *at) {
    volatile int zero = 0;
    (void)at;
#ifdef __s390x__
    volatile int quotient = 77 / zero;
    (void)quotient;
#else
    (void)zero;
    raise(SIGFPE);
#endif
}

static void faults(void) {
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t stack = {.ss_sp = alternate = malloc(65536), .ss_size = 65536};
    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
    char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    expect_fault("load unmapped", load, page + 4096);
    expect_fault("store to read-only", store, page);
    expect_fault("store to null", store, NULL);
    int number = sigsetjmp(back, 1);
    if (number == 0)
        divide(NULL);
    printf("divide: signal %d\n", number);
    FILE *empty = tmpfile();
    char *beyond = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fileno(empty), 0);
    expect_fault("load beyond file", load, beyond);
}

static void queued(void) {
    struct sigaction action = {.sa_sigaction = count, .sa_flags = SA_SIGINFO};
    sigset_t set, old, pending;
    sigaction(SIGRTMIN, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &old);
    for (int i = 1; i <= 3; i++)
        sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i});
    sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 9});
    sigpending(&pending);
    printf("pending %d %d seen %d\n", sigismember(&pending, SIGRTMIN),
           sigismember(&pending, SIGUSR1), (int)seen);
    sigprocmask(SIG_SETMASK, &old, NULL);
    printf("seen %d\n", (int)seen);
}

/* Waits for a byte while a timer rings. Nobody sends the byte if a signal ends the wait; else a child does, after some
   rings. The timer rings again and again, so that it does while the wait lasts, however late that begins. */
static void restart(int flags, const char *what) {
    struct sigaction action = {.sa_handler = ring, .sa_flags = flags};
    const struct itimerval often = {{.tv_usec = 20000}, {.tv_usec = 20000}}, never = {{0}, {0}};
    int ends[2];
    char byte = 0;
    if (pipe(ends) != 0)
        exit(1);
    sigaction(SIGALRM, &action, NULL);
    rings = mmap(NULL, sizeof *rings, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = flags & SA_RESTART ? fork() : -1;
    if (child == 0) {
        while (*rings < 5)
            usleep(1000);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    setitimer(ITIMER_REAL, &often, NULL);
    ssize_t got = read(ends[0], &byte, 1);
    const char *name = got < 0 ? strerrorname_np(errno) : "-";
    setitimer(ITIMER_REAL, &never, NULL);
    printf("%s: read %zd %s, rang %d\n", what, got, name, *rings > 0);
    if (child > 0)
        waitpid(child, NULL, 0);
    munmap((void *)rings, sizeof *rings);
    close(ends[0]);
    close(ends[1]);
}

static void children(void) {
    for (int how = 0; how < 4; how++) {
        int status;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            signal(SIGSEGV, SIG_DFL);
            if (how == 0)
                _exit(42);
            if (how == 1)
                raise(SIGTERM);
            if (how == 2)
                abort();
            store(NULL);
        }
        waitpid(child, &status, 0);
        printf("child %d: exited %d (%d) signalled %d (%d)\n", how, WIFEXITED(status),
               WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status),
               WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    }
}

/* What the kernel does not write stays as it was, and need not be writable. */
static void untouched(void) {
    struct timespec moment = {.tv_nsec = 1000}, left = {7, 7};
    struct rusage usage;
    siginfo_t info;
    int status = 77;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        for (;;)
            pause();
    }
    memset(&usage, 0x55, sizeof usage);
    printf("none yet %d", wait4(child, &status, WNOHANG, &usage));
    printf(" status %d usage %lx", status, usage.ru_maxrss);
    printf(" bad %d\n", wait4(child, (int *)8, WNOHANG, (struct rusage *)8));
    printf("waitid %d", (int)syscall(SYS_waitid, P_PID, child, &info, WNOHANG | WEXITED, &usage));
    printf(" pid %d usage %lx\n", info.si_pid, usage.ru_maxrss);
    printf("slept %d left %ld\n", nanosleep(&moment, &left), left.tv_nsec);
    printf("bad %d\n", nanosleep(&moment, (struct timespec *)8));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void show_resent(int number, siginfo_t *info, void *context) {
    (void)context;
    printf("resent %d code %d address %p\n", number, info->si_code, info->si_code > 0 ? info->si_addr : NULL);
}

/* A crash handler may send the fault it got once more, with its code. */
static void resent(void) {
    struct sigaction action = {.sa_sigaction = show_resent, .sa_flags = SA_SIGINFO}, old;
    int numbers[] = {SIGSEGV, SIGBUS, SIGFPE}, status;
    for (int i = 0; i < 3; i++) {
        siginfo_t info = {.si_signo = numbers[i], .si_code = 2, .si_addr = (void *)0x123000};
        sigaction(numbers[i], &action, &old);
        printf("sent %d\n", (int)syscall(SYS_rt_sigqueueinfo, getpid(), numbers[i], &info));
        printf("sent %d\n", (int)syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), numbers[i], &info));
        sigaction(numbers[i], &old, NULL);
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            signal(numbers[i], SIG_DFL);
            syscall(SYS_rt_sigqueueinfo, getpid(), numbers[i], &info);
            _exit(1);
        }
        waitpid(child, &status, 0);
        printf("child signalled %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    }
}

/* Signals of faults, sent while they are blocked, wait like others. */
static void blocked(void) {
    sigset_t set, pending;
    struct sigaction action = {.sa_sigaction = show_resent, .sa_flags = SA_SIGINFO}, old;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGFPE);
    sigaction(SIGFPE, &action, &old);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGFPE);
    sigpending(&pending);
    printf("pending %d", sigismember(&pending, SIGFPE));
    printf(" waited for %d", sigwaitinfo(&set, &info));
    printf(" code %d from %d\n", info.si_code, info.si_pid == getpid());
    sigpending(&pending);
    printf("pending %d\n", sigismember(&pending, SIGFPE));
    raise(SIGFPE);
    puts("unblocked");
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    sigaction(SIGFPE, &old, NULL);
}

int main(void) {
    untouched();
    blocked();
    faults();
    resent();
    queued();
    restart(0, "interrupted");
    restart(SA_RESTART, "restarted");
    children();
    sigset_t set;
    int number;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR2);
    sigwait(&set, &number);
    printf("waited for %d\n", number);
    fflush(stdout);
    signal(SIGTERM, SIG_DFL);
    raise(SIGTERM);
    return 0;
}
