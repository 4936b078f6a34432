/* FEAT_LSE2: exclusive, ordered and atomic accesses that are misaligned.
 *
 * They work if they stay in an aligned block of 16 bytes, and raise an alignment fault if they leave it (Arm ARM DDI 0487,
 * B2.5.2). What they do is single-copy atomic, and so is a pair of general registers (B2.2.1).
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

/* Memory, and what it should hold. */
static _Alignas(64) uint8_t memory[64], model[64];
static sigjmp_buf refused;
static void *volatile told;

static void on_bus_error(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)context;
    told = info->si_code == BUS_ADRALN ? info->si_addr : NULL;
    siglongjmp(refused, 1);
}

/* One instruction on memory: takes the address and two operands, gives what it loaded. */
typedef uint64_t operation(uint8_t *at, uint64_t a, uint64_t b);

#define OPERATION(name, insns)                                                      \
    static uint64_t name(uint8_t *at, uint64_t a, uint64_t b) {                     \
        register uint64_t x0 __asm__("x0") = a;                                     \
        register uint64_t x1 __asm__("x1") = b;                                     \
        register uint8_t *x2 __asm__("x2") = at;                                    \
        __asm__ volatile(insns : "+r"(x0), "+r"(x1) : "r"(x2) : "x3", "memory");    \
        return x0;                                                                  \
    }
