/* A program without interpreter whose note asks for guarded pages: the second call comes to no landing pad.
 *
 *     aarch64-linux-gnu-gcc -O2 -nostdlib -static -march=armv8.5-a -mbranch-protection=standard -o bti_static bti_static.c
 */
static long call(long number, long a, long b, long c) {
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

static void say(const char *text) {
    long len = 0;
    while (text[len] != 0)
        len++;
    call(64 /* write */, 1, (long)text, len);
}

__attribute__((noinline)) static void place(void) { say("a place\n"); }

void _start(void) {
    void (*volatile function)(void) = place;
    function();
    /* Behind the landing pad. */
    function = (void (*)(void))((char *)place + 4);
    function();
    say("no place\n");
    call(93 /* exit */, 0, 0, 0);
}
