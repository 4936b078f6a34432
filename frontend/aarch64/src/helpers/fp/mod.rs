//! Floating point out of line: every operation by `softfp`, with all modes of FPCR.
//!
//! A family of operations is one of [`crate::helpers::simd`]; an operation is written once, for a format, and done in each
//! lane, of which a scalar instruction has one.
//! Arm ARM DDI 0487, A1.5 "Floating-point support", and the functions `FP…` of the shared pseudocode (J1).

pub(crate) mod across;
pub(crate) mod compare;
pub(crate) mod convert;
mod estimate;
pub(crate) mod long;
pub(crate) mod misc;
mod odd;
pub(crate) mod same;
#[cfg(test)]
mod tests;

use crate::helpers::simd::lanes::Lane;
use crate::ieee_rules::RULES;
use crate::state::{CpuState, FPCR_AHP, FPCR_DN, FPCR_FZ, FPCR_FZ16, FPSR_IXC};
use softfp::{Env, Flags, Format, Round};

/// The arithmetic environment that FPCR says.
pub(crate) fn environment(cpu: &CpuState) -> Env {
    let fpcr = cpu.fpcr();
    let round = match fpcr >> 22 & 3 {
        0 => Round::NearestEven,
        1 => Round::Up,
        2 => Round::Down,
        _ => Round::TowardZero,
    };
    Env {
        default_nan: fpcr & FPCR_DN != 0,
        flush: fpcr & FPCR_FZ != 0,
        flush_half: fpcr & FPCR_FZ16 != 0,
        ..Env::with_round(&RULES, round)
    }
}

/// Whether half precision in conversions is the alternative one.
pub(crate) fn alternative_half(cpu: &CpuState) -> bool {
    cpu.fpcr() & FPCR_AHP != 0
}

/// Adds exceptions to FPSR. With the first inexact result floating point need not be done here any more, see
/// [`crate::state::TB_FP_FLUSH`] and [`crate::state::TB_FP_HALF_FLUSH`].
pub(crate) fn report(cpu: &mut CpuState, flags: Flags) {
    let before = cpu.env.fp_flags;
    cpu.env.raise(flags);
    if cpu.fpcr & (FPCR_FZ | FPCR_FZ16) != 0 && (before ^ cpu.env.fp_flags) & FPSR_IXC != 0 {
        cpu.env.request_lookup();
    }
}

/// A format with what the helpers ask of it.
pub(crate) trait Float: Format {
    /// 1.5.
    const ONE_AND_A_HALF: Self::Bits;
    /// 2.
    const TWO: Self::Bits;

    /// Lane `i` of a vector.
    fn lane(x: u128, i: u32) -> Self::Bits {
        Self::from_raw(x >> ((i * Self::WIDTH) % 128))
    }

    /// The vector of `count` lanes with these values, zeros above.
    fn vector(count: u32, mut value: impl FnMut(u32) -> Self::Bits) -> u128 {
        (0..count).fold(0, |all, i| all | Self::raw(value(i)) << ((i * Self::WIDTH) % 128))
    }

    /// The bit of the sign.
    fn sign_bit() -> u128 {
        1 << (Self::WIDTH - 1)
    }

    /// The sign inverted, of NaNs too.
    fn negated(x: Self::Bits) -> Self::Bits {
        Self::from_raw(Self::raw(x) ^ Self::sign_bit())
    }

    /// The sign cleared, of NaNs too.
    fn absolute(x: Self::Bits) -> Self::Bits {
        Self::from_raw(Self::raw(x) & !Self::sign_bit())
    }

    /// The magnitude's bits.
    fn magnitude(x: Self::Bits) -> u128 {
        Self::raw(x) & (Self::sign_bit() - 1)
    }

    /// An infinity.
    fn infinity(negative: bool) -> Self::Bits {
        let exponent = (1 << (Self::WIDTH - 1 - Self::FRACTION)) - 1;
        Self::signed(negative, exponent << Self::FRACTION)
    }

    /// The number of a sign and a magnitude's bits.
    fn signed(negative: bool, magnitude: u128) -> Self::Bits {
        Self::from_raw(magnitude | if negative { Self::sign_bit() } else { 0 })
    }

    /// Whether it is an infinity.
    fn is_infinity(x: Self::Bits) -> bool {
        Self::magnitude(x) == Self::raw(Self::infinity(false))
    }
}

macro_rules! float {
    ($format:ty, $one:literal, $fraction:literal) => {
        impl Float for $format {
            const ONE_AND_A_HALF: Self::Bits = $one + (1 << ($fraction - 1));
            const TWO: Self::Bits = $one + (1 << $fraction);
        }
    };
}

float!(softfp::F16, 0x3c00, 10);
float!(softfp::F32, 0x3f80_0000, 23);
float!(softfp::F64, 0x3ff0_0000_0000_0000, 52);

/// Does something for the format whose numbers fill a lane.
macro_rules! with_format {
    ($lane:expr, $F:ident => $body:expr) => {
        match $lane {
            $crate::helpers::simd::lanes::Lane::B | $crate::helpers::simd::lanes::Lane::H => {
                type $F = softfp::F16;
                $body
            }
            $crate::helpers::simd::lanes::Lane::S => {
                type $F = softfp::F32;
                $body
            }
            _ => {
                type $F = softfp::F64;
                $body
            }
        }
    };
}
pub(crate) use with_format;

/// The lane that a field `ftype` names: 0 single, 1 double, 3 half; none for 2.
pub(crate) const fn lane_of_type(ftype: u8) -> Option<Lane> {
    match ftype {
        0 => Some(Lane::S),
        1 => Some(Lane::D),
        3 => Some(Lane::H),
        _ => None,
    }
}
