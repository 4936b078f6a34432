/* Litmus tests of A64's ordered accesses and barriers, two threads each.
 *
 *     aarch64-linux-gnu-gcc -O2 -static -pthread -march=armv8.5-a -o litmus aarch64.c
 *     litmus [RUNS [NAME]]
 *
 * Each line names a shape and its accesses; the outcome that the architecture forbids (Arm ARM DDI 0487, B2.3 "Ordering
 * requirements") must not be seen in RUNS runs. The last lines are controls: what is allowed and a machine with store
 * buffers shows, so that the harness is known to look. Standard error tells how often each outcome was seen, and for how
 * much of the runs both threads had a processor.
 * Exit status 1 if a forbidden outcome was seen.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 32768 };

/* Each location has a cache line of its own. */
struct cell {
    _Alignas(64) uint64_t x;
    _Alignas(64) uint64_t y;
    _Alignas(64) uint64_t seen[2];
};
static struct cell cells[CELLS];

/* Stores of a small value. Those that read first do it as often as it takes. */
#define STORE(insn, p, v) \
    __asm__ volatile(insn ::[val] "r"((uint64_t)(v)), [ptr] "r"(p) : "x8", "x9", "x10", "x11", "x12", "memory", "cc")
#define W_STR(p, v) STORE("str %[val], [%[ptr]]", p, v)
#define W_STLR(p, v) STORE("stlr %[val], [%[ptr]]", p, v)
#define W_STLR_W(p, v) STORE("stlr %w[val], [%[ptr]]", p, v)
#define W_STLRH(p, v) STORE("stlrh %w[val], [%[ptr]]", p, v)
#define W_STLRB(p, v) STORE("stlrb %w[val], [%[ptr]]", p, v)
#define W_STLUR(p, v) STORE("stlur %[val], [%[ptr]]", p, v)
#define W_STLURH(p, v) STORE("stlurh %w[val], [%[ptr]]", p, v)
#define W_STLURB(p, v) STORE("stlurb %w[val], [%[ptr]]", p, v)
#define W_STLLR(p, v) STORE("stllr %[val], [%[ptr]]", p, v)
#define W_STLXR(p, v) STORE("1: ldxr x9, [%[ptr]]; stlxr w9, %[val], [%[ptr]]; cbnz w9, 1b", p, v)
#define W_STLXRB(p, v) STORE("1: ldxrb w9, [%[ptr]]; stlxrb w9, %w[val], [%[ptr]]; cbnz w9, 1b", p, v)
#define W_STLXP(p, v) STORE("1: ldxp x8, x9, [%[ptr]]; stlxp w10, %[val], x9, [%[ptr]]; cbnz w10, 1b", p, v)
#define W_SWPL(p, v) STORE("swpl %[val], xzr, [%[ptr]]", p, v)
#define W_SWPAL(p, v) STORE("swpal %[val], x9, [%[ptr]]", p, v)
#define W_SWPLB(p, v) STORE("swplb %w[val], w9, [%[ptr]]", p, v)
/* Only for the shapes in which what was there is zero. */
#define W_LDADDL(p, v) STORE("ldaddl %[val], x9, [%[ptr]]", p, v)
#define W_STSETL(p, v) STORE("stsetl %[val], [%[ptr]]", p, v)
#define W_LDUMAXL(p, v) STORE("ldumaxl %[val], x9, [%[ptr]]", p, v)
#define W_CASL(p, v) \
    STORE("1: ldr x8, [%[ptr]]; mov x9, x8; casl x9, %[val], [%[ptr]]; cmp x8, x9; b.ne 1b", p, v)
#define W_CASPL(p, v)                                                                               \
    STORE("1: ldr x9, [%[ptr], #8]; ldr x8, [%[ptr]]; mov x12, x8; mov x10, %[val]; mov x11, x9; "        \
          "caspl x8, x9, x10, x11, [%[ptr]]; cmp x8, x12; b.ne 1b", p, v)

