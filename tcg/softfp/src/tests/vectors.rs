//! By hand: what only the architectures' own choices show.

use crate::{
    Class, Env, F16, F32, F64, F128, Flags, Negate, Ordering, PLAIN, Round, Rules, Tininess, add,
    classify, compare_quiet, compare_signaling, convert, convert_scaled, div, fma, from_i64,
    from_u64, mul, mul_widening, round_to_integral, sign, sqrt, sub, to_i32, to_i64, to_u32,
    to_u64,
};

const ONE: u64 = 0x3ff0 << 48;
const INFINITY: u64 = 0x7ff0 << 48;
const MAX: u64 = INFINITY - 1;
const QNAN: u64 = 0x7ff8 << 48;
const SNAN: u64 = INFINITY | 0x123;
const MIN_NORMAL: u64 = 1 << 52;
const NEGATIVE: u64 = 1 << 63;

fn env() -> Env {
    Env::new(&PLAIN)
}

fn rounding(round: Round) -> Env {
    Env::with_round(&PLAIN, round)
}

fn trapping(traps: Flags) -> Env {
    Env { traps, ..env() }
}

/// PoP ch. 19: signaling before quiet, then operand order; the chosen one made quiet.
#[test]
fn nan_precedence() {
    let quiet = |x: u64| x | 1 << 51;
    let (s1, s2) = (INFINITY | 1, NEGATIVE | INFINITY | 2);
    let (q1, q2) = (QNAN | 3, NEGATIVE | QNAN | 4);
    for (a, b, want, invalid) in [
        (s1, s2, quiet(s1), true),
        (q1, s2, quiet(s2), true),
        (s1, q2, quiet(s1), true),
        (q1, q2, q1, false),
        (ONE, q2, q2, false),
        (ONE, s2, quiet(s2), true),
        (q1, ONE, q1, false),
    ] {
        for op in [add::<F64>, sub::<F64>, mul::<F64>, div::<F64>] {
            let mut env = env();
            assert_eq!(op(&mut env, a, b), want, "{a:x} {b:x}");
            assert_eq!(env.flags.contains(Flags::INVALID), invalid);
        }
    }
}

#[test]
fn nan_of_fused_operations() {
    let (q1, q2, q3) = (QNAN | 1, QNAN | 2, QNAN | 3);
    let negate = Negate { product: true, addend: true, result: true };
    for (a, b, c, want, invalid) in [
        (q1, q2, q3, q1, false),
        (ONE, q2, q3, q2, false),
        (ONE, ONE, q3, q3, false),
        (q1, q2, SNAN, SNAN | 1 << 51, true),
        (INFINITY, 0, q3, QNAN, true),
        (0, INFINITY, SNAN, QNAN, true),
        (INFINITY, q2, 0, q2, false),
        (INFINITY, 0, ONE, QNAN, true),
        (INFINITY, ONE, INFINITY | NEGATIVE, QNAN, true),
    ] {
        let mut env = env();
        let plain = fma::<F64>(&mut env, a, b, c, Negate::default());
        assert_eq!(plain, want, "{a:x} {b:x} {c:x}");
        assert_eq!(env.flags.contains(Flags::INVALID), invalid, "{a:x} {b:x} {c:x}");
        if c & NEGATIVE == 0 || want != QNAN {
            let negated = fma::<F64>(&mut env, a, b, c, negate);
            assert_eq!(negated, want, "no NaN changes its sign: {a:x} {b:x} {c:x}");
        }
    }
}

