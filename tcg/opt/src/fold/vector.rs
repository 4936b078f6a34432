//! Rules for vectors.

use super::{Fold, Outcome};
use tcg_ir::{Op, Tb, Type, Val};

/// The low bits of what was extended or paired are what went in.
pub(super) fn low(fold: &Fold, tb: &Tb, ty: Type, d: Val, a: Val) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::VZext { ty: from, a: x, .. }) if from == ty => Outcome::Same(x),
        Some(&Op::VZext { ty: from, a: x, .. }) if from.bits() == ty.bits() => {
            Outcome::Rewrite(Op::Bitcast { from, to: ty, d, a: x })
        }
        Some(&Op::VPair { lo, .. }) if ty == Type::I64 => Outcome::Same(lo),
        _ => Outcome::Keep,
    }
}
