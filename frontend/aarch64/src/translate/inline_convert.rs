//! Conversions between floating point and integers or fixed-point numbers as IR ops.
//!
//! A fixed-point number is an integer times a power of two, which is applied where that is exact: after a conversion from
//! an integer, and before one to an integer, unless the number is out of range anyway and its product might overflow.

use super::Translator;
use crate::helpers::fp::convert::FpInteger;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::state::{TB_FP_DEFAULT_NAN, TB_FP_FLUSH};
use tcg_ir::{Cond, Lane as IrLane, Round, Sign, Type, Val, VecFpCmp, VecFpOp, VecOp};

/// The rounding of a conversion to integers; none of one from integers.
pub(super) const fn rounding_of(op: FpInteger) -> Option<Round> {
    Some(match op {
        FpInteger::ToNearest => Round::NearestEven,
        FpInteger::ToUp => Round::Up,
        FpInteger::ToDown => Round::Down,
        FpInteger::ToZero => Round::Zero,
        FpInteger::ToAway => Round::NearestAway,
        FpInteger::From => return None,
    })
}

/// The bits of 2 to the power of `exponent`, a normal number.
pub(super) const fn power_of_two(ty: Type, exponent: i32) -> u64 {
    match ty {
        Type::F16 => ((15 + exponent) as u64) << 10,
        Type::F32 => ((127 + exponent) as u64) << 23,
        _ => ((1023 + exponent) as u64) << 52,
    }
}

/// How a conversion goes.
#[derive(Clone, Copy)]
struct How {
    ty: Type,
    sign: Sign,
    /// None from integers.
    rounding: Option<Round>,
}

impl Translator<'_> {
    // --- scalars ------------------------------------------------------------------------------

    /// `x` times 2 to the power of `fraction`, for a conversion to an integer.
    pub(super) fn scaled_up(&mut self, ty: Type, fraction: u8, x: Val) -> Val {
        let exponent = i32::from(fraction);
        if fraction == 0 {
            return x;
        }
        if ty == Type::F32 {
            let x = self.b.fcvt(Type::F64, x);
            let factor = self.b.constant(Type::F64, power_of_two(Type::F64, exponent));
            return self.b.fmul(Type::F64, x, factor);
        }
        let bits = self.b.bitcast(Type::I64, x);
        let magnitude = self.b.and_imm(Type::I64, bits, u64::MAX >> 1);
        let [limit, factor, one] =
            [64, exponent, 0].map(|exponent| self.b.i64(power_of_two(ty, exponent)));
        let factor = self.b.select(Type::I64, Cond::LtU, (magnitude, limit), factor, one);
        let factor = self.b.bitcast(ty, factor);
        self.b.fmul(ty, x, factor)
    }

    /// `x`, a converted integer, divided by 2 to the power of `fraction`.
    pub(super) fn scaled_down(&mut self, ty: Type, fraction: u8, x: Val) -> Val {
        if fraction == 0 {
            return x;
        }
        let factor = self.b.constant(ty, power_of_two(ty, -i32::from(fraction)));
        self.b.fmul(ty, x, factor)
    }

    // --- vectors ------------------------------------------------------------------------------

    /// The new vector, zeros above what the instruction writes; `imm` is the number of bits of the fraction.
    pub(super) fn inline_fp_integer(&mut self, insn: &Insn<FpInteger>) -> Option<Val> {
        let ty = self.inline_lane(insn.lane)?;
        let sign = if insn.unsigned { Sign::Unsigned } else { Sign::Signed };
        let how = How { ty, sign, rounding: rounding_of(insn.op) };
        let n = self.v(insn.rn);
        let mut n = self.operand(ty, insn.width, n);
        if how.rounding.is_some() {
            n = self.flushed(ty, n);
            self.notice_subnormals(ty, n);
        }
        if ty == Type::F16 && insn.imm != 0 {
            return Some(self.inline_half_fixed(insn, sign, n));
        }
        let n = match (insn.imm, how.rounding) {
            (1.., Some(_)) => self.lanes_scaled_up(ty, insn.imm, n),
            _ => n,
        };
        let alone = insn.width == Width::Scalar && insn.lane != Lane::H;
        let result = match how.rounding {
            _ if alone => {
                let converted = self.convert_lowest(insn.lane.ir()?, how, n);
                self.b.vzext(converted)
            }
            Some(round) => self.b.vftoint(ty, sign, round, n),
            None => self.b.vffromint(ty, sign, n),
        };
        if insn.imm == 0 || how.rounding.is_some() {
            return Some(result);
        }
        let factor = self.lanes_of_power(ty, -i32::from(insn.imm));
        Some(self.b.vfbinary(VecFpOp::Mul, ty, result, factor))
    }

    /// See `notice_subnormal`. FPCR.FZ does not concern halves.
    pub(super) fn notice_subnormals(&mut self, ty: Type, x: Val) {
        if self.b.tb.flags & TB_FP_FLUSH != 0 && ty != Type::F16 {
            self.b.vfcmp(VecFpCmp::Eq, ty, x, x);
        }
    }

    /// See `with_default_nan`.
    pub(super) fn lanes_with_default_nan(&mut self, ty: Type, x: Val) -> Val {
        if self.b.tb.flags & TB_FP_DEFAULT_NAN == 0 {
            return x;
        }
        let one = self.lanes_of_power(ty, 0);
        self.b.vfbinary(VecFpOp::Mul, ty, x, one)
    }

    pub(super) fn lanes_of_power(&mut self, ty: Type, exponent: i32) -> Val {
        let lane = IrLane::of_float(ty);
        self.all_lanes(lane, power_of_two(ty, exponent))
    }

    fn lanes_scaled_up(&mut self, ty: Type, fraction: u8, x: Val) -> Val {
        let lane = IrLane::of_float(ty);
        let magnitude = self.b.vfabs(ty, x);
        let [limit, factor, one] =
            [64, i32::from(fraction), 0].map(|exponent| self.lanes_of_power(ty, exponent));
        let small = self.b.vbinary(VecOp::GtS, lane, limit, magnitude);
        let factor = self.b.vselect(small, factor, one);
        self.b.vfbinary(VecFpOp::Mul, ty, x, factor)
    }

    /// The bits of the lowest lane's conversion.
    fn convert_lowest(&mut self, lane: IrLane, how: How, n: Val) -> Val {
        let bits = self.b.vextract(lane, 0, n);
        match how.rounding {
            Some(round) => {
                let x = self.b.bitcast(how.ty, bits);
                self.b.ftoint(lane.scalar(), how.sign, round, x).0
            }
            None => {
                let result = self.b.ffromint(how.ty, how.sign, bits);
                self.b.bitcast(lane.scalar(), result)
            }
        }
    }
}
