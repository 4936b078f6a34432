//! Floating-point vector instructions as IR ops, for single and double precision.
//!
//! An instruction on the low half computes with zeros above, which raise nothing. (Their difference is −0 if rounding is
//! downward, so results that may hold one are cut.)

use super::Translator;
use crate::helpers::fp::across::FpAcross;
use crate::helpers::fp::convert::{FpConvert, FpInteger};
use crate::helpers::fp::misc::{FpMisc, Rounding};
use crate::helpers::fp::same::FpSame;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use tcg_ir::{Lane as IrLane, Round, Sign, Type, Val, VecFpCmp, VecFpOp, VecOp};

impl Rounding {
    /// The mode as the IR names it.
    pub(super) const fn ir(self) -> Round {
        match self {
            Rounding::Current => Round::Dynamic,
            Rounding::Nearest => Round::NearestEven,
            Rounding::Up => Round::Up,
            Rounding::Down => Round::Down,
            Rounding::Zero => Round::Zero,
            Rounding::Away => Round::NearestAway,
        }
    }
}

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

const fn arithmetic(op: FpSame) -> Option<VecFpOp> {
    Some(match op {
        FpSame::Add | FpSame::AddP => VecFpOp::Add,
        FpSame::Sub | FpSame::Abd => VecFpOp::Sub,
        FpSame::Mul => VecFpOp::Mul,
        FpSame::Div => VecFpOp::Div,
        FpSame::Max | FpSame::MaxP => VecFpOp::Max,
        FpSame::Min | FpSame::MinP => VecFpOp::Min,
        _ => return None,
    })
}

const fn comparison(op: FpSame) -> Option<VecFpCmp> {
    Some(match op {
        FpSame::CmEq => VecFpCmp::Eq,
        FpSame::CmGe | FpSame::AcGe => VecFpCmp::Ge,
        FpSame::CmGt | FpSame::AcGt => VecFpCmp::Gt,
        _ => return None,
    })
}

