//! Floating-point vector instructions as IR ops, and scalar ones of half precision, which are those on lane 0.
//!
//! An instruction on the low half computes with zeros above, which raise nothing. (Their difference is −0 if rounding is
//! downward, so results that may hold one are cut.)

use super::Translator;
use crate::helpers::fp::across::FpAcross;
use crate::helpers::fp::convert::FpConvert;
use crate::helpers::fp::misc::{FpMisc, Rounding};
use crate::helpers::fp::same::FpSame;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use tcg_ir::{Lane as IrLane, Round, Type, Val, VecFpCmp, VecFpOp, VecOp};

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

const fn arithmetic(op: FpSame) -> Option<VecFpOp> {
    Some(match op {
        FpSame::Add | FpSame::AddP => VecFpOp::Add,
        FpSame::Sub | FpSame::Abd => VecFpOp::Sub,
        FpSame::Mul | FpSame::NMul => VecFpOp::Mul,
        FpSame::Div => VecFpOp::Div,
        FpSame::Max | FpSame::MaxP => VecFpOp::Max,
        FpSame::Min | FpSame::MinP => VecFpOp::Min,
        FpSame::MaxNm | FpSame::MaxNmP => VecFpOp::MaxNum,
        FpSame::MinNm | FpSame::MinNmP => VecFpOp::MinNum,
        _ => return None,
    })
}

