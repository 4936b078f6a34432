// Guarded storage, as a garbage collector uses it: a load of a reference into a section that is
// being evacuated calls a handler, which mends the reference; then the load is done again.
// Other architectures print what s390x must.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __s390x__
#include <sys/syscall.h>

enum { ENABLE, DISABLE, SET_BROADCAST, CLEAR_BROADCAST, BROADCAST };

struct block {
    uint64_t reserved, designation, mask, parameters;
};

struct parameters {
    uint8_t pad, mode, cause, access;
    uint32_t pad2;
    uint64_t handler, instruction, operand, intermediate, back;
};

static long guarded_storage(int command, void *block) {
    return syscall(378, command, block) == 0 ? 0 : errno;
}

static void load_controls(struct block *block) {
    __asm__ volatile(".insn rxy,0xe3000000004d,0,%0" : : "Q"(*block) : "memory");
}

static void store_controls(struct block *block) {
    __asm__ volatile(".insn rxy,0xe30000000049,0,%0" : "=Q"(*block));
}

static uint64_t load_guarded(volatile uint64_t *reference) {
    uint64_t value;
    __asm__ volatile(".insn rxy,0xe3000000004c,%0,%1"
                     : "=d"(value)
                     : "Q"(*reference)
                     : "r0", "r1", "r14", "cc", "memory");
    return value;
}

// Mends the reference that was loaded (r1: its address) and goes back to the load; uses registers that the load says it does.
void handler(void);
static struct parameters parameters __attribute__((used));
__asm__(".text\n"
        "handler:\n"
        "  larl %r14,parameters\n"
        "  lg   %r1,24(%r14)\n"
        "  mvghi 0(%r1),77\n"
        "  lg   %r14,40(%r14)\n"
        "  br   %r14\n");

static struct block controls(void) {
    return (struct block){0, 0x40000000 | 25, UINT64_C(1) << 62, (uintptr_t)&parameters};
}

static void *disabled(void *unused) {
    (void)unused;
    volatile uint64_t reference = 0x40080000;
    printf("a new thread is not enabled: %lx\n", (unsigned long)load_guarded(&reference));
    return NULL;
}

int main(void) {
    volatile uint64_t inside = 0x40080000, other = 0x40000000;
    printf("not enabled: %lx\n", (unsigned long)load_guarded(&inside));
    printf("enable: %ld\n", guarded_storage(ENABLE, NULL));
    struct block block = controls(), stored;
    store_controls(&stored);
    printf("initial: %lx %lx\n", (unsigned long)stored.designation, (unsigned long)stored.mask);
    parameters.handler = (uintptr_t)handler;
    load_controls(&block);
    printf("another section: %lx\n", (unsigned long)load_guarded(&other));
    printf("the guarded one: %lx\n", (unsigned long)load_guarded(&inside));
    printf("mode %d, cause %d, at the operand %d, value %lx\n", parameters.mode, parameters.cause,
           parameters.operand == (uintptr_t)&inside, (unsigned long)parameters.intermediate);
    fflush(stdout);
    pthread_t thread;
    pthread_create(&thread, NULL, disabled, NULL);
    pthread_join(thread, NULL);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        inside = 0x40080000;
        printf("nor is a child: %lx\n", (unsigned long)load_guarded(&inside));
        exit(0);
    }
    waitpid(child, NULL, 0);
    printf("disable: %ld\n", guarded_storage(DISABLE, NULL));
    inside = 0x40080000;
    printf("not enabled: %lx\n", (unsigned long)load_guarded(&inside));
    printf("broadcast: %ld %ld\n", guarded_storage(SET_BROADCAST, &block),
           guarded_storage(BROADCAST, NULL));
    printf("the guarded one: %lx\n", (unsigned long)load_guarded(&inside));
    printf("wrong command: %d\n", guarded_storage(5, NULL) == EINVAL);
    return 0;
}
#else
int main(void) {
    puts("not enabled: 40080000\nenable: 0\ninitial: 19 0\nanother section: 40000000\n"
         "the guarded one: 4d\nmode 3, cause 0, at the operand 1, value 40080000\n"
         "a new thread is not enabled: 40080000\nnor is a child: 40080000\ndisable: 0\n"
         "not enabled: 40080000\nbroadcast: 0 0\nthe guarded one: 4d\nwrong command: 1");
    return 0;
}
#endif
