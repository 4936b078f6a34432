//! Comparison.

use crate::env::{Env, Flags};
use crate::format::{Format, input, is_nan_raw, is_signaling_raw, magnitude, sign_raw};
use crate::nan::propagate;

/// Relation of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ordering {
    /// The first is below the second.
    Less,
    /// They are equal; zeros are, whatever their signs.
    Equal,
    /// The first is above the second.
    Greater,
    /// One is a NaN.
    Unordered,
}

/// Compares; only a signaling NaN is invalid.
pub fn compare_quiet<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> Ordering {
    let (a, b) = (input::<F>(env, a), input::<F>(env, b));
    if is_signaling_raw::<F>(a) || is_signaling_raw::<F>(b) {
        env.raise(Flags::INVALID);
    }
    relation::<F>(a, b)
}

/// Compares; any NaN is invalid.
pub fn compare_signaling<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> Ordering {
    let (a, b) = (input::<F>(env, a), input::<F>(env, b));
    let relation = relation::<F>(a, b);
    if relation == Ordering::Unordered {
        env.raise(Flags::INVALID);
    }
    relation
}

/// The larger operand; a NaN of any kind gives a NaN, and +0 is above −0.
pub fn max<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    extreme::<F>(env, a, b, std::cmp::Ordering::Greater)
}

/// The smaller operand; a NaN of any kind gives a NaN, and −0 is below +0.
pub fn min<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    extreme::<F>(env, a, b, std::cmp::Ordering::Less)
}

/// As [`max`], but a number beats a quiet NaN (IEEE 754 §5.3.1 maxNum).
pub fn max_num<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    let (a, b) = without_quiet_nan::<F>(a, b);
    max::<F>(env, a, b)
}

/// As [`min`], but a number beats a quiet NaN (IEEE 754 §5.3.1 minNum).
pub fn min_num<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    let (a, b) = without_quiet_nan::<F>(a, b);
    min::<F>(env, a, b)
}

fn extreme<F: Format>(
    env: &mut Env,
    a: F::Bits,
    b: F::Bits,
    wanted: std::cmp::Ordering,
) -> F::Bits {
    let (a, b) = (input::<F>(env, a), input::<F>(env, b));
    if let Some(nan) = propagate::<F, 2>(env, [a, b]) {
        return F::from_raw(nan);
    }
    // Equal keys are zeros or the same number; a zero without sign bit is the larger one.
    let order = key::<F>(a).cmp(&key::<F>(b)).then(b.cmp(&a));
    F::from_raw(if order == wanted { a } else { b })
}

/// If one operand alone is a quiet NaN, the other one twice.
fn without_quiet_nan<F: Format>(a: F::Bits, b: F::Bits) -> (F::Bits, F::Bits) {
    let quiet = |x: F::Bits| is_nan_raw::<F>(F::raw(x)) && !is_signaling_raw::<F>(F::raw(x));
    match (quiet(a), quiet(b)) {
        (true, false) => (b, b),
        (false, true) => (a, a),
        _ => (a, b),
    }
}

fn relation<F: Format>(a: u128, b: u128) -> Ordering {
    if is_nan_raw::<F>(a) || is_nan_raw::<F>(b) {
        return Ordering::Unordered;
    }
    match key::<F>(a).cmp(&key::<F>(b)) {
        std::cmp::Ordering::Less => Ordering::Less,
        std::cmp::Ordering::Equal => Ordering::Equal,
        std::cmp::Ordering::Greater => Ordering::Greater,
    }
}

/// An integer that orders as the number does: a magnitude has at most 127 bits.
fn key<F: Format>(raw: u128) -> i128 {
    let magnitude = magnitude::<F>(raw) as i128;
    if sign_raw::<F>(raw) { -magnitude } else { magnitude }
}
