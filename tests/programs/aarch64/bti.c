/* FEAT_BTI: where indirect branches may come to on guarded pages, by way of signals and frames as well.
 *
 * Arm ARM DDI 0487, D8.4.6; Linux arch/arm64/kernel/{traps,signal}.c.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define GUARDED 0x10 /* PROT_BTI */
#define RX (PROT_READ | PROT_EXEC)

enum { NOP = 0xd503201f, RET = 0xd65f03c0, RET_X2 = 0xd65f0040, PACIASP = 0xd503233f, AUTIASP = 0xd50323bf,
       PACIBSP = 0xd503237f, AUTIBSP = 0xd50323ff, BTI = 0xd503241f, BTI_C = 0xd503245f, BTI_J = 0xd503249f,
       BTI_JC = 0xd50324df, BLR_X0 = 0xd63f0000, BR_X0 = 0xd61f0000, BR_X16 = 0xd61f0200, BR_X17 = 0xd61f0220,
       MOV_X16_X0 = 0xaa0003f0, MOV_X17_X0 = 0xaa0003f1, STP_LR = 0xa9bf7bfd, LDP_LR = 0xa8c17bfd, BRK = 0xd4200020 };

/* Places to land at, eight bytes apart: an instruction, and the way back. */
static const struct {
    const char *name;
    uint32_t insns[3];
} PADS[] = {
    {"nop", {NOP, RET}}, {"bti", {BTI, RET}}, {"bti c", {BTI_C, RET}}, {"bti j", {BTI_J, RET}},
    {"bti jc", {BTI_JC, RET}}, {"paciasp", {PACIASP, AUTIASP, RET}}, {"pacibsp", {PACIBSP, AUTIBSP, RET}},
    {"ret", {RET}},
};
enum { N_PADS = sizeof PADS / sizeof *PADS, PAD_BYTES = 16 };

/* Functions that go to the address in x0 and come back. */
static const struct {
    const char *name;
    uint32_t insns[6];
} BRANCHES[] = {
    {"blr x0", {BTI_C, STP_LR, BLR_X0, LDP_LR, RET}}, {"br x0", {BTI_C, BR_X0}},
    {"br x16", {BTI_C, MOV_X16_X0, BR_X16}}, {"br x17", {BTI_C, MOV_X17_X0, BR_X17}},
};
enum { N_BRANCHES = sizeof BRANCHES / sizeof *BRANCHES, BRANCH_BYTES = 32 };

static sigjmp_buf refused;
static siginfo_t told;
static uint64_t told_pstate, told_pc;

static void on_signal(int signal, siginfo_t *info, void *context) {
    (void)signal;
    const mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
    told = *info;
    told_pstate = m->pstate;
    told_pc = m->pc;
    siglongjmp(refused, 1);
}