/* Loads. */
#define LOAD(insn, p)                                                                               \
    ({ uint64_t r_ = 0;                                                                             \
       __asm__ volatile(insn : [out] "+r"(r_) : [ptr] "r"(p) : "x8", "x9", "x10", "x11", "memory");     \
       r_; })
#define R_LDR(p) LOAD("ldr %[out], [%[ptr]]", p)
#define R_LDAR(p) LOAD("ldar %[out], [%[ptr]]", p)
#define R_LDAR_W(p) LOAD("ldar %w[out], [%[ptr]]", p)
#define R_LDARH(p) LOAD("ldarh %w[out], [%[ptr]]", p)
#define R_LDARB(p) LOAD("ldarb %w[out], [%[ptr]]", p)
#define R_LDAPR(p) LOAD("ldapr %[out], [%[ptr]]", p)
#define R_LDAPRH(p) LOAD("ldaprh %w[out], [%[ptr]]", p)
#define R_LDAPRB(p) LOAD("ldaprb %w[out], [%[ptr]]", p)
#define R_LDAPUR(p) LOAD("ldapur %[out], [%[ptr]]", p)
#define R_LDAPURH(p) LOAD("ldapurh %w[out], [%[ptr]]", p)
#define R_LDAPURB(p) LOAD("ldapurb %w[out], [%[ptr]]", p)
#define R_LDAPURSB(p) LOAD("ldapursb %[out], [%[ptr]]", p)
#define R_LDAPURSH(p) LOAD("ldapursh %w[out], [%[ptr]]", p)
#define R_LDAPURSW(p) LOAD("ldapursw %[out], [%[ptr]]", p)
#define R_LDLAR(p) LOAD("ldlar %[out], [%[ptr]]", p)
#define R_LDAXR(p) LOAD("ldaxr %[out], [%[ptr]]", p)
#define R_LDAXRB(p) LOAD("ldaxrb %w[out], [%[ptr]]", p)
#define R_LDAXP(p) LOAD("ldaxp %[out], x9, [%[ptr]]", p)
#define R_LDADDA(p) LOAD("ldadda xzr, %[out], [%[ptr]]", p)
#define R_LDADDAL(p) LOAD("ldaddal xzr, %[out], [%[ptr]]", p)
#define R_LDSETAB(p) LOAD("ldsetab wzr, %w[out], [%[ptr]]", p)
#define R_LDSMAXA(p) LOAD("ldsmaxa xzr, %[out], [%[ptr]]", p)
#define R_CASA(p) LOAD("mov %[out], #99; casa %[out], %[out], [%[ptr]]", p)
#define R_CASAL(p) LOAD("mov %[out], #99; casal %[out], %[out], [%[ptr]]", p)
#define R_CASPA(p) \
    LOAD("mov x8, #99; mov x9, x8; mov x10, x8; mov x11, x8; caspa x8, x9, x10, x11, [%[ptr]]; mov %[out], x8", p)
/* An exchange with what was stored before; good where nobody reads it again. */
#define R_SWPA(p) LOAD("swpa xzr, %[out], [%[ptr]]", p)

/* Barriers. */
#define NONE ((void)0)
#define DMB __asm__ volatile("dmb ish" ::: "memory")
#define DMB_SY __asm__ volatile("dmb sy" ::: "memory")
#define DMB_LD __asm__ volatile("dmb ishld" ::: "memory")
#define DMB_ST __asm__ volatile("dmb ishst" ::: "memory")
#define DSB __asm__ volatile("dsb ish" ::: "memory")
#define DSB_SY __asm__ volatile("dsb sy" ::: "memory")
#define DSB_LD __asm__ volatile("dsb ishld" ::: "memory")
#define DSB_ST __asm__ volatile("dsb ishst" ::: "memory")
/* A branch that hangs on what was loaded, and ISB: orders loads. */
#define CTRL_ISB __asm__ volatile("cbz %0, 1f; 1: isb" ::"r"(r) : "memory")

