//! Group `simd_move`: Advanced SIMD moves, permutations and immediates.

use super::{Translator, W, rows};
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::permute::{Permute, Table, expand, float};
use isa::aarch64::simd_move::Translate;
use tcg_ir::{Sign, Type};

/// The lane and the index that a field `imm5` says: its lowest one bit tells the lane, the bits above it the index.
const fn lane_and_index(imm5: u8) -> (tcg_ir::Lane, u8) {
    match imm5.trailing_zeros() {
        0 => (tcg_ir::Lane::B, imm5 >> 1),
        1 => (tcg_ir::Lane::H, imm5 >> 2),
        2 => (tcg_ir::Lane::S, imm5 >> 3),
        _ => (tcg_ir::Lane::D, imm5 >> 4 & 1),
    }
}

const fn word(f: isa::aarch64::VImm32) -> u64 {
    expand(false, f.shift << 1, f.imm8)
}

const fn half(f: isa::aarch64::VImm16) -> u64 {
    expand(false, 8 | f.shift << 1, f.imm8)
}

const fn ones(f: isa::aarch64::VImmMsl) -> u64 {
    expand(false, 12 | f.shift, f.imm8)
}

impl Translator<'_> {
    fn dup_element(&mut self, f: isa::aarch64::VCopy) {
        let (lane, index) = lane_and_index(f.imm5);
        let n = self.v(f.rn);
        let all = self.b.vdup_lane(lane, index, n);
        self.set_v_cut(Width::of(f.q != 0), f.rd, all);
    }

    fn dup_scalar(&mut self, f: isa::aarch64::SCopy) {
        let (lane, index) = lane_and_index(f.imm5);
        let n = self.v(f.rn);
        if matches!(lane, tcg_ir::Lane::B | tcg_ir::Lane::H) {
            let value = self.b.vextract(lane, index, n);
            return self.set_scalar(f.rd, value);
        }
        let zero = self.b.v128(0);
        let value = self.b.vmove(lane, 0, index, zero, n);
        self.set_v(f.rd, value);
    }

    fn dup_general(&mut self, f: isa::aarch64::VFromGpr) {
        let (lane, _) = lane_and_index(f.imm5);
        let value = self.r(general_width(lane), f.rn);
        let all = self.b.vdup(lane, value);
        self.set_v_cut(Width::of(f.q != 0), f.rd, all);
    }

    /// UMOV and SMOV.
    fn move_lane_to_general(&mut self, sign: Sign, f: isa::aarch64::VToGpr) {
        let (lane, index) = lane_and_index(f.imm5);
        let n = self.v(f.rn);
        let value = self.b.vextract(lane, index, n);
        let w = W::sf(f.q);
        let value = match (self.b.tb.ty(value), w) {
            (Type::I32, W::X) => self.b.extend(Sign::Unsigned, value),
            _ => value,
        };
        let bits = lane.bits() as u8;
        let extends = sign == Sign::Signed && bits < w.bits();
        let value = if extends { self.b.extract(w.ty(), sign, value, 0, bits) } else { value };
        self.set(w, f.rd, value);
    }

    fn insert_general(&mut self, f: isa::aarch64::VInsertGpr) {
        let (lane, index) = lane_and_index(f.imm5);
        let value = self.r(general_width(lane), f.rn);
        let old = self.v(f.rd);
        let new = self.b.vinsert(lane, index, old, value);
        self.set_v(f.rd, new);
    }

    fn insert_element(&mut self, f: isa::aarch64::VInsert) {
        let (lane, index) = lane_and_index(f.imm5);
        let from = f.imm4 >> f.imm5.trailing_zeros();
        let (old, n) = (self.v(f.rd), self.v(f.rn));
        let new = self.b.vmove(lane, index, from, old, n);
        self.set_v(f.rd, new);
    }

    fn extract(&mut self, f: isa::aarch64::VExtract) {
        let insn = Insn::new(Permute::Ext, Lane::B, Width::of(f.q != 0));
        self.permuted(Insn { imm: f.imm4, rd: f.rd, rn: f.rn, rm: f.rm, ..insn });
    }

    fn permute(&mut self, op: Permute, f: isa::aarch64::V3) {
        let insn = Insn::new(op, Lane::of(f.size), Width::of(f.q != 0));
        self.permuted(Insn { rd: f.rd, rn: f.rn, rm: f.rm, ..insn });
    }

    fn permuted(&mut self, insn: Insn<Permute>) {
        match self.inline_permute(&insn) {
            Some(value) => self.set_v_cut(insn.width, insn.rd, value),
            None => self.by_helper(insn),
        }
    }

    fn table(&mut self, op: Table, f: isa::aarch64::VTable) {
        let insn = Insn::new(op, Lane::B, Width::of(f.q != 0));
        let insn = Insn { imm: f.len + 1, rd: f.rd, rn: f.rn, rm: f.rm, ..insn };
        let value = self.inline_table(&insn);
        self.set_v_cut(insn.width, insn.rd, value);
    }

    // --- immediates ---------------------------------------------------------------------------

    fn move_immediate(&mut self, q: u8, rd: u8, bits: u64) {
        let value = if q != 0 && bits != 0 { self.splat(bits) } else { self.b.v128(bits) };
        self.set_v(rd, value);
    }

    fn or_immediate(&mut self, q: u8, rd: u8, bits: u64) {
        let (old, value) = (self.v(rd), self.splat(bits));
        let result = self.b.vor(old, value);
        self.set_v_cut(Width::of(q != 0), rd, result);
    }

    /// BIC, with the inverted immediate.
    fn and_immediate(&mut self, q: u8, rd: u8, bits: u64) {
        let (old, value) = (self.v(rd), self.splat(bits));
        let result = self.b.vand(old, value);
        self.set_v_cut(Width::of(q != 0), rd, result);
    }
}