/* Of 2, 4 and 8 bytes. */
#define EACH(name, half, word, doubleword) \
    OPERATION(name##_2, half) OPERATION(name##_4, word) OPERATION(name##_8, doubleword)

EACH(ldar, "ldarh w0, [x2]", "ldar w0, [x2]", "ldar x0, [x2]")
EACH(ldapr, "ldaprh w0, [x2]", "ldapr w0, [x2]", "ldapr x0, [x2]")
EACH(ldapur, "sub x2, x2, #7; ldapurh w0, [x2, #7]; add x2, x2, #7",
     "sub x2, x2, #7; ldapur w0, [x2, #7]; add x2, x2, #7", "ldapur x0, [x2]")
EACH(stlr, "stlrh w1, [x2]; mov x0, 0", "stlr w1, [x2]; mov x0, 0", "stlr x1, [x2]; mov x0, 0")
EACH(stlur, "stlurh w1, [x2]; mov x0, 0", "stlur w1, [x2]; mov x0, 0", "stlur x1, [x2]; mov x0, 0")
EACH(swpal, "swpalh w1, w0, [x2]", "swpal w1, w0, [x2]", "swpal x1, x0, [x2]")
EACH(ldadd, "ldaddh w1, w0, [x2]", "ldadd w1, w0, [x2]", "ldadd x1, x0, [x2]")
EACH(ldclr, "ldclrh w1, w0, [x2]", "ldclr w1, w0, [x2]", "ldclr x1, x0, [x2]")
EACH(ldumax, "ldumaxh w1, w0, [x2]", "ldumax w1, w0, [x2]", "ldumax x1, x0, [x2]")
EACH(casal, "ldrh w0, [x2]; casalh w0, w1, [x2]", "ldr w0, [x2]; casal w0, w1, [x2]",
     "ldr x0, [x2]; casal x0, x1, [x2]")
EACH(exclusive, "0: ldaxrh w0, [x2]; stlxrh w3, w1, [x2]; cbnz w3, 0b",
     "0: ldaxr w0, [x2]; stlxr w3, w1, [x2]; cbnz w3, 0b",
     "0: ldxr x0, [x2]; stxr w3, x1, [x2]; cbnz w3, 0b")
OPERATION(exclusive_pair, "0: ldxp w0, w3, [x2]; orr x0, x0, x3, lsl #32; lsr x3, x1, #32; stxp w4, w1, w3, [x2]; cbnz w4, 0b")
OPERATION(ldapursh, "ldapursh x0, [x2]")
OPERATION(ldapursh_w, "ldapursh w0, [x2]")
OPERATION(ldapursw, "ldapursw x0, [x2]")
OPERATION(tagged, "orr x2, x2, #0x0f00000000000000; 0: ldxr x0, [x2]; stxr w3, x1, [x2]; cbnz w3, 0b; and x2, x2, #0xff0fffffffffffff")

/* What they leave in memory, of what was there and the second operand. */
typedef uint64_t update(uint64_t old, uint64_t b);
static uint64_t keep(uint64_t old, uint64_t b) { return (void)b, old; }
static uint64_t replace(uint64_t old, uint64_t b) { return (void)old, b; }
static uint64_t plus(uint64_t old, uint64_t b) { return old + b; }
static uint64_t without(uint64_t old, uint64_t b) { return old & ~b; }
static uint64_t greater(uint64_t old, uint64_t b) { return old > b ? old : b; }

struct test {
    const char *name;
    int bytes;
    operation *run;
    update *then;
    int gives; /* 1: what was there; 0: nothing; -1: the same, as a signed number */
};
#define THREE(name, then, gives) \
    {#name, 2, name##_2, then, gives}, {#name, 4, name##_4, then, gives}, {#name, 8, name##_8, then, gives}
static const struct test TESTS[] = {
    THREE(ldar, keep, 1), THREE(ldapr, keep, 1), THREE(ldapur, keep, 1), THREE(stlr, replace, 0),
    THREE(stlur, replace, 0), THREE(swpal, replace, 1), THREE(ldadd, plus, 1),
    THREE(ldclr, without, 1), THREE(ldumax, greater, 1), THREE(casal, replace, 1),
    THREE(exclusive, replace, 1), {"exclusive_pair", 8, exclusive_pair, replace, 1},
    {"ldapursh", 2, ldapursh, keep, -1}, {"ldapursw", 4, ldapursw, keep, -1},
    {"ldapursh_w", 2, ldapursh_w, keep, -2}, {"tagged", 8, tagged, replace, 1},
};

static uint64_t random_bits(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state ^ state >> 29;
}

static uint64_t as_signed(uint64_t v, int bytes) {
    return (uint64_t)((int64_t)(v << (64 - 8 * bytes)) >> (64 - 8 * bytes));
}

/* Whether the operation does at this place what it should. */
static int right_at(const struct test *t, unsigned place) {
    for (unsigned i = 0; i < sizeof memory; i++)
        memory[i] = model[i] = (uint8_t)random_bits();
    uint64_t mask = UINT64_MAX >> (64 - 8 * t->bytes), a = random_bits(), b = random_bits() & mask, old = 0;
    int within = place % 16 + (unsigned)t->bytes <= 16;
    memcpy(&old, model + place, (size_t)t->bytes);
    told = NULL;
    if (sigsetjmp(refused, 1))
        return !within && told == memory + place && memcmp(memory, model, sizeof memory) == 0;
    uint64_t got = t->run(memory + place, a, b), new = t->then(old, b);
    memcpy(model + place, &new, (size_t)t->bytes);
    uint64_t loaded = t->gives < 0 ? as_signed(old, t->bytes) : t->gives ? old : 0;
    if (t->gives == -2)
        loaded &= 0xffffffff;
    return within && got == loaded && memcmp(memory, model, sizeof memory) == 0;
}

/* A load from what cannot be written. */
static int reads_what_is_read_only(void) {
    uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[5] = 0x12, page[6] = 0x34;
    mprotect(page, 4096, PROT_READ);
    return ldar_4(page + 3, 0, 0) == 0x34120000;
}

/* Two threads: one stores all zeros and all ones in turn, the other must not see a mixture. */
static uint8_t *shared_at;
static void *other(void *how);
static volatile int is_over;
enum { ROUNDS = 300000 };

struct tearing {
    const char *name;
    unsigned place;
    int bytes;
    void (*store)(uint8_t *at, uint64_t v);
    int (*is_torn)(const uint8_t *at);
};

static int mixed(uint64_t v, int bits) {
    uint64_t mask = UINT64_MAX >> (64 - bits);
    return (v & mask) != 0 && (v & mask) != mask;
}
static void stp_x(uint8_t *at, uint64_t v) { __asm__ volatile("stp %1, %1, [%0]" ::"r"(at), "r"(v) : "memory"); }
static void stp_w(uint8_t *at, uint64_t v) { __asm__ volatile("stp %w1, %w1, [%0]" ::"r"(at), "r"(v) : "memory"); }
static void stlr_x(uint8_t *at, uint64_t v) { __asm__ volatile("stlr %1, [%0]" ::"r"(at), "r"(v) : "memory"); }
static void str_x(uint8_t *at, uint64_t v) { __asm__ volatile("str %1, [%0]" ::"r"(at), "r"(v) : "memory"); }
static void stnp_x(uint8_t *at, uint64_t v) { __asm__ volatile("stnp %1, %1, [%0]" ::"r"(at), "r"(v) : "memory"); }
static int ldp_x(const uint8_t *at) {
    uint64_t lo, hi;
    __asm__ volatile("ldp %0, %1, [%2]" : "=&r"(lo), "=&r"(hi) : "r"(at) : "memory");
    return lo != hi || mixed(lo, 64);
}
static int ldnp_x(const uint8_t *at) {
    uint64_t lo, hi;
    __asm__ volatile("ldnp %0, %1, [%2]" : "=&r"(lo), "=&r"(hi) : "r"(at) : "memory");
    return lo != hi || mixed(lo, 64);
}
static int ldp_w(const uint8_t *at) {
    uint64_t lo, hi;
    __asm__ volatile("ldp %w0, %w1, [%2]" : "=&r"(lo), "=&r"(hi) : "r"(at) : "memory");
    return lo != hi || mixed(lo, 32);
}
static int ldar_x(const uint8_t *at) {
    uint64_t v;
    __asm__ volatile("ldar %0, [%1]" : "=r"(v) : "r"(at) : "memory");
    return mixed(v, 64);
}
static int ldr_x(const uint8_t *at) {
    uint64_t v;
    __asm__ volatile("ldr %0, [%1]" : "=r"(v) : "r"(at) : "memory");
    return mixed(v, 64);
}

static const struct tearing TEARINGS[] = {
    {"pair of doublewords", 16, 16, stp_x, ldp_x}, {"the same, not temporal", 32, 16, stnp_x, ldnp_x},
    {"pair of words", 20, 8, stp_w, ldp_w}, {"release and acquire", 21, 8, stlr_x, ldar_x},
    {"plain doubleword", 3, 8, str_x, ldr_x},
};

static void *other(void *how) {
    const struct tearing *t = how;
    for (uint64_t v = 0; !is_over; v = ~v)
        t->store(shared_at, v);
    return NULL;
}

static int is_atomic(const struct tearing *t) {
    memset(memory, 0, sizeof memory);
    shared_at = memory + t->place;
    is_over = 0;
    pthread_t thread;
    if (pthread_create(&thread, NULL, other, (void *)t) != 0)
        return 0;
    int n_torn = 0;
    for (int i = 0; i < ROUNDS; i++)
        n_torn += t->is_torn(shared_at);
    is_over = 1;
    pthread_join(thread, NULL);
    return n_torn == 0;
}

static int failures(int parallel) {
    int failed = 0;
    for (size_t i = 0; i < sizeof TESTS / sizeof *TESTS; i++)
        for (unsigned place = 8; place < 40; place++)
            if (!right_at(&TESTS[i], place)) {
                printf("%s of %d bytes at %u (%d)\n", TESTS[i].name, TESTS[i].bytes, place, parallel);
                failed++;
            }
    return failed;
}

int main(void) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &action, NULL);
    printf("uscat: %lu\n", getauxval(AT_HWCAP) >> 25 & 1);
    printf("alone: %d wrong\n", failures(0));
    for (size_t i = 0; i < sizeof TEARINGS / sizeof *TEARINGS; i++)
        printf("%s: %s\n", TEARINGS[i].name, is_atomic(&TEARINGS[i]) ? "atomic" : "TORN");
    printf("among threads: %d wrong\n", failures(1));
    printf("read-only: %s\n", reads_what_is_read_only() ? "loaded" : "wrong");
    return 0;
}
