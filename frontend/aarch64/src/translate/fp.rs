//! Group `fp`: scalar floating point. Conversions are in `fp_convert.rs`.

use super::cc::{Cc, Compare};
use super::inline_convert::power_of_two;
use super::vector::Registers;
use super::{Translator, W, rows};
use crate::helpers::fp::compare::FpCompare;
use crate::helpers::fp::convert::{FpConvert as Convert, FpInteger};
use crate::helpers::fp::lane_of_type;
use crate::helpers::fp::misc::{FpMisc, Rounding};
use crate::helpers::fp::same::FpSame;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::permute::float;
use crate::helpers::simd::{Insn, Operation};
use crate::helpers::vector::id;
use crate::state::{TB_FP_DEFAULT_NAN, TB_FP_FLUSH, TB_FP_HALF_FLUSH, TB_FP_HALF_SLOW, TB_FP_SLOW};
use frontend_common::Tests;
use isa::aarch64::fp::Translate;
use tcg_ir::{Type, Val};

const S: bool = false;
const U: bool = true;

/// The lane of a field `ftype`; 2 is reserved in the tables.
pub(super) fn lane(ftype: u8) -> Lane {
    lane_of_type(ftype).unwrap_or(Lane::S)
}

pub(super) fn scalar<O: Operation>(op: O, ftype: u8, (rd, rn, rm): Registers) -> Insn<O> {
    Insn { rd, rn, rm, ..Insn::new(op, lane(ftype), Width::Scalar) }
}

