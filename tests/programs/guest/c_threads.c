/* POSIX threads: mutexes of each kind, condition variables, thread-local data, cancellation,
   barriers, read-write locks and semaphores. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 6, ROUNDS = 20000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static long plain;
static atomic_long counter;
static _Atomic unsigned char byte_counter;
static _Atomic unsigned short half_counter;
static __thread long mine;
static int turn;

static void *work(void *id) {
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        plain++;
        pthread_mutex_unlock(&lock);
        atomic_fetch_add(&counter, 3);
        atomic_fetch_add(&byte_counter, 1);
        atomic_fetch_xor(&half_counter, (unsigned short)i);
        mine += (long)id;
    }
    return (void *)mine;
}

static void *take_turns(void *id) {
    for (int i = 0; i < 200; i++) {
        pthread_mutex_lock(&lock);
        while (turn % THREADS != (int)(long)id)
            pthread_cond_wait(&changed, &lock);
        turn++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void cleanup(void *flag) { *(int *)flag = 1; }

static void *sleeper(void *flag) {
    pthread_cleanup_push(cleanup, flag);
    for (;;)
        sleep(1000);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *reader(void *sum) {
    for (int i = 0; i < 1000; i++) {
        pthread_rwlock_rdlock(&rwlock);
        *(long *)sum += plain > 0;
        pthread_rwlock_unlock(&rwlock);
        sem_post(&semaphore);
    }
    return NULL;
}

static long run_all(void *(*body)(void *)) {
    pthread_t threads[THREADS];
    long sum = 0;
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, body, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    return sum;
}

static void timed(void) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    int result = pthread_cond_timedwait(&changed, &lock, &until);
    pthread_mutex_unlock(&lock);
    printf("timed: %s\n", result == ETIMEDOUT ? "timed out" : "wrong");
}

int main(void) {
    pthread_barrier_init(&barrier, NULL, THREADS);
    sem_init(&semaphore, 0, 0);
    long sum = run_all(work);
    printf("%ld %ld %d %d %ld\n", plain, (long)counter, byte_counter, half_counter, sum);
    run_all(take_turns);
    printf("turns %d\n", turn);

    long sums[2] = {0, 0};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, reader, &sums[i]);
    for (int i = 0; i < 2000; i++)
        sem_wait(&semaphore);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("read %ld %ld\n", sums[0], sums[1]);

    int cleaned = 0;
    void *result;
    pthread_create(&threads[0], NULL, sleeper, &cleaned);
    usleep(20000);
    pthread_cancel(threads[0]);
    pthread_join(threads[0], &result);
    printf("cancelled %d cleaned %d\n", result == PTHREAD_CANCELED, cleaned);
    timed();
    return 0;
}
