//! FRECPE, FRSQRTE, FRECPX.

use super::Float;
use crate::estimates;
use softfp::{Env, Flags, Round};

/// A positive number as `1.fraction × 2^(exponent − bias)`, the fraction in the upper bits of 64; subnormal ones have
/// exponents of zero and below.
fn normalized<F: Float>(magnitude: u128) -> (i32, u64) {
    let field = (magnitude >> F::FRACTION) as i32;
    let fraction = (magnitude as u64) << (64 - F::FRACTION);
    if field != 0 {
        return (field, fraction);
    }
    let zeros = fraction.leading_zeros();
    (-(zeros as i32), fraction << zeros << 1)
}

/// The largest biased exponent of a finite number.
const fn largest_exponent<F: Float>() -> i32 {
    2 * F::EMAX
}

/// Arm ARM DDI 0487, J1 "FPRecipEstimate".
pub(super) fn reciprocal<F: Float>(env: &mut Env, x: F::Bits) -> F::Bits {
    let x = softfp::flush_input::<F>(env, x);
    if let Some(nan) = softfp::propagate_nan::<F, 1>(env, [x]) {
        return nan;
    }
    let negative = softfp::sign::<F>(x);
    let magnitude = F::magnitude(x);
    if F::is_infinity(x) {
        return F::signed(negative, 0);
    }
    if magnitude == 0 {
        env.flags |= Flags::DIV_BY_ZERO;
        return F::infinity(negative);
    }
    let (exponent, fraction) = normalized::<F>(magnitude);
    if exponent < -1 {
        return overflow::<F>(env, negative);
    }
    let result = largest_exponent::<F>() - 1 - exponent;
    let flushes = if F::IS_HALF { env.flush_half } else { env.flush };
    if flushes && result <= 0 {
        env.flags |= Flags::UNDERFLOW;
        return F::signed(negative, 0);
    }
    let estimate = u128::from(estimates::reciprocal(256 | (fraction >> 56) as u32));
    // The estimate has its leading one in bit 8; a result of exponent 0 or −1 is subnormal.
    let significand = estimate << (F::FRACTION - 8 + 2);
    let shift = if result > 0 { 2 } else { 3 + result.unsigned_abs() };
    let bits = significand >> shift;
    let kept = if result > 0 { bits & ((1 << F::FRACTION) - 1) } else { bits };
    F::signed(negative, (result.max(0) as u128) << F::FRACTION | kept)
}

/// The reciprocal of a number so small that it is beyond the format.
fn overflow<F: Float>(env: &mut Env, negative: bool) -> F::Bits {
    env.flags |= Flags::OVERFLOW | Flags::INEXACT;
    let to_infinity = match env.round {
        Round::Up => !negative,
        Round::Down => negative,
        Round::TowardZero => false,
        _ => true,
    };
    let infinity = F::raw(F::infinity(false));
    F::signed(negative, if to_infinity { infinity } else { infinity - 1 })
}

/// Arm ARM DDI 0487, J1 "FPRSqrtEstimate".
pub(super) fn reciprocal_root<F: Float>(env: &mut Env, x: F::Bits) -> F::Bits {
    let x = softfp::flush_input::<F>(env, x);
    if let Some(nan) = softfp::propagate_nan::<F, 1>(env, [x]) {
        return nan;
    }
    let negative = softfp::sign::<F>(x);
    let magnitude = F::magnitude(x);
    if magnitude == 0 {
        env.flags |= Flags::DIV_BY_ZERO;
        return F::infinity(negative);
    }
    if negative {
        env.flags |= Flags::INVALID;
        return softfp::default_nan::<F>(env);
    }
    if F::is_infinity(x) {
        return F::from_raw(0);
    }
    let (exponent, fraction) = normalized::<F>(magnitude);
    let scaled = if exponent & 1 == 0 {
        256 | (fraction >> 56) as u32
    } else {
        128 | (fraction >> 57) as u32
    };
    let estimate = u128::from(estimates::reciprocal_root(scaled));
    let result = (3 * F::EMAX - 1 - exponent).div_euclid(2);
    F::from_raw((result as u128) << F::FRACTION | (estimate & 0xff) << (F::FRACTION - 8))
}

/// Arm ARM DDI 0487, J1 "FPRecpX".
pub(super) fn reciprocal_exponent<F: Float>(env: &mut Env, x: F::Bits) -> F::Bits {
    let x = softfp::flush_input::<F>(env, x);
    if let Some(nan) = softfp::propagate_nan::<F, 1>(env, [x]) {
        return nan;
    }
    let all_ones = 2 * F::EMAX as u128 + 1;
    let exponent = F::magnitude(x) >> F::FRACTION;
    let result = if exponent == 0 { all_ones - 1 } else { all_ones ^ exponent };
    F::signed(softfp::sign::<F>(x), result << F::FRACTION)
}
