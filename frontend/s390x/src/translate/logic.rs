//! Group `logic`: Boolean operations and insertion.
//!
//! PoP SA22-7832, chapter 7.

use super::cc::Cc;
use super::{Translator, W, rows};
use isa::s390x::logic::Translate;
use tcg_ir::builder::Addr;
use tcg_ir::{RmwOp, Type, Val};

const LO: W = W::Lo;
const FULL: W = W::Full;
const HI: W = W::Hi;

/// A Boolean connective.
#[derive(Clone, Copy)]
enum Op {
    And,
    Or,
    Xor,
    /// `a & !b`.
    AndNot,
    Nand,
    Nor,
    Nxor,
    /// `a | !b`.
    OrNot,
}

/// For a mask of adjacent bytes: the shift that brings them down, and their number (1, 2 or 4).
pub(super) fn adjacent(mask: u8) -> Option<(u32, u8)> {
    Some(match mask {
        0b1111 => (0, 4),
        0b1100 => (16, 2),
        0b0110 => (8, 2),
        0b0011 => (0, 2),
        0b1000 => (24, 1),
        0b0100 => (16, 1),
        0b0010 => (8, 1),
        0b0001 => (0, 1),
        _ => return None,
    })
}

impl Translator<'_> {
    fn connect(&mut self, op: Op, ty: Type, a: Val, b: Val) -> Val {
        match op {
            Op::And => self.b.and(ty, a, b),
            Op::Or => self.b.or(ty, a, b),
            Op::Xor => self.b.xor(ty, a, b),
            Op::AndNot => self.b.andnot(ty, a, b),
            Op::Nand => {
                let v = self.b.and(ty, a, b);
                self.b.not(ty, v)
            }
            Op::Nor => {
                let v = self.b.or(ty, a, b);
                self.b.not(ty, v)
            }
            Op::Nxor => {
                let v = self.b.xor(ty, a, b);
                self.b.not(ty, v)
            }
            Op::OrNot => {
                let b = self.b.not(ty, b);
                self.b.or(ty, a, b)
            }
        }
    }

    /// `r1 = a op b`, with the condition code of a logical result.
    fn logic(&mut self, op: Op, w: W, r1: u8, a: Val, b: Val) {
        let v = self.connect(op, w.ty(), a, b);
        self.set(w, r1, v);
        self.set_cc(Cc::Zero(w.ty(), v));
    }

    fn logic2(&mut self, op: Op, w: W, r1: u8, r2: u8) {
        let a = self.r(w, r1);
        if matches!(op, Op::Xor) && r1 == r2 {
            let zero = self.imm(w, 0);
            self.set(w, r1, zero);
            return self.set_cc(Cc::Const(0));
        }
        let b = self.r(w, r2);
        self.logic(op, w, r1, a, b);
    }

    fn logic3(&mut self, op: Op, w: W, f: isa::s390x::RrfAx) {
        let (a, b) = (self.r(w, f.r2), self.r(w, f.r3));
        self.logic(op, w, f.r1, a, b);
    }

    fn logic_mem(&mut self, op: Op, w: W, r1: u8, (b2, x2, d2): (u8, u8, i32)) {
        let addr = self.addr(b2, x2, d2);
        let b = self.load(w.ty(), w.bytes(), addr);
        let a = self.r(w, r1);
        self.logic(op, w, r1, a, b);
    }

    /// With an immediate that stands for some bits of the register half; the others stay, and the condition code is of
    /// those bits alone.
    fn logic_imm(&mut self, op: Op, w: W, r1: u8, imm: u32, pos: u8, len: u8) {
        let a = self.r(w, r1);
        let field = if len == 32 { u32::MAX } else { 0xffff << pos };
        let imm = imm << pos;
        let full = if matches!(op, Op::And) { imm | !field } else { imm };
        let full = self.b.i32(full);
        let v = self.connect(op, Type::I32, a, full);
        self.set(w, r1, v);
        let bits = if len == 32 { v } else { self.b.and_imm(Type::I32, v, field.into()) };
        self.set_cc(Cc::Zero(Type::I32, bits));
    }

    /// Storage with an immediate byte: interlocked if other threads can see it.
    ///
    /// PoP "AND" and others: with the interlocked-access facility 2 this is one interlocked update.
    fn logic_storage(&mut self, op: Op, addr: Addr, imm: u8) {
        let b = self.b.i32(imm.into());
        let rmw = match op {
            Op::And => RmwOp::And,
            Op::Or => RmwOp::Or,
            _ => RmwOp::Xor,
        };
        let old = self.update_bytes(Type::I32, 1, rmw, addr, b);
        let v = self.connect(op, Type::I32, old, b);
        self.set_cc(Cc::Zero(Type::I32, v));
    }

    fn insert_character(&mut self, r1: u8, (b2, x2, d2): (u8, u8, i32)) {
        let addr = self.addr(b2, x2, d2);
        let byte = self.load(Type::I32, 1, addr);
        let lo = self.r(LO, r1);
        let v = self.b.deposit(Type::I32, lo, byte, 0, 8);
        self.set(LO, r1, v);
    }

    /// INSERT CHARACTERS UNDER MASK: the condition code is the sign of the inserted bytes.
    fn insert_under_mask(&mut self, w: W, r1: u8, m3: u8, (b2, d2): (u8, i32)) {
        let addr = self.addr_b(b2, d2);
        if m3 == 0 {
            // Access exceptions are recognized for one byte.
            self.load(Type::I32, 1, addr);
            return self.set_cc(Cc::Const(0));
        }
        if let Some((shift, bytes)) = adjacent(m3) {
            let v = self.load(Type::I32, bytes, addr);
            let old = self.r(w, r1);
            let new = match bytes {
                4 => v,
                _ => self.b.deposit(Type::I32, old, v, shift as u8, bytes * 8),
            };
            self.set(w, r1, new);
            let top = self.b.shl_imm(Type::I32, v, 32 - u32::from(bytes) * 8);
            return self.set_cc(Cc::Sign(Type::I32, top));
        }
        let mut new = self.r(w, r1);
        let mut inserted = self.b.i32(0);
        let selected = (0..4u8).filter(|i| m3 >> (3 - i) & 1 != 0);
        for (at, i) in selected.enumerate() {
            let byte = self.load(Type::I32, 1, addr.plus(at as i32));
            new = self.b.deposit(Type::I32, new, byte, 24 - 8 * i, 8);
            inserted = self.b.deposit(Type::I32, inserted, byte, 24 - 8 * at as u8, 8);
        }
        self.set(w, r1, new);
        self.set_cc(Cc::Sign(Type::I32, inserted));
    }

    fn insert_imm(&mut self, w: W, r1: u8, imm: u32, pos: u8, len: u8) {
        let imm = self.b.i32(imm);
        let v = if len == 32 {
            imm
        } else {
            let old = self.r(w, r1);
            self.b.deposit(Type::I32, old, imm, pos, len)
        };
        self.set(w, r1, v);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        nr: Rr = self.logic2(Op::And, LO, f.r1, f.r2);
        ngr: Rre = self.logic2(Op::And, FULL, f.r1, f.r2);
        nrk: RrfAx = self.logic3(Op::And, LO, f);
        ngrk: RrfAx = self.logic3(Op::And, FULL, f);
        n: RxA = self.logic_mem(Op::And, LO, f.r1, (f.b2, f.x2, f.d2));
        ny: RxyA = self.logic_mem(Op::And, LO, f.r1, (f.b2, f.x2, f.d2));
        ng: RxyA = self.logic_mem(Op::And, FULL, f.r1, (f.b2, f.x2, f.d2));
        ni: Si = { let addr = self.addr_b(f.b1, f.d1); self.logic_storage(Op::And, addr, f.i2) };
        niy: Siyu = { let addr = self.addr_b(f.b1, f.d1); self.logic_storage(Op::And, addr, f.i2) };
        or: Rr = self.logic2(Op::Or, LO, f.r1, f.r2);
        ogr: Rre = self.logic2(Op::Or, FULL, f.r1, f.r2);
        ork: RrfAx = self.logic3(Op::Or, LO, f);
        ogrk: RrfAx = self.logic3(Op::Or, FULL, f);
        o: RxA = self.logic_mem(Op::Or, LO, f.r1, (f.b2, f.x2, f.d2));
        oy: RxyA = self.logic_mem(Op::Or, LO, f.r1, (f.b2, f.x2, f.d2));
        og: RxyA = self.logic_mem(Op::Or, FULL, f.r1, (f.b2, f.x2, f.d2));
        oi: Si = { let addr = self.addr_b(f.b1, f.d1); self.logic_storage(Op::Or, addr, f.i2) };
        oiy: Siyu = { let addr = self.addr_b(f.b1, f.d1); self.logic_storage(Op::Or, addr, f.i2) };
        xr: Rr = self.logic2(Op::Xor, LO, f.r1, f.r2);
        xgr: Rre = self.logic2(Op::Xor, FULL, f.r1, f.r2);
        xrk: RrfAx = self.logic3(Op::Xor, LO, f);
        xgrk: RrfAx = self.logic3(Op::Xor, FULL, f);
        x: RxA = self.logic_mem(Op::Xor, LO, f.r1, (f.b2, f.x2, f.d2));
        xy: RxyA = self.logic_mem(Op::Xor, LO, f.r1, (f.b2, f.x2, f.d2));
        xg: RxyA = self.logic_mem(Op::Xor, FULL, f.r1, (f.b2, f.x2, f.d2));
        xi: Si = { let addr = self.addr_b(f.b1, f.d1); self.logic_storage(Op::Xor, addr, f.i2) };
        xiy: Siyu = { let addr = self.addr_b(f.b1, f.d1); self.logic_storage(Op::Xor, addr, f.i2) };
        nihh: RiAu = self.logic_imm(Op::And, HI, f.r1, f.i2.into(), 16, 16);
        nihl: RiAu = self.logic_imm(Op::And, HI, f.r1, f.i2.into(), 0, 16);
        nihf: RilAu = self.logic_imm(Op::And, HI, f.r1, f.i2, 0, 32);
        nilh: RiAu = self.logic_imm(Op::And, LO, f.r1, f.i2.into(), 16, 16);
        nill: RiAu = self.logic_imm(Op::And, LO, f.r1, f.i2.into(), 0, 16);
        nilf: RilAu = self.logic_imm(Op::And, LO, f.r1, f.i2, 0, 32);
        oihh: RiAu = self.logic_imm(Op::Or, HI, f.r1, f.i2.into(), 16, 16);
        oihl: RiAu = self.logic_imm(Op::Or, HI, f.r1, f.i2.into(), 0, 16);
        oihf: RilAu = self.logic_imm(Op::Or, HI, f.r1, f.i2, 0, 32);
        oilh: RiAu = self.logic_imm(Op::Or, LO, f.r1, f.i2.into(), 16, 16);
        oill: RiAu = self.logic_imm(Op::Or, LO, f.r1, f.i2.into(), 0, 16);
        oilf: RilAu = self.logic_imm(Op::Or, LO, f.r1, f.i2, 0, 32);
        xihf: RilAu = self.logic_imm(Op::Xor, HI, f.r1, f.i2, 0, 32);
        xilf: RilAu = self.logic_imm(Op::Xor, LO, f.r1, f.i2, 0, 32);
        ncrk: RrfAx = self.logic3(Op::AndNot, LO, f);
        ncgrk: RrfAx = self.logic3(Op::AndNot, FULL, f);
        nnrk: RrfAx = self.logic3(Op::Nand, LO, f);
        nngrk: RrfAx = self.logic3(Op::Nand, FULL, f);
        nork: RrfAx = self.logic3(Op::Nor, LO, f);
        nogrk: RrfAx = self.logic3(Op::Nor, FULL, f);
        nxrk: RrfAx = self.logic3(Op::Nxor, LO, f);
        nxgrk: RrfAx = self.logic3(Op::Nxor, FULL, f);
        ocrk: RrfAx = self.logic3(Op::OrNot, LO, f);
        ocgrk: RrfAx = self.logic3(Op::OrNot, FULL, f);
        ic: RxA = self.insert_character(f.r1, (f.b2, f.x2, f.d2));
        icy: RxyA = self.insert_character(f.r1, (f.b2, f.x2, f.d2));
        icm: RsB = self.insert_under_mask(LO, f.r1, f.m3, (f.b2, f.d2));
        icmy: RsyB = self.insert_under_mask(LO, f.r1, f.m3, (f.b2, f.d2));
        icmh: RsyB = self.insert_under_mask(HI, f.r1, f.m3, (f.b2, f.d2));
        iihh: RiAu = self.insert_imm(HI, f.r1, f.i2.into(), 16, 16);
        iihl: RiAu = self.insert_imm(HI, f.r1, f.i2.into(), 0, 16);
        iilh: RiAu = self.insert_imm(LO, f.r1, f.i2.into(), 16, 16);
        iill: RiAu = self.insert_imm(LO, f.r1, f.i2.into(), 0, 16);
        iihf: RilAu = self.insert_imm(HI, f.r1, f.i2, 0, 32);
        iilf: RilAu = self.insert_imm(LO, f.r1, f.i2, 0, 32);
    }
}
