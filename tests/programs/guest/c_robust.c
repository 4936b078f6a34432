/* A thread dies holding a robust mutex; the kernel walks its list and tells the next owner. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static void *die_holding(void *mutex) {
    pthread_mutex_lock(mutex);
    return NULL;
}

int main(void) {
    pthread_mutexattr_t kind;
    pthread_mutex_t mutex;
    pthread_t thread;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex, &kind);
    pthread_create(&thread, NULL, die_holding, &mutex);
    pthread_join(thread, NULL);
    int got = pthread_mutex_lock(&mutex);
    printf("robust: %s\n", got == EOWNERDEAD ? "owner dead" : "wrong");
    pthread_mutex_consistent(&mutex);
    printf("unlock %d\n", pthread_mutex_unlock(&mutex));
    return 0;
}