#[test]
fn invalid_and_division_by_zero() {
    let minus = |x| x | NEGATIVE;
    let check = |result: u64, env: Env, want: u64, flags| {
        assert_eq!((result, env.flags & Flags::EXCEPTIONS), (want, flags));
    };
    let mut e = env();
    check(sub::<F64>(&mut e, INFINITY, INFINITY), e, QNAN, Flags::INVALID);
    let mut e = env();
    check(mul::<F64>(&mut e, INFINITY, 0), e, QNAN, Flags::INVALID);
    let mut e = env();
    check(div::<F64>(&mut e, 0, minus(0)), e, QNAN, Flags::INVALID);
    let mut e = env();
    check(div::<F64>(&mut e, INFINITY, INFINITY), e, QNAN, Flags::INVALID);
    let mut e = env();
    check(sqrt::<F64>(&mut e, minus(ONE)), e, QNAN, Flags::INVALID);
    let mut e = env();
    check(sqrt::<F64>(&mut e, minus(0)), e, minus(0), Flags::NONE);
    let mut e = env();
    check(div::<F64>(&mut e, ONE, minus(0)), e, minus(INFINITY), Flags::DIV_BY_ZERO);
    let mut e = env();
    check(div::<F64>(&mut e, INFINITY, 0), e, INFINITY, Flags::NONE);
    let negative = Rules { default_nan_negative: true, ..PLAIN };
    let negative: &'static Rules = Box::leak(Box::new(negative));
    let mut e = Env::new(negative);
    assert_eq!(mul::<F64>(&mut e, INFINITY, 0), minus(QNAN));
}

#[test]
fn exact_zero_sum() {
    for (round, want) in
        [(Round::NearestEven, 0), (Round::Up, 0), (Round::ToOdd, 0), (Round::Down, NEGATIVE)]
    {
        assert_eq!(sub::<F64>(&mut rounding(round), ONE, ONE), want);
        assert_eq!(add::<F64>(&mut rounding(round), 0, NEGATIVE), want);
        assert_eq!(
            fma::<F64>(&mut rounding(round), ONE, ONE, ONE | NEGATIVE, Negate::default()),
            want
        );
    }
    assert_eq!(add::<F64>(&mut rounding(Round::Up), NEGATIVE, NEGATIVE), NEGATIVE);
}

/// What overflow gives in each mode, and which way it went.
#[test]
fn overflow() {
    for (round, positive, negative) in [
        (Round::NearestEven, INFINITY, INFINITY),
        (Round::NearestAway, INFINITY, INFINITY),
        (Round::TowardZero, MAX, MAX),
        (Round::Up, INFINITY, MAX),
        (Round::Down, MAX, INFINITY),
        (Round::ToOdd, MAX, MAX),
    ] {
        for (sign, want) in [(0, positive), (NEGATIVE, negative)] {
            let mut env = rounding(round);
            assert_eq!(add::<F64>(&mut env, MAX | sign, MAX | sign), want | sign, "{round:?}");
            assert_eq!(env.flags & Flags::EXCEPTIONS, Flags::OVERFLOW | Flags::INEXACT);
            assert_eq!(env.flags.contains(Flags::INCREMENTED), want == INFINITY);
        }
    }
}

/// PoP ch. 9: a trapped overflow delivers the result times 2^−192, 2^−1536, 2^−24576.
#[test]
fn trapped_overflow_is_scaled() {
    let mut e = trapping(Flags::OVERFLOW);
    // (2^1023)² = 2^2046 → 2^510, exact.
    assert_eq!(mul::<F64>(&mut e, 2046 << 52, 2046 << 52), (510 + 1023) << 52);
    assert_eq!(e.flags, Flags::OVERFLOW | Flags::SCALED);
    let mut e = trapping(Flags::OVERFLOW);
    assert_eq!(mul::<F32>(&mut e, 254 << 23, 254 << 23), (254 - 192 + 127) << 23);
    assert_eq!(e.flags, Flags::OVERFLOW | Flags::SCALED);
    let mut e = trapping(Flags::OVERFLOW);
    let big = 32766u128 << 112;
    assert_eq!(mul::<F128>(&mut e, big, big), (32766 - 24576 + 16383) << 112);
    // Inexact: MAX + MAX/2^53 rounds up to 2^1024 → 2^−512.
    let mut e = trapping(Flags::OVERFLOW);
    let small = (2046 - 53) << 52;
    assert_eq!(add::<F64>(&mut e, MAX, small), (1024 + 1023 - 1536) << 52);
    assert!(e.flags.contains(Flags::OVERFLOW | Flags::INEXACT | Flags::INCREMENTED));
}

