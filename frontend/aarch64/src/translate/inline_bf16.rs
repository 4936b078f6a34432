//! Conversions to bfloat16 and multiplications of it that add to single precision as IR ops.
//!
//! A bfloat16 is the upper half of a single precision number, so widening is a shift.

use super::Translator;
use super::inline_convert::power_of_two;
use crate::helpers::fp::long::FpLong;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use tcg_ir::{Lane as IrLane, Type, Val, VecFpOp, VecOp, VecShift};

/// Bits of a single precision number below those of a bfloat16.
const BELOW: u8 = 16;
/// Bits of the fraction of single precision.
const FRACTION: u8 = 23;
const EXPONENT: u64 = 0xff << FRACTION;

impl Translator<'_> {
    /// BFCVT, BFCVTN: the new lanes of 16 bits, zeros above; none if the helper must do it.
    pub(super) fn inline_to_bf16(&mut self, width: Width, rn: u8) -> Option<Val> {
        self.inline_float(Lane::S)?;
        if self.alone() {
            return None;
        }
        let n = self.v(rn);
        let scalar = width == Width::Scalar;
        let n = if scalar { self.operand(Type::F32, width, n) } else { n };
        let rounded = self.rounded_to_bf16(n);
        // A scalar has zeros above.
        let how = tcg_ir::Narrow::Wrap;
        Some(if scalar { rounded } else { self.b.vnarrow(IrLane::S, how, rounded) })
    }

    /// Single precision lanes as bfloat16, zeros above each, as FPCR says.
    ///
    /// To a number of the exponent e is added 2 to the power of e + 16: the sum has the precision of a bfloat16 of that
    /// exponent, so the host rounds there, and its lowest bits are the significand. Zeros take part as the smallest normal
    /// numbers do. Subnormal and very large numbers, infinities and NaNs are left to the helper.
    fn rounded_to_bf16(&mut self, n: Val) -> Val {
        let lane = IrLane::S;
        let magnitude = self.b.vfabs(Type::F32, n);
        let (least, end) = (power_of_two(Type::F32, -126), power_of_two(Type::F32, 127 - 16));
        self.leave_unless_zero_or_within(lane, Width::Full, magnitude, (least, end));
        let sign = self.b.vxor(n, magnitude);
        let mask = self.all_lanes(lane, EXPONENT);
        let exponent = self.b.vand(magnitude, mask);
        let least = self.all_lanes(lane, least);
        let exponent = self.b.vbinary(VecOp::MaxS, lane, exponent, least);
        let above = self.all_lanes(lane, u64::from(BELOW) << FRACTION);
        let large = self.b.vbinary(VecOp::Add, lane, exponent, above);
        let large = self.b.vor(large, sign);
        let sum = self.b.vfbinary(VecFpOp::Add, Type::F32, n, large);
        let significand = self.b.vbinary(VecOp::Sub, lane, sum, large);
        let signed = self.b.vor(exponent, sign);
        let signed = self.b.vshift(VecShift::ShrU, lane, BELOW, signed);
        // The leading bit of the significand is one more of the exponent.
        let leading = self.all_lanes(lane, 1 << (FRACTION - BELOW));
        let signed = self.b.vbinary(VecOp::Sub, lane, signed, leading);
        self.b.vbinary(VecOp::Add, lane, signed, significand)
    }

    /// BFMLALB, BFMLALT: the new vector; none if the helper must do it.
    pub(super) fn inline_bf16_long(&mut self, insn: &Insn<FpLong>) -> Option<Val> {
        let ty = self.inline_float(Lane::S)?;
        let (n, m) = (self.v(insn.rn), self.second(insn.rm, insn.element));
        let [n, m] = [n, m].map(|x| self.bf16_lanes(insn.imm != 0, x));
        let d = self.v(insn.rd);
        Some(self.b.vfmuladd(ty, false, n, m, d))
    }

    /// The bfloat16 lanes of odd or even index in single precision.
    pub(super) fn bf16_lanes(&mut self, odd: bool, x: Val) -> Val {
        if odd {
            let low = self.all_lanes(IrLane::S, (1 << BELOW) - 1);
            self.b.vandnot(x, low)
        } else {
            self.b.vshift(VecShift::Shl, IrLane::S, BELOW, x)
        }
    }
}
