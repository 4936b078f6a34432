// What a signal handler finds in its frame on aarch64: the interrupted registers, the records behind
// them, the chain of frames; and what it changes there. Other architectures print what aarch64 must.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifdef __aarch64__
#include <asm/sigcontext.h>
#include <ucontext.h>

#define CHECK(what) printf("%s: %s\n", #what, (what) ? "yes" : "no")

static struct sigcontext *context(void *ucontext) {
    return (struct sigcontext *)&((ucontext_t *)ucontext)->uc_mcontext;
}

static void *record(struct sigcontext *at, uint32_t magic) {
    struct _aarch64_ctx *head = (struct _aarch64_ctx *)at->__reserved;
    while (head->magic != magic && head->magic != 0)
        head = (struct _aarch64_ctx *)((char *)head + head->size);
    return head->magic == magic ? head : NULL;
}

static volatile uint64_t esr, fault_address;
static void *volatile code_at, *volatile address;
static volatile int code;

static void note(int signal, siginfo_t *info, void *ucontext) {
    struct sigcontext *at = context(ucontext);
    struct esr_context *syndrome = record(at, ESR_MAGIC);
    (void)signal;
    esr = syndrome ? syndrome->esr : 0;
    fault_address = at->fault_address;
    code = info->si_code;
    code_at = (void *)at->pc;
    address = info->si_addr;
    at->pc = at->regs[30];
}

static void catch(int signal, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    sigaction(signal, &action, NULL);
}

// Each is a leaf: the handler returns to its caller.
void do_load(void *at), do_store(void *at), do_undefined(void), do_break(void);
__asm__(".text\n"
        ".global do_load, do_store, do_undefined, do_break\n"
        "do_load: ldr x0, [x0]\n ret\n"
        "do_store: str x0, [x0]\n ret\n"
        "do_undefined: udf #0\n ret\n"
        "do_break: brk #7\n ret\n");

static void jump(void *at) { __asm__ volatile("blr %0" : : "r"(at) : "x30", "memory"); }

static void faults(void) {
    char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    catch(SIGSEGV, note, 0);
    catch(SIGILL, note, 0);
    catch(SIGTRAP, note, 0);
    catch(SIGBUS, note, 0);
    do_load(page + 4104);
    printf("load: code %d class %lx write %lx\n", code, esr >> 26, esr >> 6 & 1);
    CHECK(address == page + 4104 && fault_address == (uint64_t)address && code_at == do_load);
    do_store(page + 8);
    printf("store: code %d class %lx write %lx\n", code, esr >> 26, esr >> 6 & 1);
    CHECK(address == page + 8 && fault_address == (uint64_t)address && code_at == do_store);
    jump(page);
    printf("jump: code %d class %lx\n", code, esr >> 26);
    CHECK(address == page && code_at == page);
    do_undefined();
    printf("undefined: code %d record %d\n", code, esr != 0);
    CHECK(address == do_undefined && code_at == do_undefined);
    do_break();
    printf("break: code %d\n", code);
    CHECK(address == do_break && code_at == do_break);
    jump((char *)do_load + 2);
    printf("odd: code %d class %lx\n", code, esr >> 26);
    CHECK(address == (char *)do_load + 2 && code_at == address);
}

static volatile int in_vector, in_flags, on_stack, in_chain, has_end;

static void inspect(int signal, siginfo_t *info, void *ucontext) {
    struct sigcontext *at = context(ucontext);
    struct fpsimd_context *fp = record(at, FPSIMD_MAGIC);
    uint64_t *frame = __builtin_frame_address(0);
    (void)signal;
    (void)info;
    in_vector = fp && fp->head.size == 528 && (uint64_t)fp->vregs[9] == 0x1122334455667788;
    in_flags = at->pstate >> 28;
    on_stack = at->sp % 16 == 0 && (uint64_t)ucontext < at->sp && at->sp - (uint64_t)ucontext < 8192;
    // This function's frame leads to the one behind the signal frame, and that to the interrupted function's.
    uint64_t *above = (uint64_t *)frame[0];
    in_chain = above[0] == at->regs[29] && above[1] == at->regs[30];
    has_end = record(at, 0x12345678) == NULL;
    at->regs[19] = 4711;
    fp->vregs[9] = (__uint128_t)99 << 64 | 98;
    at->pstate = 0x90000000;
    fp->fpsr = 1 << 27;
}

