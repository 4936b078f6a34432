//! Floating point: the host's instruction on the hot path, software for what it does not do as the guest wants.
//!
//! Flags gather in MXCSR. After an arithmetic instruction one comparison of the result's magnitude with the smallest
//! normal number finds NaNs (whose choice is the guest's), tiny results, and results that are exactly that number
//! (where tininess before and after rounding differ); zero and subnormal results turn out right in the cold part.
//!
//! `Round::Dynamic` means MXCSR's mode; the front end keeps ops with it out of TBs that run under a mode the host lacks.

mod arith;
mod check;
mod compare;
mod convert;
mod env;
mod moves;

use crate::constants::Const;
pub(crate) use arith::Arith;
pub(crate) use convert::rounding_control;
use tcg_ir::Type;

/// VEX prefix of scalar instructions: F2 for doubles, F3 for singles.
pub(crate) fn scalar(ty: Type) -> u8 {
    if ty == Type::F64 { 3 } else { 2 }
}

/// VEX prefix of packed instructions and of `ucomis`: 66 for doubles, none for singles.
pub(crate) fn packed(ty: Type) -> u8 {
    u8::from(ty == Type::F64)
}

pub(crate) fn by_type(ty: Type, f64: Const, f32: Const) -> Const {
    if ty == Type::F64 { f64 } else { f32 }
}