/* The shapes: what each thread does to a cell, and the outcome of interest. */
#define THREAD(name, body)                       \
    static void name(struct cell *c) {           \
        uint64_t *x = &c->x, *y = &c->y, r = 0;  \
        (void)x, (void)y;                        \
        body;                                    \
        (void)r;                                 \
    }
#define OUTCOME(name, condition)                                        \
    static int name(const struct cell *c) {                             \
        uint64_t r0 = c->seen[0], r1 = c->seen[1], x = c->x, y = c->y;  \
        (void)r0, (void)r1, (void)x, (void)y;                           \
        return condition;                                               \
    }
#define TEST(id, t0, t1, outcome) THREAD(id##_0, t0) THREAD(id##_1, t1) OUTCOME(id##_is, outcome)

#define MP(id, w, f0, r_, f1) \
    TEST(id, W_STR(x, 1); f0; w(y, 1), r = r_(y); f1; c->seen[1] = R_LDR(x); c->seen[0] = r, r0 == 1 && r1 == 0)
#define SB(id, w, f, r_) \
    TEST(id, w(x, 1); f; c->seen[0] = r_(y), w(y, 1); f; c->seen[1] = r_(x), r0 == 0 && r1 == 0)
#define LB(id, r_, f, w) \
    TEST(id, r = r_(x); f; w(y, 1); c->seen[0] = r, r = r_(y); f; w(x, 1); c->seen[1] = r, r0 == 1 && r1 == 1)
#define R(id, w, f, r_) \
    TEST(id, w(x, 1); f; w(y, 1), w(y, 2); f; c->seen[0] = r_(x), y == 2 && r0 == 0)
#define S(id, w, f0, r_, f1) \
    TEST(id, W_STR(x, 2); f0; w(y, 1), r = r_(y); f1; W_STR(x, 1); c->seen[0] = r, r0 == 1 && x == 2)
#define WW(id, w, f) TEST(id, W_STR(x, 1); f; w(y, 2), W_STR(y, 1); f; w(x, 2), x == 1 && y == 1)