impl Translator<'_> {
    /// An operand with zeros above what the instruction reads.
    fn operand(&mut self, ty: Type, width: Width, x: Val) -> Val {
        match width {
            Width::Full => x,
            Width::Half => self.low_or_all(width, x),
            Width::Scalar => {
                let low = self.b.vlow(ty, x);
                self.b.vzext(low)
            }
        }
    }

    /// The new vector, zeros above what the instruction writes; none if the helper must do it.
    pub(super) fn inline_fp_same(&mut self, insn: &Insn<FpSame>) -> Option<Val> {
        let ty = self.inline_float(insn.lane)?;
        let is_fused = matches!(insn.op, FpSame::Mla | FpSame::Mls);
        let (arithmetic, comparison) = (arithmetic(insn.op), comparison(insn.op));
        if !is_fused && arithmetic.is_none() && comparison.is_none() {
            return None;
        }
        // Zero divided by zero would be invalid.
        if insn.op == FpSame::Div && insn.width != Width::Full {
            return None;
        }
        let (n, m) = (self.v(insn.rn), self.second(insn.rm, insn.element));
        if let FpSame::AddP | FpSame::MaxP | FpSame::MinP = insn.op {
            return self.fp_pairs(insn, ty, n, m);
        }
        let n = self.operand(ty, insn.width, n);
        let m = self.operand(ty, insn.width, m);
        if let Some(op) = comparison {
            let absolute = matches!(insn.op, FpSame::AcGe | FpSame::AcGt);
            let (n, m) = if absolute { (self.b.vfabs(ty, n), self.b.vfabs(ty, m)) } else { (n, m) };
            let result = self.b.vfcmp(op, ty, n, m);
            // Zeros compare equal.
            return Some(self.operand(ty, insn.width, result));
        }
        if let Some(op) = arithmetic {
            let result = self.b.vfbinary(op, ty, n, m);
            return Some(match insn.op {
                FpSame::Abd => self.b.vfabs(ty, result),
                FpSame::Sub => self.operand(ty, insn.width, result),
                _ => result,
            });
        }
        let d = self.v(insn.rd);
        let d = self.operand(ty, insn.width, d);
        let sum = self.b.vfmuladd(ty, insn.op == FpSame::Mls, n, m, d);
        Some(self.operand(ty, insn.width, sum))
    }

    fn fp_pairs(&mut self, insn: &Insn<FpSame>, ty: Type, n: Val, m: Val) -> Option<Val> {
        let lane = insn.lane.ir()?;
        let (n, m) = match insn.width {
            Width::Full => (n, m),
            _ => (self.low_halves(n, m), self.b.v128(0)),
        };
        let even = self.b.vbinary(VecOp::UnzipEven, lane, n, m);
        let odd = self.b.vbinary(VecOp::UnzipOdd, lane, n, m);
        Some(self.b.vfbinary(arithmetic(insn.op)?, ty, even, odd))
    }

    pub(super) fn inline_fp_misc(
        &mut self,
        insn: &Insn<FpMisc>,
        rounding: Rounding,
    ) -> Option<Val> {
        let ty = self.inline_float(insn.lane)?;
        let is_inlined = !matches!(
            insn.op,
            FpMisc::Round32 | FpMisc::Round64 | FpMisc::Recpe | FpMisc::Rsqrte | FpMisc::Recpx
        );
        if !is_inlined {
            return None;
        }
        let n = self.v(insn.rn);
        let n = self.operand(ty, insn.width, n);
        let zero = self.b.v128(0);
        let result = match insn.op {
            FpMisc::Abs => self.b.vfabs(ty, n),
            FpMisc::Neg => self.b.vfneg(ty, n),
            FpMisc::Sqrt => return Some(self.b.vfsqrt(ty, n)),
            FpMisc::Round => return Some(self.b.vfround(ty, rounding.ir(), true, n)),
            FpMisc::RoundExact => return Some(self.b.vfround(ty, rounding.ir(), false, n)),
            FpMisc::CmGt0 => self.b.vfcmp(VecFpCmp::Gt, ty, n, zero),
            FpMisc::CmGe0 => self.b.vfcmp(VecFpCmp::Ge, ty, n, zero),
            FpMisc::CmEq0 => self.b.vfcmp(VecFpCmp::Eq, ty, n, zero),
            FpMisc::CmLe0 => self.b.vfcmp(VecFpCmp::Ge, ty, zero, n),
            _ => self.b.vfcmp(VecFpCmp::Gt, ty, zero, n),
        };
        Some(self.operand(ty, insn.width, result))
    }

    /// Conversions between floating point and integers without a fraction.
    pub(super) fn inline_fp_integer(&mut self, insn: &Insn<FpInteger>) -> Option<Val> {
        let ty = self.inline_float(insn.lane)?;
        let sign = if insn.unsigned { Sign::Unsigned } else { Sign::Signed };
        let rounding = rounding_of(insn.op);
        if insn.imm != 0 {
            return None;
        }
        if insn.lane == Lane::D || insn.width == Width::Scalar {
            return self.convert_lanes(insn, ty, sign, rounding);
        }
        if rounding.is_some() && insn.unsigned {
            return None;
        }
        let n = self.v(insn.rn);
        let n = self.operand(ty, insn.width, n);
        Some(match rounding {
            Some(round) => self.b.vftoint(round, n),
            None => self.b.vffromint(sign, n),
        })
    }

    /// One or two lanes, by scalar conversions.
    fn convert_lanes(
        &mut self,
        insn: &Insn<FpInteger>,
        ty: Type,
        sign: Sign,
        rounding: Option<Round>,
    ) -> Option<Val> {
        let n = self.v(insn.rn);
        let lane = insn.lane.ir()?;
        let first = self.convert_lane(lane, 0, n, ty, sign, rounding);
        if insn.width == Width::Scalar {
            return Some(self.b.vzext(first));
        }
        let second = self.convert_lane(lane, 1, n, ty, sign, rounding);
        Some(self.b.vpair(first, second))
    }

    /// The bits of a lane's conversion.
    fn convert_lane(
        &mut self,
        lane: IrLane,
        index: u8,
        n: Val,
        ty: Type,
        sign: Sign,
        rounding: Option<Round>,
    ) -> Val {
        let bits = self.b.vextract(lane, index, n);
        match rounding {
            Some(round) => {
                let x = self.b.bitcast(ty, bits);
                self.b.ftoint(lane.scalar(), sign, round, x).0
            }
            None => {
                let result = self.b.ffromint(ty, sign, bits);
                self.b.bitcast(lane.scalar(), result)
            }
        }
    }

    /// FCVTL, FCVTN of single and double precision.
    pub(super) fn inline_fp_convert(&mut self, insn: &Insn<FpConvert>) -> bool {
        if self.inline_float(insn.lane).is_none() {
            return false;
        }
        let n = self.v(insn.rn);
        match insn.op {
            FpConvert::Widen => {
                let wide = self.b.vfwiden(insn.width == Width::Full, n);
                self.set_v(insn.rd, wide);
            }
            FpConvert::Narrow => {
                let narrow = self.b.vfnarrow(n);
                self.set_v_half(insn.width, insn.rd, narrow);
            }
            _ => return false,
        }
        true
    }

    /// FADDP (scalar).
    pub(super) fn inline_fp_across(&mut self, insn: &Insn<FpAcross>) -> bool {
        let Some(ty) = self.inline_float(insn.lane) else { return false };
        if insn.op != FpAcross::Add {
            return false;
        }
        let n = self.v(insn.rn);
        let lane = if ty == Type::F64 { IrLane::D } else { IrLane::S };
        let other = self.b.vextract(lane, 1, n);
        let other = self.b.bitcast(ty, other);
        let first = self.b.vlow(ty, n);
        let sum = self.b.fadd(ty, first, other);
        self.set_scalar(insn.rd, sum);
        true
    }
}