/// A trapped underflow delivers the result times 2^192, 2^1536, 2^24576; tiny suffices.
#[test]
fn trapped_underflow_is_scaled() {
    let mut e = trapping(Flags::UNDERFLOW);
    assert_eq!(mul::<F64>(&mut e, MIN_NORMAL, ONE - MIN_NORMAL), (1535 + 1) << 52);
    assert_eq!(e.flags, Flags::UNDERFLOW | Flags::TINY | Flags::SCALED);
    // The smallest subnormal plus zero: exact, tiny.
    let mut e = trapping(Flags::UNDERFLOW);
    assert_eq!(add::<F32>(&mut e, 1, 0), (192 - 149 + 127) << 23);
    assert_eq!(e.flags, Flags::UNDERFLOW | Flags::TINY | Flags::SCALED);
    // Untrapped: no exception at all.
    let mut e = env();
    assert_eq!(add::<F32>(&mut e, 1, 0), 1);
    assert_eq!(e.flags, Flags::TINY);
    // Scaled, nothing is lost: (2^−1022 · (1+2^−52)) · (1/2) keeps its last bit.
    let mut e = trapping(Flags::UNDERFLOW);
    let half = 0x3fe0 << 48;
    assert_eq!(mul::<F64>(&mut e, MIN_NORMAL | 1, half), (1536 << 52) | 1);
    assert!(!e.flags.contains(Flags::INEXACT));
}

/// A value that rounds up to the smallest normal number.
#[test]
fn tininess() {
    // (1 − 2^−53) · 2^−1022: exactly half way, to even goes up.
    let below_one = ONE - 1;
    let mut e = env();
    assert_eq!(mul::<F64>(&mut e, MIN_NORMAL, below_one), MIN_NORMAL);
    assert!(e.flags.contains(Flags::UNDERFLOW | Flags::TINY | Flags::INEXACT));
    // With the exponent unbounded it is exact, so tiny after rounding as well.
    let after: &'static Rules =
        Box::leak(Box::new(Rules { tininess: Tininess::AfterRounding, ..PLAIN }));
    let mut e = Env::new(after);
    assert_eq!(mul::<F64>(&mut e, MIN_NORMAL, below_one), MIN_NORMAL);
    assert!(e.flags.contains(Flags::UNDERFLOW));
    // (1 − 2^−54…) · 2^−1022 rounds to 2^−1022 in full precision: tiny only before rounding.
    let (a, b) = (MIN_NORMAL | 1, ONE - 2);
    let mut e = env();
    assert_eq!(mul::<F64>(&mut e, a, b), MIN_NORMAL);
    assert!(e.flags.contains(Flags::UNDERFLOW));
    let mut e = Env::new(after);
    assert_eq!(mul::<F64>(&mut e, a, b), MIN_NORMAL);
    assert!(!e.flags.contains(Flags::UNDERFLOW) && e.flags.contains(Flags::INEXACT));
}

#[test]
fn rounding_modes() {
    // 1 + 2^−53: half way; 1 + 3·2^−54: above half.
    let (half, above) = ((1023 - 53) << 52, (1023 - 53) << 52 | 1 << 51);
    for (round, at_half, over) in [
        (Round::NearestEven, 0, 1),
        (Round::NearestAway, 1, 1),
        (Round::TowardZero, 0, 0),
        (Round::Up, 1, 1),
        (Round::Down, 0, 0),
        (Round::ToOdd, 1, 1),
    ] {
        let mut e = rounding(round);
        assert_eq!(add::<F64>(&mut e, ONE, half), ONE + at_half, "{round:?}");
        assert_eq!(e.flags.contains(Flags::INCREMENTED), at_half == 1);
        assert_eq!(add::<F64>(&mut e, ONE, above), ONE + over, "{round:?}");
    }
    // An odd last digit stays under round to odd.
    let mut e = rounding(Round::ToOdd);
    assert_eq!(add::<F64>(&mut e, ONE + 1, half), ONE + 1);
    assert!(!e.flags.contains(Flags::INCREMENTED) && e.flags.contains(Flags::INEXACT));
    // Never zero, never a power of two by rounding.
    assert_eq!(mul::<F64>(&mut e, 1, 1), 1);
}

