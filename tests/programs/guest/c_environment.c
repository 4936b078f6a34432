/* Arguments and environment reach a program byte for byte, odd ones as well; descriptors are those it was given. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static int show(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        printf("argument %d <%s>\n", i, argv[i]);
    for (char **variable = environ; *variable != NULL; variable++)
        printf("variable <%s>\n", *variable);
    printf("first free descriptor %d\n", dup(0));
    return 0;
}

/* Too much is an error of the call, not of the program. */
static void too_much(void) {
    enum { MANY = 400, LONG = 100000 };
    char *arguments[MANY + 1] = {0};
    char *text = malloc(LONG + 1);
    memset(text, 'x', LONG);
    text[LONG] = 0;
    for (int i = 0; i < MANY; i++)
        arguments[i] = text;
    execve("/proc/self/exe", arguments, environ);
    printf("too much: %s\n", strerrorname_np(errno));
}

int main(int argc, char **argv) {
    char *arguments[] = {"c_environment", "", "--", "-0", "a b", "\xff\xfe", NULL};
    char *variables[] = {"A=1", "without", "A=2", "=empty", "", "B==", "\xff=\xfe", NULL};
    if (argc > 1)
        return show(argc, argv);
    /* The next one has one more, of this dup, and none of the emulator's. */
    printf("first free descriptor %d\n", dup(0));
    too_much();
    fflush(stdout);
    execve("/proc/self/exe", arguments, variables);
    return 1;
}
