//! Group `simd_int`: Advanced SIMD on integers.

use super::vector::element;
use super::{Translator, rows};
use crate::helpers::simd::across::Across;
use crate::helpers::simd::diff::Diff;
use crate::helpers::simd::dot::Dot;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::misc::Misc;
use crate::helpers::simd::same::Same;
use crate::helpers::simd::{Insn, Operation};
use isa::aarch64::simd_int::Translate;

/// Lanes are signed numbers, or their sign does not matter.
const S: bool = false;
/// Lanes are unsigned numbers.
const U: bool = true;

/// An instruction on three registers.
const fn three<O: Operation + Copy>(
    op: O,
    unsigned: bool,
    (lane, width): (Lane, Width),
    (rd, rn, rm): (u8, u8, u8),
) -> Insn<O> {
    Insn { unsigned, rd, rn, rm, ..Insn::new(op, lane, width) }
}

const fn vector(q: u8, size: u8) -> (Lane, Width) {
    (Lane::of(size), Width::of(q != 0))
}

const fn scalar(size: u8) -> (Lane, Width) {
    (Lane::of(size), Width::Scalar)
}

impl Translator<'_> {
    fn v3(&mut self, op: Same, unsigned: bool, f: isa::aarch64::V3) {
        self.same_lanes(three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, f.rm)));
    }

    fn s3(&mut self, op: Same, unsigned: bool, f: isa::aarch64::S3) {
        self.same_lanes(three(op, unsigned, scalar(f.size), (f.rd, f.rn, f.rm)));
    }

    fn v3_bits(&mut self, op: Same, f: isa::aarch64::V3Bits) {
        self.same_lanes(three(op, S, vector(f.q, 0), (f.rd, f.rn, f.rm)));
    }

    fn v_elem(&mut self, op: Same, unsigned: bool, f: isa::aarch64::VElem) {
        let (rm, element) = element(Lane::of(f.size), f.h, f.l, f.m, f.rm);
        let insn = three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, rm));
        self.same_lanes(Insn { element: Some(element), ..insn });
    }

    fn s_elem(&mut self, op: Same, unsigned: bool, f: isa::aarch64::SElem) {
        let (rm, element) = element(Lane::of(f.size), f.h, f.l, f.m, f.rm);
        let insn = three(op, unsigned, scalar(f.size), (f.rd, f.rn, rm));
        self.same_lanes(Insn { element: Some(element), ..insn });
    }

    fn same_lanes(&mut self, insn: Insn<Same>) {
        match self.inline_same(&insn) {
            Some(value) => self.set_v_cut(insn.width, insn.rd, value),
            None => self.by_helper(insn),
        }
    }

    fn v_long(&mut self, op: Diff, unsigned: bool, f: isa::aarch64::VLong) {
        self.diff(three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, f.rm)));
    }

    fn v_wide(&mut self, op: Diff, unsigned: bool, f: isa::aarch64::VWide) {
        self.diff(three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, f.rm)));
    }

    fn v_narrow(&mut self, op: Diff, unsigned: bool, f: isa::aarch64::VNarrow) {
        self.diff(three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, f.rm)));
    }

    fn s_long(&mut self, op: Diff, unsigned: bool, f: isa::aarch64::S3Long) {
        self.diff(three(op, unsigned, scalar(f.size), (f.rd, f.rn, f.rm)));
    }

    fn v_elem_long(&mut self, op: Diff, unsigned: bool, f: isa::aarch64::VElemLong) {
        let (rm, element) = element(Lane::of(f.size), f.h, f.l, f.m, f.rm);
        let insn = three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, rm));
        self.diff(Insn { element: Some(element), ..insn });
    }

    fn s_elem_long(&mut self, op: Diff, unsigned: bool, f: isa::aarch64::SElemLong) {
        let (rm, element) = element(Lane::of(f.size), f.h, f.l, f.m, f.rm);
        let insn = three(op, unsigned, scalar(f.size), (f.rd, f.rn, rm));
        self.diff(Insn { element: Some(element), ..insn });
    }

    fn diff(&mut self, insn: Insn<Diff>) {
        if let Diff::AddHn | Diff::RAddHn | Diff::SubHn | Diff::RSubHn = insn.op {
            return match self.inline_high_narrow(&insn) {
                Some(narrow) => self.set_v_half(insn.width, insn.rd, narrow),
                None => self.by_helper(insn),
            };
        }
        match self.inline_long(&insn) {
            Some(value) => self.set_v(insn.rd, value),
            None => self.by_helper(insn),
        }
    }

    fn v2(&mut self, op: Misc, f: isa::aarch64::V2) {
        self.misc(three(op, S, vector(f.q, f.size), (f.rd, f.rn, 0)));
    }

    fn s2(&mut self, op: Misc, f: isa::aarch64::S2) {
        self.misc(three(op, S, scalar(f.size), (f.rd, f.rn, 0)));
    }

    fn v2_bits(&mut self, op: Misc, f: isa::aarch64::V2Bits) {
        self.misc(three(op, S, vector(f.q, 0), (f.rd, f.rn, 0)));
    }

    fn v2_narrow(&mut self, op: Misc, unsigned: bool, f: isa::aarch64::V2Narrow) {
        self.narrow(three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, 0)));
    }

    fn s2_narrow(&mut self, op: Misc, unsigned: bool, f: isa::aarch64::S2Narrow) {
        self.narrow(three(op, unsigned, scalar(f.size), (f.rd, f.rn, 0)));
    }

    fn narrow(&mut self, insn: Insn<Misc>) {
        match self.inline_narrow(&insn) {
            Some(narrow) => self.set_v_half(insn.width, insn.rd, narrow),
            None => self.by_helper(insn),
        }
    }

    fn v2_pairs(&mut self, op: Misc, unsigned: bool, f: isa::aarch64::V2Pairs) {
        self.misc(three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, 0)));
    }

    /// REV16, REV32, REV64: lanes in reverse order within `1 << group` bytes.
    fn v_reverse(&mut self, group: u8, f: isa::aarch64::V2) {
        let insn = three(Misc::Rev, S, vector(f.q, f.size), (f.rd, f.rn, 0));
        self.misc(Insn { imm: group, ..insn });
    }

    fn shift_left_long(&mut self, f: isa::aarch64::V2Long) {
        let insn = three(Misc::Shll, S, vector(f.q, f.size), (f.rd, f.rn, 0));
        match self.inline_shift_by_width(&insn) {
            Some(value) => self.set_v(insn.rd, value),
            None => self.by_helper(insn),
        }
    }

    fn misc(&mut self, insn: Insn<Misc>) {
        match self.inline_misc(&insn) {
            Some(value) => self.set_v_cut(insn.width, insn.rd, value),
            None => self.by_helper(insn),
        }
    }

    fn across(&mut self, op: Across, unsigned: bool, f: isa::aarch64::Across) {
        self.over_lanes(three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, 0)));
    }

    fn over_lanes(&mut self, insn: Insn<Across>) {
        match self.inline_across(&insn) {
            Some(value) => self.set_v(insn.rd, value),
            None => self.by_helper(insn),
        }
    }

    fn across_long(&mut self, op: Across, unsigned: bool, f: isa::aarch64::AcrossLong) {
        self.over_lanes(three(op, unsigned, vector(f.q, f.size), (f.rd, f.rn, 0)));
    }

    /// ADDP (scalar).
    fn add_pair(&mut self, f: isa::aarch64::S2Pair) {
        self.over_lanes(three(Across::AddV, S, vector(1, 3), (f.rd, f.rn, 0)));
    }

    fn dot(&mut self, op: Dot, unsigned: bool, f: isa::aarch64::V3Dot) {
        self.dot_product(&three(op, unsigned, vector(f.q, 2), (f.rd, f.rn, f.rm)));
    }

    fn dot_elem(&mut self, op: Dot, unsigned: bool, f: isa::aarch64::VElemDot) {
        let (rm, element) = element(Lane::S, f.h, f.l, f.m, f.rm);
        let insn = three(op, unsigned, vector(f.q, 2), (f.rd, f.rn, rm));
        self.dot_product(&Insn { element: Some(element), ..insn });
    }

    fn matrix(&mut self, op: Dot, unsigned: bool, f: isa::aarch64::V3Matrix) {
        self.dot_product(&three(op, unsigned, vector(1, 2), (f.rd, f.rn, f.rm)));
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        addp_v: V3 = self.v3(Same::AddP, S, f);
        add_v: V3 = self.v3(Same::Add, S, f);
        and_v: V3Bits = self.v3_bits(Same::And, f);
        bic_v: V3Bits = self.v3_bits(Same::Bic, f);
        bif: V3Bits = self.v3_bits(Same::Bif, f);
        bit: V3Bits = self.v3_bits(Same::Bit, f);
        bsl: V3Bits = self.v3_bits(Same::Bsl, f);
        cmeq_v: V3 = self.v3(Same::CmEq, S, f);
        cmge_v: V3 = self.v3(Same::CmGe, S, f);
        cmgt_v: V3 = self.v3(Same::CmGt, S, f);
        cmhi_v: V3 = self.v3(Same::CmGt, U, f);
        cmhs_v: V3 = self.v3(Same::CmGe, U, f);
        cmtst_v: V3 = self.v3(Same::CmTst, S, f);
        eor_v: V3Bits = self.v3_bits(Same::Eor, f);
        mla_v: V3 = self.v3(Same::Mla, S, f);
        mls_v: V3 = self.v3(Same::Mls, S, f);
        mul_v: V3 = self.v3(Same::Mul, S, f);
        orn_v: V3Bits = self.v3_bits(Same::Orn, f);
        orr_v: V3Bits = self.v3_bits(Same::Orr, f);
        pmul_v: V3 = self.v3(Same::PMul, S, f);
        saba_v: V3 = self.v3(Same::Aba, S, f);
        sabd_v: V3 = self.v3(Same::Abd, S, f);
        shadd_v: V3 = self.v3(Same::HAdd, S, f);
        shsub_v: V3 = self.v3(Same::HSub, S, f);
        smaxp_v: V3 = self.v3(Same::MaxP, S, f);
        smax_v: V3 = self.v3(Same::Max, S, f);
        sminp_v: V3 = self.v3(Same::MinP, S, f);
        smin_v: V3 = self.v3(Same::Min, S, f);
        sqadd_v: V3 = self.v3(Same::QAdd, S, f);
        sqdmulh_v: V3 = self.v3(Same::SqdMulH, S, f);
        sqrdmulh_v: V3 = self.v3(Same::SqrdMulH, S, f);
        sqrshl_v: V3 = self.v3(Same::QRShl, S, f);
        sqshl_v: V3 = self.v3(Same::QShl, S, f);
        sqsub_v: V3 = self.v3(Same::QSub, S, f);
        srhadd_v: V3 = self.v3(Same::RHAdd, S, f);
        srshl_v: V3 = self.v3(Same::RShl, S, f);
        sshl_v: V3 = self.v3(Same::Shl, S, f);
        sub_v: V3 = self.v3(Same::Sub, S, f);
        uaba_v: V3 = self.v3(Same::Aba, U, f);
        uabd_v: V3 = self.v3(Same::Abd, U, f);
        uhadd_v: V3 = self.v3(Same::HAdd, U, f);
        uhsub_v: V3 = self.v3(Same::HSub, U, f);
        umaxp_v: V3 = self.v3(Same::MaxP, U, f);
        umax_v: V3 = self.v3(Same::Max, U, f);
        uminp_v: V3 = self.v3(Same::MinP, U, f);
        umin_v: V3 = self.v3(Same::Min, U, f);
        uqadd_v: V3 = self.v3(Same::QAdd, U, f);
        uqrshl_v: V3 = self.v3(Same::QRShl, U, f);
        uqshl_v: V3 = self.v3(Same::QShl, U, f);
        uqsub_v: V3 = self.v3(Same::QSub, U, f);
        urhadd_v: V3 = self.v3(Same::RHAdd, U, f);
        urshl_v: V3 = self.v3(Same::RShl, U, f);
        ushl_v: V3 = self.v3(Same::Shl, U, f);
        add_s: S3 = self.s3(Same::Add, S, f);
        cmeq_s: S3 = self.s3(Same::CmEq, S, f);
        cmge_s: S3 = self.s3(Same::CmGe, S, f);
        cmgt_s: S3 = self.s3(Same::CmGt, S, f);
        cmhi_s: S3 = self.s3(Same::CmGt, U, f);
        cmhs_s: S3 = self.s3(Same::CmGe, U, f);
        cmtst_s: S3 = self.s3(Same::CmTst, S, f);
        sqadd_s: S3 = self.s3(Same::QAdd, S, f);
        sqdmulh_s: S3 = self.s3(Same::SqdMulH, S, f);
        sqrdmulh_s: S3 = self.s3(Same::SqrdMulH, S, f);
        sqrshl_s: S3 = self.s3(Same::QRShl, S, f);
        sqshl_s: S3 = self.s3(Same::QShl, S, f);
        sqsub_s: S3 = self.s3(Same::QSub, S, f);
        srshl_s: S3 = self.s3(Same::RShl, S, f);
        sshl_s: S3 = self.s3(Same::Shl, S, f);
        sub_s: S3 = self.s3(Same::Sub, S, f);
        uqadd_s: S3 = self.s3(Same::QAdd, U, f);
        uqrshl_s: S3 = self.s3(Same::QRShl, U, f);
        uqshl_s: S3 = self.s3(Same::QShl, U, f);
        uqsub_s: S3 = self.s3(Same::QSub, U, f);
        urshl_s: S3 = self.s3(Same::RShl, U, f);
        ushl_s: S3 = self.s3(Same::Shl, U, f);
        sqrdmlah_s: S3 = self.s3(Same::SqrdMlaH, S, f);
        sqrdmlsh_s: S3 = self.s3(Same::SqrdMlsH, S, f);
        sdot_v: V3Dot = self.dot(Dot::Vector, S, f);
        smmla: V3Matrix = self.matrix(Dot::Matrix, S, f);
        sqrdmlah_v: V3 = self.v3(Same::SqrdMlaH, S, f);
        sqrdmlsh_v: V3 = self.v3(Same::SqrdMlsH, S, f);
        udot_v: V3Dot = self.dot(Dot::Vector, U, f);
        ummla: V3Matrix = self.matrix(Dot::Matrix, U, f);
        usdot_v: V3Dot = self.dot(Dot::MixedVector, U, f);
        usmmla: V3Matrix = self.matrix(Dot::MixedMatrix, U, f);
        addhn_v: VNarrow = self.v_narrow(Diff::AddHn, S, f);
        pmull_v: VLong = self.v_long(Diff::PMulL, S, f);
        raddhn_v: VNarrow = self.v_narrow(Diff::RAddHn, S, f);
        rsubhn_v: VNarrow = self.v_narrow(Diff::RSubHn, S, f);
        sabal_v: VLong = self.v_long(Diff::AbaL, S, f);
        sabdl_v: VLong = self.v_long(Diff::AbdL, S, f);
        saddl_v: VLong = self.v_long(Diff::AddL, S, f);
        saddw_v: VWide = self.v_wide(Diff::AddW, S, f);
        smlal_v: VLong = self.v_long(Diff::MlaL, S, f);
        smlsl_v: VLong = self.v_long(Diff::MlsL, S, f);
        smull_v: VLong = self.v_long(Diff::MulL, S, f);
        sqdmlal_v: VLong = self.v_long(Diff::SqdMlaL, S, f);
        sqdmlsl_v: VLong = self.v_long(Diff::SqdMlsL, S, f);
        sqdmull_v: VLong = self.v_long(Diff::SqdMulL, S, f);
        ssubl_v: VLong = self.v_long(Diff::SubL, S, f);
        ssubw_v: VWide = self.v_wide(Diff::SubW, S, f);
        subhn_v: VNarrow = self.v_narrow(Diff::SubHn, S, f);
        uabal_v: VLong = self.v_long(Diff::AbaL, U, f);
        uabdl_v: VLong = self.v_long(Diff::AbdL, U, f);
        uaddl_v: VLong = self.v_long(Diff::AddL, U, f);
        uaddw_v: VWide = self.v_wide(Diff::AddW, U, f);
        umlal_v: VLong = self.v_long(Diff::MlaL, U, f);
        umlsl_v: VLong = self.v_long(Diff::MlsL, U, f);
        umull_v: VLong = self.v_long(Diff::MulL, U, f);
        usubl_v: VLong = self.v_long(Diff::SubL, U, f);
        usubw_v: VWide = self.v_wide(Diff::SubW, U, f);
        sqdmlal_s: S3Long = self.s_long(Diff::SqdMlaL, S, f);
        sqdmlsl_s: S3Long = self.s_long(Diff::SqdMlsL, S, f);
        sqdmull_s: S3Long = self.s_long(Diff::SqdMulL, S, f);
        mla_ve: VElem = self.v_elem(Same::Mla, S, f);
        mls_ve: VElem = self.v_elem(Same::Mls, S, f);
        mul_ve: VElem = self.v_elem(Same::Mul, S, f);
        sdot_ve: VElemDot = self.dot_elem(Dot::Vector, S, f);
        smlal_ve: VElemLong = self.v_elem_long(Diff::MlaL, S, f);
        smlsl_ve: VElemLong = self.v_elem_long(Diff::MlsL, S, f);
        smull_ve: VElemLong = self.v_elem_long(Diff::MulL, S, f);
        sqdmlal_ve: VElemLong = self.v_elem_long(Diff::SqdMlaL, S, f);
        sqdmlsl_ve: VElemLong = self.v_elem_long(Diff::SqdMlsL, S, f);
        sqdmulh_ve: VElem = self.v_elem(Same::SqdMulH, S, f);
        sqdmull_ve: VElemLong = self.v_elem_long(Diff::SqdMulL, S, f);
        sqrdmlah_ve: VElem = self.v_elem(Same::SqrdMlaH, S, f);
        sqrdmlsh_ve: VElem = self.v_elem(Same::SqrdMlsH, S, f);
        sqrdmulh_ve: VElem = self.v_elem(Same::SqrdMulH, S, f);
        sudot: VElemDot = self.dot_elem(Dot::MixedVector, S, f);
        udot_ve: VElemDot = self.dot_elem(Dot::Vector, U, f);
        umlal_ve: VElemLong = self.v_elem_long(Diff::MlaL, U, f);
        umlsl_ve: VElemLong = self.v_elem_long(Diff::MlsL, U, f);
        umull_ve: VElemLong = self.v_elem_long(Diff::MulL, U, f);
        usdot_ve: VElemDot = self.dot_elem(Dot::MixedVector, U, f);
        sqdmlal_se: SElemLong = self.s_elem_long(Diff::SqdMlaL, S, f);
        sqdmlsl_se: SElemLong = self.s_elem_long(Diff::SqdMlsL, S, f);
        sqdmulh_se: SElem = self.s_elem(Same::SqdMulH, S, f);
        sqdmull_se: SElemLong = self.s_elem_long(Diff::SqdMulL, S, f);
        sqrdmlah_se: SElem = self.s_elem(Same::SqrdMlaH, S, f);
        sqrdmlsh_se: SElem = self.s_elem(Same::SqrdMlsH, S, f);
        sqrdmulh_se: SElem = self.s_elem(Same::SqrdMulH, S, f);
        abs_v: V2 = self.v2(Misc::Abs, f);
        cls_v: V2 = self.v2(Misc::Cls, f);
        clz_v: V2 = self.v2(Misc::Clz, f);
        cmeq_zero_v: V2 = self.v2(Misc::CmEq0, f);
        cmge_zero_v: V2 = self.v2(Misc::CmGe0, f);
        cmgt_zero_v: V2 = self.v2(Misc::CmGt0, f);
        cmle_zero_v: V2 = self.v2(Misc::CmLe0, f);
        cmlt_zero_v: V2 = self.v2(Misc::CmLt0, f);
        cnt_v: V2 = self.v2(Misc::Cnt, f);
        neg_v: V2 = self.v2(Misc::Neg, f);
        not_v: V2Bits = self.v2_bits(Misc::Not, f);
        rbit_v: V2Bits = self.v2_bits(Misc::Rbit, f);
        rev16_v: V2 = self.v_reverse(1, f);
        rev32_v: V2 = self.v_reverse(2, f);
        rev64_v: V2 = self.v_reverse(3, f);
        sadalp_v: V2Pairs = self.v2_pairs(Misc::AdaLP, S, f);
        saddlp_v: V2Pairs = self.v2_pairs(Misc::AddLP, S, f);
        shll_v: V2Long = self.shift_left_long(f);
        sqabs_v: V2 = self.v2(Misc::SqAbs, f);
        sqneg_v: V2 = self.v2(Misc::SqNeg, f);
        sqxtn_v: V2Narrow = self.v2_narrow(Misc::QXtn, S, f);
        sqxtun_v: V2Narrow = self.v2_narrow(Misc::SqXtun, S, f);
        suqadd_v: V2 = self.v2(Misc::SuqAdd, f);
        uadalp_v: V2Pairs = self.v2_pairs(Misc::AdaLP, U, f);
        uaddlp_v: V2Pairs = self.v2_pairs(Misc::AddLP, U, f);
        uqxtn_v: V2Narrow = self.v2_narrow(Misc::QXtn, U, f);
        usqadd_v: V2 = self.v2(Misc::UsqAdd, f);
        xtn_v: V2Narrow = self.v2_narrow(Misc::Xtn, S, f);
        abs_s: S2 = self.s2(Misc::Abs, f);
        cmeq_zero_s: S2 = self.s2(Misc::CmEq0, f);
        cmge_zero_s: S2 = self.s2(Misc::CmGe0, f);
        cmgt_zero_s: S2 = self.s2(Misc::CmGt0, f);
        cmle_zero_s: S2 = self.s2(Misc::CmLe0, f);
        cmlt_zero_s: S2 = self.s2(Misc::CmLt0, f);
        neg_s: S2 = self.s2(Misc::Neg, f);
        sqabs_s: S2 = self.s2(Misc::SqAbs, f);
        sqneg_s: S2 = self.s2(Misc::SqNeg, f);
        sqxtn_s: S2Narrow = self.s2_narrow(Misc::QXtn, S, f);
        sqxtun_s: S2Narrow = self.s2_narrow(Misc::SqXtun, S, f);
        suqadd_s: S2 = self.s2(Misc::SuqAdd, f);
        uqxtn_s: S2Narrow = self.s2_narrow(Misc::QXtn, U, f);
        usqadd_s: S2 = self.s2(Misc::UsqAdd, f);
        addp_s: S2Pair = self.add_pair(f);
        addv: Across = self.across(Across::AddV, S, f);
        saddlv: AcrossLong = self.across_long(Across::AddLV, S, f);
        smaxv: Across = self.across(Across::MaxV, S, f);
        sminv: Across = self.across(Across::MinV, S, f);
        uaddlv: AcrossLong = self.across_long(Across::AddLV, U, f);
        umaxv: Across = self.across(Across::MaxV, U, f);
        uminv: Across = self.across(Across::MinV, U, f);
    }
}