#[test]
fn inexact_suppressed() {
    let mut e = Env { inexact_suppressed: true, ..env() };
    let _ = div::<F64>(&mut e, ONE, 0x4008 << 48);
    assert_eq!(e.flags & Flags::EXCEPTIONS, Flags::NONE);
    assert_eq!(round_to_integral::<F64>(&mut e, 0x3ff8 << 48), 0x4000 << 48);
    assert_eq!(e.flags & Flags::EXCEPTIONS, Flags::NONE);
}

#[test]
fn roots() {
    let four = 0x4010 << 48;
    let mut e = env();
    assert_eq!(sqrt::<F64>(&mut e, four), 0x4000 << 48);
    assert!(e.flags.is_empty());
    assert_eq!(sqrt::<F64>(&mut e, 0x4000 << 48), 0x3ff6_a09e_667f_3bcd);
    assert!(e.flags.contains(Flags::INEXACT | Flags::INCREMENTED));
    // √2 in extended precision: 1.6A09E667F3BCC908B2FB1366EA95|7D3E…
    let two = 0x4000u128 << 112;
    let root = 0x3fff_6a09_e667_f3bc_c908_b2fb_1366_ea95;
    assert_eq!(sqrt::<F128>(&mut rounding(Round::TowardZero), two), root);
    assert_eq!(sqrt::<F128>(&mut env(), two), root);
    assert_eq!(sqrt::<F128>(&mut rounding(Round::Up), two), root + 1);
    assert_eq!(sqrt::<F128>(&mut env(), 0x4001 << 112), two);
    // The smallest subnormal, 2^−16494, has the root 2^−8247.
    let mut e = env();
    assert_eq!(sqrt::<F128>(&mut e, 1), (16383 - 8247) << 112);
    assert!(e.flags.is_empty());
}

#[test]
fn extended() {
    let one = 0x3fffu128 << 112;
    let three = 0x4000_8000u128 << 96;
    let mut e = env();
    assert_eq!(div::<F128>(&mut e, one, three), 0x3ffd_5555_5555_5555_5555_5555_5555_5555);
    assert_eq!(add::<F128>(&mut e, one, 1), one);
    assert_eq!(add::<F128>(&mut rounding(Round::Up), one, 1), one + 1);
    // (1 + 2^−112)² − (1 + 2^−111) = 2^−224: nothing lost before the sum.
    let (a, c) = (one | 1, one | 2);
    let negate = Negate { addend: true, ..Negate::default() };
    assert_eq!(fma::<F128>(&mut env(), a, a, c, negate), (16383 - 224) << 112);
    assert_eq!(mul_widening::<F64, F128>(&mut env(), ONE, ONE), one);
}

#[test]
fn cancellation() {
    // (1 + 2^−52)² − (1 + 2^−51) = 2^−104.
    let negate = Negate { addend: true, ..Negate::default() };
    let mut e = env();
    assert_eq!(fma::<F64>(&mut e, ONE + 1, ONE + 1, ONE + 2, negate), (1023 - 104) << 52);
    assert!(e.flags.is_empty());
    // Negations: −(1·1 − 2) = 1, −1·1 + 2 = 1.
    let two = 0x4000 << 48;
    let negate = Negate { addend: true, result: true, ..Negate::default() };
    assert_eq!(fma::<F64>(&mut env(), ONE, ONE, two, negate), ONE);
    let negate = Negate { product: true, ..Negate::default() };
    assert_eq!(fma::<F64>(&mut env(), ONE, ONE, two, negate), ONE);
}

