//! Floating-point ops, through `softfp`.

use crate::run::Frame;
use softfp::{F16, F32, F64, Flags, Format, Negate, Ordering};
use tcg_ir::{Env, Op, Round, Sign, Type};

/// Runs `f` in the environment of the vCPU and keeps the flags it raises.
pub(crate) fn within<R>(
    env: &mut Env,
    rules: &'static softfp::Rules,
    round: Round,
    f: impl FnOnce(&mut softfp::Env) -> R,
) -> R {
    let mut soft = env.soft_float(rules, round);
    let result = f(&mut soft);
    env.raise(soft.flags);
    result
}

/// Calls `$f` for the format of a type, on and to `u64` bits.
macro_rules! by_type {
    ($ty:expr, $f:ident($env:expr, $($arg:expr),*)) => {
        match $ty {
            Type::F16 => u64::from(softfp::$f::<softfp::F16>($env, $($arg as u16),*)),
            Type::F32 => u64::from(softfp::$f::<softfp::F32>($env, $($arg as u32),*)),
            _ => softfp::$f::<softfp::F64>($env, $($arg),*),
        }
    };
}

pub(crate) use by_type;

/// Compares: 0 equal, 1 low, 2 high, 3 unordered.
pub(crate) fn compare(
    env: &mut Env,
    rules: &'static softfp::Rules,
    ty: Type,
    signaling: bool,
    a: u64,
    b: u64,
) -> u32 {
    fn relation<F: Format>(env: &mut softfp::Env, signaling: bool, a: F::Bits, b: F::Bits) -> u32 {
        let compare =
            if signaling { softfp::compare_signaling::<F> } else { softfp::compare_quiet::<F> };
        match compare(env, a, b) {
            Ordering::Equal => 0,
            Ordering::Less => 1,
            Ordering::Greater => 2,
            Ordering::Unordered => 3,
        }
    }
    within(env, rules, Round::Dynamic, |soft| match ty {
        Type::F16 => relation::<F16>(soft, signaling, a as u16, b as u16),
        Type::F32 => relation::<F32>(soft, signaling, a as u32, b as u32),
        _ => relation::<F64>(soft, signaling, a, b),
    })
}

const HIGH: u64 = 0xffff_ffff_0000_0000;

/// Runs a floating-point op.
pub(crate) fn op(frame: &mut Frame<'_>, rules: &'static softfp::Rules, op: &Op) {
    let dynamic = Round::Dynamic;
    match *op {
        Op::FAdd { ty, d, a, b } => {
            let (a, b) = (frame.val(a), frame.val(b));
            let r = within(frame.state.env(), rules, dynamic, |e| by_type!(ty, add(e, a, b)));
            frame.set(d, r);
        }
        Op::FSub { ty, d, a, b } => {
            let (a, b) = (frame.val(a), frame.val(b));
            let r = within(frame.state.env(), rules, dynamic, |e| by_type!(ty, sub(e, a, b)));
            frame.set(d, r);
        }
        Op::FMul { ty, d, a, b } => {
            let (a, b) = (frame.val(a), frame.val(b));
            let r = within(frame.state.env(), rules, dynamic, |e| by_type!(ty, mul(e, a, b)));
            frame.set(d, r);
        }
        Op::FDiv { ty, d, a, b } => {
            let (a, b) = (frame.val(a), frame.val(b));
            let r = within(frame.state.env(), rules, dynamic, |e| by_type!(ty, div(e, a, b)));
            frame.set(d, r);
        }
        Op::FSqrt { ty, d, a } => {
            let a = frame.val(a);
            let r = within(frame.state.env(), rules, dynamic, |e| by_type!(ty, sqrt(e, a)));
            frame.set(d, r);
        }
        Op::FMulAdd { ty, sub, d, a, b, c } => {
            let (a, b, c) = (frame.val(a), frame.val(b), frame.val(c));
            let r = within(frame.state.env(), rules, dynamic, |e| fused(e, ty, sub, [a, b, c]));
            frame.set(d, r);
        }
        Op::FNegMulAdd { ty, product, addend, d, a, b, c } => {
            let flip = |x: u64, flips: bool| if flips { x ^ sign_bit(ty) } else { x };
            let (a, b) = (flip(frame.val(a), product), frame.val(b));
            let c = flip(frame.val(c), addend);
            let r = within(frame.state.env(), rules, dynamic, |e| fused(e, ty, false, [a, b, c]));
            frame.set(d, r);
        }
        Op::FMinMax { ty, max, num, d, a, b } => {
            let (a, b) = (frame.val(a), frame.val(b));
            let r = within(frame.state.env(), rules, dynamic, |e| match (max, num) {
                (true, false) => by_type!(ty, max(e, a, b)),
                (false, false) => by_type!(ty, min(e, a, b)),
                (true, true) => by_type!(ty, max_num(e, a, b)),
                (false, true) => by_type!(ty, min_num(e, a, b)),
            });
            frame.set(d, r);
        }
        Op::FNeg { ty, d, a } => frame.set(d, frame.val(a) ^ sign_bit(ty)),
        Op::FAbs { ty, d, a } => frame.set(d, frame.val(a) & !sign_bit(ty)),
        Op::FCmp { ty, signaling, d, a, b } => {
            let (a, b) = (frame.val(a), frame.val(b));
            let outcome = compare(frame.state.env(), rules, ty, signaling, a, b);
            frame.set(d, u64::from(outcome));
        }
        Op::FSetMask { ty, mask, d, a, b } => {
            let (a, b) = (frame.val(a), frame.val(b));
            let outcome = compare(frame.state.env(), rules, ty, false, a, b);
            frame.set(d, u64::from(mask.holds(outcome)));
        }
        Op::FCvt { from, to, d, a } => {
            let a = frame.val(a);
            let r = within(frame.state.env(), rules, dynamic, |e| convert(e, from, to, a));
            frame.set(d, r);
        }
        Op::FFromInt { ity, sign, ty, d, a } => {
            let a = frame.val(a);
            let r = within(frame.state.env(), rules, dynamic, |e| match ty {
                Type::F32 => u64::from(from_int::<F32>(e, ity, sign, a)),
                _ => from_int::<F64>(e, ity, sign, a),
            });
            frame.set(d, r);
        }
        Op::FToInt { ty, ity, sign, round, d, cls, a } => {
            let a = frame.val(a);
            let (value, class) = within(frame.state.env(), rules, round, |e| match ty {
                Type::F32 => to_int::<F32>(e, ity, sign, a as u32),
                _ => to_int::<F64>(e, ity, sign, a),
            });
            frame.set(d, value);
            frame.set(cls, u64::from(class));
        }
        Op::FRound { ty, round, quiet, d, a } => {
            let a = frame.val(a);
            let r = within(frame.state.env(), rules, round, |e| {
                e.inexact_suppressed = quiet;
                by_type!(ty, round_to_integral(e, a))
            });
            frame.set(d, r);
        }
        Op::FHi { d, a } => frame.set(d, frame.val(a) >> 32),
        Op::FSetHi { d, a, b } => frame.set(d, frame.val(a) & !HIGH | frame.val(b) << 32),
        Op::FpFlagsGet { d } => {
            let flags = frame.state.env().fp_flags;
            frame.set(d, u64::from(flags));
        }
        Op::FpFlagsSet { v } => frame.state.env().fp_flags = frame.val(v) as u32 & 63,
        Op::FpRoundSet { v } => frame.state.env().fp_round = frame.val(v) as u32,
        _ => unreachable!("the caller passes floating-point ops only"),
    }
}

