//! Conversion from and to integers, and rounding to an integral number.

use crate::env::{Env, Flags, Round};
use crate::format::{Format, input, is_nan_raw, zero};
use crate::nan::propagate;
use crate::parts::{Finite, Number, unpack};
use crate::round::{Rounded, report, round_off, round_pack};
use crate::wide::Wide;

/// An `i32` in the format.
pub fn from_i32<F: Format>(env: &mut Env, x: i32) -> F::Bits {
    from_magnitude::<F>(env, x < 0, u64::from(x.unsigned_abs()), 0)
}

/// An `i64` in the format.
pub fn from_i64<F: Format>(env: &mut Env, x: i64) -> F::Bits {
    from_magnitude::<F>(env, x < 0, x.unsigned_abs(), 0)
}

/// `x · 2^−fraction` in the format.
pub fn from_fixed_signed<F: Format>(env: &mut Env, x: i64, fraction: u32) -> F::Bits {
    from_magnitude::<F>(env, x < 0, x.unsigned_abs(), fraction)
}

/// `x · 2^−fraction` in the format.
pub fn from_fixed_unsigned<F: Format>(env: &mut Env, x: u64, fraction: u32) -> F::Bits {
    from_magnitude::<F>(env, false, x, fraction)
}

/// A `u32` in the format.
pub fn from_u32<F: Format>(env: &mut Env, x: u32) -> F::Bits {
    from_magnitude::<F>(env, false, u64::from(x), 0)
}

/// A `u64` in the format.
pub fn from_u64<F: Format>(env: &mut Env, x: u64) -> F::Bits {
    from_magnitude::<F>(env, false, x, 0)
}

fn from_magnitude<F: Format>(
    env: &mut Env,
    negative: bool,
    magnitude: u64,
    fraction: u32,
) -> F::Bits {
    let magnitude = F::Wide::from_u128(u128::from(magnitude));
    F::from_raw(match Finite::normalize(negative, -(fraction as i32), magnitude) {
        Some(finite) => round_pack::<F>(env, finite),
        None => zero::<F>(false),
    })
}

/// Rounds by `env.round`. Out of range is invalid and saturates; a NaN is invalid and becomes
/// what the rules say.
pub fn to_i32<F: Format>(env: &mut Env, x: F::Bits) -> i32 {
    // The range makes the cast exact.
    to_integer::<F>(env, x, Range::signed(32), 0) as i32
}

/// As [`to_i32`].
pub fn to_i64<F: Format>(env: &mut Env, x: F::Bits) -> i64 {
    to_integer::<F>(env, x, Range::signed(64), 0) as i64
}

/// As [`to_i32`]; a NaN becomes zero.
pub fn to_u32<F: Format>(env: &mut Env, x: F::Bits) -> u32 {
    to_integer::<F>(env, x, Range::unsigned(32), 0) as u32
}

/// As [`to_i32`]; a NaN becomes zero.
pub fn to_u64<F: Format>(env: &mut Env, x: F::Bits) -> u64 {
    to_integer::<F>(env, x, Range::unsigned(64), 0) as u64
}

/// As [`to_i64`], of `x · 2^fraction` to a two's complement number of `bits` bits (1 to 64).
pub fn to_fixed_signed<F: Format>(env: &mut Env, x: F::Bits, bits: u32, fraction: u32) -> i64 {
    to_integer::<F>(env, x, Range::signed(bits), fraction) as i64
}

/// As [`to_u64`], of `x · 2^fraction` to an unsigned number of `bits` bits (1 to 64).
pub fn to_fixed_unsigned<F: Format>(env: &mut Env, x: F::Bits, bits: u32, fraction: u32) -> u64 {
    to_integer::<F>(env, x, Range::unsigned(bits), fraction) as u64
}

#[derive(Clone, Copy)]
struct Range {
    min: i128,
    max: i128,
}

impl Range {
    const fn signed(bits: u32) -> Range {
        Range { min: -(1 << (bits - 1)), max: (1 << (bits - 1)) - 1 }
    }

    const fn unsigned(bits: u32) -> Range {
        Range { min: 0, max: (1 << bits) - 1 }
    }
}

/// `x · 2^fraction` as an integer in `range`.
fn to_integer<F: Format>(env: &mut Env, x: F::Bits, range: Range, fraction: u32) -> i128 {
    let raw = input::<F>(env, x);
    if is_nan_raw::<F>(raw) {
        env.raise(Flags::INVALID);
        return if env.rules.nan_to_signed_is_min { range.min } else { 0 };
    }
    let finite = match unpack::<F>(raw) {
        Number::Zero(_) => return 0,
        Number::Infinity(negative) => return saturate(env, negative, range),
        Number::Finite(x) => Finite { exponent: x.exponent + fraction as i32, ..x },
    };
    if finite.exponent > 64 {
        return saturate(env, finite.negative, range);
    }
    let rounded = round_to_integer(env.round, finite);
    let magnitude = rounded.integer as i128;
    let value = if finite.negative { -magnitude } else { magnitude };
    if value < range.min || value > range.max {
        return saturate(env, finite.negative, range);
    }
    report(env, rounded);
    value
}

fn saturate(env: &mut Env, negative: bool, range: Range) -> i128 {
    env.raise(Flags::INVALID);
    if env.rules.out_of_range_is_inexact {
        env.raise_inexact();
    }
    if negative { range.min } else { range.max }
}

/// The nearest integral number in the same format, by `env.round`; inexact unless suppressed.
pub fn round_to_integral<F: Format>(env: &mut Env, x: F::Bits) -> F::Bits {
    let raw = input::<F>(env, x);
    if let Some(nan) = propagate::<F, 1>(env, [raw]) {
        return F::from_raw(nan);
    }
    match unpack::<F>(raw) {
        Number::Finite(finite) if finite.exponent < F::FRACTION as i32 => {
            let rounded = round_to_integer(env.round, finite);
            report(env, rounded);
            F::from_raw(match integral(finite.negative, rounded) {
                Some(integral) => round_pack::<F>(env, integral),
                None => zero::<F>(finite.negative),
            })
        }
        _ => F::from_raw(raw),
    }
}

/// Rounds a number whose exponent is below that of its last place but two.
pub(crate) fn round_to_integer<W: Wide>(round: Round, x: Finite<W>) -> Rounded {
    let drop = (W::TOP as i32).saturating_sub(x.exponent).max(1) as u32;
    let surplus = drop.saturating_sub(W::TOP);
    round_off(round, x.negative, x.significand.shr_jam(surplus), drop - surplus)
}

/// A rounded integer as a number; none if zero.
pub(crate) fn integral<W: Wide>(negative: bool, rounded: Rounded) -> Option<Finite<W>> {
    Finite::normalize(negative, 0, W::from_u128(rounded.integer))
}
