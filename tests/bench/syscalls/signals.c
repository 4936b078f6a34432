/* Signals to oneself and back, and changes of the mask. */
#include <signal.h>
#include <unistd.h>
#include "../bench.h"

static volatile uint64_t seen;
static void count(int number) { seen += (uint64_t)number; }

int main(void) {
    struct sigaction action = {.sa_handler = count};
    sigset_t set, old;
    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    for (int i = 0; i < 150000; i++) {
        raise(SIGUSR1);
        sigprocmask(SIG_BLOCK, &set, &old);
        kill(getpid(), SIGUSR1);
        sigprocmask(SIG_SETMASK, &old, NULL);
    }
    return finish(seen);
}
