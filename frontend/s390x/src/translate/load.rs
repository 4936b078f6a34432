//! Group `load`: loads into general registers.
//!
//! PoP SA22-7832, chapter 7.

use super::cc::Cc;
use super::{SPECIFICATION, Translator, W, rows};
use crate::state::CpuState;
use crate::trap::{Trap, dxc};
use frontend_common::Tests;
use isa::s390x::load::Translate;
use std::mem::offset_of;
use tcg_ir::builder::Addr;
use tcg_ir::{Cond, Endian, MemOp, Sign, Type, Val};

const S: Sign = Sign::Signed;
const U: Sign = Sign::Unsigned;
const LO: W = W::Lo;
const FULL: W = W::Full;
const HI: W = W::Hi;

impl Translator<'_> {
    /// `r1` = storage, extended.
    fn ld(&mut self, w: W, r1: u8, bytes: u8, sign: Sign, addr: Addr) {
        let v = self.load_as(w.ty(), bytes, sign, addr);
        self.set(w, r1, v);
    }

    fn ld_x(&mut self, w: W, r1: u8, bytes: u8, sign: Sign, (b2, x2, d2): (u8, u8, i32)) {
        let addr = self.addr(b2, x2, d2);
        self.ld(w, r1, bytes, sign, addr);
    }

    fn ld_rel(&mut self, w: W, r1: u8, bytes: u8, sign: Sign, offset: i64) {
        if let Some(addr) = self.relative_storage(offset, bytes, bytes >= 4) {
            self.ld(w, r1, bytes, sign, addr);
        }
    }

    /// Storage at a relative address. Operands of words and doublewords must be aligned.
    pub(crate) fn relative_storage(
        &mut self,
        offset: i64,
        bytes: u8,
        aligned: bool,
    ) -> Option<Addr> {
        let at = self.relative(offset);
        if aligned && !at.is_multiple_of(bytes.into()) {
            self.specification();
            return None;
        }
        Some(self.addr_const(at))
    }

    /// `r1` = bits of `r2`, extended.
    fn extend_low(&mut self, w: W, r1: u8, r2: u8, bits: u8, sign: Sign) {
        let lo = self.r(LO, r2);
        let v = self.b.extract(Type::I32, sign, lo, 0, bits);
        let v = if w == FULL { self.b.extend(sign, v) } else { v };
        self.set(w, r1, v);
    }

    fn load_const(&mut self, w: W, r1: u8, value: i64) {
        let v = self.imm(w, value);
        self.set(w, r1, v);
    }

    /// LOAD ADDRESS: in the right half alone in 24- and 31-bit mode.
    fn load_address(&mut self, r1: u8, b2: u8, x2: u8, d2: i32) {
        let at = self.ea(b2, x2, d2);
        self.put_addr(r1, at);
    }

    /// LOAD ADDRESS EXTENDED sets the access register as well: from the base's, in access-register mode. Linux runs
    /// programs in primary-space mode, where it becomes zero.
    fn load_address_extended(&mut self, r1: u8, b2: u8, x2: u8, d2: i32) {
        self.load_address(r1, b2, x2, d2);
        let zero = self.b.i32(0);
        self.b.st_state(Type::I32, ar_offset(r1), zero);
    }

    /// The data exception of compare-and-trap, if the loaded value is zero.
    fn trap_zero(&mut self, w: W, v: Val) {
        let zero = self.imm(w, 0);
        self.trap_if(w.ty(), Cond::Eq, v, zero, Trap::data(dxc::COMPARE_AND_TRAP));
    }

    /// LOAD AND TRAP: the register is loaded even if the trap is taken.
    fn load_and_trap(&mut self, w: W, r1: u8, v: Val) {
        self.set(w, r1, v);
        self.trap_zero(w, v);
    }

    fn ld_trap(&mut self, w: W, r1: u8, bytes: u8, (b2, x2, d2): (u8, u8, i32)) {
        let addr = self.addr(b2, x2, d2);
        let v = self.load(w.ty(), bytes, addr);
        self.load_and_trap(w, r1, v);
    }

    fn ld_zero_byte(&mut self, w: W, r1: u8, bytes: u8, (b2, x2, d2): (u8, u8, i32)) {
        let addr = self.addr(b2, x2, d2);
        let v = self.load(w.ty(), bytes, addr);
        let v = self.b.and_imm(w.ty(), v, !0xff);
        self.set(w, r1, v);
    }

    /// 31 bits of a word, zero-extended.
    fn thirty_one(&mut self, r1: u8, lo: Val) -> Val {
        let lo = self.b.and_imm(Type::I32, lo, 0x7fff_ffff);
        let v = self.b.extend(U, lo);
        self.set(FULL, r1, v);
        v
    }

    fn ld_reversed(&mut self, w: W, r1: u8, bytes: u8, (b2, x2, d2): (u8, u8, i32)) {
        let addr = self.addr(b2, x2, d2);
        let v = self.b.ld(w.ty(), MemOp::new(bytes, Endian::Little), addr);
        if bytes == 2 {
            let lo = self.r(LO, r1);
            let v = self.b.deposit(Type::I32, lo, v, 0, 16);
            return self.set(LO, r1, v);
        }
        self.set(w, r1, v);
    }

    // --- on condition ------------------------------------------------------------------------

    fn set_on_condition(&mut self, w: W, r1: u8, tests: Tests, v: Val) {
        let old = self.r(w, r1);
        let v = tests.select(self.b, v, old);
        self.set(w, r1, v);
    }

    fn move_on_condition(&mut self, w: W, r1: u8, r2: u8, m3: u8) {
        let tests = self.tests(m3);
        let v = self.r(w, r2);
        self.set_on_condition(w, r1, tests, v);
    }

    fn imm_on_condition(&mut self, w: W, r1: u8, i2: i16, m3: u8) {
        let tests = self.tests(m3);
        let v = self.imm(w, i2.into());
        self.set_on_condition(w, r1, tests, v);
    }

    fn select_on_condition(&mut self, w: W, f: isa::s390x::RrfA) {
        let tests = self.tests(f.m4);
        let (a, b) = (self.r(w, f.r2), self.r(w, f.r3));
        let v = tests.select(self.b, a, b);
        self.set(w, f.r1, v);
    }

    /// The operand is not accessed unless the condition holds: the rest of the instruction is skipped.
    fn ld_on_condition(&mut self, w: W, f: isa::s390x::RsyBm) {
        let tests = self.tests(f.m3);
        self.skip_if(tests.invert());
        if !self.ended {
            self.ld_x(w, f.r1, w.bytes(), U, (f.b2, 0, f.d2));
        }
    }

    // --- multiple ----------------------------------------------------------------------------

    /// Loads all, then sets all: a fault leaves the registers as they were.
    fn ld_multiple(&mut self, w: W, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        let addr = self.addr_b(b2, d2);
        let mut values = [Val::NONE; 16];
        let count = usize::from(r3.wrapping_sub(r1) & 15) + 1;
        for (i, v) in values[..count].iter_mut().enumerate() {
            *v = self.load(w.ty(), w.bytes(), addr.plus(i as i32 * i32::from(w.bytes())));
        }
        for (i, v) in values[..count].iter().enumerate() {
            self.set(w, (r1 + i as u8) & 15, *v);
        }
    }

    /// LOAD MULTIPLE DISJOINT: left halves from the second operand, right halves from the fourth.
    fn ld_disjoint(&mut self, f: isa::s390x::SsEm) {
        let (high, low) = (self.addr_b(f.b2, f.d2), self.addr_b(f.b4, f.d4));
        let mut values = [(Val::NONE, Val::NONE); 16];
        let count = usize::from(f.r3.wrapping_sub(f.r1) & 15) + 1;
        for (i, v) in values[..count].iter_mut().enumerate() {
            let at = i as i32 * 4;
            *v = (self.load(Type::I32, 4, high.plus(at)), self.load(Type::I32, 4, low.plus(at)));
        }
        for (i, (high, low)) in values[..count].iter().enumerate() {
            let v = self.b.concat(*low, *high);
            self.set(FULL, (f.r1 + i as u8) & 15, v);
        }
    }

    /// LOAD COUNT TO BLOCK BOUNDARY: bytes up to the boundary, 16 at most.
    fn count_to_boundary(&mut self, f: isa::s390x::RxeM) {
        if f.m3 > 6 {
            return self.trap(SPECIFICATION);
        }
        let at = self.ea(f.b2, f.x2, f.d2);
        let block = 64u64 << f.m3;
        let offset = self.b.and_imm(Type::I64, at, block - 1);
        let whole = self.b.i64(block);
        let left = self.b.sub(Type::I64, whole, offset);
        let sixteen = self.b.i64(16);
        let count = self.b.select(Type::I64, Cond::LtU, (left, sixteen), left, sixteen);
        let count = self.b.trunc(count);
        self.set(LO, f.r1, count);
        let (zero, three) = (self.b.i32(0), self.b.i32(3));
        let cc = self.b.select(Type::I64, Cond::LtU, (left, sixteen), three, zero);
        self.set_cc(Cc::Value(cc));
    }
}

