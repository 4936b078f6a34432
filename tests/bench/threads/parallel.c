/* Work that is divided over threads and shares nothing but memory that is read. */
#include <pthread.h>
#include "../bench.h"

enum { SIZE = 1 << 16 };
static uint32_t data[SIZE];
static uint64_t results[4];

static void *work(void *id) {
    uint64_t sum = (uint64_t)id;
    for (int round = 0; round < 1000; round++)
        for (int i = 0; i < SIZE; i++)
            sum = (sum ^ data[i]) + (sum >> 3);
    results[(long)id] = sum;
    return NULL;
}

int main(void) {
    pthread_t threads[4];
    for (int i = 0; i < SIZE; i++)
        data[i] = (uint32_t)next_random();
    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    return finish(results[0] ^ results[1] ^ results[2] ^ results[3]);
}
