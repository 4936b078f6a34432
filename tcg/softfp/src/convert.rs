//! Conversion between formats.

use crate::env::{Env, Flags};
use crate::format::{F16, Format, infinity, input, is_nan_raw, sign_raw, zero};
use crate::multiply::pack_number;
use crate::nan::convert_nan;
use crate::parts::{Finite, Number, unpack};
use crate::round::{encode, is_tiny, report, round_off, round_pack, round_unbounded};
use crate::wide::Wide;

/// `x` in the format `D`: rounded, or widened exactly. A signaling NaN is invalid and becomes quiet.
///
/// To its own format a number goes as it is, even if tiny.
///
/// If a narrowing raises [`Flags::SCALED`], because it overflows or underflows and that trap is
/// enabled, the value returned here is meaningless: [`convert_scaled`] has the one to deliver,
/// which has the format of the source.
pub fn convert<S: Format, D: Format>(env: &mut Env, x: S::Bits) -> D::Bits {
    let mut inner = Env { flush_half: false, ..*env };
    let result = convert_flushing::<S, D>(&mut inner, x);
    env.flags = inner.flags;
    result
}

fn convert_flushing<S: Format, D: Format>(env: &mut Env, x: S::Bits) -> D::Bits {
    let raw = input::<S>(env, x);
    if is_nan_raw::<S>(raw) {
        return D::from_raw(convert_nan::<S, D>(env, raw));
    }
    if D::FRACTION == S::FRACTION {
        return D::from_raw(raw);
    }
    if D::FRACTION > S::FRACTION {
        let number = widen_number::<S, D>(unpack::<S>(raw));
        return D::from_raw(pack_number::<D>(env, number));
    }
    D::from_raw(match unpack::<S>(raw) {
        Number::Zero(negative) => zero::<D>(negative),
        Number::Infinity(negative) => infinity::<D>(negative),
        Number::Finite(x) => narrow::<S, D>(env, x),
    })
}

/// What a trapped overflow or underflow of `convert::<S, D>` delivers (PoP "LOAD ROUNDED"): the
/// value rounded to the precision of `D` with an unbounded exponent, times two to the minus
/// (overflow) or plus (underflow) [`Format::NARROWING_SCALE`], in the format `S`.
///
/// Call it when `convert` raised [`Flags::SCALED`]; it raises nothing itself.
pub fn convert_scaled<S: Format, D: Format>(env: &Env, x: S::Bits) -> S::Bits {
    let mut quiet = Env { flags: Flags::NONE, traps: Flags::NONE, ..*env };
    let Number::Finite(x) = unpack::<S>(S::raw(x)) else {
        return x;
    };
    let mut rounded = round_unbounded::<D, S::Wide>(&mut quiet, x);
    if rounded.exponent > D::EMAX {
        rounded.exponent -= S::NARROWING_SCALE;
    } else {
        rounded.exponent += S::NARROWING_SCALE;
    }
    S::from_raw(round_pack::<S>(&mut quiet, rounded))
}

fn narrow<S: Format, D: Format>(env: &mut Env, x: Finite<S::Wide>) -> u128 {
    let narrowed = narrowed::<S, D>(x);
    if is_tiny::<D>(env, narrowed) && env.traps.contains(Flags::UNDERFLOW) {
        env.raise(Flags::UNDERFLOW | Flags::TINY | Flags::SCALED);
        round_unbounded::<D, D::Wide>(env, narrowed);
        return zero::<D>(x.negative);
    }
    // The trapped exponent is scaled in the wrong format, but its flags are right.
    round_pack::<D>(env, narrowed)
}

/// The same number with the wide integer of a format that is no wider.
fn narrowed<S: Format, D: Format>(x: Finite<S::Wide>) -> Finite<D::Wide> {
    let surplus = S::Wide::TOP.saturating_sub(D::Wide::TOP);
    Finite {
        negative: x.negative,
        exponent: x.exponent,
        significand: D::Wide::from_u128(x.significand.shr_jam(surplus).low_u128()),
    }
}

/// The same number with the wide integer of a format that is no narrower.
pub(crate) fn widen_number<S: Format, D: Format>(x: Number<S::Wide>) -> Number<D::Wide> {
    match x {
        Number::Zero(negative) => Number::Zero(negative),
        Number::Infinity(negative) => Number::Infinity(negative),
        Number::Finite(x) => Number::Finite(Finite {
            negative: x.negative,
            exponent: x.exponent,
            significand: D::Wide::from_u128(x.integer_significand::<S>())
                .shl(D::Wide::TOP - S::FRACTION),
        }),
    }
}

/// Largest exponent of the alternative half precision, which has no infinities and no NaNs.
const ALTERNATIVE_EMAX: i32 = F16::EMAX + 1;

/// `x` in Arm's alternative half precision (Arm ARM DDI 0487, A1.4.2, `FPConvert` with FPCR.AHP):
/// a NaN becomes zero, what is too large the largest number; both are invalid.
pub fn to_alternative_half<S: Format>(env: &mut Env, x: S::Bits) -> u16 {
    let raw = input::<S>(env, x);
    let negative = sign_raw::<S>(raw);
    let magnitude = if is_nan_raw::<S>(raw) {
        env.raise(Flags::INVALID);
        0
    } else {
        match unpack::<S>(raw) {
            Number::Zero(_) => 0,
            Number::Infinity(_) => largest_alternative(env),
            Number::Finite(x) => round_alternative(env, narrowed::<S, F16>(x)),
        }
    };
    u16::from(negative) << 15 | magnitude as u16
}

fn largest_alternative(env: &mut Env) -> u128 {
    env.raise(Flags::INVALID);
    0x7fff
}

fn round_alternative(env: &mut Env, x: Finite<u128>) -> u128 {
    let tiny = x.exponent < F16::EMIN;
    let exponent = x.exponent.max(F16::EMIN);
    let significand = x.significand.shr_jam(exponent.abs_diff(x.exponent));
    let drop = <u128 as Wide>::TOP - F16::FRACTION;
    let rounded = round_off(env.round, x.negative, significand, drop);
    let carried = i32::from(rounded.integer >> (F16::FRACTION + 1) != 0);
    if exponent + carried > ALTERNATIVE_EMAX {
        return largest_alternative(env);
    }
    if tiny && rounded.inexact {
        env.raise(Flags::UNDERFLOW);
    }
    report(env, rounded);
    encode::<F16>(exponent + carried, rounded.integer)
}

/// A number of Arm's alternative half precision in the format `D`, which holds all of them.
pub fn from_alternative_half<D: Format>(env: &mut Env, x: u16) -> D::Bits {
    let raw = u128::from(x);
    let number = match unpack::<F16>(raw & 0xfbff) {
        // With the lowest exponent bit cleared, the largest exponent reads as one less.
        Number::Finite(x) if raw & 0x7c00 == 0x7c00 => {
            Number::Finite(Finite { exponent: ALTERNATIVE_EMAX, ..x })
        }
        _ => unpack::<F16>(raw),
    };
    D::from_raw(pack_number::<D>(env, widen_number::<F16, D>(number)))
}