/// Offset of access register `r` in the CPU state.
pub(super) fn ar_offset(r: u8) -> u32 {
    offset_of!(CpuState, ar) as u32 + 4 * u32::from(r & 15)
}

impl Translate for Translator<'_> {
    rows! { self, f;
        lr: Rr = { let v = self.r(LO, f.r2); self.set(LO, f.r1, v) };
        lgr: Rre = { let v = self.r(FULL, f.r2); self.set(FULL, f.r1, v) };
        lgfr: Rre = { let v = self.lo64(S, f.r2); self.set(FULL, f.r1, v) };
        l: RxA = self.ld_x(LO, f.r1, 4, U, (f.b2, f.x2, f.d2));
        ly: RxyA = self.ld_x(LO, f.r1, 4, U, (f.b2, f.x2, f.d2));
        lg: RxyA = self.ld_x(FULL, f.r1, 8, U, (f.b2, f.x2, f.d2));
        lgf: RxyA = self.ld_x(FULL, f.r1, 4, S, (f.b2, f.x2, f.d2));
        lgfi: RilA = self.load_const(FULL, f.r1, f.i2.into());
        lrl: RilB = self.ld_rel(LO, f.r1, 4, U, f.ri2);
        lgrl: RilB = self.ld_rel(FULL, f.r1, 8, U, f.ri2);
        lgfrl: RilB = self.ld_rel(FULL, f.r1, 4, S, f.ri2);
        la: RxA = self.load_address(f.r1, f.b2, f.x2, f.d2);
        lay: RxyA = self.load_address(f.r1, f.b2, f.x2, f.d2);
        lae: RxA = self.load_address_extended(f.r1, f.b2, f.x2, f.d2);
        laey: RxyA = self.load_address_extended(f.r1, f.b2, f.x2, f.d2);
        larl: RilB = { let at = self.relative(f.ri2); let at = self.b.i64(at); self.put_addr(f.r1, at) };
        lat: RxyA = self.ld_trap(LO, f.r1, 4, (f.b2, f.x2, f.d2));
        lgat: RxyA = self.ld_trap(FULL, f.r1, 8, (f.b2, f.x2, f.d2));
        lzrf: RxyA = self.ld_zero_byte(LO, f.r1, 4, (f.b2, f.x2, f.d2));
        lzrg: RxyA = self.ld_zero_byte(FULL, f.r1, 8, (f.b2, f.x2, f.d2));
        lbr: Rre = self.extend_low(LO, f.r1, f.r2, 8, S);
        lgbr: Rre = self.extend_low(FULL, f.r1, f.r2, 8, S);
        lb: RxyA = self.ld_x(LO, f.r1, 1, S, (f.b2, f.x2, f.d2));
        lgb: RxyA = self.ld_x(FULL, f.r1, 1, S, (f.b2, f.x2, f.d2));
        lbh: RxyA = self.ld_x(HI, f.r1, 1, S, (f.b2, f.x2, f.d2));
        lhr: Rre = self.extend_low(LO, f.r1, f.r2, 16, S);
        lghr: Rre = self.extend_low(FULL, f.r1, f.r2, 16, S);
        lh: RxA = self.ld_x(LO, f.r1, 2, S, (f.b2, f.x2, f.d2));
        lhy: RxyA = self.ld_x(LO, f.r1, 2, S, (f.b2, f.x2, f.d2));
        lgh: RxyA = self.ld_x(FULL, f.r1, 2, S, (f.b2, f.x2, f.d2));
        lhi: RiA = self.load_const(LO, f.r1, f.i2.into());
        lghi: RiA = self.load_const(FULL, f.r1, f.i2.into());
        lhrl: RilB = self.ld_rel(LO, f.r1, 2, S, f.ri2);
        lghrl: RilB = self.ld_rel(FULL, f.r1, 2, S, f.ri2);
        lhh: RxyA = self.ld_x(HI, f.r1, 2, S, (f.b2, f.x2, f.d2));
        lfh: RxyA = self.ld_x(HI, f.r1, 4, U, (f.b2, f.x2, f.d2));
        lfhat: RxyA = self.ld_trap(HI, f.r1, 4, (f.b2, f.x2, f.d2));
        llgfr: Rre = { let v = self.lo64(U, f.r2); self.set(FULL, f.r1, v) };
        llgf: RxyA = self.ld_x(FULL, f.r1, 4, U, (f.b2, f.x2, f.d2));
        llgfrl: RilB = self.ld_rel(FULL, f.r1, 4, U, f.ri2);
        llgfat: RxyA = self.ld_trap(FULL, f.r1, 4, (f.b2, f.x2, f.d2));
        llzrgf: RxyA = self.ld_zero_byte(FULL, f.r1, 4, (f.b2, f.x2, f.d2));
        llcr: Rre = self.extend_low(LO, f.r1, f.r2, 8, U);
        llgcr: Rre = self.extend_low(FULL, f.r1, f.r2, 8, U);
        llc: RxyA = self.ld_x(LO, f.r1, 1, U, (f.b2, f.x2, f.d2));
        llgc: RxyA = self.ld_x(FULL, f.r1, 1, U, (f.b2, f.x2, f.d2));
        llch: RxyA = self.ld_x(HI, f.r1, 1, U, (f.b2, f.x2, f.d2));
        llhr: Rre = self.extend_low(LO, f.r1, f.r2, 16, U);
        llghr: Rre = self.extend_low(FULL, f.r1, f.r2, 16, U);
        llh: RxyA = self.ld_x(LO, f.r1, 2, U, (f.b2, f.x2, f.d2));
        llgh: RxyA = self.ld_x(FULL, f.r1, 2, U, (f.b2, f.x2, f.d2));
        llhh: RxyA = self.ld_x(HI, f.r1, 2, U, (f.b2, f.x2, f.d2));
        llhrl: RilB = self.ld_rel(LO, f.r1, 2, U, f.ri2);
        llghrl: RilB = self.ld_rel(FULL, f.r1, 2, U, f.ri2);
        llihh: RiAu = self.load_const(FULL, f.r1, i64::from(f.i2) << 48);
        llihl: RiAu = self.load_const(FULL, f.r1, i64::from(f.i2) << 32);
        llilh: RiAu = self.load_const(FULL, f.r1, i64::from(f.i2) << 16);
        llill: RiAu = self.load_const(FULL, f.r1, f.i2.into());
        llihf: RilAu = self.load_const(FULL, f.r1, i64::from(f.i2) << 32);
        llilf: RilAu = self.load_const(FULL, f.r1, f.i2.into());
        llgtr: Rre = { let lo = self.r(LO, f.r2); self.thirty_one(f.r1, lo); };
        llgt: RxyA = { let addr = self.addr(f.b2, f.x2, f.d2); let lo = self.load(Type::I32, 4, addr); self.thirty_one(f.r1, lo); };
        llgtat: RxyA = { let addr = self.addr(f.b2, f.x2, f.d2); let lo = self.load(Type::I32, 4, addr); let v = self.thirty_one(f.r1, lo); self.trap_zero(FULL, v) };
        lrvr: Rre = { let v = self.r(LO, f.r2); let v = self.b.bswap(Type::I32, v); self.set(LO, f.r1, v) };
        lrvgr: Rre = { let v = self.r(FULL, f.r2); let v = self.b.bswap(Type::I64, v); self.set(FULL, f.r1, v) };
        lrvh: RxyA = self.ld_reversed(LO, f.r1, 2, (f.b2, f.x2, f.d2));
        lrv: RxyA = self.ld_reversed(LO, f.r1, 4, (f.b2, f.x2, f.d2));
        lrvg: RxyA = self.ld_reversed(FULL, f.r1, 8, (f.b2, f.x2, f.d2));
        lcbb: RxeM = self.count_to_boundary(f);
        lm: RsA = self.ld_multiple(LO, f.r1, f.r3, (f.b2, f.d2));
        lmy: RsyA = self.ld_multiple(LO, f.r1, f.r3, (f.b2, f.d2));
        lmg: RsyA = self.ld_multiple(FULL, f.r1, f.r3, (f.b2, f.d2));
        lmd: SsEm = self.ld_disjoint(f);
        lmh: RsyA = self.ld_multiple(HI, f.r1, f.r3, (f.b2, f.d2));
        locr: RrfC = self.move_on_condition(LO, f.r1, f.r2, f.m3);
        locgr: RrfC = self.move_on_condition(FULL, f.r1, f.r2, f.m3);
        loc: RsyBm = self.ld_on_condition(LO, f);
        locg: RsyBm = self.ld_on_condition(FULL, f);
        lochi: RieG = self.imm_on_condition(LO, f.r1, f.i2, f.m3);
        locghi: RieG = self.imm_on_condition(FULL, f.r1, f.i2, f.m3);
        lochhi: RieG = self.imm_on_condition(HI, f.r1, f.i2, f.m3);
        locfhr: RrfC = self.move_on_condition(HI, f.r1, f.r2, f.m3);
        locfh: RsyBm = self.ld_on_condition(HI, f);
        selr: RrfA = self.select_on_condition(LO, f);
        selgr: RrfA = self.select_on_condition(FULL, f);
        selfhr: RrfA = self.select_on_condition(HI, f);
        lgg: RxyA = self.load_guarded(f);
        llgfsg: RxyA = self.load_shift_guarded(f);
    }
}