impl Translator<'_> {
    /// The IR type to compute scalars in inline; none when the helper must do it.
    pub(super) fn inline_float(&self, lane: Lane) -> Option<Type> {
        self.inline_lane(lane).filter(|ty| ty.is_float())
    }

    /// The type of the lanes to compute vectors in inline; none when the helper must do it.
    pub(super) fn inline_lane(&self, lane: Lane) -> Option<Type> {
        self.may_inline()?;
        let flags = self.b.tb.flags;
        match lane {
            _ if flags & TB_FP_SLOW != 0 => None,
            Lane::H if flags & TB_FP_HALF_SLOW != 0 => None,
            // Alone they are for the sake of a result that may have been tiny.
            Lane::H if flags & TB_FP_HALF_FLUSH != 0 && self.alone() => None,
            Lane::H => Some(Type::F16),
            Lane::S => Some(Type::F32),
            Lane::D => Some(Type::F64),
            _ => None,
        }
    }

    /// The result of an op that hands a NaN on as it is: times one, which makes it the default NaN, if FPCR.DN asks for that.
    pub(super) fn with_default_nan(&mut self, ty: Type, x: Val) -> Val {
        if self.b.tb.flags & TB_FP_DEFAULT_NAN == 0 {
            return x;
        }
        let one = self.b.constant(ty, power_of_two(ty, 0));
        self.b.fmul(ty, x, one)
    }

    /// Before an op in which hosts take no notice of subnormal operands, or not if the other one is a NaN or zero: one that
    /// does, if they count as zeros.
    pub(super) fn notice_subnormal(&mut self, ty: Type, x: Val) {
        if self.b.tb.flags & TB_FP_FLUSH != 0 && self.b.tb.constant(x).is_none() {
            self.b.fcmp(ty, false, x, x);
        }
    }

    /// The scalar float in vector register `r`.
    pub(super) fn float(&mut self, ty: Type, r: u8) -> Val {
        let x = self.v(r);
        self.b.vlow(ty, x)
    }

    fn fp1(&mut self, op: FpMisc, f: isa::aarch64::Fp1) {
        match self.inline_float(lane(f.ftype)) {
            Some(ty) => self.scalar_unary(op, ty, (f.rd, f.rn)),
            None => self.fp2(op, lane(f.ftype), Width::Scalar, (f.rd, f.rn)),
        }
    }

    /// FABS, FNEG, FSQRT.
    fn scalar_unary(&mut self, op: FpMisc, ty: Type, (rd, rn): (u8, u8)) {
        let x = self.float(ty, rn);
        let result = match op {
            FpMisc::Abs => self.b.fabs(ty, x),
            FpMisc::Neg => self.b.fneg(ty, x),
            _ => {
                self.notice_subnormal(ty, x);
                self.b.fsqrt(ty, x)
            }
        };
        self.set_scalar(rd, result);
    }

    fn fp1_round(&mut self, op: FpMisc, rounding: Rounding, f: isa::aarch64::Fp1) {
        let lane = lane(f.ftype);
        let quiet = op == FpMisc::Round;
        match self.inline_float(lane) {
            Some(ty) if quiet || op == FpMisc::RoundExact => {
                let x = self.float(ty, f.rn);
                self.notice_subnormal(ty, x);
                let result = self.b.fround(rounding.ir(), quiet, x);
                let result = self.with_default_nan(ty, result);
                self.set_scalar(f.rd, result);
            }
            _ => self.fp_round(op, rounding, lane, Width::Scalar, (f.rd, f.rn)),
        }
    }

    fn fp2_scalar(&mut self, op: FpSame, f: isa::aarch64::Fp2) {
        let insn = scalar(op, f.ftype, (f.rd, f.rn, f.rm));
        let Some(ty) = self.inline_float(insn.lane) else {
            return self.fp3(op, insn.lane, Width::Scalar, (f.rd, f.rn, f.rm));
        };
        let (a, b) = (self.float(ty, f.rn), self.float(ty, f.rm));
        let result = match op {
            FpSame::Add => self.b.fadd(ty, a, b),
            FpSame::Sub => self.b.fsub(ty, a, b),
            FpSame::Mul => self.b.fmul(ty, a, b),
            FpSame::Div => {
                self.notice_subnormal(ty, a);
                self.notice_subnormal(ty, b);
                self.b.fdiv(ty, a, b)
            }
            FpSame::Max => self.b.fminmax(ty, true, false, a, b),
            FpSame::Min => self.b.fminmax(ty, false, false, a, b),
            FpSame::MaxNm => self.b.fminmax(ty, true, true, a, b),
            FpSame::MinNm => self.b.fminmax(ty, false, true, a, b),
            FpSame::NMul => {
                let product = self.b.fmul(ty, a, b);
                self.b.fneg(ty, product)
            }
            _ => return self.fp3(op, insn.lane, Width::Scalar, (f.rd, f.rn, f.rm)),
        };
        self.set_scalar(f.rd, result);
    }

    /// FMADD and its like. Operands are negated before anything else, NaNs too.
    fn fused_multiply_add(&mut self, op: FpSame, f: isa::aarch64::Fp3) {
        let insn = scalar(op, f.ftype, (f.rd, f.rn, f.rm));
        let negates_product = matches!(op, FpSame::MSub | FpSame::NMAdd);
        let negates_addend = matches!(op, FpSame::NMAdd | FpSame::NMSub);
        if self.inline_lane(insn.lane) == Some(Type::F16) {
            self.may_leave(&Insn { ra: f.ra, ..insn });
            return self.fused_halves((negates_product, negates_addend), f);
        }
        let Some(ty) = self.inline_float(insn.lane) else {
            return self.by_helper(Insn { ra: f.ra, ..insn });
        };
        let [n, m, a] = [f.rn, f.rm, f.ra].map(|r| self.float(ty, r));
        let n = if negates_product { self.b.fneg(ty, n) } else { n };
        let a = if negates_addend { self.b.fneg(ty, a) } else { a };
        let result = self.b.fmuladd(ty, false, n, m, a);
        self.set_scalar(f.rd, result);
    }

    // --- moves --------------------------------------------------------------------------------

    fn move_scalar(&mut self, f: isa::aarch64::Fp1) {
        if lane(f.ftype) == Lane::H {
            let x = self.v(f.rn);
            let x = self.operand(Type::F16, Width::Scalar, x);
            return self.set_v(f.rd, x);
        }
        let bits = self.scalar_bits(lane(f.ftype), f.rn);
        self.set_scalar(f.rd, bits);
    }

    fn move_float(&mut self, f: isa::aarch64::FpImm) {
        let bits = match lane(f.ftype) {
            Lane::H => float(f.imm8, 5, 10),
            Lane::S => float(f.imm8, 8, 23),
            _ => float(f.imm8, 11, 52),
        };
        let value = self.b.v128(bits);
        self.set_v(f.rd, value);
    }

    fn move_to_general(&mut self, f: isa::aarch64::FpToInt) {
        let bits = self.scalar_bits(lane(f.ftype), f.rn);
        let bits = self.wide(bits);
        self.set(W::X, f.rd, bits);
    }

    fn move_from_general(&mut self, f: isa::aarch64::IntToFp) {
        match lane(f.ftype) {
            Lane::H => {
                let bits = self.r(W::W, f.rn);
                let bits = self.b.and_imm(Type::I32, bits, 0xffff);
                self.set_scalar(f.rd, bits);
            }
            Lane::S => {
                let bits = self.r(W::W, f.rn);
                self.set_scalar(f.rd, bits);
            }
            _ => {
                let bits = self.x(f.rn);
                self.set_scalar(f.rd, bits);
            }
        }
    }

    fn move_from_top(&mut self, f: isa::aarch64::FpMove) {
        let n = self.v(f.rn);
        let bits = self.b.vextract(tcg_ir::Lane::D, 1, n);
        self.set(W::X, f.rd, bits);
    }

    fn move_to_top(&mut self, f: isa::aarch64::FpMove) {
        let bits = self.x(f.rn);
        let old = self.v(f.rd);
        let new = self.b.vinsert(tcg_ir::Lane::D, 1, old, bits);
        self.set_v(f.rd, new);
    }

    // --- comparison ---------------------------------------------------------------------------

    /// FCMP, FCMPE: with a register, or with zero.
    fn compare_fp(&mut self, op: FpCompare, ftype: u8, rn: u8, rm: Option<u8>) {
        if let Some(ty) = self.inline_scalar(lane(ftype)) {
            let a = self.float_or_wider(lane(ftype), rn);
            let b = match rm {
                Some(rm) => self.float_or_wider(lane(ftype), rm),
                None => self.b.constant(ty, 0),
            };
            self.raise_by_comparison(op, ty, a, b);
            return self.set_cc(Cc::Compare(Compare::Float(ty, a, b)));
        }
        let insn = scalar(op, ftype, (0, rn, rm.unwrap_or(0)));
        self.call_packed(id::FP_COMPARE, Insn { imm: u8::from(rm.is_none()), ..insn }, None);
        self.set_cc(Cc::Dynamic);
    }

    /// The type that scalars have where halves become singles first; none when the helper must do it.
    pub(super) fn inline_scalar(&self, lane: Lane) -> Option<Type> {
        self.inline_lane(lane).map(|ty| if ty == Type::F16 { Type::F32 } else { ty })
    }

    /// The scalar float in vector register `r`; of halves as `f32`.
    pub(super) fn float_or_wider(&mut self, lane: Lane, r: u8) -> Val {
        match lane {
            Lane::H => {
                let x = self.v(r);
                let x = self.flushed(Type::F16, x);
                self.half_as_single(x)
            }
            Lane::S => self.float(Type::F32, r),
            _ => self.float(Type::F64, r),
        }
    }

    /// A comparison for its exceptions; who tests the flags compares again, fused with the branch.
    fn raise_by_comparison(&mut self, op: FpCompare, ty: Type, a: Val, b: Val) {
        self.notice_subnormal(ty, a);
        self.notice_subnormal(ty, b);
        self.b.fcmp(ty, op == FpCompare::Signaling, a, b);
    }

    /// FCCMP, FCCMPE: if the condition fails nothing is compared, so no exception is raised.
    fn conditional_compare_fp(&mut self, op: FpCompare, f: isa::aarch64::FpCondCmp) {
        let tests = self.tests(f.cond);
        if let Some(ty) = self.inline_scalar(lane(f.ftype)) {
            return self.inline_conditional_compare(op, ty, tests, f);
        }
        let holds = tests.value(self.b);
        let insn = scalar(op, f.ftype, (f.nzcv, f.rn, f.rm));
        self.call_packed(id::FP_CONDITIONAL_COMPARE, insn, Some(holds));
        self.set_cc(Cc::Dynamic);
    }

    /// If the condition fails zeros are compared, which raises nothing.
    fn inline_conditional_compare(
        &mut self,
        op: FpCompare,
        ty: Type,
        tests: Tests,
        f: isa::aarch64::FpCondCmp,
    ) {
        let test = Tests::One(tests.collapse(self.b));
        let [a, b] = [f.rn, f.rm].map(|r| {
            let bits = match lane(f.ftype) {
                Lane::H => self.half_bits(r),
                lane => self.scalar_bits(lane, r),
            };
            let zero = self.b.constant(self.b.tb.ty(bits), 0);
            let bits = test.select(self.b, bits, zero);
            if lane(f.ftype) == Lane::H {
                let half = self.b.vzext(bits);
                return self.lone_half_as_single(half);
            }
            self.b.bitcast(ty, bits)
        });
        self.raise_by_comparison(op, ty, a, b);
        self.set_conditional(test, Compare::Float(ty, a, b), f.nzcv);
    }

    /// The half in vector register `r`, as its bits; zero for a subnormal one, if those count as zeros.
    fn half_bits(&mut self, r: u8) -> Val {
        let x = self.v(r);
        let x = self.flushed(Type::F16, x);
        self.b.vextract(tcg_ir::Lane::H, 0, x)
    }

    fn select_fp(&mut self, f: isa::aarch64::FpSel) {
        let tests = self.tests(f.cond);
        let lane = lane(f.ftype);
        let (t, e) = (self.scalar_bits(lane, f.rn), self.scalar_bits(lane, f.rm));
        let bits = tests.select(self.b, t, e);
        self.set_scalar(f.rd, bits);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        fabs: Fp1 = self.fp1(FpMisc::Abs, f);
        fmov_reg: Fp1 = self.move_scalar(f);
        fneg: Fp1 = self.fp1(FpMisc::Neg, f);
        frint32x: Fp1 = self.fp1_round(FpMisc::Round32, Rounding::Current, f);
        frint32z: Fp1 = self.fp1_round(FpMisc::Round32, Rounding::Zero, f);
        frint64x: Fp1 = self.fp1_round(FpMisc::Round64, Rounding::Current, f);
        frint64z: Fp1 = self.fp1_round(FpMisc::Round64, Rounding::Zero, f);
        frinta: Fp1 = self.fp1_round(FpMisc::Round, Rounding::Away, f);
        frinti: Fp1 = self.fp1_round(FpMisc::Round, Rounding::Current, f);
        frintm: Fp1 = self.fp1_round(FpMisc::Round, Rounding::Down, f);
        frintn: Fp1 = self.fp1_round(FpMisc::Round, Rounding::Nearest, f);
        frintp: Fp1 = self.fp1_round(FpMisc::Round, Rounding::Up, f);
        frintx: Fp1 = self.fp1_round(FpMisc::RoundExact, Rounding::Current, f);
        frintz: Fp1 = self.fp1_round(FpMisc::Round, Rounding::Zero, f);
        fsqrt: Fp1 = self.fp1(FpMisc::Sqrt, f);
        fcvt: FpConvert = self.convert_scalar(f);
        bfcvt: S2Half = self.fp_convert(Convert::Bf16, Lane::H, Width::Scalar, (f.rd, f.rn));
        fadd: Fp2 = self.fp2_scalar(FpSame::Add, f);
        fdiv: Fp2 = self.fp2_scalar(FpSame::Div, f);
        fmaxnm: Fp2 = self.fp2_scalar(FpSame::MaxNm, f);
        fmax: Fp2 = self.fp2_scalar(FpSame::Max, f);
        fminnm: Fp2 = self.fp2_scalar(FpSame::MinNm, f);
        fmin: Fp2 = self.fp2_scalar(FpSame::Min, f);
        fmul: Fp2 = self.fp2_scalar(FpSame::Mul, f);
        fnmul: Fp2 = self.fp2_scalar(FpSame::NMul, f);
        fsub: Fp2 = self.fp2_scalar(FpSame::Sub, f);
        fmadd: Fp3 = self.fused_multiply_add(FpSame::MAdd, f);
        fmsub: Fp3 = self.fused_multiply_add(FpSame::MSub, f);
        fnmadd: Fp3 = self.fused_multiply_add(FpSame::NMAdd, f);
        fnmsub: Fp3 = self.fused_multiply_add(FpSame::NMSub, f);
        fmov_imm: FpImm = self.move_float(f);
        fcmp: FpCmp = self.compare_fp(FpCompare::Quiet, f.ftype, f.rn, Some(f.rm));
        fcmp_zero: FpCmpZero = self.compare_fp(FpCompare::Quiet, f.ftype, f.rn, None);
        fcmpe: FpCmp = self.compare_fp(FpCompare::Signaling, f.ftype, f.rn, Some(f.rm));
        fcmpe_zero: FpCmpZero = self.compare_fp(FpCompare::Signaling, f.ftype, f.rn, None);
        fccmp: FpCondCmp = self.conditional_compare_fp(FpCompare::Quiet, f);
        fccmpe: FpCondCmp = self.conditional_compare_fp(FpCompare::Signaling, f);
        fcsel: FpSel = self.select_fp(f);
        fcvtas_int: FpToInt = self.convert_to_integer(FpInteger::ToAway, S, f);
        fcvtau_int: FpToInt = self.convert_to_integer(FpInteger::ToAway, U, f);
        fcvtms_int: FpToInt = self.convert_to_integer(FpInteger::ToDown, S, f);
        fcvtmu_int: FpToInt = self.convert_to_integer(FpInteger::ToDown, U, f);
        fcvtns_int: FpToInt = self.convert_to_integer(FpInteger::ToNearest, S, f);
        fcvtnu_int: FpToInt = self.convert_to_integer(FpInteger::ToNearest, U, f);
        fcvtps_int: FpToInt = self.convert_to_integer(FpInteger::ToUp, S, f);
        fcvtpu_int: FpToInt = self.convert_to_integer(FpInteger::ToUp, U, f);
        fcvtzs_int: FpToInt = self.convert_to_integer(FpInteger::ToZero, S, f);
        fcvtzu_int: FpToInt = self.convert_to_integer(FpInteger::ToZero, U, f);
        scvtf_int: IntToFp = self.convert_from_integer(S, f);
        ucvtf_int: IntToFp = self.convert_from_integer(U, f);
        fjcvtzs: FpMove = self.javascript_convert(f);
        fmov_to_gpr: FpToInt = self.move_to_general(f);
        fmov_from_gpr: IntToFp = self.move_from_general(f);
        fmov_from_top: FpMove = self.move_from_top(f);
        fmov_to_top: FpMove = self.move_to_top(f);
        fcvtzs_fix: FpToFix = self.convert_to_fixed(FpInteger::ToZero, S, f);
        fcvtzu_fix: FpToFix = self.convert_to_fixed(FpInteger::ToZero, U, f);
        scvtf_fix: FixToFp = self.convert_from_fixed(S, f);
        ucvtf_fix: FixToFp = self.convert_from_fixed(U, f);
    }
}
