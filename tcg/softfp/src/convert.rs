//! Conversion between formats.

use crate::env::{Env, Flags};
use crate::format::{Format, infinity, is_nan_raw, zero};
use crate::multiply::pack_number;
use crate::nan::convert_nan;
use crate::parts::{Finite, Number, unpack};
use crate::round::{is_tiny, round_pack, round_unbounded};
use crate::wide::Wide;

/// `x` in the format `D`: rounded, or widened exactly. A signaling NaN is invalid and becomes quiet.
///
/// To its own format a number goes as it is, even if tiny (s390x: LOAD AND TEST).
///
/// If a narrowing raises [`Flags::SCALED`], because it overflows or underflows and that trap is
/// enabled, the value returned here is meaningless: [`convert_scaled`] has the one to deliver,
/// which has the format of the source.
pub fn convert<S: Format, D: Format>(env: &mut Env, x: S::Bits) -> D::Bits {
    let raw = S::raw(x);
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
    let surplus = S::Wide::TOP.saturating_sub(D::Wide::TOP);
    let narrowed = Finite {
        negative: x.negative,
        exponent: x.exponent,
        significand: D::Wide::from_u128(x.significand.shr_jam(surplus).low_u128()),
    };
    if is_tiny::<D>(env, narrowed) && env.traps.contains(Flags::UNDERFLOW) {
        env.raise(Flags::UNDERFLOW | Flags::TINY | Flags::SCALED);
        round_unbounded::<D, D::Wide>(env, narrowed);
        return zero::<D>(x.negative);
    }
    // The trapped exponent is scaled in the wrong format, but its flags are right.
    round_pack::<D>(env, narrowed)
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
