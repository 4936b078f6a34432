//! Against `rustc_apfloat`: values and exceptions of all formats in its five rounding modes.

use super::Random;
use crate::{
    Env, F16, F32, F64, F128, Flags, Format, Negate, PLAIN, Round, add, convert, div, fma,
    from_i64, is_nan, is_signaling, mul, mul_widening, round_to_integral, sub, to_i64, to_u64,
};
use rustc_apfloat::ieee::{Double, Half, Quad, Single};
use rustc_apfloat::{Float, FloatConvert, Round as ApRound, Status, StatusAnd};

const CASES: u32 = 100_000;
const MODES: [(Round, ApRound); 5] = [
    (Round::NearestEven, ApRound::NearestTiesToEven),
    (Round::TowardZero, ApRound::TowardZero),
    (Round::Up, ApRound::TowardPositive),
    (Round::Down, ApRound::TowardNegative),
    (Round::NearestAway, ApRound::NearestTiesToAway),
];

/// The exceptions of `status`, and a mask of those that can be compared: `rustc_apfloat` finds
/// no underflow if the rounded result is the smallest normal number, where we go by the exact one,
/// and no overflow if the result is the largest number, where IEEE 754 §7.4 does.
fn exceptions<F: Format>(status: Status, result: u128) -> (Flags, Flags) {
    let pairs = [
        (Status::INVALID_OP, Flags::INVALID),
        (Status::DIV_BY_ZERO, Flags::DIV_BY_ZERO),
        (Status::OVERFLOW, Flags::OVERFLOW),
        (Status::UNDERFLOW, Flags::UNDERFLOW),
        (Status::INEXACT, Flags::INEXACT),
    ];
    let flags = pairs
        .into_iter()
        .filter(|(status_bit, _)| status.contains(*status_bit))
        .fold(Flags::NONE, |all, (_, flag)| all | flag);
    let mask = match crate::format::magnitude::<F>(result) {
        m if m == 1 << F::FRACTION => Flags::EXCEPTIONS & !Flags::UNDERFLOW,
        m if m == crate::format::largest::<F>(false) => Flags::EXCEPTIONS & !Flags::OVERFLOW,
        _ => Flags::EXCEPTIONS,
    };
    (flags, mask)
}

#[track_caller]
fn check<F: Format, A: Float>(
    env: &mut Env,
    what: &str,
    operands: &[F::Bits],
    got: F::Bits,
    want: StatusAnd<A>,
) {
    let (got_flags, raw) = (env.take_flags(), F::raw(got));
    let case = || format!("{what} {operands:x?} {:?}: {raw:x}", env.round, raw = raw);
    if want.value.is_nan() {
        assert!(is_nan::<F>(got), "{}", case());
    } else {
        assert_eq!(raw, want.value.to_bits(), "{}", case());
    }
    // It treats signaling NaNs in some operations differently; ours are tested by hand.
    if operands.iter().any(|&x| is_nan::<F>(x)) {
        return;
    }
    let (flags, mask) = exceptions::<F>(want.status, raw);
    assert_eq!(got_flags & mask, flags & mask, "{}", case());
}

fn arithmetic<F: Format, A: Float>(seed: u64)
where
    F::Bits: std::fmt::LowerHex,
{
    let mut random = Random::new(seed);
    for case in 0..CASES {
        let (round, ap) = MODES[case as usize % MODES.len()];
        let env = &mut Env::with_round(&PLAIN, round);
        let raw = [random.float::<F>(), random.float::<F>(), random.float::<F>()];
        let [a, b, c] = raw.map(F::from_raw);
        let [x, y, z] = raw.map(A::from_bits);
        let got = add::<F>(env, a, b);
        check::<F, A>(env, "add", &[a, b], got, x.add_r(y, ap));
        let got = sub::<F>(env, a, b);
        check::<F, A>(env, "sub", &[a, b], got, x.sub_r(y, ap));
        let got = mul::<F>(env, a, b);
        check::<F, A>(env, "mul", &[a, b], got, x.mul_r(y, ap));
        let got = div::<F>(env, a, b);
        check::<F, A>(env, "div", &[a, b], got, x.div_r(y, ap));
        let got = fma::<F>(env, a, b, c, Negate::default());
        check::<F, A>(env, "fma", &[a, b, c], got, x.mul_add_r(y, z, ap));
        let got = from_i64::<F>(env, raw[0] as i64);
        check::<F, A>(env, "from_i64", &[], got, A::from_i128_r(i128::from(raw[0] as i64), ap));
        let got = round_to_integral::<F>(env, a);
        let want = x.round_to_integral(ap);
        check::<F, A>(env, "integral", &[a], got, want.status.and(want.value));
        integers::<F, A>(env, ap, a, x);
    }
}

fn integers<F: Format, A: Float>(env: &mut Env, ap: ApRound, a: F::Bits, x: A) {
    let got = to_i64::<F>(env, a);
    let flags = env.take_flags();
    let mut exact = false;
    let want = x.to_i128_r(64, ap, &mut exact);
    let invalid = want.status.contains(Status::INVALID_OP);
    if is_nan::<F>(a) {
        assert_eq!((got, to_u64::<F>(env, a)), (i64::MIN, 0));
        return;
    }
    assert_eq!(i128::from(got), want.value, "{a:x?}");
    assert_eq!(flags.contains(Flags::INVALID), invalid);
    assert_eq!(flags.contains(Flags::INEXACT), !exact || invalid);
    let want = x.to_u128_r(64, ap, &mut exact);
    assert_eq!(u128::from(to_u64::<F>(env, a)), want.value, "{a:x?}");
}

