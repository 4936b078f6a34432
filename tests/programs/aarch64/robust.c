/*
 * Threads that hold robust mutexes which processes share, and are ended by others: by a signal, by another thread's exit, by
 * another thread's execve. The kernel tells the next owner.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t mutex;
    pthread_barrier_t taken;
};
static struct shared *shared;

static void *hold(void *unused)
{
    pthread_mutex_lock(&shared->mutex);
    pthread_barrier_wait(&shared->taken);
    for (;;)
        pause();
    return unused;
}

static void by_signal(void)
{
    for (;;)
        pause();
}

static void by_exit(void)
{
    _exit(0);
}

static void by_execve(void)
{
    execl("/proc/self/exe", "robust", "again", NULL);
}

static void by_own_signal(void)
{
    abort();
}

static void check(const char *how, void (*end)(void), int signal)
{
    pthread_mutexattr_t kind;
    pthread_barrierattr_t between;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &kind);
    pthread_barrierattr_init(&between);
    pthread_barrierattr_setpshared(&between, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&shared->taken, &between, 3);

    pid_t child = fork();
    if (child == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, hold, NULL);
        pthread_barrier_wait(&shared->taken);
        end();
    }
    pthread_barrier_wait(&shared->taken);
    if (signal)
        kill(child, signal);
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_sec += 60;
    int got = pthread_mutex_timedlock(&shared->mutex, &soon);
    printf("%s: %s\n", how, got == EOWNERDEAD ? "owner dead" : got == ETIMEDOUT ? "nothing told" : "wrong");
    waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return 0;
    setvbuf(stdout, NULL, _IONBF, 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check("killed", by_signal, SIGKILL);
    check("terminated", by_signal, SIGTERM);
    check("aborted", by_own_signal, 0);
    check("exit of another thread", by_exit, 0);
    check("execve of another thread", by_execve, 0);
    return 0;
}
