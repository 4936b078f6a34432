//! FMLAL and its like as IR ops: half precision widened to single, which is exact, and multiplied there.

use super::Translator;
use super::inline_step::infinity;
use crate::helpers::fp::long::FpLong;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use tcg_ir::{Lane as IrLane, Type, Val, VecOp};

/// The bit that quiet NaNs have, and signaling ones have not.
const QUIET: u64 = 1 << 9;
/// As a signed half word.
const MOST_NEGATIVE: u64 = 1 << 15;

impl Translator<'_> {
    /// The new vector, zeros above what the instruction writes; none if the helper must do it.
    ///
    /// Widening a signaling NaN would make it quiet, so that the multiplication might choose another one: with those among
    /// the halves the instruction is left to the helper.
    pub(super) fn inline_half_long(&mut self, insn: &Insn<FpLong>) -> Option<Val> {
        let (half, ty) = (self.inline_lane(Lane::H)?, self.inline_float(Lane::S)?);
        if self.alone() {
            return None;
        }
        let (n, m) = (self.v(insn.rn), self.second(insn.rm, insn.element));
        let [n, m] = [n, m].map(|x| self.halves_read(insn, x));
        self.leave_if_signaling(n, m);
        let [n, m] = [n, m].map(|x| {
            let x = self.flushed(half, x);
            self.b.vfwiden(half, false, x)
        });
        let d = self.v(insn.rd);
        let d = self.operand(ty, insn.width, d);
        let sum = self.b.vfmuladd(ty, insn.op == FpLong::MlsL, n, m, d);
        Some(self.operand(ty, insn.width, sum))
    }

    /// The halves that the instruction reads, as the lowest lanes, zeros above.
    fn halves_read(&mut self, insn: &Insn<FpLong>, x: Val) -> Val {
        let bits = if insn.width == Width::Full { IrLane::D } else { IrLane::S };
        let zero = self.b.v128(0);
        let first = if insn.imm == 0 { x } else { self.b.vext(bits.bytes() as u8, x, zero) };
        let low = match bits {
            IrLane::D => self.b.vlow(Type::F64, first),
            _ => self.b.vlow(Type::F32, first),
        };
        self.b.vzext(low)
    }

    fn leave_if_signaling(&mut self, n: Val, m: Val) {
        let first = infinity(Type::F16) + 1;
        let end = infinity(Type::F16) | QUIET;
        let to_first = self.all_lanes(IrLane::H, MOST_NEGATIVE - first);
        let end = self.all_lanes(IrLane::H, MOST_NEGATIVE + end - first);
        let [n, m] = [n, m].map(|x| {
            let magnitude = self.b.vfabs(Type::F16, x);
            let moved = self.b.vbinary(VecOp::Add, IrLane::H, magnitude, to_first);
            self.b.vbinary(VecOp::GtS, IrLane::H, end, moved)
        });
        let signaling = self.b.vor(n, m);
        self.leave_if_any(IrLane::H, Width::Half, signaling);
    }
}