/// `a * b + c`, or `- c` with `sub`.
pub(crate) fn fused(e: &mut softfp::Env, ty: Type, sub: bool, [a, b, c]: [u64; 3]) -> u64 {
    let negate = Negate { addend: sub, ..Negate::default() };
    match ty {
        Type::F16 => u64::from(softfp::fma::<F16>(e, a as u16, b as u16, c as u16, negate)),
        Type::F32 => u64::from(softfp::fma::<F32>(e, a as u32, b as u32, c as u32, negate)),
        _ => softfp::fma::<F64>(e, a, b, c, negate),
    }
}

pub(crate) fn sign_bit(ty: Type) -> u64 {
    1 << (ty.bits() - 1)
}

pub(crate) fn convert(env: &mut softfp::Env, from: Type, to: Type, a: u64) -> u64 {
    match (from, to) {
        (Type::F32, Type::F64) => softfp::convert::<F32, F64>(env, a as u32),
        (Type::F64, Type::F32) => u64::from(softfp::convert::<F64, F32>(env, a)),
        (Type::F16, Type::F32) => u64::from(softfp::convert::<F16, F32>(env, a as u16)),
        (Type::F32, Type::F16) => u64::from(softfp::convert::<F32, F16>(env, a as u32)),
        (Type::F64, Type::F16) => u64::from(softfp::convert::<F64, F16>(env, a)),
        _ => a,
    }
}

fn from_int<F: Format>(env: &mut softfp::Env, ity: Type, sign: Sign, a: u64) -> F::Bits {
    match (ity, sign) {
        (Type::I32, Sign::Signed) => softfp::from_i32::<F>(env, a as i32),
        (Type::I32, Sign::Unsigned) => softfp::from_u32::<F>(env, a as u32),
        (_, Sign::Signed) => softfp::from_i64::<F>(env, a.cast_signed()),
        (_, Sign::Unsigned) => softfp::from_u64::<F>(env, a),
    }
}

/// (integer, class of the source: 0 zero, 1 negative, 2 positive, 3 invalid).
fn to_int<F: Format>(env: &mut softfp::Env, ity: Type, sign: Sign, a: F::Bits) -> (u64, u32) {
    let value = match (ity, sign) {
        (Type::I32, Sign::Signed) => u64::from(softfp::to_i32::<F>(env, a).cast_unsigned()),
        (Type::I32, Sign::Unsigned) => u64::from(softfp::to_u32::<F>(env, a)),
        (_, Sign::Signed) => softfp::to_i64::<F>(env, a).cast_unsigned(),
        (_, Sign::Unsigned) => softfp::to_u64::<F>(env, a),
    };
    let class = if env.flags.contains(Flags::INVALID) {
        3
    } else if softfp::classify::<F>(a) == softfp::Class::Zero {
        0
    } else if softfp::sign::<F>(a) {
        1
    } else {
        2
    };
    (value, class)
}