static uint8_t *page_of_code(void) {
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static uint8_t *pads, *guarded_branches, *plain_branches;

static void make_pages(void) {
    pads = page_of_code();
    for (int i = 0; i < N_PADS; i++)
        memcpy(pads + i * PAD_BYTES, PADS[i].insns, sizeof PADS[i].insns);
    for (int guarded = 0; guarded < 2; guarded++) {
        uint8_t *page = page_of_code();
        for (int i = 0; i < N_BRANCHES; i++)
            memcpy(page + i * BRANCH_BYTES, BRANCHES[i].insns, sizeof BRANCHES[i].insns);
        __builtin___clear_cache((char *)page, (char *)page + 4096);
        mprotect(page, 4096, RX | (guarded ? GUARDED : 0));
        *(guarded ? &guarded_branches : &plain_branches) = page;
    }
    __builtin___clear_cache((char *)pads, (char *)pads + 4096);
}

/* Whether the branch arrives; else a SIGILL must tell of the place. */
static char try(uint8_t *branch, uint8_t *target) {
    if (sigsetjmp(refused, 1))
        return told.si_signo == SIGILL && told.si_code == ILL_ILLOPC && told.si_addr == target &&
                       told_pc == (uintptr_t)target
                   ? (char)('0' + (told_pstate >> 10 & 3))
                   : '?';
    ((void (*)(uint8_t *))branch)(target);
    return '-';
}

/* A line for each branch: '-' for each place where it may come, else the BTYPE it was refused with. */
static void table(const char *title, uint8_t *branches) {
    printf("%s\n", title);
    for (int b = 0; b < N_BRANCHES; b++) {
        printf("  %-7s", BRANCHES[b].name);
        for (int p = 0; p < N_PADS; p++) {
            char first = try(branches + b * BRANCH_BYTES, pads + p * PAD_BYTES), last = first;
            for (int i = 0; i < 100 && last == first; i++)
                last = try(branches + b * BRANCH_BYTES, pads + p * PAD_BYTES);
            printf(" %c", first == last ? first : '!');
        }
        printf("\n");
    }
}

static void comes_back(void) { /* to a place that is none, by RET */
    uint8_t *page = page_of_code();
    uint32_t insns[] = {BTI_C, STP_LR, 0x10000062 /* adr x2, .+12 */, RET_X2, NOP, LDP_LR, RET};
    memcpy(page, insns, sizeof insns);
    __builtin___clear_cache((char *)page, (char *)page + 4096);
    mprotect(page, 4096, RX | GUARDED);
    ((void (*)(void))page)();
    printf("returns need no place\n");
}

static void changes(void) { /* of what is guarded, between branches that were seen before */
    uint8_t *call = guarded_branches, *nop = pads;
    char seen[8];
    for (int i = 0; i < 6; i++) {
        mprotect(pads, 4096, RX | (i % 2 ? GUARDED : 0));
        seen[i] = try(call, nop);
        if (try(call, nop) != seen[i])
            seen[i] = '!';
    }
    seen[6] = 0;
    printf("plain and guarded in turn: %s\n", seen);
}

static void handlers(void) { /* are called, as far as their first instruction goes */
    for (int p = 0; p < N_PADS; p++) {
        struct sigaction action = {.sa_handler = (void (*)(int))(void *)(pads + p * PAD_BYTES)};
        sigaction(SIGUSR1, &action, NULL);
        int ok = 1;
        if (sigsetjmp(refused, 1))
            ok = told.si_signo == SIGILL && told.si_addr == pads + p * PAD_BYTES && (told_pstate >> 10 & 3) == 2 ? 2 : 3;
        else
            raise(SIGUSR1);
        printf("%s%s", p ? ", " : "handler at ", PADS[p].name);
        printf(ok == 1 ? " runs" : ok == 2 ? " is refused" : " is WRONG");
    }
    printf("\n");
}

/* A frame says how its instruction was branched to. */
static uint8_t *resume_at;
static uint64_t resume_btype;
static void go_elsewhere(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)info;
    mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
    m->regs[30] = m->pc;
    m->pc = (uintptr_t)resume_at;
    m->pstate = (m->pstate & ~(3ull << 10)) | resume_btype << 10;
}
static void frames(void) {
    struct sigaction action = {.sa_sigaction = go_elsewhere, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR2, &action, NULL);
    printf("frames resume at nop by:");
    for (resume_btype = 0; resume_btype < 4; resume_btype++) {
        resume_at = pads;
        if (sigsetjmp(refused, 1))
            printf(" %s", told.si_addr == pads && (told_pstate >> 10 & 3) == resume_btype ? "refused" : "WRONG");
        else {
            long pid = getpid(), tid = gettid();
            register long x8 __asm__("x8") = 131 /* tgkill */, x0 __asm__("x0") = pid, x1 __asm__("x1") = tid,
                              x2 __asm__("x2") = SIGUSR2;
            __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "x30", "memory");
            printf(" runs");
        }
    }
    printf("\n");
}

static void *many_calls(void *call) {
    for (int i = 0; i < 20000; i++)
        ((void (*)(uint8_t *))call)(pads + 4 * PAD_BYTES);
    return NULL;
}
static void threads(void) {
    pthread_t thread[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&thread[i], NULL, many_calls, guarded_branches);
    char refusals = 0;
    for (int i = 0; i < 1000; i++)
        refusals |= try(guarded_branches, pads) != '2';
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    printf("threads: %s\n", refusals ? "WRONG" : "as alone");
}

int main(void) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    printf("bti: %lu\n", getauxval(AT_HWCAP2) >> 17 & 1);
    make_pages();
    printf("places: nop, bti, bti c, bti j, bti jc, paciasp, pacibsp, ret\n");
    mprotect(pads, 4096, RX);
    table("from guarded to plain", guarded_branches);
    mprotect(pads, 4096, RX | GUARDED);
    table("from guarded to guarded", guarded_branches);
    table("from plain to guarded", plain_branches);
    comes_back();
    changes();
    handlers();
    frames();
    threads();
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(try(guarded_branches, pads));
    int status = 0;
    waitpid(child, &status, 0);
    printf("in a child: %c\n", WEXITSTATUS(status));
    printf("no such bits: %d\n", mprotect(pads, 4096, RX | 0x100));
    if (sigsetjmp(refused, 1) == 0)
        ((void (*)(uint8_t *))(guarded_branches))(NULL);
    printf("to nothing: %s, by %d\n", told.si_signo == SIGSEGV && told.si_addr == NULL ? "SIGSEGV" : "WRONG", (int)(told_pstate >> 10 & 3));
    if (sigsetjmp(refused, 1) == 0)
        ((void (*)(uint8_t *))(guarded_branches))(pads + 2);
    printf("misaligned: %s\n", told.si_signo == SIGBUS && told.si_code == BUS_ADRALN ? "SIGBUS" : "WRONG");
    uint8_t *tagged = (uint8_t *)((uintptr_t)(pads + 4 * PAD_BYTES) | 0x5a00000000000000);
    printf("tagged: %c\n", try(plain_branches, tagged));
    return 0;
}