/// PoP "CONVERT TO FIXED", "CONVERT TO LOGICAL": saturation; invalid brings inexact.
#[test]
fn integers() {
    let both = Flags::INVALID | Flags::INEXACT;
    let mut e = env();
    assert_eq!(to_i32::<F64>(&mut e, QNAN), i32::MIN);
    assert_eq!(e.take_flags(), Flags::INVALID);
    assert_eq!(to_u64::<F64>(&mut e, QNAN), 0);
    assert_eq!(e.take_flags(), Flags::INVALID);
    assert_eq!(to_i64::<F64>(&mut e, INFINITY), i64::MAX);
    assert_eq!(to_i64::<F64>(&mut e, INFINITY | NEGATIVE), i64::MIN);
    assert_eq!(to_u32::<F64>(&mut e, ONE | NEGATIVE), 0);
    assert_eq!(e.take_flags(), both);
    // 2^31 − 0.5: fits when cut, not when rounded.
    let edge = 0x41df_ffff_ffe0_0000;
    assert_eq!(to_i32::<F64>(&mut rounding(Round::TowardZero), edge), i32::MAX);
    let mut e = env();
    assert_eq!(to_i32::<F64>(&mut e, edge), i32::MAX);
    assert!(e.take_flags().contains(Flags::INVALID));
    // −0.5 as unsigned: zero, inexact and valid.
    assert_eq!(to_u32::<F64>(&mut e, 0xbfe0 << 48), 0);
    assert_eq!(e.take_flags(), Flags::INEXACT);
    assert_eq!(to_i64::<F64>(&mut e, 0xc3e0 << 48), i64::MIN);
    assert_eq!(e.take_flags(), Flags::NONE);
    let mut e = Env { inexact_suppressed: true, ..env() };
    assert_eq!(to_i32::<F64>(&mut e, INFINITY), i32::MAX);
    assert_eq!(e.flags, Flags::INVALID);
    assert_eq!(from_i64::<F32>(&mut env(), i64::MIN), 0xdf00_0000);
    assert_eq!(from_u64::<F128>(&mut env(), u64::MAX), 0x403e_ffff_ffff_ffff_fffe << 48);
}

#[test]
fn comparisons() {
    let mut e = env();
    assert_eq!(compare_quiet::<F64>(&mut e, 0, NEGATIVE), Ordering::Equal);
    assert_eq!(compare_quiet::<F64>(&mut e, QNAN, ONE), Ordering::Unordered);
    assert_eq!(e.flags, Flags::NONE);
    assert_eq!(compare_signaling::<F64>(&mut e, QNAN, ONE), Ordering::Unordered);
    assert_eq!(e.take_flags(), Flags::INVALID);
    assert_eq!(compare_quiet::<F64>(&mut e, ONE, SNAN), Ordering::Unordered);
    assert_eq!(e.take_flags(), Flags::INVALID);
    assert_eq!(compare_quiet::<F64>(&mut e, INFINITY | NEGATIVE, MAX), Ordering::Less);
    assert_eq!(compare_signaling::<F128>(&mut e, 1, 1 << 127), Ordering::Greater);
}

/// NaNs keep sign and leading payload bits; signaling ones become quiet.
#[test]
fn nan_conversion() {
    let mut e = env();
    assert_eq!(convert::<F32, F64>(&mut e, 0xff80_0001), 0xfff8_0000_2000_0000);
    assert_eq!(e.take_flags(), Flags::INVALID);
    assert_eq!(convert::<F64, F32>(&mut e, 0x7ff8_0000_4000_0001), 0x7fc0_0002);
    assert_eq!(e.take_flags(), Flags::NONE);
    assert_eq!(convert::<F64, F32>(&mut e, 0xfff0_0000_0000_0001), 0xffc0_0000);
    assert_eq!(mul_widening::<F32, F64>(&mut e, 0x7f80_0001, 0), 0x7ff8_0000_2000_0000);
}

