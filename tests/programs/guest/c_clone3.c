// clone3: children with and without a signal at their end, with a descriptor, with handlers cleared; and what it refuses.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ull
#endif

static long clone3(struct clone_args *args, size_t size) { return syscall(SYS_clone3, args, size); }

static int status_of(pid_t pid, int how) {
    int status = -1;
    return waitpid(pid, &status, how) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void refused(const char *what, const void *args, size_t size) {
    long pid = syscall(SYS_clone3, args, size);
    if (pid == 0) _exit(0);
    printf("%s: %s\n", what, pid < 0 ? strerrorname_np(errno) : "done");
    if (pid > 0) waitpid((pid_t)pid, NULL, __WALL);
}

static volatile sig_atomic_t seen;

static void see(int signal) { seen = signal; }

static void *in_thread(void *arg) { return (char *)arg + 1; }

static void children(void) {
    struct clone_args plain = {.exit_signal = SIGCHLD};
    long pid = clone3(&plain, CLONE_ARGS_SIZE_VER0);
    if (pid == 0) _exit(11);
    printf("plain: %d\n", status_of((pid_t)pid, 0));

    signal(SIGUSR1, see);
    struct clone_args other = {.exit_signal = SIGUSR1};
    pid = clone3(&other, sizeof other);
    if (pid == 0) _exit(12);
    int status = status_of((pid_t)pid, __WALL);
    printf("another signal: %d %d\n", status, seen == SIGUSR1);

    struct clone_args silent = {0};
    pid = clone3(&silent, sizeof silent);
    if (pid == 0) _exit(13);
    printf("no signal: %d\n", status_of((pid_t)pid, __WALL));
}

static void identities(void) {
    int pidfd = -1;
    pid_t *ids = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct clone_args args = {
        .flags = CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
        .exit_signal = SIGCHLD,
        .pidfd = (uintptr_t)&pidfd,
        .parent_tid = (uintptr_t)&ids[0],
        .child_tid = (uintptr_t)&ids[1],
    };
    long pid = clone3(&args, sizeof args);
    if (pid == 0) _exit(ids[1] == getpid() ? 14 : 1);
    struct pollfd ends = {.fd = pidfd, .events = POLLIN};
    int ready = poll(&ends, 1, 60000);
    int own = ids[0] == pid, told = ids[1] == pid;
    printf("descriptor: %d %d, ids %d %d, %d\n", pidfd >= 0, ready, own, told, status_of((pid_t)pid, 0));
}

static void handlers(void) {
    signal(SIGUSR1, see);
    signal(SIGUSR2, SIG_IGN);
    struct clone_args args = {.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
    long pid = clone3(&args, sizeof args);
    if (pid == 0) {
        struct sigaction one, two;
        sigaction(SIGUSR1, NULL, &one);
        sigaction(SIGUSR2, NULL, &two);
        _exit((one.sa_handler == SIG_DFL) << 1 | (two.sa_handler == SIG_IGN));
    }
    struct sigaction still;
    sigaction(SIGUSR1, NULL, &still);
    printf("handlers: child %d, parent %d\n", status_of((pid_t)pid, 0), still.sa_handler == see);
}

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    children();
    identities();
    handlers();
    void *result = NULL;
    char word[2];
    pthread_t thread;
    pthread_create(&thread, NULL, in_thread, word);
    pthread_join(thread, &result);
    printf("thread: %d\n", result == word + 1);

    struct { struct clone_args args; uint64_t more[4]; } longer = {.args = {.exit_signal = SIGCHLD}};
    refused("longer", &longer, sizeof longer);
    longer.more[3] = 1;
    refused("longer and not zero", &longer, sizeof longer);
    refused("short", &longer, 56);
    refused("huge", &longer, 8192);
    const struct clone_args chld = {.exit_signal = SIGCHLD};
    struct clone_args args = chld;
    args.exit_signal = 65;
    refused("no such signal", &args, sizeof args);
    args = chld, args.flags = SIGCHLD;
    refused("signal in flags", &args, sizeof args);
    args = chld, args.flags = 1ull << 40;
    refused("no such flag", &args, sizeof args);
    args = chld, args.stack = 0x10000;
    refused("stack of no size", &args, sizeof args);
    args = chld, args.stack_size = 0x10000;
    refused("size of no stack", &args, sizeof args);
    args = chld, args.flags = CLONE_SIGHAND;
    refused("handlers without memory", &args, sizeof args);
    args = chld, args.flags = CLONE_VM | CLONE_SIGHAND | CLONE_CLEAR_SIGHAND;
    refused("shared and cleared", &args, sizeof args);
    args = chld, args.flags = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
    refused("thread with a signal", &args, sizeof args);
    args = chld, args.flags = CLONE_THREAD;
    args.exit_signal = 0;
    refused("thread without memory", &args, sizeof args);
    args = chld, args.set_tid_size = 1;
    refused("number of no ids", &args, sizeof args);
    printf("unreadable: %s\n", clone3((void *)8, 64) < 0 ? strerrorname_np(errno) : "done");
    return 0;
}
