//! Group `imm`: data processing with an immediate.

use super::arith::Sum;
use super::logic::Operation;
use super::{Translator, W, rows};
use isa::aarch64::imm::Translate;
use tcg_ir::{Cond, Sign};

impl Translator<'_> {
    fn sum_row(&mut self, kind: Sum, f: isa::aarch64::AddSubImm) {
        let imm = u64::from(f.imm12) << if f.sh != 0 { 12 } else { 0 };
        self.sum_imm(kind, W::sf(f.sf), f.rd, f.rn, imm);
    }

    fn logic_imm_row(&mut self, o: Operation, f: isa::aarch64::LogicImm) {
        self.logic_imm(o, W::sf(f.sf), f.rd, f.rn, (f.n, f.immr, f.imms));
    }

    fn extreme_imm(&mut self, sf: u8, cond: Cond, rd: u8, rn: u8, imm: i64) {
        let w = W::sf(sf);
        let (a, b) = (self.r(w, rn), self.imm(w, imm.cast_unsigned()));
        self.extreme(w, cond, rd, a, b);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        add_imm: AddSubImm = self.sum_row(Sum::ADD, f);
        adds_imm: AddSubImm = self.sum_row(Sum::ADDS, f);
        sub_imm: AddSubImm = self.sum_row(Sum::SUB, f);
        subs_imm: AddSubImm = self.sum_row(Sum::SUBS, f);
        and_imm: LogicImm = self.logic_imm_row(Operation::AND, f);
        orr_imm: LogicImm = self.logic_imm_row(Operation::ORR, f);
        eor_imm: LogicImm = self.logic_imm_row(Operation::EOR, f);
        ands_imm: LogicImm = self.logic_imm_row(Operation::ANDS, f);
        movn: MoveWide = self.move_wide(W::sf(f.sf), f.rd, f.imm16, f.hw, true);
        movz: MoveWide = self.move_wide(W::sf(f.sf), f.rd, f.imm16, f.hw, false);
        movk: MoveWide = self.move_keep(W::sf(f.sf), f.rd, f.imm16, f.hw);
        sbfm: Bitfield = self.bitfield(Sign::Signed, W::sf(f.sf), f.rd, f.rn, (f.immr, f.imms));
        bfm: Bitfield = self.bitfield_move(W::sf(f.sf), f.rd, f.rn, (f.immr, f.imms));
        ubfm: Bitfield = self.bitfield(Sign::Unsigned, W::sf(f.sf), f.rd, f.rn, (f.immr, f.imms));
        extr: Extract = self.extract_pair(W::sf(f.sf), f.rd, f.rn, f.rm, f.imms);
        adr: PcRel = self.address(f.rd, f.offset);
        adrp: PcRelPage = self.page_address(f.rd, f.offset);
        smax_imm: MinMaxSImm = self.extreme_imm(f.sf, Cond::GtS, f.rd, f.rn, f.imm8.into());
        umax_imm: MinMaxImm = self.extreme_imm(f.sf, Cond::GtU, f.rd, f.rn, f.imm8.into());
        smin_imm: MinMaxSImm = self.extreme_imm(f.sf, Cond::LtS, f.rd, f.rn, f.imm8.into());
        umin_imm: MinMaxImm = self.extreme_imm(f.sf, Cond::LtU, f.rd, f.rn, f.imm8.into());
    }
}