/* Shape, name, accesses and barriers; what is forbidden, then what is allowed. */
#define FORBIDDEN(T) \
    T(MP, mp_stlr_ldar, W_STLR, NONE, R_LDAR, NONE) \
    T(MP, mp_stlr_ldapr, W_STLR, NONE, R_LDAPR, NONE) \
    T(MP, mp_stlr_w_ldar_w, W_STLR_W, NONE, R_LDAR_W, NONE) \
    T(MP, mp_stlrh_ldarh, W_STLRH, NONE, R_LDARH, NONE) \
    T(MP, mp_stlrb_ldarb, W_STLRB, NONE, R_LDARB, NONE) \
    T(MP, mp_stlrh_ldaprh, W_STLRH, NONE, R_LDAPRH, NONE) \
    T(MP, mp_stlrb_ldaprb, W_STLRB, NONE, R_LDAPRB, NONE) \
    T(MP, mp_stlur_ldapur, W_STLUR, NONE, R_LDAPUR, NONE) \
    T(MP, mp_stlurh_ldapurh, W_STLURH, NONE, R_LDAPURH, NONE) \
    T(MP, mp_stlurb_ldapurb, W_STLURB, NONE, R_LDAPURB, NONE) \
    T(MP, mp_stlurb_ldapursb, W_STLURB, NONE, R_LDAPURSB, NONE) \
    T(MP, mp_stlurh_ldapursh, W_STLURH, NONE, R_LDAPURSH, NONE) \
    T(MP, mp_stlr_w_ldapursw, W_STLR_W, NONE, R_LDAPURSW, NONE) \
    T(MP, mp_stllr_ldlar, W_STLLR, NONE, R_LDLAR, NONE) \
    T(MP, mp_stlxr_ldaxr, W_STLXR, NONE, R_LDAXR, NONE) \
    T(MP, mp_stlxrb_ldaxrb, W_STLXRB, NONE, R_LDAXRB, NONE) \
    T(MP, mp_stlxp_ldaxp, W_STLXP, NONE, R_LDAXP, NONE) \
    T(MP, mp_swpl_ldadda, W_SWPL, NONE, R_LDADDA, NONE) \
    T(MP, mp_swplb_ldsetab, W_SWPLB, NONE, R_LDSETAB, NONE) \
    T(MP, mp_swpl_casa, W_SWPL, NONE, R_CASA, NONE) \
    T(MP, mp_ldaddl_ldaddal, W_LDADDL, NONE, R_LDADDAL, NONE) \
    T(MP, mp_stsetl_swpa, W_STSETL, NONE, R_SWPA, NONE) \
    T(MP, mp_ldumaxl_ldsmaxa, W_LDUMAXL, NONE, R_LDSMAXA, NONE) \
    T(MP, mp_casl_casal, W_CASL, NONE, R_CASAL, NONE) \
    T(MP, mp_caspl_caspa, W_CASPL, NONE, R_CASPA, NONE) \
    T(MP, mp_dmb_dmb, W_STR, DMB, R_LDR, DMB) \
    T(MP, mp_dmb_st_dmb_ld, W_STR, DMB_ST, R_LDR, DMB_LD) \
    T(MP, mp_dsb_dsb, W_STR, DSB, R_LDR, DSB) \
    T(MP, mp_dsb_st_dsb_ld, W_STR, DSB_ST, R_LDR, DSB_LD) \
    T(MP, mp_dmb_st_ctrl_isb, W_STR, DMB_ST, R_LDR, CTRL_ISB) T(SB, sb_dmb, W_STR, DMB, R_LDR) \
    T(SB, sb_dmb_sy, W_STR, DMB_SY, R_LDR) T(SB, sb_dsb, W_STR, DSB, R_LDR) \
    T(SB, sb_dsb_sy, W_STR, DSB_SY, R_LDR) T(SB, sb_stlr_ldar, W_STLR, NONE, R_LDAR) \
    T(SB, sb_stlr_w_ldar_w, W_STLR_W, NONE, R_LDAR_W) \
    T(SB, sb_stlrh_ldarh, W_STLRH, NONE, R_LDARH) T(SB, sb_stlrb_ldarb, W_STLRB, NONE, R_LDARB) \
    T(SB, sb_stlur_ldar, W_STLUR, NONE, R_LDAR) T(SB, sb_stlurb_ldarb, W_STLURB, NONE, R_LDARB) \
    T(SB, sb_stlxr_ldaxr, W_STLXR, NONE, R_LDAXR) T(SB, sb_stlxp_ldaxp, W_STLXP, NONE, R_LDAXP) \
    T(SB, sb_swpl_ldar, W_SWPL, NONE, R_LDAR) T(SB, sb_swpal_ldar, W_SWPAL, NONE, R_LDAR) \
    T(SB, sb_ldaddl_ldadda, W_LDADDL, NONE, R_LDADDA) \
    T(SB, sb_stsetl_ldar, W_STSETL, NONE, R_LDAR) T(SB, sb_casl_casa, W_CASL, NONE, R_CASA) \
    T(SB, sb_caspl_ldar, W_CASPL, NONE, R_LDAR) T(SB, sb_stlr_caspa, W_STLR, NONE, R_CASPA) \
    T(LB, lb_ldar, R_LDAR, NONE, W_STR) T(LB, lb_ldarb, R_LDARB, NONE, W_STR) \
    T(LB, lb_ldapr, R_LDAPR, NONE, W_STR) T(LB, lb_ldaprh, R_LDAPRH, NONE, W_STR) \
    T(LB, lb_ldapur, R_LDAPUR, NONE, W_STR) T(LB, lb_ldapursw, R_LDAPURSW, NONE, W_STR) \
    T(LB, lb_ldlar, R_LDLAR, NONE, W_STR) T(LB, lb_ldaxr, R_LDAXR, NONE, W_STR) \
    T(LB, lb_ldaxp, R_LDAXP, NONE, W_STR) T(LB, lb_ldadda, R_LDADDA, NONE, W_STR) \
    T(LB, lb_casa, R_CASA, NONE, W_STR) T(LB, lb_caspa, R_CASPA, NONE, W_STR) \
    T(LB, lb_stlr, R_LDR, NONE, W_STLR) T(LB, lb_stlrb, R_LDR, NONE, W_STLRB) \
    T(LB, lb_stlur, R_LDR, NONE, W_STLUR) T(LB, lb_stllr, R_LDR, NONE, W_STLLR) \
    T(LB, lb_stlxr, R_LDR, NONE, W_STLXR) T(LB, lb_stlxp, R_LDR, NONE, W_STLXP) \
    T(LB, lb_swpl, R_LDR, NONE, W_SWPL) T(LB, lb_casl, R_LDR, NONE, W_CASL) \
    T(LB, lb_ldaddl, R_LDR, NONE, W_LDADDL) T(LB, lb_dmb, R_LDR, DMB, W_STR) \
    T(LB, lb_dmb_ld, R_LDR, DMB_LD, W_STR) T(LB, lb_dsb, R_LDR, DSB, W_STR) \
    T(R, r_dmb, W_STR, DMB, R_LDR) T(R, r_dsb, W_STR, DSB, R_LDR) \
    T(R, r_stlr_ldar, W_STLR, NONE, R_LDAR) T(R, r_stlrb_ldarb, W_STLRB, NONE, R_LDARB) \
    T(R, r_stlur_ldar, W_STLUR, NONE, R_LDAR) T(R, r_stlxr_ldaxr, W_STLXR, NONE, R_LDAXR) \
    T(R, r_stlxp_ldaxp, W_STLXP, NONE, R_LDAXP) T(R, r_swpl_ldar, W_SWPL, NONE, R_LDAR) \
    T(R, r_casl_ldar, W_CASL, NONE, R_LDAR) T(S, s_stlr_ldar, W_STLR, NONE, R_LDAR, NONE) \
    T(S, s_stlr_ldapr, W_STLR, NONE, R_LDAPR, NONE) \
    T(S, s_stlur_ldapur, W_STLUR, NONE, R_LDAPUR, NONE) \
    T(S, s_stllr_ldlar, W_STLLR, NONE, R_LDLAR, NONE) \
    T(S, s_stlxr_ldaxr, W_STLXR, NONE, R_LDAXR, NONE) \
    T(S, s_stlxp_ldaxp, W_STLXP, NONE, R_LDAXP, NONE) \
    T(S, s_swpl_ldadda, W_SWPL, NONE, R_LDADDA, NONE) \
    T(S, s_casl_casa, W_CASL, NONE, R_CASA, NONE) T(S, s_dmb_dmb, W_STR, DMB, R_LDR, DMB) \
    T(S, s_dmb_st_dmb_ld, W_STR, DMB_ST, R_LDR, DMB_LD) T(S, s_dsb_dsb, W_STR, DSB, R_LDR, DSB) \
    T(WW, ww_stlr, W_STLR, NONE) T(WW, ww_stlrb, W_STLRB, NONE) T(WW, ww_stlur, W_STLUR, NONE) \
    T(WW, ww_stllr, W_STLLR, NONE) T(WW, ww_stlxr, W_STLXR, NONE) T(WW, ww_stlxp, W_STLXP, NONE) \
    T(WW, ww_swpl, W_SWPL, NONE) T(WW, ww_casl, W_CASL, NONE) T(WW, ww_caspl, W_CASPL, NONE) \
    T(WW, ww_dmb, W_STR, DMB) T(WW, ww_dmb_st, W_STR, DMB_ST) T(WW, ww_dsb, W_STR, DSB) \
    T(WW, ww_dsb_st, W_STR, DSB_ST)
