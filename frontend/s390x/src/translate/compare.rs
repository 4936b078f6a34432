//! Group `compare`: integer comparison, test, and compare-and-trap.
//!
//! PoP SA22-7832, chapter 7.

use super::cc::Cc;
use super::{Translator, W, rows};
use crate::trap::{Trap, dxc};
use frontend_common::{Test, Tests};
use isa::s390x::compare::Translate;
use tcg_ir::{Sign, Type, Val};

const S: Sign = Sign::Signed;
const U: Sign = Sign::Unsigned;
const LO: W = W::Lo;
const FULL: W = W::Full;
const HI: W = W::Hi;

impl Translator<'_> {
    fn cmp(&mut self, w: W, sign: Sign, r1: u8, b: Val) {
        let a = self.r(w, r1);
        self.set_cc(Cc::Cmp(w.ty(), sign, a, b));
    }

    /// With a register part: of width `w2` for the second operand.
    fn cmp_reg(&mut self, (w, w2): (W, W), sign: Sign, r1: u8, r2: u8) {
        let b = if (w, w2) == (FULL, LO) { self.lo64(sign, r2) } else { self.r(w2, r2) };
        self.cmp(w, sign, r1, b);
    }

    /// With storage of `bytes` bytes, extended as `extend` says.
    fn cmp_mem(
        &mut self,
        w: W,
        sign: Sign,
        r1: u8,
        (bytes, extend): (u8, Sign),
        (b2, x2, d2): (u8, u8, i32),
    ) {
        let addr = self.addr(b2, x2, d2);
        let b = self.load_as(w.ty(), bytes, extend, addr);
        self.cmp(w, sign, r1, b);
    }

    fn cmp_rel(&mut self, w: W, sign: Sign, r1: u8, (bytes, extend): (u8, Sign), offset: i64) {
        if let Some(addr) = self.relative_storage(offset, bytes, bytes >= 4) {
            let b = self.load_as(w.ty(), bytes, extend, addr);
            self.cmp(w, sign, r1, b);
        }
    }

    fn cmp_imm(&mut self, w: W, sign: Sign, r1: u8, value: i64) {
        let b = self.imm(w, value);
        self.cmp(w, sign, r1, b);
    }

    /// Storage of `bytes` bytes with an immediate.
    fn cmp_storage(&mut self, bytes: u8, sign: Sign, b1: u8, d1: i32, value: i64) {
        let addr = self.addr_b(b1, d1);
        let w = if bytes == 8 { FULL } else { LO };
        let a = self.load_as(w.ty(), bytes, sign, addr);
        let b = self.imm(w, value);
        self.set_cc(Cc::Cmp(w.ty(), sign, a, b));
    }

    /// COMPARE LOGICAL CHARACTERS UNDER MASK: the selected bytes, brought together, with adjacent storage.
    fn cmp_under_mask(&mut self, w: W, r1: u8, m3: u8, (b2, d2): (u8, i32)) {
        let addr = self.addr_b(b2, d2);
        if m3 == 0 {
            // Access exceptions are recognized for one byte.
            self.load(Type::I32, 1, addr);
            return self.set_cc(Cc::Const(0));
        }
        let v = self.r(w, r1);
        if let Some((shift, bytes)) = super::logic::adjacent(m3) {
            let b = self.load(Type::I32, bytes, addr);
            let a = self.b.extract(Type::I32, U, v, shift as u8, bytes * 8);
            return self.set_cc(Cc::Cmp(Type::I32, U, a, b));
        }
        let (mut a, mut b) = (self.b.i32(0), self.b.i32(0));
        let selected = (0..4u8).filter(|i| m3 >> (3 - i) & 1 != 0);
        for (at, i) in selected.enumerate() {
            let to = 24 - 8 * at as u8;
            let byte = self.b.extract(Type::I32, U, v, 24 - 8 * i, 8);
            a = self.b.deposit(Type::I32, a, byte, to, 8);
            let byte = self.load(Type::I32, 1, addr.plus(at as i32));
            b = self.b.deposit(Type::I32, b, byte, to, 8);
        }
        self.set_cc(Cc::Cmp(Type::I32, U, a, b));
    }

    fn test_storage(&mut self, b1: u8, d1: i32, mask: u8) {
        let addr = self.addr_b(b1, d1);
        let v = self.load(Type::I32, 1, addr);
        self.set_cc(Cc::Tm(Type::I32, v, mask.into()));
    }

    fn test_register(&mut self, w: W, r1: u8, mask: u64) {
        let v = self.r(w, r1);
        self.set_cc(Cc::TmReg(Type::I32, v, mask));
    }

    /// The data exception of compare-and-trap, if the comparison is in `mask` (8 equal, 4 low, 2 high).
    fn trap_on(&mut self, w: W, sign: Sign, a: Val, b: Val, mask: u8) {
        match Tests::relation(w.ty(), sign, a, b, mask >> 1) {
            Tests::One(Test::Int(ty, cond, a, b)) => self.trap_if(ty, cond, a, b, COMPARE_AND_TRAP),
            Tests::One(Test::Always) => self.trap(COMPARE_AND_TRAP),
            _ => {}
        }
    }

    fn trap_regs(&mut self, w: W, sign: Sign, f: isa::s390x::RrfC) {
        let (a, b) = (self.r(w, f.r1), self.r(w, f.r2));
        self.trap_on(w, sign, a, b, f.m3);
    }

    fn trap_imm(&mut self, w: W, sign: Sign, r1: u8, value: i64, m3: u8) {
        let (a, b) = (self.r(w, r1), self.imm(w, value));
        self.trap_on(w, sign, a, b, m3);
    }

    fn trap_mem(&mut self, w: W, f: isa::s390x::RsyB) {
        let addr = self.addr_b(f.b2, f.d2);
        let b = self.load(w.ty(), w.bytes(), addr);
        let a = self.r(w, f.r1);
        self.trap_on(w, U, a, b, f.m3);
    }
}

