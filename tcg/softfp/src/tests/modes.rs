//! By hand: the modes and choices that Arm has (Arm ARM DDI 0487, A1.5 and shared pseudocode).

use crate::{
    BF16, Env, F16, F32, F64, Flags, NanRule, Negate, Ordering, PLAIN, Round, Rules, add,
    compare_quiet, convert, div, fma, from_alternative_half, from_fixed_signed,
    from_fixed_unsigned, max, max_num, min, min_num, mul, round_to_integral, sqrt,
    to_alternative_half, to_fixed_signed, to_fixed_unsigned, to_i32, to_i64, to_u64,
};

static ADDEND_FIRST: Rules = Rules {
    nan: NanRule::AddendFirst,
    out_of_range_is_inexact: false,
    nan_to_signed_is_min: false,
    ..PLAIN
};

const ONE: u64 = 0x3ff0 << 48;
const INFINITY: u64 = 0x7ff0 << 48;
const QNAN: u64 = 0x7ff8 << 48;
const SNAN: u64 = INFINITY | 0x123;
const NEGATIVE: u64 = 1 << 63;
const MIN_NORMAL: u64 = 1 << 52;
const ONE32: u32 = 0x3f80_0000;

fn env() -> Env {
    Env::new(&ADDEND_FIRST)
}

fn flushing() -> Env {
    Env { flush: true, ..env() }
}

/// The IEEE flags, and that of flushed operands.
fn raised(env: Env) -> Flags {
    env.flags & (Flags::EXCEPTIONS | Flags::INPUT_DENORMAL)
}

#[test]
fn the_addend_comes_first() {
    let (q1, q2, q3, s1) = (QNAN | 1, QNAN | 2, QNAN | 3, INFINITY | 1);
    let quiet = |x: u64| x | 1 << 51;
    for (a, b, c, want, invalid) in [
        (q1, q2, q3, q3, false),
        (q1, q2, ONE, q1, false),
        (s1, q2, SNAN, quiet(SNAN), true),
        (s1, q2, q3, quiet(s1), true),
        (INFINITY, 0, q3, QNAN, true),
        (0, INFINITY, SNAN, quiet(SNAN), true),
        (INFINITY, 0, ONE, QNAN, true),
        (INFINITY, q2, 0, q2, false),
    ] {
        let mut env = env();
        let got = fma::<F64>(&mut env, a, b, c, Negate::default());
        assert_eq!(got, want, "{a:x} {b:x} {c:x}");
        assert_eq!(env.flags.contains(Flags::INVALID), invalid, "{a:x} {b:x} {c:x}");
    }
}

#[test]
fn default_nan_replaces_all() {
    let default = || Env { default_nan: true, ..env() };
    for (a, b, invalid) in [(QNAN | 5, ONE, false), (ONE, SNAN | NEGATIVE, true)] {
        for op in [add::<F64>, mul::<F64>, div::<F64>, max::<F64>, min::<F64>] {
            let mut e = default();
            assert_eq!(op(&mut e, a, b), QNAN);
            assert_eq!(raised(e).contains(Flags::INVALID), invalid);
        }
    }
    let mut e = default();
    assert_eq!(convert::<F64, F32>(&mut e, SNAN | NEGATIVE), 0x7fc0_0000);
    assert_eq!(raised(e), Flags::INVALID);
    assert_eq!(fma::<F64>(&mut default(), ONE, ONE, QNAN | 9, Negate::default()), QNAN);
    assert_eq!(sqrt::<F64>(&mut default(), QNAN | 1), QNAN);
    assert_eq!(round_to_integral::<F64>(&mut default(), QNAN | 1), QNAN);
}