/// The operation across lanes; sums are of two only.
pub(super) const fn extreme(op: FpAcross) -> VecFpOp {
    match op {
        FpAcross::Add => VecFpOp::Add,
        FpAcross::Max => VecFpOp::Max,
        FpAcross::Min => VecFpOp::Min,
        FpAcross::MaxNm => VecFpOp::MaxNum,
        FpAcross::MinNm => VecFpOp::MinNum,
    }
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
    pub(super) fn operand(&mut self, ty: Type, width: Width, x: Val) -> Val {
        self.first_lanes(IrLane::of_float(ty), width, x)
    }

    /// The new vector, zeros above what the instruction writes; none if the helper must do it.
    pub(super) fn inline_fp_same(&mut self, insn: &Insn<FpSame>) -> Option<Val> {
        let ty = self.inline_lane(insn.lane)?;
        if let FpSame::CAdd | FpSame::CMla = insn.op {
            return Some(self.complex(insn, ty));
        }
        if let FpSame::MulX | FpSame::RecpS | FpSame::RsqrtS = insn.op {
            return self.inline_fp_step(insn, ty);
        }
        let is_fused = matches!(insn.op, FpSame::Mla | FpSame::Mls);
        let (arithmetic, comparison) = (arithmetic(insn.op), comparison(insn.op));
        if !is_fused && arithmetic.is_none() && comparison.is_none() {
            return None;
        }
        let (n, m) = (self.v(insn.rn), self.second(insn.rm, insn.element));
        let of_pairs = matches!(
            insn.op,
            FpSame::AddP | FpSame::MaxP | FpSame::MinP | FpSame::MaxNmP | FpSame::MinNmP
        );
        if of_pairs {
            return self.fp_pairs(insn, ty, n, m);
        }
        let n = self.flushed_operand(ty, insn.width, n);
        let m = self.flushed_operand(ty, insn.width, m);
        if let Some(op) = comparison {
            let absolute = matches!(insn.op, FpSame::AcGe | FpSame::AcGt);
            let (n, m) = if absolute { (self.b.vfabs(ty, n), self.b.vfabs(ty, m)) } else { (n, m) };
            self.notice_subnormals(ty, n);
            self.notice_subnormals(ty, m);
            let result = self.b.vfcmp(op, ty, n, m);
            // Zeros compare equal.
            return Some(self.operand(ty, insn.width, result));
        }
        if let Some(op) = arithmetic {
            let m = if op == VecFpOp::Div { self.divisor(ty, insn.width, n, m) } else { m };
            let result = self.arithmetic_result(op, ty, insn.width, (n, m));
            return Some(match insn.op {
                FpSame::Abd => self.b.vfabs(ty, result),
                FpSame::Sub => self.operand(ty, insn.width, result),
                FpSame::NMul => {
                    let result = self.b.vfneg(ty, result);
                    self.operand(ty, insn.width, result)
                }
                _ => result,
            });
        }
        let d = self.v(insn.rd);
        let d = self.flushed_operand(ty, insn.width, d);
        Some(self.fused(ty, insn.width, insn.op == FpSame::Mls, [n, m, d]))
    }

    /// An arithmetic operation on numbers, of which the instruction writes the lowest lanes.
    pub(super) fn arithmetic_result(
        &mut self,
        op: VecFpOp,
        ty: Type,
        width: Width,
        (n, m): (Val, Val),
    ) -> Val {
        let result = self.b.vfbinary(op, ty, n, m);
        match op {
            VecFpOp::Add | VecFpOp::Sub | VecFpOp::Mul | VecFpOp::Div => {
                self.flushed_result(ty, width, result)
            }
            _ => result,
        }
    }

    /// The divisor `m` of `n`, with ones above what the instruction reads: zero by zero would be invalid.
    fn divisor(&mut self, ty: Type, width: Width, n: Val, m: Val) -> Val {
        self.notice_subnormals(ty, n);
        self.notice_subnormals(ty, m);
        let lane = match width {
            Width::Full => return m,
            Width::Half => IrLane::D,
            Width::Scalar => IrLane::of_float(ty),
        };
        let ones = self.lanes_of_power(ty, 0);
        self.b.vmove(lane, 0, 0, ones, m)
    }

    /// `d + n × m`, or `d + -n × m`, of what the instruction reads; zeros above.
    pub(super) fn fused(&mut self, ty: Type, width: Width, neg: bool, [n, m, d]: [Val; 3]) -> Val {
        if ty == Type::F16 && width != Width::Full {
            // Zeros above stay zeros, which is for less.
            let n = if neg { self.negated_below(width, n) } else { n };
            let sum = self.b.vfmuladd(ty, false, n, m, d);
            return self.flushed_result(ty, width, sum);
        }
        let sum = self.b.vfmuladd(ty, neg, n, m, d);
        let sum = self.flushed_result(ty, width, sum);
        self.operand(ty, width, sum)
    }

    fn fp_pairs(&mut self, insn: &Insn<FpSame>, ty: Type, n: Val, m: Val) -> Option<Val> {
        let lane = insn.lane.ir()?;
        let [n, m] = [n, m].map(|x| self.flushed(ty, x));
        let (n, m) = match insn.width {
            Width::Full => (n, m),
            _ => (self.low_halves(n, m), self.b.v128(0)),
        };
        let even = self.b.vbinary(VecOp::UnzipEven, lane, n, m);
        let odd = self.b.vbinary(VecOp::UnzipOdd, lane, n, m);
        Some(self.arithmetic_result(arithmetic(insn.op)?, ty, insn.width, (even, odd)))
    }

    pub(super) fn inline_fp_misc(
        &mut self,
        insn: &Insn<FpMisc>,
        rounding: Rounding,
    ) -> Option<Val> {
        match insn.op {
            FpMisc::Recpe | FpMisc::Rsqrte | FpMisc::Recpx => {
                return self.inline_fp_estimate(insn);
            }
            FpMisc::Round32 | FpMisc::Round64 => {
                return self.inline_fp_round_to_range(insn, rounding);
            }
            _ => {}
        }
        let ty = self.inline_lane(insn.lane)?;
        let rounds = matches!(insn.op, FpMisc::Round | FpMisc::RoundExact);
        let n = self.v(insn.rn);
        let mut n = self.operand(ty, insn.width, n);
        if !matches!(insn.op, FpMisc::Abs | FpMisc::Neg) {
            n = self.flushed(ty, n);
        }
        if rounds || insn.op == FpMisc::Sqrt {
            self.notice_subnormals(ty, n);
        }
        let zero = self.b.v128(0);
        let result = match insn.op {
            FpMisc::Abs => self.b.vfabs(ty, n),
            FpMisc::Neg => self.b.vfneg(ty, n),
            FpMisc::Sqrt => return Some(self.b.vfsqrt(ty, n)),
            FpMisc::Round | FpMisc::RoundExact => {
                let quiet = insn.op == FpMisc::Round;
                let result = self.b.vfround(ty, rounding.ir(), quiet, n);
                return Some(self.lanes_with_default_nan(ty, result));
            }
            FpMisc::CmGt0 => self.b.vfcmp(VecFpCmp::Gt, ty, n, zero),
            FpMisc::CmGe0 => self.b.vfcmp(VecFpCmp::Ge, ty, n, zero),
            FpMisc::CmEq0 => self.b.vfcmp(VecFpCmp::Eq, ty, n, zero),
            FpMisc::CmLe0 => self.b.vfcmp(VecFpCmp::Ge, ty, zero, n),
            _ => self.b.vfcmp(VecFpCmp::Gt, ty, zero, n),
        };
        Some(self.operand(ty, insn.width, result))
    }

    /// FCVTL, FCVTN, FCVTXN, BFCVT and BFCVTN.
    pub(super) fn inline_fp_convert(&mut self, insn: &Insn<FpConvert>) -> bool {
        let narrow = match insn.op {
            FpConvert::Widen => {
                let Some(wide) = self.inline_fp_widen(insn) else { return false };
                self.set_v(insn.rd, wide);
                return true;
            }
            FpConvert::Narrow => self.inline_fp_narrow(insn),
            FpConvert::NarrowOdd => self.inline_narrow_to_odd(insn),
            FpConvert::Bf16 | FpConvert::NarrowBf16 => self.inline_to_bf16(insn.width, insn.rn),
            FpConvert::Scalar => None,
        };
        narrow.map(|narrow| self.set_v_half(insn.width, insn.rd, narrow)).is_some()
    }

    /// The types of narrow and wide lanes.
    fn convertible(&self, insn: &Insn<FpConvert>) -> Option<(Type, Type)> {
        self.inline_format(insn.lane).zip(self.inline_format(insn.lane.wide()))
    }

    fn inline_fp_widen(&mut self, insn: &Insn<FpConvert>) -> Option<Val> {
        let (short, long) = self.convertible(insn)?;
        let n = self.v(insn.rn);
        let wide = self.b.vfwiden(short, insn.width == Width::Full, n);
        Some(self.lanes_with_default_nan(long, wide))
    }

    fn inline_fp_narrow(&mut self, insn: &Insn<FpConvert>) -> Option<Val> {
        let (short, long) = self.convertible(insn)?;
        let n = self.v(insn.rn);
        Some(match short {
            Type::F16 => self.narrowed_to_half(long, n),
            _ => self.b.vfnarrow(long, short, n),
        })
    }

    /// FADDP and its like of a pair, FMAXV and its like of four lanes or more.
    pub(super) fn inline_fp_across(&mut self, insn: &Insn<FpAcross>) -> bool {
        if insn.lane == Lane::H {
            return self.inline_half_across(insn).is_some();
        }
        let Some(ty) = self.inline_float(insn.lane) else { return false };
        let mut n = self.v(insn.rn);
        let lane = if ty == Type::F64 { IrLane::D } else { IrLane::S };
        if insn.imm > 2 {
            let even = self.b.vbinary(VecOp::UnzipEven, lane, n, n);
            let odd = self.b.vbinary(VecOp::UnzipOdd, lane, n, n);
            n = self.b.vfbinary(extreme(insn.op), ty, even, odd);
        }
        let other = self.b.vextract(lane, 1, n);
        let other = self.b.bitcast(ty, other);
        let first = self.b.vlow(ty, n);
        let result = match insn.op {
            FpAcross::Add => self.b.fadd(ty, first, other),
            FpAcross::Max => self.b.fminmax(ty, true, false, first, other),
            FpAcross::Min => self.b.fminmax(ty, false, false, first, other),
            FpAcross::MaxNm => self.b.fminmax(ty, true, true, first, other),
            FpAcross::MinNm => self.b.fminmax(ty, false, true, first, other),
        };
        self.set_scalar(insn.rd, result);
        true
    }
}
