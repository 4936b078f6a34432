//! FMULX and the steps of Newton's method, FRECPS and FRSQRTS, as IR ops.
//!
//! They differ from a multiplication and a fused multiply-add for infinities times zero alone. Operands that are infinite are
//! left to the helper (see [`Translator::leave_if_any`]).

use super::Translator;
use super::inline_convert::power_of_two;
use crate::helpers::fp::same::FpSame;
use crate::helpers::simd::Insn;
use tcg_ir::{Lane, Type, Val, VecFpOp, VecOp};

impl Translator<'_> {
    /// The new vector, zeros above what the instruction writes; none if the helper must do it.
    pub(super) fn inline_fp_step(&mut self, insn: &Insn<FpSame>, ty: Type) -> Option<Val> {
        if self.alone() {
            return None;
        }
        let (n, m) = (self.v(insn.rn), self.second(insn.rm, insn.element));
        let [n, m] = [n, m].map(|x| self.flushed_operand(ty, insn.width, x));
        self.leave_unless_ordinary(insn, ty, n, m);
        let result = match insn.op {
            FpSame::MulX => {
                return Some(self.arithmetic_result(VecFpOp::Mul, ty, insn.width, (n, m)));
            }
            FpSame::RecpS => {
                let two = self.lanes_of_power(ty, 1);
                self.fused(ty, insn.width, true, [n, m, two])
            }
            _ => {
                // Half of 3 - n × m, rounded once: halves are exact.
                let half = self.lanes_of_power(ty, -1);
                let n = self.b.vfbinary(VecFpOp::Mul, ty, n, half);
                let three_halves = self.all_lanes(Lane::of_float(ty), three_halves(ty));
                self.fused(ty, insn.width, true, [n, m, three_halves])
            }
        };
        Some(self.operand(ty, insn.width, result))
    }

    /// Leaves the instruction to its helper if a lane is infinite. FRSQRTS also if it is a NaN, which halving would make quiet, or too
    /// small to be halved exactly.
    fn leave_unless_ordinary(&mut self, insn: &Insn<FpSame>, ty: Type, n: Val, m: Val) {
        let lane = Lane::of_float(ty);
        let halves = insn.op == FpSame::RsqrtS;
        let (op, bound) =
            if halves { (VecOp::GtS, infinity(ty) - 1) } else { (VecOp::Eq, infinity(ty)) };
        let bound = self.all_lanes(lane, bound);
        let [n, m] = [n, m].map(|x| self.b.vfabs(ty, x));
        let [n_special, m_special] = [n, m].map(|x| self.b.vbinary(op, lane, x, bound));
        let mut special = self.b.vor(n_special, m_special);
        if halves {
            // Zero less one is the largest number.
            let one = self.all_lanes(lane, 1);
            let n = self.b.vbinary(VecOp::Sub, lane, n, one);
            let least = self.all_lanes(lane, smallest_normal(ty) * 2 - 1);
            let small = self.b.vbinary(VecOp::GtU, lane, least, n);
            special = self.b.vor(special, small);
        }
        self.leave_if_any(lane, insn.width, special);
    }
}

/// The bits of 1.5.
const fn three_halves(ty: Type) -> u64 {
    let fraction_bits = match ty {
        Type::F16 => 10,
        Type::F32 => 23,
        _ => 52,
    };
    power_of_two(ty, 0) | 1 << (fraction_bits - 1)
}

/// The bits of an infinity.
pub(super) const fn infinity(ty: Type) -> u64 {
    power_of_two(ty, largest_exponent(ty) + 1)
}

const fn smallest_normal(ty: Type) -> u64 {
    power_of_two(ty, 1 - largest_exponent(ty))
}

const fn largest_exponent(ty: Type) -> i32 {
    match ty {
        Type::F16 => 15,
        Type::F32 => 127,
        _ => 1023,
    }
}