#define ALLOWED(T) \
    T(SB, control_sb_plain, W_STR, NONE, R_LDR) \
    T(SB, control_sb_stlr_ldapr, W_STLR, NONE, R_LDAPR) \
    T(SB, control_sb_dmb_st, W_STR, DMB_ST, R_LDR) T(R, control_r_plain, W_STR, NONE, R_LDR)

#define DEFINE(shape, ...) shape(__VA_ARGS__)
FORBIDDEN(DEFINE)
ALLOWED(DEFINE)

struct test {
    const char *name;
    void (*thread[2])(struct cell *);
    int (*outcome)(const struct cell *);
    int allowed;
};
#define ENTRY(id, allowed) {#id, {id##_0, id##_1}, id##_is, allowed},
#define NEVER(shape, id, ...) ENTRY(id, 0)
#define MAYBE(shape, id, ...) ENTRY(id, 1)
static const struct test TESTS[] = {FORBIDDEN(NEVER) ALLOWED(MAYBE)};

static const struct test *current;
static uint64_t n_rounds, n_overlapping, n_seen;
static uint32_t arrived, phase;

/* When each thread was in the cells of this round, by the system counter. */
static struct {
    uint64_t from, to;
} times[2];

static uint64_t now(void) {
    uint64_t v;
    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(v)::"memory");
    return v;
}

