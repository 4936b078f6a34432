/* Two threads that take turns by a condition variable, and threads created and joined. */
#include <pthread.h>
#include "../bench.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint64_t turn;

static void *play(void *parity) {
    for (int i = 0; i < 30000; i++) {
        pthread_mutex_lock(&lock);
        while (turn % 2 != (uint64_t)parity)
            pthread_cond_wait(&changed, &lock);
        turn++;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void *nothing(void *argument) { return argument; }

int main(void) {
    pthread_t one, two;
    uint64_t sum = 0;
    pthread_create(&one, NULL, play, (void *)0);
    pthread_create(&two, NULL, play, (void *)1);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    for (uint64_t i = 0; i < 5000; i++) {
        void *result;
        pthread_create(&one, NULL, nothing, (void *)i);
        pthread_join(one, &result);
        sum += (uint64_t)result;
    }
    return finish(turn * sum);
}
