//! Half precision as IR ops, where it differs from the other formats: a scalar is lane 0 of a vector, with zeros above; others
//! than arithmetic ones go by single precision, which is exact.

use super::inline_convert::power_of_two;
use super::inline_fp::extreme;
use super::{Translator, W};
use crate::helpers::fp::across::FpAcross;
use crate::helpers::fp::convert::FpInteger;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::Width;
use crate::state::TB_FP_FLUSH;
use tcg_ir::{Cond, Lane as IrLane, Round, Sign, Type, Val, VecFpCmp, VecFpOp, VecOp};

const HALF: Type = Type::F16;

impl Translator<'_> {
    /// FMADD and its like: negates the product, the addend.
    pub(super) fn fused_halves(&mut self, (product, addend): (bool, bool), f: isa::aarch64::Fp3) {
        let [n, m, a] = [f.rn, f.rm, f.ra].map(|r| {
            let x = self.v(r);
            self.flushed_operand(HALF, Width::Scalar, x)
        });
        let a = if addend { self.negated_below(Width::Scalar, a) } else { a };
        let result = self.fused(HALF, Width::Scalar, product, [n, m, a]);
        self.set_v(f.rd, result);
    }

    /// Halves with their signs inverted, but those above what the instruction reads.
    pub(super) fn negated_below(&mut self, width: Width, n: Val) -> Val {
        let signs = match width {
            Width::Scalar => 0x8000,
            _ => 0x8000_8000_8000_8000,
        };
        let signs = self.b.v128(signs);
        self.b.vxor(n, signs)
    }

    /// Halves are combined until one is left. All lanes take part, as copies of those that the instruction reads.
    pub(super) fn inline_half_across(&mut self, insn: &Insn<FpAcross>) -> Option<()> {
        let ty = self.inline_lane(insn.lane)?;
        let n = self.v(insn.rn);
        let n = self.flushed(ty, n);
        let (mut x, mut count) = match insn.imm {
            2 => (self.b.vdup_lane(IrLane::S, 0, n), 2),
            4 => (self.b.vdup_lane(IrLane::D, 0, n), 4),
            _ => (n, 8),
        };
        while count > 1 {
            let even = self.b.vbinary(VecOp::UnzipEven, IrLane::H, x, x);
            let odd = self.b.vbinary(VecOp::UnzipOdd, IrLane::H, x, x);
            x = self.arithmetic_result(extreme(insn.op), ty, Width::Scalar, (even, odd));
            count /= 2;
        }
        let result = self.operand(ty, Width::Scalar, x);
        self.set_v(insn.rd, result);
        Some(())
    }

    // --- other formats -----------------------------------------------------------------------

    /// The low lane of a vector of halves as `f32`, which is exact; a signaling NaN becomes quiet and is invalid.
    pub(super) fn half_as_single(&mut self, n: Val) -> Val {
        let n = self.operand(HALF, Width::Scalar, n);
        self.lone_half_as_single(n)
    }

    /// The same with zeros above it.
    pub(super) fn lone_half_as_single(&mut self, n: Val) -> Val {
        let wide = self.b.vfwiden(HALF, false, n);
        self.b.vlow(Type::F32, wide)
    }

    /// Lanes of type `from` in half precision, zeros above. Where subnormal numbers count as zeros, the product with one is what
    /// finds them.
    pub(super) fn narrowed_to_half(&mut self, from: Type, mut n: Val) -> Val {
        if self.b.tb.flags & TB_FP_FLUSH != 0 {
            let one = self.lanes_of_power(from, 0);
            n = self.b.vfbinary(VecFpOp::Mul, from, n, one);
            if from == Type::F64 {
                n = self.zero_or_single(n);
            }
        }
        self.b.vfnarrow(from, HALF, n)
    }

    /// Doubles that are zero or normal as singles, and round to the same halves.
    fn zero_or_single(&mut self, n: Val) -> Val {
        let magnitude = self.b.vfabs(Type::F64, n);
        let least = self.lanes_of_power(Type::F64, -100);
        let is_small = self.b.vbinary(VecOp::GtS, IrLane::D, least, magnitude);
        let is_not_zero = self.b.vbinary(VecOp::Tst, IrLane::D, magnitude, magnitude);
        let is_tiny = self.b.vand(is_small, is_not_zero);
        let sign = self.b.vxor(n, magnitude);
        let tiny = self.b.vor(sign, least);
        self.b.vselect(is_tiny, tiny, n)
    }

    // --- general registers -------------------------------------------------------------------

    /// SCVTF, UCVTF: by way of a double, which is exact, or else of an integer that is too large for a half.
    pub(super) fn half_from_general(&mut self, sign: Sign, w: W, fraction: u8, (rd, rn): (u8, u8)) {
        let value = self.r(w, rn);
        let wide = match w {
            W::X if fraction != 0 => {
                let (value, factor) = self.shortened(sign, fraction, value);
                let wide = self.b.ffromint(Type::F64, sign, value);
                let factor = self.b.bitcast(Type::F64, factor);
                self.b.fmul(Type::F64, wide, factor)
            }
            _ => {
                let wide = self.b.ffromint(Type::F64, sign, value);
                self.scaled_down(Type::F64, fraction, wide)
            }
        };
        let wide = self.b.vzext(wide);
        let result = self.b.vfnarrow(Type::F64, HALF, wide);
        let result = self.flushed_fixed(Width::Scalar, fraction, result);
        self.set_v(rd, result);
    }

    /// An integer that a double holds, and the bits of the double that it is to be multiplied with, so that the product rounds
    /// to the same half as `x` divided by 2 to the power of `fraction`: what has more than 53 bits loses its low 11 ones, and
    /// becomes odd if they were not zero.
    fn shortened(&mut self, sign: Sign, fraction: u8, x: Val) -> (Val, Val) {
        let high = match sign {
            Sign::Signed => self.b.shr_s_imm(Type::I64, x, 11),
            Sign::Unsigned => self.b.shr_u_imm(Type::I64, x, 11),
        };
        let low = self.b.and_imm(Type::I64, x, 0x7ff);
        let zero = self.b.i64(0);
        let is_inexact = self.b.setcond(Type::I64, Cond::Ne, low, zero);
        let is_inexact = self.b.extend(Sign::Unsigned, is_inexact);
        let odd = self.b.or(Type::I64, high, is_inexact);
        // Whether it is from -2^53 to 2^53 - 1, or for unsigned numbers below 2^53.
        let (shifted, limit) = match sign {
            Sign::Signed => (self.b.add_imm(Type::I64, x, 1 << 53), self.b.i64(1 << 54)),
            Sign::Unsigned => (x, self.b.i64(1 << 53)),
        };
        let [whole, part] = [0, 11]
            .map(|exponent| self.b.i64(power_of_two(Type::F64, exponent - i32::from(fraction))));
        let is_short = (shifted, limit);
        let value = self.b.select(Type::I64, Cond::LtU, is_short, x, odd);
        (value, self.b.select(Type::I64, Cond::LtU, is_short, whole, part))
    }

    /// FCVTAS, FCVTAU: all halves are in range of signed integers. Of unsigned ones those below are invalid, not inexact.
    pub(super) fn half_to_general_away(&mut self, sign: Sign, w: W, rn: u8) -> Val {
        let n = self.v(rn);
        let n = self.flushed_operand(HALF, Width::Scalar, n);
        let rounded = self.b.vfround(HALF, Round::NearestAway, true, n);
        let in_range = match sign {
            Sign::Signed => n,
            Sign::Unsigned => {
                let zero = self.b.v128(0);
                let below = self.b.vfcmp(VecFpCmp::Gt, HALF, zero, rounded);
                self.b.vandnot(n, below)
            }
        };
        // For its exception.
        self.b.vfround(HALF, Round::Zero, false, in_range);
        let rounded = self.lone_half_as_single(rounded);
        self.b.ftoint(w.ty(), sign, Round::Zero, rounded).0
    }

    // --- fixed point -------------------------------------------------------------------------

    /// FCVTZS, FCVTZU, SCVTF, UCVTF of lanes with `insn.imm` bits of fraction, of which there is one at least.
    pub(super) fn inline_half_fixed(&mut self, insn: &Insn<FpInteger>, sign: Sign, n: Val) -> Val {
        if insn.op == FpInteger::From {
            return self.halves_from_fixed(insn, sign, n);
        }
        let product = self.halves_scaled_up(insn.imm, n);
        self.b.vftoint(HALF, sign, Round::Zero, product)
    }

    /// By single precision, in which integers and their quotients are exact.
    fn halves_from_fixed(&mut self, insn: &Insn<FpInteger>, sign: Sign, n: Val) -> Val {
        let factor = self.lanes_of_power(Type::F32, -i32::from(insn.imm));
        let mut part = |high: bool| {
            let wide = self.b.vwiden(IrLane::H, sign, high, n);
            let wide = self.b.vffromint(Type::F32, Sign::Signed, wide);
            let wide = self.b.vfbinary(VecFpOp::Mul, Type::F32, wide, factor);
            self.b.vfnarrow(Type::F32, HALF, wide)
        };
        let mut result = part(false);
        if insn.width == Width::Full {
            let high = part(true);
            result = self.low_halves(result, high);
        }
        self.flushed_fixed(insn.width, insn.imm, result)
    }

    /// Halves times 2 to the power of `fraction`, which is exact below 2^16; infinities for what is not.
    fn halves_scaled_up(&mut self, fraction: u8, x: Val) -> Val {
        let magnitude = self.b.vfabs(HALF, x);
        let limit = self.lanes_of_power(HALF, 16 - i32::from(fraction));
        let infinity = self.lanes_of_power(HALF, 16);
        let is_small = self.b.vbinary(VecOp::GtS, IrLane::H, limit, magnitude);
        let is_nan = self.b.vbinary(VecOp::GtS, IrLane::H, magnitude, infinity);
        let mut small = self.b.vand(x, is_small);
        // 2^16 is no half.
        for part in [fraction / 2, fraction - fraction / 2] {
            let factor = self.lanes_of_power(HALF, part.into());
            small = self.b.vfbinary(VecFpOp::Mul, HALF, small, factor);
        }
        let signs = self.b.vxor(x, magnitude);
        let large = self.b.vor(signs, infinity);
        let large = self.b.vselect(is_nan, x, large);
        self.b.vselect(is_small, small, large)
    }
}
