//! Group `store`: stores from general registers and of immediates.
//!
//! PoP SA22-7832, chapter 7.

use super::{Translator, W, rows};
use crate::state::gpr;
use isa::s390x::store::Translate;
use tcg_ir::builder::Addr;
use tcg_ir::{Endian, MemOp, Type};

const LO: W = W::Lo;
const FULL: W = W::Full;
const HI: W = W::Hi;

impl Translator<'_> {
    fn st(&mut self, w: W, r1: u8, bytes: u8, addr: Addr) {
        let v = self.r(w, r1);
        self.store(bytes, addr, v);
    }

    fn st_x(&mut self, w: W, r1: u8, bytes: u8, (b2, x2, d2): (u8, u8, i32)) {
        let addr = self.addr(b2, x2, d2);
        self.st(w, r1, bytes, addr);
    }

    fn st_rel(&mut self, w: W, r1: u8, bytes: u8, offset: i64) {
        if let Some(addr) = self.relative_storage(offset, bytes, bytes >= 4) {
            self.st(w, r1, bytes, addr);
        }
    }

    fn st_reversed(&mut self, w: W, r1: u8, bytes: u8, (b2, x2, d2): (u8, u8, i32)) {
        let addr = self.addr(b2, x2, d2);
        let v = self.r(w, r1);
        self.b.st(MemOp::new(bytes, Endian::Little), addr, v);
    }

    fn st_imm(&mut self, bytes: u8, value: i64, b1: u8, d1: i32) {
        let addr = self.addr_b(b1, d1);
        let w = if bytes == 8 { FULL } else { LO };
        let v = self.imm(w, value);
        self.store(bytes, addr, v);
    }

    /// The operand is not accessed unless the condition holds.
    fn st_on_condition(&mut self, w: W, f: isa::s390x::RsyBm) {
        let tests = self.tests(f.m3);
        self.skip_if(tests.invert());
        if !self.ended {
            self.st_x(w, f.r1, w.bytes(), (f.b2, 0, f.d2));
        }
    }

    /// Stores all registers or none: what may cross a page is probed first.
    fn st_multiple(&mut self, w: W, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        let addr = self.addr_b(b2, d2);
        let count = i32::from(r3.wrapping_sub(r1) & 15) + 1;
        let bytes = i32::from(w.bytes());
        if count > 1 {
            // Only the last byte can be on another page; the first store tells of the first page.
            self.probe_last(addr, count * bytes);
        }
        for i in 0..count {
            let v = self.r(w, (r1 + i as u8) & 15);
            self.store(w.bytes(), addr.plus(i * bytes), v);
        }
    }

    /// Makes sure that the last of `len` bytes (a page at most) can be stored to.
    pub(crate) fn probe_last(&mut self, addr: Addr, len: i32) {
        let base = if addr.index.is_some() { self.sum(addr) } else { addr.base };
        if base.is_some() {
            let disp = if addr.index.is_some() { 0 } else { addr.disp };
            self.b.probe(true, len as u32, base, disp);
        }
    }

    /// STORE CHARACTERS UNDER MASK: the selected bytes to adjacent storage.
    fn st_under_mask(&mut self, w: W, r1: u8, m3: u8, (b2, d2): (u8, i32)) {
        let addr = self.addr_b(b2, d2);
        let v = self.r(w, r1);
        if let Some((shift, bytes)) = super::logic::adjacent(m3) {
            let v = self.b.shr_u_imm(Type::I32, v, shift);
            return self.store(bytes, addr, v);
        }
        let len = m3.count_ones() as i32;
        if len > 1 {
            self.probe_last(addr, len);
        }
        let selected = (0..4).filter(|i| m3 >> (3 - i) & 1 != 0);
        for (at, i) in selected.enumerate() {
            let byte = self.b.shr_u_imm(Type::I32, v, 24 - 8 * i);
            self.store(1, addr.plus(at as i32), byte);
        }
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        st: RxA = self.st_x(LO, f.r1, 4, (f.b2, f.x2, f.d2));
        sty: RxyA = self.st_x(LO, f.r1, 4, (f.b2, f.x2, f.d2));
        stg: RxyA = { let addr = self.addr(f.b2, f.x2, f.d2); let v = self.b.get(gpr(f.r1)); self.store(8, addr, v) };
        strl: RilB = self.st_rel(LO, f.r1, 4, f.ri2);
        stgrl: RilB = self.st_rel(FULL, f.r1, 8, f.ri2);
        stc: RxA = self.st_x(LO, f.r1, 1, (f.b2, f.x2, f.d2));
        stcy: RxyA = self.st_x(LO, f.r1, 1, (f.b2, f.x2, f.d2));
        stch: RxyA = self.st_x(HI, f.r1, 1, (f.b2, f.x2, f.d2));
        stcm: RsB = self.st_under_mask(LO, f.r1, f.m3, (f.b2, f.d2));
        stcmy: RsyB = self.st_under_mask(LO, f.r1, f.m3, (f.b2, f.d2));
        stcmh: RsyB = self.st_under_mask(HI, f.r1, f.m3, (f.b2, f.d2));
        sth: RxA = self.st_x(LO, f.r1, 2, (f.b2, f.x2, f.d2));
        sthy: RxyA = self.st_x(LO, f.r1, 2, (f.b2, f.x2, f.d2));
        sthh: RxyA = self.st_x(HI, f.r1, 2, (f.b2, f.x2, f.d2));
        sthrl: RilB = self.st_rel(LO, f.r1, 2, f.ri2);
        stfh: RxyA = self.st_x(HI, f.r1, 4, (f.b2, f.x2, f.d2));
        stocfh: RsyBm = self.st_on_condition(HI, f);
        stm: RsA = self.st_multiple(LO, f.r1, f.r3, (f.b2, f.d2));
        stmy: RsyA = self.st_multiple(LO, f.r1, f.r3, (f.b2, f.d2));
        stmg: RsyA = self.st_multiple(FULL, f.r1, f.r3, (f.b2, f.d2));
        stmh: RsyA = self.st_multiple(HI, f.r1, f.r3, (f.b2, f.d2));
        stoc: RsyBm = self.st_on_condition(LO, f);
        stocg: RsyBm = self.st_on_condition(FULL, f);
        strvh: RxyA = self.st_reversed(LO, f.r1, 2, (f.b2, f.x2, f.d2));
        strv: RxyA = self.st_reversed(LO, f.r1, 4, (f.b2, f.x2, f.d2));
        strvg: RxyA = self.st_reversed(FULL, f.r1, 8, (f.b2, f.x2, f.d2));
        mvi: Si = self.st_imm(1, f.i2.into(), f.b1, f.d1);
        mviy: Siyu = self.st_imm(1, f.i2.into(), f.b1, f.d1);
        mvhhi: Sil = self.st_imm(2, f.i2.into(), f.b1, f.d1);
        mvhi: Sil = self.st_imm(4, f.i2.into(), f.b1, f.d1);
        mvghi: Sil = self.st_imm(8, f.i2.into(), f.b1, f.d1);
    }
}
