//! Multiplication, alone, into a wider format, and fused with an addition.

use crate::add::add_numbers;
use crate::convert::widen_number;
use crate::env::{Env, Flags, NanRule};
use crate::format::{Format, infinity, input, is_nan_raw, is_signaling_raw, sign_bit, zero};
use crate::nan::{convert_nan, default_nan_raw, invalid, propagate};
use crate::parts::{Finite, Number, unpack};
use crate::round::round_pack;
use crate::wide::Wide;

/// Signs that a fused multiply-add changes. NaNs keep theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Negate {
    /// Negate the product.
    pub product: bool,
    /// Negate the addend (`a·b − c`).
    pub addend: bool,
    /// Negate the result after rounding.
    pub result: bool,
}

/// `a × b`.
pub fn mul<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    let (a, b) = (input::<F>(env, a), input::<F>(env, b));
    if let Some(nan) = propagate::<F, 2>(env, [a, b]) {
        return F::from_raw(nan);
    }
    F::from_raw(match multiply::<F>(unpack::<F>(a), unpack::<F>(b)) {
        None => invalid::<F>(env),
        Some(product) => pack_number::<F>(env, product),
    })
}

/// `a × b` in the wider format `D`, where it is exact.
pub fn mul_widening<S: Format, D: Format>(env: &mut Env, a: S::Bits, b: S::Bits) -> D::Bits {
    let (a, b) = (input::<S>(env, a), input::<S>(env, b));
    if let Some(nan) = propagate::<S, 2>(env, [a, b]) {
        return D::from_raw(convert_nan::<S, D>(env, nan));
    }
    let (a, b) = (unpack::<S>(a), unpack::<S>(b));
    D::from_raw(match multiply::<D>(widen_number::<S, D>(a), widen_number::<S, D>(b)) {
        None => invalid::<D>(env),
        Some(product) => pack_number::<D>(env, product),
    })
}

/// `a × b + c`, rounded once. NaN precedence is `a`, `b`, `c`, or with [`NanRule::AddendFirst`] `c`, `a`, `b`.
pub fn fma<F: Format>(
    env: &mut Env,
    a: F::Bits,
    b: F::Bits,
    c: F::Bits,
    negate: Negate,
) -> F::Bits {
    let (a, b, c) = (input::<F>(env, a), input::<F>(env, b), input::<F>(env, c));
    let order = match env.rules.nan {
        NanRule::SignalingFirst => [a, b, c],
        NanRule::AddendFirst => [c, a, b],
    };
    if let Some(nan) = propagate::<F, 3>(env, order) {
        return F::from_raw(nan_of_fma::<F>(env, [a, b, c], nan));
    }
    let addend = if negate.addend { c ^ sign_bit::<F>() } else { c };
    let Some(product) = multiply::<F>(unpack::<F>(a), unpack::<F>(b)) else {
        return F::from_raw(invalid::<F>(env));
    };
    let sum = add_numbers::<F>(env, flip(product, negate.product), unpack::<F>(addend));
    let flips_result = negate.result && !is_nan_raw::<F>(sum);
    F::from_raw(if flips_result { sum ^ sign_bit::<F>() } else { sum })
}

/// ∞×0 is invalid even beside a NaN addend; of a signaling one the rules decide.
fn nan_of_fma<F: Format>(env: &mut Env, [a, b, c]: [u128; 3], nan: u128) -> u128 {
    let addend_wins = env.rules.nan == NanRule::AddendFirst && is_signaling_raw::<F>(c);
    if addend_wins || is_nan_raw::<F>(a) || is_nan_raw::<F>(b) {
        return nan;
    }
    match multiply::<F>(unpack::<F>(a), unpack::<F>(b)) {
        Some(_) => nan,
        None => {
            env.raise(Flags::INVALID);
            default_nan_raw::<F>(env)
        }
    }
}

fn flip<W: Wide>(x: Number<W>, flip: bool) -> Number<W> {
    match x {
        Number::Zero(negative) => Number::Zero(negative ^ flip),
        Number::Infinity(negative) => Number::Infinity(negative ^ flip),
        Number::Finite(finite) => Number::Finite(finite.negate_if(flip)),
    }
}

/// The exact product; none for ∞×0.
pub(crate) fn multiply<F: Format>(
    a: Number<F::Wide>,
    b: Number<F::Wide>,
) -> Option<Number<F::Wide>> {
    let negative = a.negative() != b.negative();
    Some(match (a, b) {
        (Number::Infinity(_), Number::Zero(_)) | (Number::Zero(_), Number::Infinity(_)) => {
            return None;
        }
        (Number::Infinity(_), _) | (_, Number::Infinity(_)) => Number::Infinity(negative),
        (Number::Zero(_), _) | (_, Number::Zero(_)) => Number::Zero(negative),
        (Number::Finite(x), Number::Finite(y)) => {
            multiply_finite::<F>(x, y).map_or(Number::Zero(negative), Number::Finite)
        }
    })
}

/// The exact product of two numbers of the precision of `F`.
pub(crate) fn multiply_finite<F: Format>(
    a: Finite<F::Wide>,
    b: Finite<F::Wide>,
) -> Option<Finite<F::Wide>> {
    let significand =
        <F::Wide as Wide>::product(a.integer_significand::<F>(), b.integer_significand::<F>());
    let unit_exponent = a.exponent + b.exponent - 2 * F::FRACTION as i32;
    Finite::normalize(a.negative != b.negative, unit_exponent, significand)
}

/// Rounds and packs.
pub(crate) fn pack_number<F: Format>(env: &mut Env, x: Number<F::Wide>) -> u128 {
    match x {
        Number::Zero(negative) => zero::<F>(negative),
        Number::Infinity(negative) => infinity::<F>(negative),
        Number::Finite(finite) => round_pack::<F>(env, finite),
    }
}