#[test]
fn half() {
    arithmetic::<F16, Half>(1);
}

#[test]
fn single() {
    arithmetic::<F32, Single>(2);
}

#[test]
fn double() {
    arithmetic::<F64, Double>(3);
}

#[test]
fn quad() {
    arithmetic::<F128, Quad>(4);
}

fn conversion<S: Format, D: Format, A: FloatConvert<B>, B: Float>(seed: u64) {
    let mut random = Random::new(seed);
    for case in 0..CASES {
        let (round, ap) = MODES[case as usize % MODES.len()];
        let env = &mut Env::with_round(&PLAIN, round);
        let raw = random.float::<S>();
        let got = convert::<S, D>(env, S::from_raw(raw));
        let signaling = is_signaling::<S>(S::from_raw(raw));
        let want = A::from_bits(raw).convert_r(ap, &mut false);
        if !want.value.is_nan() {
            let flags = env.take_flags();
            let (want_flags, mask) = exceptions::<D>(want.status, D::raw(got));
            assert_eq!(D::raw(got), want.value.to_bits(), "{raw:x} {round:?}");
            assert_eq!(flags & mask, want_flags & mask, "{raw:x} {round:?}");
        } else {
            assert_eq!(env.flags.contains(Flags::INVALID), signaling);
            assert!(is_nan::<D>(got) && !is_signaling::<D>(got));
        }
    }
}

#[test]
fn conversions() {
    conversion::<F128, F64, Quad, Double>(11);
    conversion::<F128, F32, Quad, Single>(12);
    conversion::<F64, F32, Double, Single>(13);
    conversion::<F64, F16, Double, Half>(14);
    conversion::<F32, F64, Single, Double>(15);
    conversion::<F32, F128, Single, Quad>(16);
    conversion::<F64, F128, Double, Quad>(17);
    conversion::<F16, F32, Half, Single>(18);
}

/// Arithmetic in extended precision with round-to-odd, then narrowed, equals long arithmetic:
/// the very purpose of "round to prepare for shorter precision".
#[test]
fn odd_then_narrowed() {
    let mut random = Random::new(21);
    for case in 0..CASES {
        let (round, _) = MODES[case as usize % MODES.len()];
        let (a, b) = (random.float::<F64>() as u64, random.float::<F64>() as u64);
        if is_nan::<F64>(a) || is_nan::<F64>(b) {
            continue;
        }
        let env = &mut Env::with_round(&PLAIN, round);
        let odd = &mut Env::with_round(&PLAIN, Round::ToOdd);
        let (x, y) = (convert::<F64, F128>(odd, a), convert::<F64, F128>(odd, b));
        let pairs = [
            (add::<F64>(env, a, b), add::<F128>(odd, x, y)),
            (mul::<F64>(env, a, b), mul::<F128>(odd, x, y)),
            (div::<F64>(env, a, b), div::<F128>(odd, x, y)),
            (crate::sqrt::<F64>(env, a), crate::sqrt::<F128>(odd, x)),
        ];
        for (want, wide) in pairs {
            // An exact zero sum takes its sign from the rounding mode.
            if want << 1 != 0 || wide << 1 != 0 {
                let got = convert::<F128, F64>(env, wide);
                assert_eq!(got, want, "{a:x} {b:x} {round:?}");
            }
        }
        env.round = Round::TowardZero;
        assert_eq!(mul::<F128>(env, x, y), mul_widening::<F64, F128>(env, a, b), "{a:x} {b:x}");
    }
}

/// √x is correctly rounded down: r² ≤ x < (r + ulp)², by exact products in extended precision.
#[test]
fn quad_root() {
    let mut random = Random::new(31);
    for _ in 0..CASES / 10 {
        let x = crate::format::magnitude::<F128>(random.float::<F128>());
        let env = &mut Env::with_round(&PLAIN, Round::Down);
        let root = crate::sqrt::<F128>(env, x);
        if is_nan::<F128>(x) || root == x {
            continue;
        }
        let inexact = env.take_flags().contains(Flags::INEXACT);
        // r·r − x has the sign of the exact difference, because fma rounds once.
        let sign = |r| {
            let mut env = Env::new(&PLAIN);
            let negate = Negate { addend: true, ..Negate::default() };
            let rest = fma::<F128>(&mut env, r, r, x, negate);
            crate::format::magnitude::<F128>(rest) == 0 && !env.flags.contains(Flags::INEXACT)
                || rest >> 127 != 0
        };
        // Tiny differences may underflow to zero; only roots of numbers well above are judged.
        if x >> 112 > 300 {
            assert!(sign(root), "{x:x} {root:x}");
            assert!(!sign(root + 1), "{x:x} {root:x}");
            let env = &mut Env::with_round(&PLAIN, Round::Up);
            let up = crate::sqrt::<F128>(env, x);
            assert_eq!(up, root + u128::from(inexact), "{x:x}");
        }
    }
}
