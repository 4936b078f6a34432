//! Rules for vectors.

use super::{Fold, Outcome};
use tcg_ir::{CryptoOp, Lane, Op, Tb, Type, Val};

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

/// The bits of a float need not be made an integer first.
pub(super) fn zext(fold: &Fold, tb: &Tb, d: Val, a: Val) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::Bitcast { from, a: x, .. }) if from.is_float() => {
            Outcome::Rewrite(Op::VZext { ty: from, d, a: x })
        }
        _ => Outcome::Keep,
    }
}

/// The low bits as an integer, then as a float, are the low bits as a float.
pub(super) fn bitcast(fold: &Fold, tb: &Tb, to: Type, d: Val, a: Val) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::VLow { a: x, .. }) => Outcome::Rewrite(Op::VLow { ty: to, d, a: x }),
        _ => Outcome::Keep,
    }
}

/// The first lane of 32 or 64 bits is the low bits.
pub(super) fn first(lane: Lane, d: Val, a: Val) -> Outcome {
    match lane {
        Lane::S | Lane::D => Outcome::Rewrite(Op::VLow { ty: lane.scalar(), d, a }),
        Lane::B | Lane::H => Outcome::Keep,
    }
}

/// Substitution and mixing of a round of AES are one step.
pub(super) fn crypto(fold: &Fold, tb: &Tb, op: CryptoOp, d: Val, a: Val) -> Outcome {
    let (before, whole) = match op {
        CryptoOp::AesMix => (CryptoOp::AesEncrypt, CryptoOp::AesEncryptMix),
        CryptoOp::AesUnmix => (CryptoOp::AesDecrypt, CryptoOp::AesDecryptUnmix),
        _ => return Outcome::Keep,
    };
    match fold.def_of(tb, a) {
        Some(&Op::VCrypto { op, a: x, .. }) if op == before => {
            Outcome::Rewrite(Op::VCrypto { op: whole, d, a: x, b: x, c: x })
        }
        _ => Outcome::Keep,
    }
}
