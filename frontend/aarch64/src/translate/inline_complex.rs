//! FCADD and FCMLA as IR ops: pairs of lanes are complex numbers, the real part first.

use super::Translator;
use crate::helpers::fp::same::FpSame;
use crate::helpers::simd::Insn;
use tcg_ir::{Lane, Type, Val, VecOp};

/// The signs of the parts of a complex number.
const REAL: u8 = 1;
const IMAGINARY: u8 = 2;

impl Translator<'_> {
    /// FCADD, FCMLA: operands are turned by multiples of 90°; a turned part that is a NaN changes its sign, too.
    pub(super) fn complex(&mut self, insn: &Insn<FpSame>, ty: Type) -> Val {
        let (n, m) = (self.v(insn.rn), self.second(insn.rm, insn.element));
        let [n, m] = [n, m].map(|x| self.flushed_operand(ty, insn.width, x));
        let result = if insn.op == FpSame::CAdd {
            let m = self.turned(ty, 2 * insn.imm + 1, m);
            self.b.vfbinary(tcg_ir::VecFpOp::Add, ty, n, m)
        } else {
            let lane = Lane::of_float(ty);
            let part = if insn.imm & 1 == 0 { VecOp::TransposeEven } else { VecOp::TransposeOdd };
            let n = self.b.vbinary(part, lane, n, n);
            let m = self.turned(ty, insn.imm, m);
            let d = self.v(insn.rd);
            let d = self.flushed_operand(ty, insn.width, d);
            self.b.vfmuladd(ty, false, n, m, d)
        };
        let result = self.flushed_result(ty, insn.width, result);
        self.operand(ty, insn.width, result)
    }

    /// Complex numbers times the imaginary unit to the power of `quarters`.
    fn turned(&mut self, ty: Type, quarters: u8, x: Val) -> Val {
        let signs = match quarters {
            0 => return x,
            1 => REAL,
            2 => REAL | IMAGINARY,
            _ => IMAGINARY,
        };
        let x = match (quarters & 1, ty) {
            (0, _) => x,
            (_, Type::F64) => self.b.vext(8, x, x),
            (_, Type::F16) => self.b.vreverse(Lane::H, Lane::S, x),
            _ => self.b.vreverse(Lane::S, Lane::D, x),
        };
        let sign = |part: u8, at: u32| u64::from(signs & part != 0) << at;
        let mask = match ty {
            Type::F64 => {
                let [real, imaginary] = [REAL, IMAGINARY].map(|part| self.b.i64(sign(part, 63)));
                self.b.vpair(real, imaginary)
            }
            Type::F16 => {
                let pair = sign(REAL, 15) | sign(IMAGINARY, 31);
                self.splat(pair << 32 | pair)
            }
            _ => self.splat(sign(REAL, 31) | sign(IMAGINARY, 63)),
        };
        self.b.vxor(x, mask)
    }
}
