/* Litmus tests of A64's ordered accesses and barriers, two threads each.
 *
 *     aarch64-linux-gnu-gcc -O2 -static -pthread -march=armv8.5-a -o litmus aarch64.c
 *     litmus [RUNS]
 *
 * Each line names a shape and its accesses; the outcome that the architecture forbids (Arm ARM DDI 0487, B2.3 "Ordering
 * requirements") must not be seen in RUNS runs. The last lines are controls: what is allowed and a machine with store
 * buffers shows, so that the harness is known to look.
 * Exit status 1 if a forbidden outcome was seen.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CELLS = 2048 };

/* Each location has a cache line of its own. */
struct cell {
    _Alignas(64) uint64_t x;
    _Alignas(64) uint64_t y;
    _Alignas(64) uint64_t seen[2];
};
static struct cell cells[CELLS];

/* Stores. */
#define W_STR(p, v) __asm__ volatile("str %0, [%1]" ::"r"((uint64_t)(v)), "r"(p) : "memory")
#define W_STLR(p, v) __asm__ volatile("stlr %0, [%1]" ::"r"((uint64_t)(v)), "r"(p) : "memory")
#define W_STLUR(p, v) __asm__ volatile("stlur %0, [%1]" ::"r"((uint64_t)(v)), "r"(p) : "memory")
#define W_SWPL(p, v) \
    __asm__ volatile("swpl %0, xzr, [%1]" ::"r"((uint64_t)(v)), "r"(p) : "memory")
#define W_STLXR(p, v)                                                                       \
    __asm__ volatile("1: ldxr x9, [%1]; stlxr w9, %0, [%1]; cbnz w9, 1b" ::"r"((uint64_t)(v)), \
                     "r"(p)                                                                 \
                     : "x9", "memory")

/* Loads. */
#define LOAD(insn, p) \
    ({ uint64_t r_; __asm__ volatile(insn " %0, [%1]" : "=r"(r_) : "r"(p) : "memory"); r_; })
#define R_LDR(p) LOAD("ldr", p)
#define R_LDAR(p) LOAD("ldar", p)
#define R_LDAPR(p) LOAD("ldapr", p)
#define R_LDAPUR(p) LOAD("ldapur", p)
#define R_LDAXR(p) LOAD("ldaxr", p)
#define R_LDADDA(p) LOAD("ldadda xzr,", p)
#define R_CASA(p)                                                                      \
    ({ uint64_t r_ = 99; __asm__ volatile("casa %0, %0, [%1]" : "+r"(r_) : "r"(p) : "memory"); r_; })

/* Barriers. */
#define NONE ((void)0)
#define DMB __asm__ volatile("dmb ish" ::: "memory")
#define DMB_SY __asm__ volatile("dmb sy" ::: "memory")
#define DMB_LD __asm__ volatile("dmb ishld" ::: "memory")
#define DMB_ST __asm__ volatile("dmb ishst" ::: "memory")
#define DSB __asm__ volatile("dsb ish" ::: "memory")

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

MP(mp_stlr_ldar, W_STLR, NONE, R_LDAR, NONE)
MP(mp_stlr_ldapr, W_STLR, NONE, R_LDAPR, NONE)
MP(mp_stlur_ldapur, W_STLUR, NONE, R_LDAPUR, NONE)
MP(mp_stlxr_ldaxr, W_STLXR, NONE, R_LDAXR, NONE)
MP(mp_swpl_ldadda, W_SWPL, NONE, R_LDADDA, NONE)
MP(mp_swpl_casa, W_SWPL, NONE, R_CASA, NONE)
MP(mp_dmb_dmb, W_STR, DMB, R_LDR, DMB)
MP(mp_dmbst_dmbld, W_STR, DMB_ST, R_LDR, DMB_LD)
MP(mp_dsb_dsb, W_STR, DSB, R_LDR, DSB)
SB(sb_dmb, W_STR, DMB, R_LDR)
SB(sb_dmb_sy, W_STR, DMB_SY, R_LDR)
SB(sb_dsb, W_STR, DSB, R_LDR)
SB(sb_stlr_ldar, W_STLR, NONE, R_LDAR)
SB(sb_stlur_ldar, W_STLUR, NONE, R_LDAR)
SB(sb_stlxr_ldaxr, W_STLXR, NONE, R_LDAXR)
LB(lb_ldar, R_LDAR, NONE, W_STR)
LB(lb_ldapr, R_LDAPR, NONE, W_STR)
LB(lb_stlr, R_LDR, NONE, W_STLR)
LB(lb_ldadda, R_LDADDA, NONE, W_STR)
LB(lb_dmb, R_LDR, DMB, W_STR)
LB(lb_dmbld, R_LDR, DMB_LD, W_STR)
R(r_dmb, W_STR, DMB, R_LDR)
R(r_dsb, W_STR, DSB, R_LDR)
R(r_stlr_ldar, W_STLR, NONE, R_LDAR)
S(s_stlr_ldar, W_STLR, NONE, R_LDAR, NONE)
S(s_stlr_ldapr, W_STLR, NONE, R_LDAPR, NONE)
S(s_dmb_dmb, W_STR, DMB, R_LDR, DMB)
S(s_dmbst_dmbld, W_STR, DMB_ST, R_LDR, DMB_LD)
S(s_swpl_ldadda, W_SWPL, NONE, R_LDADDA, NONE)
WW(ww_stlr, W_STLR, NONE)
WW(ww_swpl, W_SWPL, NONE)
WW(ww_dmb, W_STR, DMB)
WW(ww_dmbst, W_STR, DMB_ST)
SB(control_sb_plain, W_STR, NONE, R_LDR)
SB(control_sb_dmbst, W_STR, DMB_ST, R_LDR)
R(control_r_plain, W_STR, NONE, R_LDR)