/// PoP "LOAD ROUNDED": a trapped result has the format of the source and the precision of the
/// target, scaled by 2^∓512 or 2^∓8192.
#[test]
fn trapped_narrowing() {
    let mut e = trapping(Flags::OVERFLOW | Flags::UNDERFLOW);
    // 2^200 · (1 + 2^−52) → short: 2^(200 − 512).
    let big = (1223 << 52) | 1;
    let _ = convert::<F64, F32>(&mut e, big);
    assert_eq!(e.flags & Flags::EXCEPTIONS, Flags::OVERFLOW | Flags::INEXACT);
    assert!(e.flags.contains(Flags::SCALED));
    assert_eq!(convert_scaled::<F64, F32>(&e, big), (1223 - 512) << 52);
    // 2^−140, exact as a short subnormal, is tiny.
    let mut e = trapping(Flags::UNDERFLOW);
    let small = (1023 - 140) << 52;
    let _ = convert::<F64, F32>(&mut e, small);
    assert_eq!(e.flags, Flags::UNDERFLOW | Flags::TINY | Flags::SCALED);
    assert_eq!(convert_scaled::<F64, F32>(&e, small), (1023 - 140 + 512) << 52);
    // Far below even the scaled exponents of the target.
    let mut e = trapping(Flags::UNDERFLOW);
    let tiny = 1u128 << 112;
    let _ = convert::<F128, F32>(&mut e, tiny);
    assert_eq!(e.flags, Flags::UNDERFLOW | Flags::TINY | Flags::SCALED);
    assert_eq!(convert_scaled::<F128, F32>(&e, tiny), (1 + 8192) << 112);
    assert_eq!(convert::<F64, F32>(&mut env(), small), 1 << 9);
    // No arithmetic, no underflow.
    let mut e = trapping(Flags::UNDERFLOW);
    assert_eq!(convert::<F32, F32>(&mut e, 1), 1);
    assert_eq!(convert::<F32, F64>(&mut e, 1), (1023 - 149) << 52);
    assert!(e.flags.is_empty());
}

#[test]
fn classes() {
    for (x, class) in [
        (0, Class::Zero),
        (1, Class::Subnormal),
        (MIN_NORMAL - 1, Class::Subnormal),
        (MIN_NORMAL, Class::Normal),
        (MAX, Class::Normal),
        (INFINITY, Class::Infinity),
        (SNAN, Class::SignalingNan),
        (QNAN, Class::QuietNan),
    ] {
        assert_eq!(classify::<F64>(x), class);
        assert_eq!(classify::<F64>(x | NEGATIVE), class);
        assert!(sign::<F64>(x | NEGATIVE) && !sign::<F64>(x));
    }
    assert_eq!(classify::<F16>(0x7c01), Class::SignalingNan);
    assert_eq!(classify::<F32>(0x7fc0_0000), Class::QuietNan);
    assert_eq!(classify::<F128>(0x7fff << 112), Class::Infinity);
}

/// Every operation returns, whatever the bits, modes and traps.
#[test]
fn nothing_panics() {
    fn all<F: crate::Format>(random: &mut super::Random) {
        let modes = [Round::NearestEven, Round::Up, Round::Down, Round::ToOdd];
        for _ in 0..50_000 {
            let pick = random.next();
            let e = &mut Env {
                round: modes[pick as usize % 4],
                traps: Flags::from_bits((pick >> 8) as u16),
                ..env()
            };
            let [a, b, c] = [(); 3].map(|()| F::from_raw(random.float::<F>()));
            let _ = (add::<F>(e, a, b), sub::<F>(e, a, b), mul::<F>(e, a, b), div::<F>(e, a, b));
            let _ = (sqrt::<F>(e, a), fma::<F>(e, a, b, c, Negate::default()));
            let _ = (convert::<F, F32>(e, a), convert::<F, F64>(e, a), convert::<F, F128>(e, a));
            let _ = (convert_scaled::<F, F16>(e, a), convert_scaled::<F, F32>(e, a));
            let _ = (to_i32::<F>(e, a), to_u64::<F>(e, a), round_to_integral::<F>(e, a));
            let _ = crate::divide_to_integer::<F>(e, modes[pick as usize / 4 % 4], a, b);
        }
    }
    let mut random = super::Random::new(99);
    all::<F16>(&mut random);
    all::<F32>(&mut random);
    all::<F64>(&mut random);
    all::<F128>(&mut random);
}
