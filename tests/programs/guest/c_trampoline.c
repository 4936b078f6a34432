/* Code on the stack: functions inside functions, called by address, while the stack around their trampolines changes. */
#include <stdio.h>

typedef int function(int);

static int apply(function *f, int x)
{
    return f(x);
}

__attribute__((noinline)) static int once(int k)
{
    int add(int x) { return x + k; }
    function *volatile f = add;
    return apply(f, 3);
}

/* Every depth has a trampoline of its own; all are alive at the same time. */
__attribute__((noinline)) static int nested(int depth, function *outer)
{
    int inner(int x) { return outer(x) + depth; }
    function *volatile f = inner;
    return depth == 0 ? apply(f, 0) : nested(depth - 1, f);
}

static int zero(int x)
{
    return x;
}

int main(void)
{
    unsigned sum = 0;
    for (int i = 0; i < 20000; i++)
        sum += once(i);
    printf("%u\n", sum);
    for (int depth = 0; depth < 100; depth += 9)
        printf("%d\n", nested(depth, zero));
    return 0;
}