static void registers(void) {
    uint64_t changed, low, high, flags, status, pid = (uint64_t)getpid();
    catch(SIGUSR1, inspect, 0);
    __asm__ volatile("mov x19, #1\n"
                     "ldr x9, =0x1122334455667788\n"
                     "fmov d9, x9\n"
                     "cmp x19, x19\n"
                     "mov x0, %5\n mov x1, #10\n mov x8, #129\n svc #0\n"
                     "mov %0, x19\n mov %1, v9.d[0]\n mov %2, v9.d[1]\n mrs %3, nzcv\n mrs %4, fpsr\n"
                     "msr fpsr, xzr\n"
                     : "=&r"(changed), "=&r"(low), "=&r"(high), "=&r"(flags), "=&r"(status)
                     : "r"(pid)
                     : "x0", "x1", "x8", "x9", "x19", "v9", "cc", "memory");
    printf("vector %d flags %x stack %d chain %d records %d\n", in_vector, in_flags, on_stack, in_chain, has_end);
    printf("after: %lu %lu %lu %lx %lx\n", changed, low, high, flags >> 28, status);
}

static sigjmp_buf back;
static void *volatile frame_at;

static void leave(int signal, siginfo_t *info, void *ucontext) {
    (void)ucontext;
    code = info->si_code;
    address = info->si_addr;
    siglongjmp(back, signal);
}

// sigreturn to a frame that is none.
static void bad_frame(void) {
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&stack, NULL);
    catch(SIGSEGV, leave, SA_ONSTACK);
    char *zeros = (char *)((uint64_t)calloc(1, 8192) & -16);
    int number = sigsetjmp(back, 1);
    if (number == 0) __asm__ volatile("mov sp, %0\n mov x8, #139\n svc #0" : : "r"(zeros) : "x8", "memory");
    printf("bad frame: signal %d code %d at %d\n", number, code, address == zeros);
}

// The frame of a handler that spoils it, in one of several ways.
static volatile int way;

static void spoil(int signal, siginfo_t *info, void *ucontext) {
    struct sigcontext *at = context(ucontext);
    struct fpsimd_context *fp = record(at, FPSIMD_MAGIC);
    struct _aarch64_ctx *end = record(at, 0);
    (void)signal;
    frame_at = info;
    fp->vregs[10] = 77;
    switch (way) {
    case 1: at->pstate |= 4; break;
    case 2: at->pstate |= 0x80; break; // interrupts masked
    case 3: fp->head.magic ^= 1; break;
    case 4: fp->head.size -= 16; break;
    case 5: end->size = 16; break;
    case 6: *end = (struct _aarch64_ctx){0x12345678, 16}; break;
    case 7: *end = (struct _aarch64_ctx){ESR_MAGIC, 8}; break;
    case 8: *end = (struct _aarch64_ctx){ESR_MAGIC, 4096}; break;
    case 9: *end = (struct _aarch64_ctx){SVE_MAGIC, 16}; break;
    case 10: case 11: {
        // The registers in an extra record, as if there were many; in one case elsewhere than it must be.
        struct extra_context *extra = (struct extra_context *)at->__reserved;
        char *to = (char *)(extra + 1) + 16;
        memmove(to, fp, sizeof *fp);
        memset(to + sizeof *fp, 0, 16);
        memset(extra, 0, (size_t)(to - (char *)extra));
        extra->head = (struct _aarch64_ctx){EXTRA_MAGIC, sizeof *extra};
        extra->datap = (uint64_t)to + (way == 11 ? 16 : 0);
        extra->size = sizeof *fp + 16;
        break;
    }
    }
}