/// The width of a general register that holds a lane.
fn general_width(lane: tcg_ir::Lane) -> W {
    if lane == tcg_ir::Lane::D { W::X } else { W::W }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        dup_elem_v: VCopy = self.dup_element(f);
        dup_elem_s: SCopy = self.dup_scalar(f);
        dup_gpr: VFromGpr = self.dup_general(f);
        smov: VToGpr = self.move_lane_to_general(Sign::Signed, f);
        umov: VToGpr = self.move_lane_to_general(Sign::Unsigned, f);
        ins_gpr: VInsertGpr = self.insert_general(f);
        ins_elem: VInsert = self.insert_element(f);
        ext: VExtract = self.extract(f);
        tbl: VTable = self.table(Table::Tbl, f);
        tbx: VTable = self.table(Table::Tbx, f);
        trn1: V3 = self.permute(Permute::Trn1, f);
        trn2: V3 = self.permute(Permute::Trn2, f);
        uzp1: V3 = self.permute(Permute::Uzp1, f);
        uzp2: V3 = self.permute(Permute::Uzp2, f);
        zip1: V3 = self.permute(Permute::Zip1, f);
        zip2: V3 = self.permute(Permute::Zip2, f);
        movi_s: VImm32 = self.move_immediate(f.q, f.rd, word(f));
        movi_h: VImm16 = self.move_immediate(f.q, f.rd, half(f));
        movi_msl: VImmMsl = self.move_immediate(f.q, f.rd, ones(f));
        movi_b: VImm = self.move_immediate(f.q, f.rd, expand(false, 14, f.imm8));
        movi_d: VImm = self.move_immediate(f.q, f.rd, expand(true, 14, f.imm8));
        mvni_s: VImm32 = self.move_immediate(f.q, f.rd, !word(f));
        mvni_h: VImm16 = self.move_immediate(f.q, f.rd, !half(f));
        mvni_msl: VImmMsl = self.move_immediate(f.q, f.rd, !ones(f));
        orr_imm_s: VImm32 = self.or_immediate(f.q, f.rd, word(f));
        orr_imm_h: VImm16 = self.or_immediate(f.q, f.rd, half(f));
        bic_imm_s: VImm32 = self.and_immediate(f.q, f.rd, !word(f));
        bic_imm_h: VImm16 = self.and_immediate(f.q, f.rd, !half(f));
        fmov_imm_vs: VImm = self.move_immediate(f.q, f.rd, expand(false, 15, f.imm8));
        fmov_imm_vd: VImm = self.move_immediate(f.q, f.rd, expand(true, 15, f.imm8));
        fmov_imm_vh: VImm = self.move_immediate(f.q, f.rd, 0x1_0001_0001_0001 * float(f.imm8, 5, 10));
    }
}
