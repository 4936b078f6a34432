/* Fetch-and-add, exchange and compare-and-swap from several threads. */
#include <pthread.h>
#include <stdatomic.h>
#include "../bench.h"

static _Atomic uint64_t sum, highest;
static _Atomic uint32_t flips;

static void *work(void *id) {
    uint64_t state = (uint64_t)id * 2654435761u + 1;
    for (int i = 0; i < 4000000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        atomic_fetch_add(&sum, state >> 40);
        atomic_fetch_xor(&flips, (uint32_t)(state >> 32));
        uint64_t seen = atomic_load(&highest);
        while (seen < state && !atomic_compare_exchange_weak(&highest, &seen, state)) {
        }
    }
    return NULL;
}

int main(void) {
    pthread_t threads[4];
    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    return finish(sum ^ highest ^ flips);
}
