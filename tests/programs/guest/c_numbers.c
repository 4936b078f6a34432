/* Floating point and integers as a program sees them: printing, conversion, libm, rounding modes,
   exception flags, 128-bit products, shifts, long double. */
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const char *name, double value) { printf("%-12s %a %.17g\n", name, value, value); }

static const struct {
    const char *name;
    int mode;
} MODES[] = {{"nearest", FE_TONEAREST}, {"down", FE_DOWNWARD}, {"up", FE_UPWARD},
             {"zero", FE_TOWARDZERO}};

static void rounding(void) {
    for (unsigned i = 0; i < 4; i++) {
        volatile double one = 1, three = 3, tiny = DBL_MIN, half = 2.5;
        volatile float narrow;
        fesetround(MODES[i].mode);
        narrow = (float)(one / three);
        printf("%s %a %a %a %a %ld\n", MODES[i].name, one / three, -one / three, tiny / three,
               (double)narrow, lrint(half));
    }
    fesetround(FE_TONEAREST);
}

static void flags(const char *name, double a, double b, char op) {
    volatile double x = a, y = b, r = 0;
    feclearexcept(FE_ALL_EXCEPT);
    switch (op) {
    case '+': r = x + y; break;
    case '*': r = x * y; break;
    case '/': r = x / y; break;
    case 's': r = sqrt(x); break;
    }
    int set = fetestexcept(FE_ALL_EXCEPT);
    printf("%s: %s%s%s%s%s nan %d\n", name, set & FE_INVALID ? "invalid " : "",
           set & FE_DIVBYZERO ? "divbyzero " : "", set & FE_OVERFLOW ? "overflow " : "",
           set & FE_UNDERFLOW ? "underflow " : "", set & FE_INEXACT ? "inexact " : "", isnan(r));
}

static void integers(void) {
    uint64_t state = 88172645463325252u;
    uint64_t sum = 0;
    int64_t signed_sum = 0;
    for (int i = 0; i < 100000; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        unsigned __int128 wide = (unsigned __int128)state * (state | 1);
        int64_t divisor = (int64_t)(state >> 40) | 1;
        sum += (uint64_t)(wide >> 64) ^ (uint64_t)wide ^ (uint64_t)(wide % (state >> 3 | 1));
        signed_sum += (int64_t)state / divisor - (int64_t)state % divisor;
        sum += (uint32_t)state / ((uint32_t)(state >> 50) | 1);
        sum ^= state << (i & 63) | state >> (63 - (i & 63));
        sum += __builtin_popcountll(state) * __builtin_clzll(state | 1) + __builtin_ctzll(state | 8);
        sum = __builtin_bswap64(sum) + __builtin_bswap32((uint32_t)state);
    }
    printf("%016" PRIx64 " %" PRId64 "\n", sum, signed_sum);
}

int main(void) {
    double points[] = {0.5, 1.25, 3.0, 100.125, 1e-5, 1e10};
    for (unsigned i = 0; i < 6; i++) {
        double x = points[i];
        show("sqrt", sqrt(x));
        show("sin", sin(x));
        show("exp", exp(x / 100));
        show("log", log(x));
        show("pow", pow(x, 1.5));
        show("atan2", atan2(x, 2));
        show("fmod", fmod(1e15, x));
        show("cbrtf", cbrtf((float)x));
        printf("%.20Lg %lld %lld %.0f\n", (long double)x / 2, llround(x), llrint(x + 0.5), floor(-x));
    }
    rounding();
    flags("1/0", 1, 0, '/');
    flags("0/0", 0, 0, '/');
    flags("max*2", DBL_MAX, 2, '*');
    flags("min*min", DBL_MIN, DBL_MIN, '*');
    flags("1/3", 1, 3, '/');
    flags("sqrt -1", -1, 0, 's');
    flags("1+1", 1, 1, '+');
    integers();
    printf("%s %g %g\n", strtod("0x1p-1074", NULL) > 0 ? "subnormal" : "zero", strtod("1e400", NULL),
           strtod("123456789012345678901234567890", NULL));
    return 0;
}
