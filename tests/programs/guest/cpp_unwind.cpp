// Exceptions thrown in signal handlers, through the interrupted code and what called it: by a fault, by a signal on
// the alternate stack, with values in registers that the unwinder must find. And the frames that a backtrace shows.
#pragma GCC optimize("non-call-exceptions")
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <unwind.h>

struct Fault {
    int signal;
    long page;
};

struct Guard {
    explicit Guard(int *count) : count(count) {}
    ~Guard() { ++*count; }
    int *count;
};

static void raise_exception(int signal, siginfo_t *info, void *) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    // On s390x an address is that of its page.
    throw Fault{signal, reinterpret_cast<long>(info->si_addr) & -4096};
}

static void catch_signal(int signal, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | flags;
    sigaction(signal, &action, nullptr);
}

// A leaf whose first instruction faults, and whose caller keeps much in registers.
[[gnu::noinline]] static long load(volatile long *from) { return *from; }

[[gnu::noinline]] static long sum(volatile long *from, const double *more, int n, int *unwound) {
    Guard guard(unwound);
    long a = n * 3, b = n * 5, c = n * 7, d = n * 11;
    double e = more[0] * n, f = more[1] * n, g = more[2] * n;
    try {
        a += load(from + n);
    } catch (const Fault &fault) {
        // They must be what they were.
        return a + b + c + d + static_cast<long>(e + f + g) + fault.page;
    }
    return -a - b - c - d;
}

[[gnu::noinline]] static long deep(int depth, int *unwound) {
    Guard guard(unwound);
    if (depth == 0) {
        volatile long *none = reinterpret_cast<volatile long *>(0x7010);
        return load(none);
    }
    return deep(depth - 1, unwound) + 1;
}

static int frames, handlers;
static _Unwind_Ptr main_begin, main_end;
static bool reached_main;

static _Unwind_Reason_Code see(_Unwind_Context *context, void *) {
    int is_before = 0;
    _Unwind_Ptr ip = _Unwind_GetIPInfo(context, &is_before);
    // The frame that a signal interrupted is at an instruction, the others are behind a call.
    handlers += is_before;
    reached_main |= ip >= main_begin && ip < main_end;
    return ++frames > 100 ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static void trace(int, siginfo_t *, void *) { _Unwind_Backtrace(see, nullptr); }

[[gnu::noinline]] static void interrupted() { std::raise(SIGUSR1); }

int main() {
    static char stack[256 * 1024];
    stack_t alternate = {};
    alternate.ss_sp = stack;
    alternate.ss_size = sizeof stack;
    sigaltstack(&alternate, nullptr);

    const double more[] = {1.5, 2.5, 4.0};
    for (int flags : {0, SA_ONSTACK}) {
        int unwound = 0;
        long total = 0, caught = 0;
        catch_signal(SIGSEGV, raise_exception, flags);
        volatile long *none = nullptr;
        for (int i = 0; i < 500; i++) total += sum(none, more, i, &unwound);
        try {
            deep(30, &unwound);
        } catch (const Fault &fault) {
            caught += fault.signal + fault.page;
        }
        std::printf("flags %d: %ld %ld %d\n", flags != 0, total, caught, unwound);
    }

    for (int flags : {0, SA_ONSTACK}) {
        frames = handlers = 0;
        reached_main = false;
        main_begin = reinterpret_cast<_Unwind_Ptr>(&main);
        main_end = main_begin + 0x1000;
        catch_signal(SIGUSR1, trace, flags);
        interrupted();
        std::printf("backtrace: main %d, handlers %d, ends %d\n", reached_main, handlers, frames < 100);
    }
    return 0;
}
