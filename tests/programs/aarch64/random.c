/*
 * The machine's random numbers, to be compared from run to run: AT_RANDOM, RNDR and a signed pointer, of two threads and of
 * the child of a fork. Prints one line each.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t rndr(void)
{
    uint64_t number;
    __asm__ volatile("mrs %0, s3_3_c2_c4_0" : "=r"(number) : : "cc");
    return number;
}

static uint64_t signed_pointer(void)
{
    register uint64_t pointer __asm__("x17") = 0x123456789000;
    register uint64_t context __asm__("x16") = 42;
    /* PACIA1716 */
    __asm__ volatile("hint #8" : "+r"(pointer) : "r"(context));
    return pointer;
}

static void *print(void *who)
{
    printf("%s %016lx %016lx\n", (const char *)who, rndr(), signed_pointer());
    fflush(stdout);
    return NULL;
}

int main(void)
{
    const uint64_t *at_random = (const uint64_t *)getauxval(AT_RANDOM);
    printf("AT_RANDOM %016lx %016lx\n", at_random[0], at_random[1]);
    print("first");
    pthread_t thread;
    if (pthread_create(&thread, NULL, print, "second") || pthread_join(thread, NULL))
        return 1;
    pid_t pid = fork();
    if (pid == 0) {
        print("child");
        return 0;
    }
    return waitpid(pid, NULL, 0) != pid;
}
