//! The interchange formats and what their bit patterns mean.

use crate::env::{Env, Flags};
use crate::wide::{U256, Wide};

/// An IEEE 754 binary interchange format.
pub trait Format: Copy + 'static {
    /// Unsigned integer of the format's size.
    type Bits: Copy + Eq + std::fmt::Debug;
    /// Integer that holds the product of two significands with two bits to spare.
    type Wide: Wide;
    /// Size in bits.
    const WIDTH: u32;
    /// Bits of the fraction field; the precision is one more.
    const FRACTION: u32;
    /// Largest exponent of a finite number, and the bias.
    const EMAX: i32;
    /// Smallest exponent of a normal number.
    const EMIN: i32 = 1 - Self::EMAX;
    /// A trapped overflow or underflow scales by two to minus or plus this
    /// (PoP ch. 9: 192, 1536, 24576).
    const TRAP_SCALE: i32;
    /// The same for a trapped conversion *from* this format to a shorter one
    /// (PoP "LOAD ROUNDED": 512, 8192).
    const NARROWING_SCALE: i32;

    /// It is flushed by `Env::flush_half`, not by `Env::flush`.
    const IS_HALF: bool = false;

    /// The bits, right-aligned.
    fn raw(bits: Self::Bits) -> u128;
    /// The low bits of `raw`.
    fn from_raw(raw: u128) -> Self::Bits;
}

/// Binary16, half precision.
#[derive(Clone, Copy, Debug)]
pub struct F16;
/// The upper half of a binary32: "brain" floating point, bfloat16.
#[derive(Clone, Copy, Debug)]
pub struct BF16;
/// Binary32, single precision (also: short).
#[derive(Clone, Copy, Debug)]
pub struct F32;
/// Binary64, double precision (also: long).
#[derive(Clone, Copy, Debug)]
pub struct F64;
/// Binary128, quadruple precision (also: extended).
#[derive(Clone, Copy, Debug)]
pub struct F128;

macro_rules! format {
    ($name:ident, $bits:ty, $wide:ty, $width:literal, $fraction:literal, $scale:literal, $narrow:literal $(, $half:literal)?) => {
        impl Format for $name {
            type Bits = $bits;
            type Wide = $wide;
            const WIDTH: u32 = $width;
            const FRACTION: u32 = $fraction;
            const EMAX: i32 = (1 << ($width - $fraction - 2)) - 1;
            const TRAP_SCALE: i32 = $scale;
            const NARROWING_SCALE: i32 = $narrow;
            $(const IS_HALF: bool = $half;)?

            fn raw(bits: $bits) -> u128 {
                u128::from(bits)
            }

            fn from_raw(raw: u128) -> $bits {
                raw as $bits
            }
        }
    };
}

format!(F16, u16, u128, 16, 10, 24, 0, true);
format!(BF16, u16, u128, 16, 7, 192, 0);
format!(F32, u32, u128, 32, 23, 192, 0);
format!(F64, u64, u128, 64, 52, 1536, 512);
format!(F128, u128, U256, 128, 112, 24576, 8192);

/// What kind of datum a bit pattern is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Zero.
    Zero,
    /// Nonzero, below the smallest normal number.
    Subnormal,
    /// A normal number.
    Normal,
    /// Infinity.
    Infinity,
    /// Quiet NaN.
    QuietNan,
    /// Signaling NaN.
    SignalingNan,
}

/// The kind of datum.
pub fn classify<F: Format>(x: F::Bits) -> Class {
    let magnitude = magnitude::<F>(F::raw(x));
    let infinity = infinity::<F>(false);
    if magnitude > infinity {
        return if magnitude & quiet_bit::<F>() != 0 {
            Class::QuietNan
        } else {
            Class::SignalingNan
        };
    }
    match magnitude {
        0 => Class::Zero,
        m if m == infinity => Class::Infinity,
        m if m >> F::FRACTION == 0 => Class::Subnormal,
        _ => Class::Normal,
    }
}

/// Whether the sign bit is one.
pub fn sign<F: Format>(x: F::Bits) -> bool {
    sign_raw::<F>(F::raw(x))
}

/// Whether `x` is a NaN of either kind.
pub fn is_nan<F: Format>(x: F::Bits) -> bool {
    is_nan_raw::<F>(F::raw(x))
}

/// Whether `x` is a signaling NaN.
pub fn is_signaling<F: Format>(x: F::Bits) -> bool {
    is_signaling_raw::<F>(F::raw(x))
}

pub(crate) fn sign_raw<F: Format>(raw: u128) -> bool {
    raw & sign_bit::<F>() != 0
}

pub(crate) fn is_nan_raw<F: Format>(raw: u128) -> bool {
    magnitude::<F>(raw) > infinity::<F>(false)
}

pub(crate) fn is_signaling_raw<F: Format>(raw: u128) -> bool {
    is_nan_raw::<F>(raw) && raw & quiet_bit::<F>() == 0
}

pub(crate) fn sign_bit<F: Format>() -> u128 {
    1 << (F::WIDTH - 1)
}

pub(crate) fn quiet_bit<F: Format>() -> u128 {
    1 << (F::FRACTION - 1)
}

pub(crate) fn magnitude<F: Format>(raw: u128) -> u128 {
    raw & (sign_bit::<F>() - 1)
}

pub(crate) fn signed<F: Format>(negative: bool, magnitude: u128) -> u128 {
    if negative { magnitude | sign_bit::<F>() } else { magnitude }
}

pub(crate) fn zero<F: Format>(negative: bool) -> u128 {
    signed::<F>(negative, 0)
}

pub(crate) fn infinity<F: Format>(negative: bool) -> u128 {
    let biased_max = (1 << (F::WIDTH - F::FRACTION - 1)) - 1;
    signed::<F>(negative, biased_max << F::FRACTION)
}

pub(crate) fn largest<F: Format>(negative: bool) -> u128 {
    infinity::<F>(negative) - 1
}

/// Whether subnormal numbers of the format count as zeros.
pub(crate) fn is_flushed<F: Format>(env: &Env) -> bool {
    if F::IS_HALF { env.flush_half } else { env.flush }
}

/// An operand as the arithmetic takes it: a subnormal number may become a zero, which is reported.
pub fn flush_input<F: Format>(env: &mut Env, x: F::Bits) -> F::Bits {
    F::from_raw(input::<F>(env, x))
}

/// The same as a pattern.
pub(crate) fn input<F: Format>(env: &mut Env, x: F::Bits) -> u128 {
    let raw = F::raw(x);
    if !is_flushed::<F>(env) {
        return raw;
    }
    let magnitude = magnitude::<F>(raw);
    if magnitude == 0 || magnitude >> F::FRACTION != 0 {
        return raw;
    }
    if !F::IS_HALF {
        env.raise(Flags::INPUT_DENORMAL);
    }
    zero::<F>(sign_raw::<F>(raw))
}