static void spoilt_frames(void) {
    catch(SIGUSR2, spoil, 0);
    for (way = 0; way <= 11; way++) {
        uint64_t vector = 0;
        code = 0;
        int number = sigsetjmp(back, 1);
        if (number == 0)
            __asm__ volatile("fmov d10, xzr\n mov x0, %1\n mov x1, #12\n mov x8, #129\n svc #0\n fmov %0, d10"
                             : "=r"(vector)
                             : "r"((uint64_t)getpid())
                             : "x0", "x1", "x8", "v10", "memory");
        printf("spoilt %d: signal %d code %d at %d, %d\n", way, number, code,
               number == 0 || address == frame_at, (int)vector);
    }
}

int main(void) {
    faults();
    registers();
    bad_frame();
    spoilt_frames();
    CHECK(getauxval(AT_MINSIGSTKSZ) >= 4688 && getauxval(AT_MINSIGSTKSZ) <= MINSIGSTKSZ);
    CHECK(!strcmp((char *)getauxval(AT_PLATFORM), "aarch64"));
    // New keys for pointer authentication; there are five.
    printf("keys: %d %d\n", prctl(54, 0, 0, 0, 0), prctl(54, 32, 0, 0, 0));
    // Those for addresses are enabled. Other features that have a prctl there are not.
    printf("enabled: %d %d %d\n", prctl(61, 0, 0, 0, 0), prctl(60, 3, 3, 0, 0), prctl(60, 16, 16, 0, 0));
    printf("others: %d %d %d\n", prctl(51, 0, 0, 0, 0), prctl(64, 0, 0, 0, 0), prctl(55, 1, 0, 0, 0));
    return 0;
}
#else
int main(void) {
    puts("load: code 1 class 24 write 0\n"
         "address == page + 4104 && fault_address == (uint64_t)address && code_at == do_load: yes\n"
         "store: code 2 class 24 write 1\n"
         "address == page + 8 && fault_address == (uint64_t)address && code_at == do_store: yes\n"
         "jump: code 2 class 20\n"
         "address == page && code_at == page: yes\n"
         "undefined: code 1 record 0\n"
         "address == do_undefined && code_at == do_undefined: yes\n"
         "break: code 1\n"
         "address == do_break && code_at == do_break: yes\n"
         "odd: code 1 class 22\n"
         "address == (char *)do_load + 2 && code_at == address: yes\n"
         "vector 1 flags 6 stack 1 chain 1 records 1\n"
         "after: 4711 98 99 9 8000000\n"
         "bad frame: signal 11 code 2 at 1\n"
         "spoilt 0: signal 0 code 0 at 1, 77\n"
         "spoilt 1: signal 11 code 2 at 1, 0\n"
         "spoilt 2: signal 11 code 2 at 1, 0\n"
         "spoilt 3: signal 11 code 2 at 1, 0\n"
         "spoilt 4: signal 11 code 2 at 1, 0\n"
         "spoilt 5: signal 11 code 2 at 1, 0\n"
         "spoilt 6: signal 11 code 2 at 1, 0\n"
         "spoilt 7: signal 11 code 2 at 1, 0\n"
         "spoilt 8: signal 11 code 2 at 1, 0\n"
         "spoilt 9: signal 11 code 2 at 1, 0\n"
         "spoilt 10: signal 0 code 0 at 1, 77\n"
         "spoilt 11: signal 11 code 2 at 1, 0\n"
         "getauxval(AT_MINSIGSTKSZ) >= 4688 && getauxval(AT_MINSIGSTKSZ) <= MINSIGSTKSZ: yes\n"
         "!strcmp((char *)getauxval(AT_PLATFORM), \"aarch64\"): yes\n"
         "keys: 0 -1\n"
         "enabled: 15 0 -1\n"
         "others: -1 -1 -1");
    return 0;
}
#endif