#[test]
fn flushed_operands() {
    let mut e = flushing();
    assert_eq!(add::<F64>(&mut e, ONE, 1), ONE);
    assert_eq!(raised(e), Flags::INPUT_DENORMAL);
    let mut e = flushing();
    assert_eq!(div::<F64>(&mut e, ONE, NEGATIVE | 1), INFINITY | NEGATIVE);
    assert_eq!(raised(e), Flags::INPUT_DENORMAL | Flags::DIV_BY_ZERO);
    let mut e = flushing();
    assert_eq!(compare_quiet::<F64>(&mut e, 1, NEGATIVE | 2), Ordering::Equal);
    assert_eq!(raised(e), Flags::INPUT_DENORMAL);
    let mut e = Env { round: Round::Up, ..flushing() };
    assert_eq!(to_i64::<F64>(&mut e, 1), 0);
    assert_eq!(round_to_integral::<F64>(&mut e, 1 | NEGATIVE), NEGATIVE);
    assert_eq!(raised(e), Flags::INPUT_DENORMAL);
    // Beside a NaN a subnormal operand is reported too.
    let mut e = flushing();
    assert_eq!(mul::<F64>(&mut e, 1, QNAN), QNAN);
    assert_eq!(raised(e), Flags::INPUT_DENORMAL);
    // ∞ times what counts as zero.
    let mut e = flushing();
    assert_eq!(fma::<F64>(&mut e, INFINITY, 1, QNAN | 7, Negate::default()), QNAN);
    assert_eq!(raised(e), Flags::INPUT_DENORMAL | Flags::INVALID);
    assert_eq!(max::<F64>(&mut flushing(), 1, NEGATIVE | 1), 0);
}

#[test]
fn flushed_results() {
    let half = 0x3fe0 << 48;
    let mut e = flushing();
    assert_eq!(mul::<F64>(&mut e, MIN_NORMAL | NEGATIVE, half), NEGATIVE);
    assert_eq!(raised(e), Flags::UNDERFLOW, "exact, and underflow without inexact");
    // Rounds up to the smallest normal number, but is tiny before rounding.
    let mut e = flushing();
    assert_eq!(mul::<F64>(&mut e, MIN_NORMAL, ONE - 1), 0);
    assert_eq!(raised(e), Flags::UNDERFLOW);
    let mut e = flushing();
    assert_eq!(convert::<F64, F32>(&mut e, 0x3700 << 48), 0);
    assert_eq!(raised(e), Flags::UNDERFLOW);
}

#[test]
fn half_precision_has_its_own_flushing() {
    let mut e = Env { flush_half: true, ..env() };
    assert_eq!(add::<F16>(&mut e, 1, 1), 0);
    assert_eq!(raised(e), Flags::NONE, "operands of half precision raise nothing");
    assert_eq!(mul::<F16>(&mut e, 0x0400, 0x3800), 0);
    assert_eq!(raised(e), Flags::UNDERFLOW);
    assert_eq!(add::<F16>(&mut flushing(), 1, 1), 2, "FZ does not concern it");
    // Conversions between formats do not know FZ16.
    let mut e = Env { flush_half: true, flush: true, ..env() };
    assert_eq!(convert::<F16, F32>(&mut e, 1), 0x3380_0000);
    assert_eq!(convert::<F32, F16>(&mut e, 0x3380_0000), 1);
    assert_eq!(raised(e), Flags::NONE);
    assert!(e.flush_half);
}

#[test]
fn alternative_half_precision() {
    let both = |bits: u32| {
        let mut e = env();
        (to_alternative_half::<F32>(&mut e, bits), raised(e))
    };
    assert_eq!(both(ONE32), (0x3c00, Flags::NONE));
    assert_eq!(both(0x4780_0000), (0x7c00, Flags::NONE), "2^16");
    assert_eq!(both(0x47ff_e000), (0x7fff, Flags::NONE), "131008");
    assert_eq!(both(0x47ff_efff), (0x7fff, Flags::INEXACT));
    assert_eq!(both(0x47ff_f000), (0x7fff, Flags::INVALID), "rounds to 2^17");
    assert_eq!(both(0xff80_0000), (0xffff, Flags::INVALID));
    assert_eq!(both(0xffc0_0001), (0x8000, Flags::INVALID));
    assert_eq!(both(0x477f_ffff), (0x7c00, Flags::INEXACT), "rounds up to 2^16");
    assert_eq!(both(0x3300_0001), (1, Flags::UNDERFLOW | Flags::INEXACT), "above 2^-25");
    assert_eq!(both(0x3380_0000), (1, Flags::NONE));
    for half in 0..=u16::MAX {
        let single = from_alternative_half::<F32>(&mut env(), half);
        assert_eq!(both(single), (half, Flags::NONE));
    }
    assert_eq!(from_alternative_half::<F64>(&mut env(), 0xfc00), 0xc0f0 << 48);
}

