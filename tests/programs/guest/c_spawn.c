/* Threads start programs by posix_spawn and fork, each in a loop, while others change signal
 * actions, map memory and make calls for the first time: a child must never find a lock held by a
 * thread it does not have. Argument: programs to start (default 120). */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STARTERS = 3, BUSY = 3 };

extern char **environ;
static int each;
static atomic_int stop;

static int status_of(pid_t pid) {
    int status = -1;
    if (pid <= 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

static pid_t start(int how, char *number) {
    char *args[] = {"c_spawn", "child", number, NULL};
    pid_t pid = -1;
    if (how == 0)
        return posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, environ) == 0 ? pid : -1;
    pid = how == 1 ? fork() : vfork();
    if (pid == 0) {
        execv("/proc/self/exe", args);
        _exit(127);
    }
    return pid;
}

static void *starter(void *arg) {
    long bad = 0;
    for (int i = 0; i < each; i++) {
        char number[16];
        sprintf(number, "%d", i % 100);
        bad += status_of(start((int)((i + (long)arg) % 3), number)) != i % 100;
    }
    return (void *)bad;
}

static void on_signal(int signal) { (void)signal; }

static void *busy(void *arg) {
    struct sigaction action = {.sa_handler = on_signal};
    for (long i = (long)arg; !stop; i++) {
        sigaction(SIGUSR1 + (int)(i & 1), &action, NULL);
        void *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(page, 1, 8192);
        mprotect(page, 4096, PROT_READ);
        munmap(page, 8192);
        free(malloc(1 + i % 70000));
        syscall(SYS_getpid);
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        return atoi(argv[2]);
    each = (argc > 1 ? atoi(argv[1]) : 120) / STARTERS;
    pthread_t starters[STARTERS], others[BUSY];
    for (long i = 0; i < BUSY; i++)
        pthread_create(&others[i], NULL, busy, (void *)i);
    for (long i = 0; i < STARTERS; i++)
        pthread_create(&starters[i], NULL, starter, (void *)i);
    long bad = 0;
    for (int i = 0; i < STARTERS; i++) {
        void *result;
        pthread_join(starters[i], &result);
        bad += (long)result;
    }
    stop = 1;
    for (int i = 0; i < BUSY; i++)
        pthread_join(others[i], NULL);
    printf("started %d, wrong %ld\n", STARTERS * each, bad);
    return bad != 0;
}
