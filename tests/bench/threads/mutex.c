/* Threads that contend for one mutex. */
#include <pthread.h>
#include "../bench.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t shared;

static void *work(void *unused) {
    for (int i = 0; i < 2000000; i++) {
        pthread_mutex_lock(&lock);
        shared += (uint64_t)i;
        pthread_mutex_unlock(&lock);
        for (int k = 0; k < 20; k++)
            OPAQUE(k);
    }
    return unused;
}

int main(void) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    return finish(shared);
}