/// Truncating the low half of a binary32 is rounding toward zero.
#[test]
fn brain_float() {
    let mut random = super::Random::new(5);
    for _ in 0..10_000 {
        let x = random.float::<F32>() as u32;
        let mut e = Env::with_round(&ADDEND_FIRST, Round::TowardZero);
        let got = convert::<F32, BF16>(&mut e, x);
        let quiet = if crate::is_nan::<F32>(x) { 1 << 6 } else { 0 };
        assert_eq!(got, (x >> 16) as u16 | quiet, "{x:x}");
        assert_eq!(raised(e).contains(Flags::INEXACT), x & 0xffff != 0 && quiet == 0);
        if quiet == 0 {
            assert_eq!(convert::<BF16, F32>(&mut e, got), u32::from(got) << 16);
        }
    }
    assert_eq!(convert::<F32, BF16>(&mut env(), 0x3f80_8000), 0x3f80, "ties to even");
    assert_eq!(convert::<F32, BF16>(&mut env(), 0x3f81_8000), 0x3f82);
}

#[test]
fn maxima_and_minima() {
    let e = &mut env();
    assert_eq!(max::<F64>(e, 0, NEGATIVE), 0);
    assert_eq!(max::<F64>(e, NEGATIVE, 0), 0);
    assert_eq!(min::<F64>(e, 0, NEGATIVE), NEGATIVE);
    assert_eq!(min::<F64>(e, NEGATIVE | ONE, ONE), NEGATIVE | ONE);
    assert_eq!(max::<F64>(e, INFINITY, ONE), INFINITY);
    assert_eq!(max::<F64>(e, ONE, QNAN | 1), QNAN | 1);
    assert_eq!(max_num::<F64>(e, ONE, QNAN | 1), ONE);
    assert_eq!(min_num::<F64>(e, QNAN | 1, ONE), ONE);
    assert_eq!(max_num::<F64>(e, QNAN | 1, QNAN | 2), QNAN | 1);
    assert_eq!(raised(*e), Flags::NONE);
    assert_eq!(max_num::<F64>(e, QNAN | 1, SNAN), SNAN | 1 << 51);
    assert_eq!(raised(*e), Flags::INVALID);
}

#[test]
fn integers_out_of_range() {
    let check = |got: i64, e: Env, want: i64, flags| assert_eq!((got, raised(e)), (want, flags));
    let mut e = env();
    check(i64::from(to_i32::<F64>(&mut e, QNAN)), e, 0, Flags::INVALID);
    let mut e = env();
    check(i64::from(to_i32::<F64>(&mut e, INFINITY)), e, i64::from(i32::MAX), Flags::INVALID);
    let mut e = env();
    check(to_u64::<F64>(&mut e, ONE | NEGATIVE).cast_signed(), e, 0, Flags::INVALID);
}

#[test]
fn fixed_point() {
    let e = &mut env();
    assert_eq!(to_fixed_signed::<F64>(e, ONE, 32, 31), i64::from(i32::MAX));
    assert_eq!(e.take_flags() & Flags::EXCEPTIONS, Flags::INVALID);
    assert_eq!(to_fixed_signed::<F64>(e, ONE | NEGATIVE, 32, 31), i64::from(i32::MIN));
    assert_eq!(to_fixed_unsigned::<F64>(e, ONE, 64, 63), 1 << 63);
    assert_eq!(to_fixed_unsigned::<F16>(e, 0x3c00, 16, 15), 1 << 15);
    assert_eq!(to_fixed_signed::<F16>(e, 0xbc00, 16, 4), -16);
    assert_eq!(from_fixed_signed::<F64>(e, -1, 64), (1023 - 64) << 52 | NEGATIVE);
    assert_eq!(from_fixed_unsigned::<F64>(e, 3, 1), 0x3ff8 << 48);
    assert_eq!(e.take_flags() & Flags::EXCEPTIONS, Flags::NONE);
    assert_eq!(from_fixed_unsigned::<F16>(e, 1, 25), 0);
    assert!(e.take_flags().contains(Flags::UNDERFLOW | Flags::INEXACT));
}
