//! Comparison.

use crate::env::{Env, Flags};
use crate::format::{Format, is_nan_raw, is_signaling_raw, magnitude, sign_raw};

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

/// Compares; only a signaling NaN is invalid (s390x: COMPARE).
pub fn compare_quiet<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> Ordering {
    let (a, b) = (F::raw(a), F::raw(b));
    if is_signaling_raw::<F>(a) || is_signaling_raw::<F>(b) {
        env.raise(Flags::INVALID);
    }
    relation::<F>(a, b)
}

/// Compares; any NaN is invalid (s390x: COMPARE AND SIGNAL).
pub fn compare_signaling<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> Ordering {
    let relation = relation::<F>(F::raw(a), F::raw(b));
    if relation == Ordering::Unordered {
        env.raise(Flags::INVALID);
    }
    relation
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
