//! Which NaN comes out.

use crate::env::{Env, Flags};
use crate::format::{Format, infinity, is_nan_raw, is_signaling_raw, quiet_bit, sign_bit, signed};

/// The default NaN of the format.
pub fn default_nan<F: Format>(env: &Env) -> F::Bits {
    F::from_raw(default_nan_raw::<F>(env))
}

/// What an operation on these operands gives if one of them is a NaN; none if all are numbers.
/// Signaling ones are invalid.
pub fn propagate_nan<F: Format, const N: usize>(
    env: &mut Env,
    operands: [F::Bits; N],
) -> Option<F::Bits> {
    propagate::<F, N>(env, operands.map(F::raw)).map(F::from_raw)
}

/// The NaN of an invalid operation, which is raised.
pub(crate) fn invalid<F: Format>(env: &mut Env) -> u128 {
    env.raise(Flags::INVALID);
    default_nan_raw::<F>(env)
}

pub(crate) fn default_nan_raw<F: Format>(env: &Env) -> u128 {
    signed::<F>(env.rules.default_nan_negative, infinity::<F>(false) | quiet_bit::<F>())
}

/// The result if any operand is a NaN; operands in the order of precedence.
pub(crate) fn propagate<F: Format, const N: usize>(
    env: &mut Env,
    operands: [u128; N],
) -> Option<u128> {
    // Most operands are numbers; find that out with one test an operand.
    if !operands.iter().any(|&x| is_nan_raw::<F>(x)) {
        return None;
    }
    let signaling = operands.iter().copied().find(|&x| is_signaling_raw::<F>(x));
    if signaling.is_some() {
        env.raise(Flags::INVALID);
    }
    if env.default_nan {
        return Some(default_nan_raw::<F>(env));
    }
    let chosen = signaling.or_else(|| operands.into_iter().find(|&x| is_nan_raw::<F>(x)))?;
    Some(chosen | quiet_bit::<F>())
}

/// A NaN of `S` as a quiet NaN of `D`: sign kept, payload left-aligned and cut.
pub(crate) fn convert_nan<S: Format, D: Format>(env: &mut Env, raw: u128) -> u128 {
    if is_signaling_raw::<S>(raw) {
        env.raise(Flags::INVALID);
    }
    if env.default_nan {
        return default_nan_raw::<D>(env);
    }
    let payload = raw & ((1 << S::FRACTION) - 1);
    let payload = if D::FRACTION >= S::FRACTION {
        payload << (D::FRACTION - S::FRACTION)
    } else {
        payload >> (S::FRACTION - D::FRACTION)
    };
    let magnitude = infinity::<D>(false) | quiet_bit::<D>() | payload;
    signed::<D>(raw & sign_bit::<S>() != 0, magnitude)
}
