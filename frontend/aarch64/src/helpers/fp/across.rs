//! Floating-point operations across the lanes of one vector: FMAXV and its like, and the scalar pairwise ones.

use super::same::{FpSame, binary};
use super::{Float, with_format};
use crate::helpers::simd::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use softfp::{Env, Format};
use tcg_ir::HelperId;

operations! {
    /// Of halves, until one lane is left; so the order is that of a tree.
    FpAcross {
        Add,
        Max,
        Min,
        MaxNm,
        MinNm,
    }
}

impl Family for FpAcross {
    const HELPER: HelperId = id::FP_ACROSS;

    /// The number of lanes is `imm`, a power of two.
    fn compute(insn: &Insn<FpAcross>, operands: Operands, status: &mut Status) -> u128 {
        let op = match insn.op {
            FpAcross::Add => FpSame::Add,
            FpAcross::Max => FpSame::Max,
            FpAcross::Min => FpSame::Min,
            FpAcross::MaxNm => FpSame::MaxNm,
            FpAcross::MinNm => FpSame::MinNm,
        };
        let env = &mut status.fp;
        with_format!(insn.lane, F => F::raw(reduce::<F>(op, env, operands.n, 0, insn.imm.into())))
    }
}

fn reduce<F: Float>(op: FpSame, env: &mut Env, n: u128, from: u32, count: u32) -> F::Bits {
    if count <= 1 {
        return F::lane(n, from);
    }
    let low = reduce::<F>(op, env, n, from, count / 2);
    let high = reduce::<F>(op, env, n, from + count / 2, count / 2);
    binary::<F>(op, env, low, high)
}