/* Both threads meet; spinning, so that they leave at about the same time. */
static void meet(void) {
    uint32_t before = __atomic_load_n(&phase, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == 2) {
        __atomic_store_n(&arrived, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&phase, before + 1, __ATOMIC_RELEASE);
    } else {
        for (unsigned spins = 0; __atomic_load_n(&phase, __ATOMIC_ACQUIRE) == before; spins++)
            if (spins > 50000)
                sched_yield();
    }
}

/* Counts outcomes, and the rounds in which both threads were at it at the same time for the most part. */
static void count(void) {
    for (int i = 0; i < CELLS; i++)
        n_seen += (uint64_t)current->outcome(&cells[i]);
    uint64_t from = times[0].from > times[1].from ? times[0].from : times[1].from;
    uint64_t to = times[0].to < times[1].to ? times[0].to : times[1].to;
    uint64_t first = times[0].from < times[1].from ? times[0].from : times[1].from;
    uint64_t last = times[0].to > times[1].to ? times[0].to : times[1].to;
    n_overlapping += to > from && to - from > (last - first) / 2;
}

/* A processor for each thread, if there are two. */
static void stay_on(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

/* One thread's part of all rounds; the first also clears and counts. */
static void rounds(int which) {
    stay_on(which);
    void (*step)(struct cell *) = current->thread[which];
    for (uint64_t round = 0; round < n_rounds; round++) {
        if (which == 0)
            for (int i = 0; i < CELLS; i++)
                cells[i].x = cells[i].y = cells[i].seen[0] = cells[i].seen[1] = 0;
        meet();
        times[which].from = now();
        for (int i = 0; i < CELLS; i++)
            step(&cells[i]);
        times[which].to = now();
        meet();
        if (which == 0)
            count();
    }
}

static void *other_thread(void *unused) {
    (void)unused;
    rounds(1);
    return NULL;
}

int main(int argc, char **argv) {
    uint64_t runs = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    n_rounds = (runs + CELLS - 1) / CELLS;
    int failed = 0;
    for (size_t t = 0; t < sizeof TESTS / sizeof TESTS[0]; t++) {
        current = &TESTS[t];
        if (argc > 2 && strcmp(argv[2], current->name) != 0)
            continue;
        n_seen = n_overlapping = 0;
        pthread_t other;
        if (pthread_create(&other, NULL, other_thread, NULL) != 0)
            return 2;
        rounds(0);
        pthread_join(other, NULL);
        int bad = !current->allowed && n_seen != 0;
        failed |= bad;
        fprintf(stderr, "%-24s %llu of %llu, %llu%% together\n", current->name, (unsigned long long)n_seen,
                (unsigned long long)(n_rounds * CELLS), (unsigned long long)(100 * n_overlapping / n_rounds));
        printf("%s %s\n", current->name, current->allowed ? "allowed" : bad ? "SEEN" : "never");
    }
    return failed;
}
