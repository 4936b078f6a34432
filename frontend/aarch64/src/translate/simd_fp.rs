//! Group `simd_fp`: Advanced SIMD floating point.

use super::vector::{Registers, element};
use super::{Translator, rows};
use crate::helpers::fp::across::FpAcross;
use crate::helpers::fp::convert::{FpConvert, FpInteger};
use crate::helpers::fp::long::FpLong;
use crate::helpers::fp::misc::{FpMisc, Rounding};
use crate::helpers::fp::same::FpSame;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::misc::Misc;
use crate::helpers::simd::{Insn, shift};
use isa::aarch64::simd_fp::Translate;

const S: bool = false;
const U: bool = true;

impl Translator<'_> {
    /// An operation on lanes of two registers, and of the destination.
    pub(super) fn fp3(&mut self, op: FpSame, lane: Lane, width: Width, (rd, rn, rm): Registers) {
        self.fp_lanes(Insn { rd, rn, rm, ..Insn::new(op, lane, width) });
    }

    fn fp_lanes(&mut self, insn: Insn<FpSame>) {
        self.may_leave(&insn);
        match self.inline_fp_same(&insn) {
            Some(value) => self.set_v(insn.rd, value),
            None => self.by_helper(insn),
        }
    }

    fn fp_elem(
        &mut self,
        op: FpSame,
        lane: Lane,
        width: Width,
        (rd, rn): (u8, u8),
        (rm, element): (u8, (Lane, u8)),
    ) {
        let insn = Insn { rd, rn, rm, ..Insn::new(op, lane, width) };
        self.fp_lanes(Insn { element: Some(element), ..insn });
    }

    pub(super) fn fp2(&mut self, op: FpMisc, lane: Lane, width: Width, (rd, rn): (u8, u8)) {
        self.fp_round(op, Rounding::Current, lane, width, (rd, rn));
    }

    pub(super) fn fp_round(
        &mut self,
        op: FpMisc,
        rounding: Rounding,
        lane: Lane,
        width: Width,
        (rd, rn): (u8, u8),
    ) {
        let insn = Insn { imm: rounding as u8, rd, rn, ..Insn::new(op, lane, width) };
        self.may_leave(&insn);
        match self.inline_fp_misc(&insn, rounding) {
            Some(value) => self.set_v(rd, value),
            None => self.by_helper(insn),
        }
    }

    fn fp_integer(
        &mut self,
        op: FpInteger,
        unsigned: bool,
        lane: Lane,
        width: Width,
        (rd, rn): (u8, u8),
    ) {
        self.fp_convert_integer(Insn { unsigned, rd, rn, ..Insn::new(op, lane, width) });
    }

    fn fp_convert_integer(&mut self, insn: Insn<FpInteger>) {
        self.may_leave(&insn);
        match self.inline_fp_integer(&insn) {
            Some(value) => self.set_v(insn.rd, value),
            None => self.by_helper(insn),
        }
    }

    fn fp_fixed(
        &mut self,
        op: FpInteger,
        unsigned: bool,
        width: Width,
        (immh, immb): (u8, u8),
        (rd, rn): (u8, u8),
    ) {
        if let Some((lane, imm)) = shift::right(immh, immb) {
            self.fp_convert_integer(Insn { unsigned, imm, rd, rn, ..Insn::new(op, lane, width) });
        }
    }

    pub(super) fn fp_convert(
        &mut self,
        op: FpConvert,
        narrow: Lane,
        width: Width,
        (rd, rn): (u8, u8),
    ) {
        let insn = Insn { rd, rn, ..Insn::new(op, narrow, width) };
        self.may_leave(&insn);
        if !self.inline_fp_convert(&insn) {
            self.by_helper(insn);
        }
    }

    fn fp_across(&mut self, op: FpAcross, lane: Lane, count: u8, (rd, rn): (u8, u8)) {
        let insn = Insn { imm: count, rd, rn, ..Insn::new(op, lane, Width::Scalar) };
        self.may_leave(&insn);
        if !self.inline_fp_across(&insn) {
            self.by_helper(insn);
        }
    }

    fn integer_estimate(&mut self, op: Misc, f: isa::aarch64::V2Fp) {
        let insn = Insn::new(op, Lane::S, Width::of(f.q != 0));
        let insn = Insn { rd: f.rd, rn: f.rn, ..insn };
        match self.inline_integer_estimate(&insn) {
            Some(result) => self.set_v(f.rd, result),
            None => self.by_helper(insn),
        }
    }

    // --- complex numbers ----------------------------------------------------------------------

    fn complex_add(&mut self, f: isa::aarch64::VRotAdd) {
        let insn = Insn::new(FpSame::CAdd, Lane::of(f.size), Width::of(f.q != 0));
        self.fp_lanes(Insn { imm: f.rot, rd: f.rd, rn: f.rn, rm: f.rm, ..insn });
    }

    fn complex_multiply(&mut self, f: isa::aarch64::VRotMul) {
        let insn = Insn::new(FpSame::CMla, Lane::of(f.size), Width::of(f.q != 0));
        self.fp_lanes(Insn { imm: f.rot, rd: f.rd, rn: f.rn, rm: f.rm, ..insn });
    }

    /// The element is a pair of lanes.
    fn complex_multiply_elem(&mut self, f: isa::aarch64::VElemRot) {
        let lane = Lane::of(f.size);
        let (rm, element) = element(lane.wide(), f.h, f.l, f.m, f.rm);
        let insn = Insn::new(FpSame::CMla, lane, Width::of(f.q != 0));
        let insn = Insn { imm: f.rot, rd: f.rd, rn: f.rn, rm, ..insn };
        self.fp_lanes(Insn { element: Some(element), ..insn });
    }

    // --- half precision and bfloat16 to single precision ---------------------------------------

    fn fp_long(&mut self, op: FpLong, half: u8, f: isa::aarch64::V3Half) {
        let insn = Insn::long(op, f.q != 0);
        self.multiply_long(Insn { imm: half, rd: f.rd, rn: f.rn, rm: f.rm, ..insn });
    }

    fn fp_long_elem(&mut self, op: FpLong, half: u8, f: isa::aarch64::VElemHalf) {
        let (rm, element) = element(Lane::H, f.h, f.l, f.m, f.rm);
        let insn = Insn { imm: half, rd: f.rd, rn: f.rn, rm, ..Insn::long(op, f.q != 0) };
        self.multiply_long(Insn { element: Some(element), ..insn });
    }

    /// BFMLALB, BFMLALT: `q` tells which.
    fn bf_long(&mut self, f: isa::aarch64::V3Dot) {
        let insn = Insn::long(FpLong::BfMlaL, true);
        self.multiply_long(Insn { imm: f.q, rd: f.rd, rn: f.rn, rm: f.rm, ..insn });
    }

    fn bf_long_elem(&mut self, f: isa::aarch64::VElemHalf) {
        let (rm, element) = element(Lane::H, f.h, f.l, f.m, f.rm);
        let insn = Insn { imm: f.q, rd: f.rd, rn: f.rn, rm, ..Insn::long(FpLong::BfMlaL, true) };
        self.multiply_long(Insn { element: Some(element), ..insn });
    }

    fn multiply_long(&mut self, insn: Insn<FpLong>) {
        self.may_leave(&insn);
        let inlined = match insn.op {
            FpLong::MlaL | FpLong::MlsL => self.inline_half_long(&insn),
            FpLong::BfMlaL => self.inline_bf16_long(&insn),
            FpLong::BfDot | FpLong::BfMmla => self.inline_bf16_dot(&insn),
        };
        match inlined {
            Some(value) => self.set_v(insn.rd, value),
            None => self.by_helper(insn),
        }
    }

    fn fp_dot(&mut self, f: isa::aarch64::V3Dot) {
        let insn = Insn::long(FpLong::BfDot, f.q != 0);
        self.multiply_long(Insn { rd: f.rd, rn: f.rn, rm: f.rm, ..insn });
    }

    fn fp_dot_elem(&mut self, f: isa::aarch64::VElemDot) {
        let (rm, element) = element(Lane::S, f.h, f.l, f.m, f.rm);
        let insn = Insn { rd: f.rd, rn: f.rn, rm, ..Insn::long(FpLong::BfDot, f.q != 0) };
        self.multiply_long(Insn { element: Some(element), ..insn });
    }

    fn fp_matrix(&mut self, f: isa::aarch64::V3Matrix) {
        let insn = Insn::long(FpLong::BfMmla, true);
        self.multiply_long(Insn { rd: f.rd, rn: f.rn, rm: f.rm, ..insn });
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        fabd_v: V3Fp = self.fp3(FpSame::Abd, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        facge_v: V3Fp = self.fp3(FpSame::AcGe, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        facgt_v: V3Fp = self.fp3(FpSame::AcGt, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        faddp_v: V3Fp = self.fp3(FpSame::AddP, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fadd_v: V3Fp = self.fp3(FpSame::Add, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fcmeq_v: V3Fp = self.fp3(FpSame::CmEq, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fcmge_v: V3Fp = self.fp3(FpSame::CmGe, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fcmgt_v: V3Fp = self.fp3(FpSame::CmGt, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fdiv_v: V3Fp = self.fp3(FpSame::Div, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmaxnmp_v: V3Fp = self.fp3(FpSame::MaxNmP, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmaxnm_v: V3Fp = self.fp3(FpSame::MaxNm, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmaxp_v: V3Fp = self.fp3(FpSame::MaxP, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmax_v: V3Fp = self.fp3(FpSame::Max, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fminnmp_v: V3Fp = self.fp3(FpSame::MinNmP, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fminnm_v: V3Fp = self.fp3(FpSame::MinNm, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fminp_v: V3Fp = self.fp3(FpSame::MinP, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmin_v: V3Fp = self.fp3(FpSame::Min, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmlal2_v: V3Half = self.fp_long(FpLong::MlaL, 1, f);
        fmlal_v: V3Half = self.fp_long(FpLong::MlaL, 0, f);
        fmla_v: V3Fp = self.fp3(FpSame::Mla, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmlsl2_v: V3Half = self.fp_long(FpLong::MlsL, 1, f);
        fmlsl_v: V3Half = self.fp_long(FpLong::MlsL, 0, f);
        fmls_v: V3Fp = self.fp3(FpSame::Mls, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmulx_v: V3Fp = self.fp3(FpSame::MulX, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmul_v: V3Fp = self.fp3(FpSame::Mul, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        frecps_v: V3Fp = self.fp3(FpSame::RecpS, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        frsqrts_v: V3Fp = self.fp3(FpSame::RsqrtS, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fsub_v: V3Fp = self.fp3(FpSame::Sub, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fabd_vh: V3Half = self.fp3(FpSame::Abd, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        facge_vh: V3Half = self.fp3(FpSame::AcGe, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        facgt_vh: V3Half = self.fp3(FpSame::AcGt, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        faddp_vh: V3Half = self.fp3(FpSame::AddP, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fadd_vh: V3Half = self.fp3(FpSame::Add, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fcmeq_vh: V3Half = self.fp3(FpSame::CmEq, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fcmge_vh: V3Half = self.fp3(FpSame::CmGe, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fcmgt_vh: V3Half = self.fp3(FpSame::CmGt, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fdiv_vh: V3Half = self.fp3(FpSame::Div, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmaxnmp_vh: V3Half = self.fp3(FpSame::MaxNmP, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmaxnm_vh: V3Half = self.fp3(FpSame::MaxNm, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmaxp_vh: V3Half = self.fp3(FpSame::MaxP, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmax_vh: V3Half = self.fp3(FpSame::Max, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fminnmp_vh: V3Half = self.fp3(FpSame::MinNmP, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fminnm_vh: V3Half = self.fp3(FpSame::MinNm, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fminp_vh: V3Half = self.fp3(FpSame::MinP, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmin_vh: V3Half = self.fp3(FpSame::Min, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmla_vh: V3Half = self.fp3(FpSame::Mla, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmls_vh: V3Half = self.fp3(FpSame::Mls, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmulx_vh: V3Half = self.fp3(FpSame::MulX, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fmul_vh: V3Half = self.fp3(FpSame::Mul, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        frecps_vh: V3Half = self.fp3(FpSame::RecpS, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        frsqrts_vh: V3Half = self.fp3(FpSame::RsqrtS, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fsub_vh: V3Half = self.fp3(FpSame::Sub, Lane::H, Width::of(f.q != 0), (f.rd, f.rn, f.rm));
        fabd_s: S3Fp = self.fp3(FpSame::Abd, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn, f.rm));
        facge_s: S3Fp = self.fp3(FpSame::AcGe, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn, f.rm));
        facgt_s: S3Fp = self.fp3(FpSame::AcGt, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn, f.rm));
        fcmeq_s: S3Fp = self.fp3(FpSame::CmEq, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn, f.rm));
        fcmge_s: S3Fp = self.fp3(FpSame::CmGe, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn, f.rm));
        fcmgt_s: S3Fp = self.fp3(FpSame::CmGt, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn, f.rm));
        fmulx_s: S3Fp = self.fp3(FpSame::MulX, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn, f.rm));
        frecps_s: S3Fp = self.fp3(FpSame::RecpS, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn, f.rm));
        frsqrts_s: S3Fp = self.fp3(FpSame::RsqrtS, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn, f.rm));
        fabd_sh: S3Half = self.fp3(FpSame::Abd, Lane::H, Width::Scalar, (f.rd, f.rn, f.rm));
        facge_sh: S3Half = self.fp3(FpSame::AcGe, Lane::H, Width::Scalar, (f.rd, f.rn, f.rm));
        facgt_sh: S3Half = self.fp3(FpSame::AcGt, Lane::H, Width::Scalar, (f.rd, f.rn, f.rm));
        fcmeq_sh: S3Half = self.fp3(FpSame::CmEq, Lane::H, Width::Scalar, (f.rd, f.rn, f.rm));
        fcmge_sh: S3Half = self.fp3(FpSame::CmGe, Lane::H, Width::Scalar, (f.rd, f.rn, f.rm));
        fcmgt_sh: S3Half = self.fp3(FpSame::CmGt, Lane::H, Width::Scalar, (f.rd, f.rn, f.rm));
        fmulx_sh: S3Half = self.fp3(FpSame::MulX, Lane::H, Width::Scalar, (f.rd, f.rn, f.rm));
        frecps_sh: S3Half = self.fp3(FpSame::RecpS, Lane::H, Width::Scalar, (f.rd, f.rn, f.rm));
        frsqrts_sh: S3Half = self.fp3(FpSame::RsqrtS, Lane::H, Width::Scalar, (f.rd, f.rn, f.rm));
        bfdot_v: V3Dot = self.fp_dot(f);
        bfmlal_v: V3Dot = self.bf_long(f);
        bfmmla: V3Matrix = self.fp_matrix(f);
        fcadd: VRotAdd = self.complex_add(f);
        fcmla_v: VRotMul = self.complex_multiply(f);
        bfdot_ve: VElemDot = self.fp_dot_elem(f);
        bfmlal_ve: VElemHalf = self.bf_long_elem(f);
        fcmla_ve: VElemRot = self.complex_multiply_elem(f);
        fmlal2_ve: VElemHalf = self.fp_long_elem(FpLong::MlaL, 1, f);
        fmlal_ve: VElemHalf = self.fp_long_elem(FpLong::MlaL, 0, f);
        fmla_veh: VElemHalf = self.fp_elem(FpSame::Mla, Lane::H, Width::of(f.q != 0), (f.rd, f.rn), element(Lane::H, f.h, f.l, f.m, f.rm));
        fmla_ve: VElemFp = self.fp_elem(FpSame::Mla, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn), element(Lane::of_sz(f.sz), f.h, f.l, f.m, f.rm));
        fmlsl2_ve: VElemHalf = self.fp_long_elem(FpLong::MlsL, 1, f);
        fmlsl_ve: VElemHalf = self.fp_long_elem(FpLong::MlsL, 0, f);
        fmls_veh: VElemHalf = self.fp_elem(FpSame::Mls, Lane::H, Width::of(f.q != 0), (f.rd, f.rn), element(Lane::H, f.h, f.l, f.m, f.rm));
        fmls_ve: VElemFp = self.fp_elem(FpSame::Mls, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn), element(Lane::of_sz(f.sz), f.h, f.l, f.m, f.rm));
        fmulx_veh: VElemHalf = self.fp_elem(FpSame::MulX, Lane::H, Width::of(f.q != 0), (f.rd, f.rn), element(Lane::H, f.h, f.l, f.m, f.rm));
        fmulx_ve: VElemFp = self.fp_elem(FpSame::MulX, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn), element(Lane::of_sz(f.sz), f.h, f.l, f.m, f.rm));
        fmul_veh: VElemHalf = self.fp_elem(FpSame::Mul, Lane::H, Width::of(f.q != 0), (f.rd, f.rn), element(Lane::H, f.h, f.l, f.m, f.rm));
        fmul_ve: VElemFp = self.fp_elem(FpSame::Mul, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn), element(Lane::of_sz(f.sz), f.h, f.l, f.m, f.rm));
        fmla_seh: SElemHalf = self.fp_elem(FpSame::Mla, Lane::H, Width::Scalar, (f.rd, f.rn), element(Lane::H, f.h, f.l, f.m, f.rm));
        fmla_se: SElemFp = self.fp_elem(FpSame::Mla, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn), element(Lane::of_sz(f.sz), f.h, f.l, f.m, f.rm));
        fmls_seh: SElemHalf = self.fp_elem(FpSame::Mls, Lane::H, Width::Scalar, (f.rd, f.rn), element(Lane::H, f.h, f.l, f.m, f.rm));
        fmls_se: SElemFp = self.fp_elem(FpSame::Mls, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn), element(Lane::of_sz(f.sz), f.h, f.l, f.m, f.rm));
        fmulx_seh: SElemHalf = self.fp_elem(FpSame::MulX, Lane::H, Width::Scalar, (f.rd, f.rn), element(Lane::H, f.h, f.l, f.m, f.rm));
        fmulx_se: SElemFp = self.fp_elem(FpSame::MulX, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn), element(Lane::of_sz(f.sz), f.h, f.l, f.m, f.rm));
        fmul_seh: SElemHalf = self.fp_elem(FpSame::Mul, Lane::H, Width::Scalar, (f.rd, f.rn), element(Lane::H, f.h, f.l, f.m, f.rm));
        fmul_se: SElemFp = self.fp_elem(FpSame::Mul, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn), element(Lane::of_sz(f.sz), f.h, f.l, f.m, f.rm));
        bfcvtn: V2Half = self.fp_convert(FpConvert::NarrowBf16, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fabs_v: V2Fp = self.fp2(FpMisc::Abs, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcmeq_zero_v: V2Fp = self.fp2(FpMisc::CmEq0, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcmge_zero_v: V2Fp = self.fp2(FpMisc::CmGe0, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcmgt_zero_v: V2Fp = self.fp2(FpMisc::CmGt0, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcmle_zero_v: V2Fp = self.fp2(FpMisc::CmLe0, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcmlt_zero_v: V2Fp = self.fp2(FpMisc::CmLt0, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtas_v: V2Fp = self.fp_integer(FpInteger::ToAway, S, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtau_v: V2Fp = self.fp_integer(FpInteger::ToAway, U, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtl: V2FpLong = self.fp_convert(FpConvert::Widen, Lane::of_sz(f.sz).narrow(), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtms_v: V2Fp = self.fp_integer(FpInteger::ToDown, S, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtmu_v: V2Fp = self.fp_integer(FpInteger::ToDown, U, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtns_v: V2Fp = self.fp_integer(FpInteger::ToNearest, S, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtnu_v: V2Fp = self.fp_integer(FpInteger::ToNearest, U, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtn: V2FpNarrow = self.fp_convert(FpConvert::Narrow, Lane::of_sz(f.sz).narrow(), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtps_v: V2Fp = self.fp_integer(FpInteger::ToUp, S, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtpu_v: V2Fp = self.fp_integer(FpInteger::ToUp, U, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtxn_v: V2Half = self.fp_convert(FpConvert::NarrowOdd, Lane::S, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtzs_v: V2Fp = self.fp_integer(FpInteger::ToZero, S, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fcvtzu_v: V2Fp = self.fp_integer(FpInteger::ToZero, U, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fneg_v: V2Fp = self.fp2(FpMisc::Neg, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frecpe_v: V2Fp = self.fp2(FpMisc::Recpe, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frint32x_v: V2Fp = self.fp_round(FpMisc::Round32, Rounding::Current, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frint32z_v: V2Fp = self.fp_round(FpMisc::Round32, Rounding::Zero, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frint64x_v: V2Fp = self.fp_round(FpMisc::Round64, Rounding::Current, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frint64z_v: V2Fp = self.fp_round(FpMisc::Round64, Rounding::Zero, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frinta_v: V2Fp = self.fp_round(FpMisc::Round, Rounding::Away, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frinti_v: V2Fp = self.fp_round(FpMisc::Round, Rounding::Current, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frintm_v: V2Fp = self.fp_round(FpMisc::Round, Rounding::Down, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frintn_v: V2Fp = self.fp_round(FpMisc::Round, Rounding::Nearest, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frintp_v: V2Fp = self.fp_round(FpMisc::Round, Rounding::Up, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frintx_v: V2Fp = self.fp_round(FpMisc::RoundExact, Rounding::Current, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frintz_v: V2Fp = self.fp_round(FpMisc::Round, Rounding::Zero, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        frsqrte_v: V2Fp = self.fp2(FpMisc::Rsqrte, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        fsqrt_v: V2Fp = self.fp2(FpMisc::Sqrt, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        scvtf_v: V2Fp = self.fp_integer(FpInteger::From, S, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        ucvtf_v: V2Fp = self.fp_integer(FpInteger::From, U, Lane::of_sz(f.sz), Width::of(f.q != 0), (f.rd, f.rn));
        urecpe: V2Fp = self.integer_estimate(Misc::URecpe, f);
        ursqrte: V2Fp = self.integer_estimate(Misc::URsqrte, f);
        fabs_vh: V2Half = self.fp2(FpMisc::Abs, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcmeq_zero_vh: V2Half = self.fp2(FpMisc::CmEq0, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcmge_zero_vh: V2Half = self.fp2(FpMisc::CmGe0, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcmgt_zero_vh: V2Half = self.fp2(FpMisc::CmGt0, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcmle_zero_vh: V2Half = self.fp2(FpMisc::CmLe0, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcmlt_zero_vh: V2Half = self.fp2(FpMisc::CmLt0, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtas_vh: V2Half = self.fp_integer(FpInteger::ToAway, S, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtau_vh: V2Half = self.fp_integer(FpInteger::ToAway, U, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtms_vh: V2Half = self.fp_integer(FpInteger::ToDown, S, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtmu_vh: V2Half = self.fp_integer(FpInteger::ToDown, U, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtns_vh: V2Half = self.fp_integer(FpInteger::ToNearest, S, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtnu_vh: V2Half = self.fp_integer(FpInteger::ToNearest, U, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtps_vh: V2Half = self.fp_integer(FpInteger::ToUp, S, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtpu_vh: V2Half = self.fp_integer(FpInteger::ToUp, U, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtzs_vh: V2Half = self.fp_integer(FpInteger::ToZero, S, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcvtzu_vh: V2Half = self.fp_integer(FpInteger::ToZero, U, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fneg_vh: V2Half = self.fp2(FpMisc::Neg, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        frecpe_vh: V2Half = self.fp2(FpMisc::Recpe, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        frinta_vh: V2Half = self.fp_round(FpMisc::Round, Rounding::Away, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        frinti_vh: V2Half = self.fp_round(FpMisc::Round, Rounding::Current, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        frintm_vh: V2Half = self.fp_round(FpMisc::Round, Rounding::Down, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        frintn_vh: V2Half = self.fp_round(FpMisc::Round, Rounding::Nearest, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        frintp_vh: V2Half = self.fp_round(FpMisc::Round, Rounding::Up, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        frintx_vh: V2Half = self.fp_round(FpMisc::RoundExact, Rounding::Current, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        frintz_vh: V2Half = self.fp_round(FpMisc::Round, Rounding::Zero, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        frsqrte_vh: V2Half = self.fp2(FpMisc::Rsqrte, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fsqrt_vh: V2Half = self.fp2(FpMisc::Sqrt, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        scvtf_vh: V2Half = self.fp_integer(FpInteger::From, S, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        ucvtf_vh: V2Half = self.fp_integer(FpInteger::From, U, Lane::H, Width::of(f.q != 0), (f.rd, f.rn));
        fcmeq_zero_s: S2Fp = self.fp2(FpMisc::CmEq0, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcmge_zero_s: S2Fp = self.fp2(FpMisc::CmGe0, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcmgt_zero_s: S2Fp = self.fp2(FpMisc::CmGt0, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcmle_zero_s: S2Fp = self.fp2(FpMisc::CmLe0, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcmlt_zero_s: S2Fp = self.fp2(FpMisc::CmLt0, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtas_s: S2Fp = self.fp_integer(FpInteger::ToAway, S, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtau_s: S2Fp = self.fp_integer(FpInteger::ToAway, U, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtms_s: S2Fp = self.fp_integer(FpInteger::ToDown, S, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtmu_s: S2Fp = self.fp_integer(FpInteger::ToDown, U, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtns_s: S2Fp = self.fp_integer(FpInteger::ToNearest, S, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtnu_s: S2Fp = self.fp_integer(FpInteger::ToNearest, U, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtps_s: S2Fp = self.fp_integer(FpInteger::ToUp, S, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtpu_s: S2Fp = self.fp_integer(FpInteger::ToUp, U, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtxn_s: S2Half = self.fp_convert(FpConvert::NarrowOdd, Lane::S, Width::Scalar, (f.rd, f.rn));
        fcvtzs_s: S2Fp = self.fp_integer(FpInteger::ToZero, S, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcvtzu_s: S2Fp = self.fp_integer(FpInteger::ToZero, U, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        frecpe_s: S2Fp = self.fp2(FpMisc::Recpe, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        frecpx_s: S2Fp = self.fp2(FpMisc::Recpx, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        frsqrte_s: S2Fp = self.fp2(FpMisc::Rsqrte, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        scvtf_s: S2Fp = self.fp_integer(FpInteger::From, S, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        ucvtf_s: S2Fp = self.fp_integer(FpInteger::From, U, Lane::of_sz(f.sz), Width::Scalar, (f.rd, f.rn));
        fcmeq_zero_sh: S2Half = self.fp2(FpMisc::CmEq0, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcmge_zero_sh: S2Half = self.fp2(FpMisc::CmGe0, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcmgt_zero_sh: S2Half = self.fp2(FpMisc::CmGt0, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcmle_zero_sh: S2Half = self.fp2(FpMisc::CmLe0, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcmlt_zero_sh: S2Half = self.fp2(FpMisc::CmLt0, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtas_sh: S2Half = self.fp_integer(FpInteger::ToAway, S, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtau_sh: S2Half = self.fp_integer(FpInteger::ToAway, U, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtms_sh: S2Half = self.fp_integer(FpInteger::ToDown, S, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtmu_sh: S2Half = self.fp_integer(FpInteger::ToDown, U, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtns_sh: S2Half = self.fp_integer(FpInteger::ToNearest, S, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtnu_sh: S2Half = self.fp_integer(FpInteger::ToNearest, U, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtps_sh: S2Half = self.fp_integer(FpInteger::ToUp, S, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtpu_sh: S2Half = self.fp_integer(FpInteger::ToUp, U, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtzs_sh: S2Half = self.fp_integer(FpInteger::ToZero, S, Lane::H, Width::Scalar, (f.rd, f.rn));
        fcvtzu_sh: S2Half = self.fp_integer(FpInteger::ToZero, U, Lane::H, Width::Scalar, (f.rd, f.rn));
        frecpe_sh: S2Half = self.fp2(FpMisc::Recpe, Lane::H, Width::Scalar, (f.rd, f.rn));
        frecpx_sh: S2Half = self.fp2(FpMisc::Recpx, Lane::H, Width::Scalar, (f.rd, f.rn));
        frsqrte_sh: S2Half = self.fp2(FpMisc::Rsqrte, Lane::H, Width::Scalar, (f.rd, f.rn));
        scvtf_sh: S2Half = self.fp_integer(FpInteger::From, S, Lane::H, Width::Scalar, (f.rd, f.rn));
        ucvtf_sh: S2Half = self.fp_integer(FpInteger::From, U, Lane::H, Width::Scalar, (f.rd, f.rn));
        faddp_sh: S2Half = self.fp_across(FpAcross::Add, Lane::H, 2, (f.rd, f.rn));
        faddp_s: S2PairFp = self.fp_across(FpAcross::Add, Lane::of_sz(f.sz), 2, (f.rd, f.rn));
        fmaxnmp_sh: S2Half = self.fp_across(FpAcross::MaxNm, Lane::H, 2, (f.rd, f.rn));
        fmaxnmp_s: S2PairFp = self.fp_across(FpAcross::MaxNm, Lane::of_sz(f.sz), 2, (f.rd, f.rn));
        fmaxp_sh: S2Half = self.fp_across(FpAcross::Max, Lane::H, 2, (f.rd, f.rn));
        fmaxp_s: S2PairFp = self.fp_across(FpAcross::Max, Lane::of_sz(f.sz), 2, (f.rd, f.rn));
        fminnmp_sh: S2Half = self.fp_across(FpAcross::MinNm, Lane::H, 2, (f.rd, f.rn));
        fminnmp_s: S2PairFp = self.fp_across(FpAcross::MinNm, Lane::of_sz(f.sz), 2, (f.rd, f.rn));
        fminp_sh: S2Half = self.fp_across(FpAcross::Min, Lane::H, 2, (f.rd, f.rn));
        fminp_s: S2PairFp = self.fp_across(FpAcross::Min, Lane::of_sz(f.sz), 2, (f.rd, f.rn));
        fmaxnmv_vh: AcrossHalf = self.fp_across(FpAcross::MaxNm, Lane::H, 4 << f.q, (f.rd, f.rn));
        fmaxnmv: S2Half = self.fp_across(FpAcross::MaxNm, Lane::S, 4, (f.rd, f.rn));
        fmaxv_vh: AcrossHalf = self.fp_across(FpAcross::Max, Lane::H, 4 << f.q, (f.rd, f.rn));
        fmaxv: S2Half = self.fp_across(FpAcross::Max, Lane::S, 4, (f.rd, f.rn));
        fminnmv_vh: AcrossHalf = self.fp_across(FpAcross::MinNm, Lane::H, 4 << f.q, (f.rd, f.rn));
        fminnmv: S2Half = self.fp_across(FpAcross::MinNm, Lane::S, 4, (f.rd, f.rn));
        fminv_vh: AcrossHalf = self.fp_across(FpAcross::Min, Lane::H, 4 << f.q, (f.rd, f.rn));
        fminv: S2Half = self.fp_across(FpAcross::Min, Lane::S, 4, (f.rd, f.rn));
        fcvtzs_fix_v: VShift = self.fp_fixed(FpInteger::ToZero, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        fcvtzu_fix_v: VShift = self.fp_fixed(FpInteger::ToZero, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        scvtf_fix_v: VShift = self.fp_fixed(FpInteger::From, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        ucvtf_fix_v: VShift = self.fp_fixed(FpInteger::From, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        fcvtzs_fix_s: SShift = self.fp_fixed(FpInteger::ToZero, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        fcvtzu_fix_s: SShift = self.fp_fixed(FpInteger::ToZero, U, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        scvtf_fix_s: SShift = self.fp_fixed(FpInteger::From, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        ucvtf_fix_s: SShift = self.fp_fixed(FpInteger::From, U, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
    }
}