const COMPARE_AND_TRAP: Trap = Trap::data(dxc::COMPARE_AND_TRAP);

impl Translate for Translator<'_> {
    rows! { self, f;
        cr: Rr = self.cmp_reg((LO, LO), S, f.r1, f.r2);
        cgr: Rre = self.cmp_reg((FULL, FULL), S, f.r1, f.r2);
        cgfr: Rre = self.cmp_reg((FULL, LO), S, f.r1, f.r2);
        c: RxA = self.cmp_mem(LO, S, f.r1, (4, S), (f.b2, f.x2, f.d2));
        cy: RxyA = self.cmp_mem(LO, S, f.r1, (4, S), (f.b2, f.x2, f.d2));
        cg: RxyA = self.cmp_mem(FULL, S, f.r1, (8, S), (f.b2, f.x2, f.d2));
        cgf: RxyA = self.cmp_mem(FULL, S, f.r1, (4, S), (f.b2, f.x2, f.d2));
        cfi: RilA = self.cmp_imm(LO, S, f.r1, f.i2.into());
        cgfi: RilA = self.cmp_imm(FULL, S, f.r1, f.i2.into());
        crl: RilB = self.cmp_rel(LO, S, f.r1, (4, S), f.ri2);
        cgrl: RilB = self.cmp_rel(FULL, S, f.r1, (8, S), f.ri2);
        cgfrl: RilB = self.cmp_rel(FULL, S, f.r1, (4, S), f.ri2);
        ch: RxA = self.cmp_mem(LO, S, f.r1, (2, S), (f.b2, f.x2, f.d2));
        chy: RxyA = self.cmp_mem(LO, S, f.r1, (2, S), (f.b2, f.x2, f.d2));
        cgh: RxyA = self.cmp_mem(FULL, S, f.r1, (2, S), (f.b2, f.x2, f.d2));
        chi: RiA = self.cmp_imm(LO, S, f.r1, f.i2.into());
        cghi: RiA = self.cmp_imm(FULL, S, f.r1, f.i2.into());
        chhsi: Sil = self.cmp_storage(2, S, f.b1, f.d1, f.i2.into());
        chsi: Sil = self.cmp_storage(4, S, f.b1, f.d1, f.i2.into());
        cghsi: Sil = self.cmp_storage(8, S, f.b1, f.d1, f.i2.into());
        chrl: RilB = self.cmp_rel(LO, S, f.r1, (2, S), f.ri2);
        cghrl: RilB = self.cmp_rel(FULL, S, f.r1, (2, S), f.ri2);
        chhr: Rre = self.cmp_reg((HI, HI), S, f.r1, f.r2);
        chlr: Rre = self.cmp_reg((HI, LO), S, f.r1, f.r2);
        chf: RxyA = self.cmp_mem(HI, S, f.r1, (4, S), (f.b2, f.x2, f.d2));
        cih: RilA = self.cmp_imm(HI, S, f.r1, f.i2.into());
        clr: Rr = self.cmp_reg((LO, LO), U, f.r1, f.r2);
        clgr: Rre = self.cmp_reg((FULL, FULL), U, f.r1, f.r2);
        clgfr: Rre = self.cmp_reg((FULL, LO), U, f.r1, f.r2);
        cl: RxA = self.cmp_mem(LO, U, f.r1, (4, U), (f.b2, f.x2, f.d2));
        cly: RxyA = self.cmp_mem(LO, U, f.r1, (4, U), (f.b2, f.x2, f.d2));
        clg: RxyA = self.cmp_mem(FULL, U, f.r1, (8, U), (f.b2, f.x2, f.d2));
        clgf: RxyA = self.cmp_mem(FULL, U, f.r1, (4, U), (f.b2, f.x2, f.d2));
        cli: Si = self.cmp_storage(1, U, f.b1, f.d1, f.i2.into());
        cliy: Siyu = self.cmp_storage(1, U, f.b1, f.d1, f.i2.into());
        clfi: RilAu = self.cmp_imm(LO, U, f.r1, f.i2.into());
        clgfi: RilAu = self.cmp_imm(FULL, U, f.r1, f.i2.into());
        clhhsi: Silu = self.cmp_storage(2, U, f.b1, f.d1, f.i2.into());
        clfhsi: Silu = self.cmp_storage(4, U, f.b1, f.d1, f.i2.into());
        clghsi: Silu = self.cmp_storage(8, U, f.b1, f.d1, f.i2.into());
        clrl: RilB = self.cmp_rel(LO, U, f.r1, (4, U), f.ri2);
        clgrl: RilB = self.cmp_rel(FULL, U, f.r1, (8, U), f.ri2);
        clgfrl: RilB = self.cmp_rel(FULL, U, f.r1, (4, U), f.ri2);
        clhrl: RilB = self.cmp_rel(LO, U, f.r1, (2, U), f.ri2);
        clghrl: RilB = self.cmp_rel(FULL, U, f.r1, (2, U), f.ri2);
        clhhr: Rre = self.cmp_reg((HI, HI), U, f.r1, f.r2);
        clhlr: Rre = self.cmp_reg((HI, LO), U, f.r1, f.r2);
        clhf: RxyA = self.cmp_mem(HI, U, f.r1, (4, U), (f.b2, f.x2, f.d2));
        clih: RilAu = self.cmp_imm(HI, U, f.r1, f.i2.into());
        clm: RsB = self.cmp_under_mask(LO, f.r1, f.m3, (f.b2, f.d2));
        clmy: RsyB = self.cmp_under_mask(LO, f.r1, f.m3, (f.b2, f.d2));
        clmh: RsyB = self.cmp_under_mask(HI, f.r1, f.m3, (f.b2, f.d2));
        tm: Si = self.test_storage(f.b1, f.d1, f.i2);
        tmy: Siyu = self.test_storage(f.b1, f.d1, f.i2);
        tmhh: RiAu = self.test_register(HI, f.r1, u64::from(f.i2) << 16);
        tmhl: RiAu = self.test_register(HI, f.r1, f.i2.into());
        tmlh: RiAu = self.test_register(LO, f.r1, u64::from(f.i2) << 16);
        tmll: RiAu = self.test_register(LO, f.r1, f.i2.into());
        crt: RrfC = self.trap_regs(LO, S, f);
        cgrt: RrfC = self.trap_regs(FULL, S, f);
        cit: RieA = self.trap_imm(LO, S, f.r1, f.i2.into(), f.m3);
        cgit: RieA = self.trap_imm(FULL, S, f.r1, f.i2.into(), f.m3);
        clrt: RrfC = self.trap_regs(LO, U, f);
        clgrt: RrfC = self.trap_regs(FULL, U, f);
        clt: RsyB = self.trap_mem(LO, f);
        clgt: RsyB = self.trap_mem(FULL, f);
        clfit: RieAu = self.trap_imm(LO, U, f.r1, f.i2.into(), f.m3);
        clgit: RieAu = self.trap_imm(FULL, U, f.r1, f.i2.into(), f.m3);
    }
}
