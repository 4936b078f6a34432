//! Group `load_store`: loads and stores of general registers, prefetch.

use super::addr::Index;
use super::memory::Access;
use super::{Translator, W, rows};
use isa::aarch64::load_store::Translate;

const BYTE: Access = Access::size(0);
const HALF: Access = Access::size(1);
const SIGNED_WORD: Access = Access::signed(2, W::X);

const fn whole(sf: u8) -> Access {
    Access::size(2 + sf)
}

/// Signed loads extend to 64 bits, or to 32 if the field `w` is one.
const fn signed(size: u8, w: u8) -> Access {
    Access::signed(size, if w == 0 { W::X } else { W::W })
}

impl Translator<'_> {
    fn load_scaled(&mut self, access: Access, rt: u8, rn: u8, imm12: u16) {
        let offset = i64::from(imm12) * i64::from(access.bytes);
        self.load_imm(access, Index::Offset, rt, rn, offset);
    }

    fn load_9(&mut self, access: Access, index: Index, f: isa::aarch64::LoadImm9) {
        self.load_imm(access, index, f.rt, f.rn, f.imm9.into());
    }

    fn load_9_sf(&mut self, index: Index, f: isa::aarch64::LoadImm9Sf) {
        self.load_imm(whole(f.sf), index, f.rt, f.rn, f.imm9.into());
    }

    fn load_9_w(&mut self, size: u8, index: Index, f: isa::aarch64::LoadImm9W) {
        self.load_imm(signed(size, f.w), index, f.rt, f.rn, f.imm9.into());
    }

    fn load_reg_w(&mut self, size: u8, f: isa::aarch64::LoadRegW) {
        self.load_register(signed(size, f.w), f.rt, f.rn, f.rm, (f.option, f.s));
    }

    fn store_scaled(&mut self, bytes: u8, rt: u8, rn: u8, imm12: u16) {
        let offset = i64::from(imm12) * i64::from(bytes);
        self.store_imm(bytes, Index::Offset, rt, rn, offset);
    }

    fn store_9(&mut self, bytes: u8, index: Index, f: isa::aarch64::LoadImm9) {
        self.store_imm(bytes, index, f.rt, f.rn, f.imm9.into());
    }

    fn store_9_sf(&mut self, index: Index, f: isa::aarch64::LoadImm9Sf) {
        self.store_imm(4 << f.sf, index, f.rt, f.rn, f.imm9.into());
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        ldrb_imm: LoadImm12 = self.load_scaled(BYTE, f.rt, f.rn, f.imm12);
        ldrb_post: LoadImm9 = self.load_9(BYTE, Index::Post, f);
        ldrb_pre: LoadImm9 = self.load_9(BYTE, Index::Pre, f);
        ldrb_reg: LoadReg = self.load_register(BYTE, f.rt, f.rn, f.rm, (f.option, f.s));
        ldurb: LoadImm9 = self.load_9(BYTE, Index::Offset, f);
        ldtrb: LoadImm9 = self.load_9(BYTE, Index::Offset, f);
        ldrh_imm: LoadImm12 = self.load_scaled(HALF, f.rt, f.rn, f.imm12);
        ldrh_post: LoadImm9 = self.load_9(HALF, Index::Post, f);
        ldrh_pre: LoadImm9 = self.load_9(HALF, Index::Pre, f);
        ldrh_reg: LoadReg = self.load_register(HALF, f.rt, f.rn, f.rm, (f.option, f.s));
        ldurh: LoadImm9 = self.load_9(HALF, Index::Offset, f);
        ldtrh: LoadImm9 = self.load_9(HALF, Index::Offset, f);
        ldr_imm: LoadImm12Sf = self.load_scaled(whole(f.sf), f.rt, f.rn, f.imm12);
        ldr_post: LoadImm9Sf = self.load_9_sf(Index::Post, f);
        ldr_pre: LoadImm9Sf = self.load_9_sf(Index::Pre, f);
        ldr_reg: LoadRegSf = self.load_register(whole(f.sf), f.rt, f.rn, f.rm, (f.option, f.s));
        ldur: LoadImm9Sf = self.load_9_sf(Index::Offset, f);
        ldtr: LoadImm9Sf = self.load_9_sf(Index::Offset, f);
        strb_imm: LoadImm12 = self.store_scaled(1, f.rt, f.rn, f.imm12);
        strb_post: LoadImm9 = self.store_9(1, Index::Post, f);
        strb_pre: LoadImm9 = self.store_9(1, Index::Pre, f);
        strb_reg: LoadReg = self.store_register(1, f.rt, f.rn, f.rm, (f.option, f.s));
        sturb: LoadImm9 = self.store_9(1, Index::Offset, f);
        sttrb: LoadImm9 = self.store_9(1, Index::Offset, f);
        strh_imm: LoadImm12 = self.store_scaled(2, f.rt, f.rn, f.imm12);
        strh_post: LoadImm9 = self.store_9(2, Index::Post, f);
        strh_pre: LoadImm9 = self.store_9(2, Index::Pre, f);
        strh_reg: LoadReg = self.store_register(2, f.rt, f.rn, f.rm, (f.option, f.s));
        sturh: LoadImm9 = self.store_9(2, Index::Offset, f);
        sttrh: LoadImm9 = self.store_9(2, Index::Offset, f);
        str_imm: LoadImm12Sf = self.store_scaled(4 << f.sf, f.rt, f.rn, f.imm12);
        str_post: LoadImm9Sf = self.store_9_sf(Index::Post, f);
        str_pre: LoadImm9Sf = self.store_9_sf(Index::Pre, f);
        str_reg: LoadRegSf = self.store_register(4 << f.sf, f.rt, f.rn, f.rm, (f.option, f.s));
        stur: LoadImm9Sf = self.store_9_sf(Index::Offset, f);
        sttr: LoadImm9Sf = self.store_9_sf(Index::Offset, f);
        ldrsb_imm: LoadImm12W = self.load_scaled(signed(0, f.w), f.rt, f.rn, f.imm12);
        ldrsb_post: LoadImm9W = self.load_9_w(0, Index::Post, f);
        ldrsb_pre: LoadImm9W = self.load_9_w(0, Index::Pre, f);
        ldrsb_reg: LoadRegW = self.load_reg_w(0, f);
        ldursb: LoadImm9W = self.load_9_w(0, Index::Offset, f);
        ldtrsb: LoadImm9W = self.load_9_w(0, Index::Offset, f);
        ldrsh_imm: LoadImm12W = self.load_scaled(signed(1, f.w), f.rt, f.rn, f.imm12);
        ldrsh_post: LoadImm9W = self.load_9_w(1, Index::Post, f);
        ldrsh_pre: LoadImm9W = self.load_9_w(1, Index::Pre, f);
        ldrsh_reg: LoadRegW = self.load_reg_w(1, f);
        ldursh: LoadImm9W = self.load_9_w(1, Index::Offset, f);
        ldtrsh: LoadImm9W = self.load_9_w(1, Index::Offset, f);
        ldrsw_imm: LoadImm12 = self.load_scaled(SIGNED_WORD, f.rt, f.rn, f.imm12);
        ldrsw_post: LoadImm9 = self.load_9(SIGNED_WORD, Index::Post, f);
        ldrsw_pre: LoadImm9 = self.load_9(SIGNED_WORD, Index::Pre, f);
        ldrsw_reg: LoadReg = self.load_register(SIGNED_WORD, f.rt, f.rn, f.rm, (f.option, f.s));
        ldursw: LoadImm9 = self.load_9(SIGNED_WORD, Index::Offset, f);
        ldtrsw: LoadImm9 = self.load_9(SIGNED_WORD, Index::Offset, f);
        ldr_lit: LiteralSf = self.load_literal(whole(f.sf), f.rt, f.offset);
        ldrsw_lit: Literal = self.load_literal(SIGNED_WORD, f.rt, f.offset);
        prfm_imm: Prefetch = {};
        prfum: PrefetchUnscaled = {};
        prfm_reg: PrefetchReg = {};
        prfm_lit: PrefetchLiteral = {};
    }
}