struct test {
    const char *name;
    void (*thread[2])(struct cell *);
    int (*outcome)(const struct cell *);
    int allowed;
};
#define ENTRY(id, allowed) {#id, {id##_0, id##_1}, id##_is, allowed}
static const struct test TESTS[] = {
    ENTRY(mp_stlr_ldar, 0), ENTRY(mp_stlr_ldapr, 0), ENTRY(mp_stlur_ldapur, 0),
    ENTRY(mp_stlxr_ldaxr, 0), ENTRY(mp_swpl_ldadda, 0), ENTRY(mp_swpl_casa, 0),
    ENTRY(mp_dmb_dmb, 0), ENTRY(mp_dmbst_dmbld, 0), ENTRY(mp_dsb_dsb, 0),
    ENTRY(sb_dmb, 0), ENTRY(sb_dmb_sy, 0), ENTRY(sb_dsb, 0),
    ENTRY(sb_stlr_ldar, 0), ENTRY(sb_stlur_ldar, 0), ENTRY(sb_stlxr_ldaxr, 0),
    ENTRY(lb_ldar, 0), ENTRY(lb_ldapr, 0), ENTRY(lb_stlr, 0),
    ENTRY(lb_ldadda, 0), ENTRY(lb_dmb, 0), ENTRY(lb_dmbld, 0),
    ENTRY(r_dmb, 0), ENTRY(r_dsb, 0), ENTRY(r_stlr_ldar, 0),
    ENTRY(s_stlr_ldar, 0), ENTRY(s_stlr_ldapr, 0), ENTRY(s_dmb_dmb, 0),
    ENTRY(s_dmbst_dmbld, 0), ENTRY(s_swpl_ldadda, 0),
    ENTRY(ww_stlr, 0), ENTRY(ww_swpl, 0), ENTRY(ww_dmb, 0), ENTRY(ww_dmbst, 0),
    ENTRY(control_sb_plain, 1), ENTRY(control_sb_dmbst, 1), ENTRY(control_r_plain, 1),
};

static const struct test *current;
static uint64_t n_rounds;
static uint32_t arrived, phase;

/* Both threads meet; spinning, so that they leave at about the same time. */
static void meet(void) {
    uint32_t before = __atomic_load_n(&phase, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == 2) {
        __atomic_store_n(&arrived, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&phase, before + 1, __ATOMIC_RELEASE);
    } else {
        while (__atomic_load_n(&phase, __ATOMIC_ACQUIRE) == before) {
        }
    }
}

/* One thread's part of all rounds; the first also clears and counts. */
static uint64_t rounds(int which) {
    uint64_t n_seen = 0;
    for (uint64_t round = 0; round < n_rounds; round++) {
        if (which == 0)
            for (int i = 0; i < CELLS; i++)
                cells[i].x = cells[i].y = cells[i].seen[0] = cells[i].seen[1] = 0;
        meet();
        void (*step)(struct cell *) = current->thread[which];
        for (int i = 0; i < CELLS; i++)
            step(&cells[i]);
        meet();
        if (which == 0)
            for (int i = 0; i < CELLS; i++)
                n_seen += (uint64_t)current->outcome(&cells[i]);
    }
    return n_seen;
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
        pthread_t other;
        if (pthread_create(&other, NULL, other_thread, NULL) != 0)
            return 2;
        uint64_t n_seen = rounds(0);
        pthread_join(other, NULL);
        int bad = !current->allowed && n_seen != 0;
        failed |= bad;
        fprintf(stderr, "%-20s %llu of %llu\n", current->name, (unsigned long long)n_seen,
                (unsigned long long)(n_rounds * CELLS));
        printf("%s %s\n", current->name, current->allowed ? "allowed" : bad ? "SEEN" : "never");
    }
    return failed;
}
