/* A thread dies holding a robust mutex; the kernel walks its list and tells the next owner. The
 * same with priority inheritance, and threads that fight for such a mutex. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static void *die_holding(void *mutex) {
    pthread_mutex_lock(mutex);
    return NULL;
}

static void robust(const char *name, int protocol) {
    pthread_mutexattr_t kind;
    pthread_mutex_t mutex;
    pthread_t thread;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setprotocol(&kind, protocol);
    printf("%s: init %d\n", name, pthread_mutex_init(&mutex, &kind));
    pthread_create(&thread, NULL, die_holding, &mutex);
    pthread_join(thread, NULL);
    int got = pthread_mutex_lock(&mutex);
    printf("%s: %s\n", name, got == EOWNERDEAD ? "owner dead" : "wrong");
    pthread_mutex_consistent(&mutex);
    printf("unlock %d\n", pthread_mutex_unlock(&mutex));
}

enum { THREADS = 4, TURNS = 20000 };
static pthread_mutex_t inheriting;
static long turns;

static void *take_turns(void *unused) {
    for (int i = 0; i < TURNS; i++) {
        pthread_mutex_lock(&inheriting);
        turns++;
        pthread_mutex_unlock(&inheriting);
    }
    return unused;
}

static void *hold(void *unused) {
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 20000000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    printf("try %d, timed %d\n", pthread_mutex_trylock(&inheriting) == EBUSY,
           pthread_mutex_timedlock(&inheriting, &soon) == ETIMEDOUT);
    return unused;
}

static void inherit(void) {
    pthread_mutexattr_t kind;
    pthread_t threads[THREADS];
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&inheriting, &kind);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, take_turns, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("turns %ld\n", turns);
    pthread_mutex_lock(&inheriting);
    printf("again %d\n", pthread_mutex_lock(&inheriting) == EDEADLK);
    pthread_create(&threads[0], NULL, hold, NULL);
    pthread_join(threads[0], NULL);
    printf("unlock %d\n", pthread_mutex_unlock(&inheriting));
}

int main(void) {
    robust("robust", PTHREAD_PRIO_NONE);
    robust("robust and inheriting", PTHREAD_PRIO_INHERIT);
    inherit();
    return 0;
}
