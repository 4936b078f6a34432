//! Group `atomic`: interlocked updates.
//!
//! While other threads can see storage (`options.parallel`) these are atomic ops of the host; else plain loads and stores.
//!
//! PoP SA22-7832, chapter 7, and chapter 5, "Storage-Operand Consistency".

use super::addr::be;
use super::cc::Cc;
use super::{Translator, W, rows};
use crate::helpers::id;
use isa::s390x::atomic::Translate;
use tcg_ir::builder::Addr;
use tcg_ir::{Cond, RmwOp, Sign, Type, Val};

const LO: W = W::Lo;
const FULL: W = W::Full;

impl Translator<'_> {
    /// Replaces storage by `op` of it and `v`; what was there before.
    pub(crate) fn update(&mut self, w: W, op: RmwOp, addr: Addr, v: Val) -> Val {
        self.update_bytes(w.ty(), w.bytes(), op, addr, v)
    }

    /// The same for `bytes` bytes.
    pub(crate) fn update_bytes(
        &mut self,
        ty: Type,
        bytes: u8,
        op: RmwOp,
        addr: Addr,
        v: Val,
    ) -> Val {
        if self.options.parallel {
            let base = self.sum(addr);
            return self.b.rmw(op, be(bytes), base, 0, v);
        }
        let old = self.load(ty, bytes, addr);
        let new = match op {
            RmwOp::Add => self.b.add(ty, old, v),
            RmwOp::And => self.b.and(ty, old, v),
            RmwOp::Or => self.b.or(ty, old, v),
            RmwOp::Xor => self.b.xor(ty, old, v),
            RmwOp::Xchg => v,
        };
        self.store(bytes, addr, new);
        old
    }

    /// COMPARE AND SWAP of a register: the first operand becomes what was in storage.
    fn compare_and_swap(&mut self, w: W, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        let (ty, bytes) = (w.ty(), w.bytes());
        let at = self.ea(b2, 0, d2);
        self.align(at, bytes.into());
        let (expected, new) = (self.r(w, r1), self.r(w, r3));
        let old = self.swap(ty, bytes, at, expected, new);
        self.set(w, r1, old);
        self.set_cc(Cc::Ne(ty, old, expected));
    }

    fn swap(&mut self, ty: Type, bytes: u8, at: Val, expected: Val, new: Val) -> Val {
        if self.options.parallel {
            return self.b.cas(be(bytes), at, 0, expected, new);
        }
        // Storage is written in either case: with what was there if they differ.
        let old = self.load(ty, bytes, Addr::base(at));
        let v = self.b.select(ty, Cond::Eq, (old, expected), new, old);
        self.store(bytes, Addr::base(at), v);
        old
    }

    /// COMPARE DOUBLE AND SWAP of two words.
    fn compare_double_32(&mut self, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        if self.odd(&[r1, r3]) {
            return;
        }
        let at = self.ea(b2, 0, d2);
        self.align(at, 8);
        let (hi, lo) = (self.r(LO, r1), self.r(LO, r1 + 1));
        let expected = self.b.concat(lo, hi);
        let (hi, lo) = (self.r(LO, r3), self.r(LO, r3 + 1));
        let new = self.b.concat(lo, hi);
        let old = self.swap(Type::I64, 8, at, expected, new);
        let (hi, lo) = (self.b.hi32(old), self.b.trunc(old));
        self.set(LO, r1, hi);
        self.set(LO, r1 + 1, lo);
        self.set_cc(Cc::Ne(Type::I64, old, expected));
    }

    /// COMPARE DOUBLE AND SWAP of two doublewords.
    fn compare_double_64(&mut self, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        if self.odd(&[r1, r3]) {
            return;
        }
        let at = self.ea(b2, 0, d2);
        self.align(at, 16);
        let expected = (self.r(FULL, r1 + 1), self.r(FULL, r1));
        let new = (self.r(FULL, r3 + 1), self.r(FULL, r3));
        let old = self.b.cas128(be(16), at, 0, expected, new);
        self.set(FULL, r1, old.1);
        self.set(FULL, r1 + 1, old.0);
        let low = self.b.xor(Type::I64, old.0, expected.0);
        let high = self.b.xor(Type::I64, old.1, expected.1);
        let difference = self.b.or(Type::I64, low, high);
        self.set_cc(Cc::Zero(Type::I64, difference));
    }

    /// LOAD AND …: storage is updated with the third operand, the first becomes what was there.
    fn load_and(&mut self, op: RmwOp, w: W, f: isa::s390x::RsyA) -> (Val, Val) {
        let at = self.ea(f.b2, 0, f.d2);
        self.align(at, w.bytes().into());
        let v = self.r(w, f.r3);
        let old = self.update(w, op, Addr::base(at), v);
        self.set(w, f.r1, old);
        (old, v)
    }

    fn load_and_add(&mut self, w: W, sign: Sign, f: isa::s390x::RsyA) {
        let (old, v) = self.load_and(RmwOp::Add, w, f);
        let sum = self.b.add(w.ty(), old, v);
        self.sum_cc(w.ty(), sign, old, v, sum);
    }

    fn load_and_logic(&mut self, op: RmwOp, w: W, f: isa::s390x::RsyA) {
        let (old, v) = self.load_and(op, w, f);
        let result = match op {
            RmwOp::And => self.b.and(w.ty(), old, v),
            RmwOp::Or => self.b.or(w.ty(), old, v),
            _ => self.b.xor(w.ty(), old, v),
        };
        self.set_cc(Cc::Zero(w.ty(), result));
    }

    /// LOAD PAIR DISJOINT: condition code 0 says that both operands were fetched as if at once, 3 that they were not.
    ///
    /// With other threads about, both are fetched again; where neither has changed, the first fetches stand as one.
    fn load_pair_disjoint(&mut self, w: W, f: isa::s390x::Ssf) {
        if self.odd(&[f.r3]) {
            return;
        }
        let (ty, bytes) = (w.ty(), w.bytes());
        let (a, b) = (self.ea(f.b1, 0, f.d1), self.ea(f.b2, 0, f.d2));
        self.align(a, bytes.into());
        self.align(b, bytes.into());
        let first = self.load(ty, bytes, Addr::base(a));
        let second = self.load(ty, bytes, Addr::base(b));
        let cc = self.options.parallel.then(|| {
            let again = self.load(ty, bytes, Addr::base(a));
            let changed_first = self.b.xor(ty, first, again);
            let again = self.load(ty, bytes, Addr::base(b));
            let changed_second = self.b.xor(ty, second, again);
            let changed = self.b.or(ty, changed_first, changed_second);
            let (zero, none, three) = (self.imm(w, 0), self.b.i32(0), self.b.i32(3));
            self.b.select(ty, Cond::Ne, (changed, zero), three, none)
        });
        self.set(w, f.r3, first);
        self.set(w, f.r3 + 1, second);
        self.set_cc(cc.map_or(Cc::Const(0), Cc::Value));
    }

    fn load_quad(&mut self, f: isa::s390x::RxyA) {
        if self.odd(&[f.r1]) {
            return;
        }
        let at = self.ea(f.b2, f.x2, f.d2);
        self.align(at, 16);
        let (lo, hi) = self.b.ld128(be(16), at, 0);
        self.set(FULL, f.r1, hi);
        self.set(FULL, f.r1 + 1, lo);
    }

    fn store_quad(&mut self, f: isa::s390x::RxyA) {
        if self.odd(&[f.r1]) {
            return;
        }
        let at = self.ea(f.b2, f.x2, f.d2);
        self.align(at, 16);
        let v = (self.r(FULL, f.r1 + 1), self.r(FULL, f.r1));
        self.b.st128(be(16), at, 0, v);
    }

    /// TEST AND SET: the leftmost bit of a byte, which becomes all ones.
    fn test_and_set(&mut self, b2: u8, d2: i32) {
        let addr = self.addr_b(b2, d2);
        let ones = self.b.i32(0xff);
        let old = self.update_bytes(Type::I32, 1, RmwOp::Xchg, addr, ones);
        let cc = self.b.extract(Type::I32, Sign::Unsigned, old, 7, 1);
        self.set_cc(Cc::Value(cc));
    }

    /// COMPARE AND SWAP AND STORE, out of line.
    fn compare_swap_store(&mut self, f: isa::s390x::SsfX) {
        let (a, b) = (self.ea(f.b1, 0, f.d1), self.ea(f.b2, 0, f.d2));
        let r3 = self.b.i32(f.r3.into());
        let cc = self.b.call(id::CSST, &[a, b, r3]);
        self.set_cc_result(cc);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        cs: RsA = self.compare_and_swap(LO, f.r1, f.r3, (f.b2, f.d2));
        csy: RsyA = self.compare_and_swap(LO, f.r1, f.r3, (f.b2, f.d2));
        csg: RsyA = self.compare_and_swap(FULL, f.r1, f.r3, (f.b2, f.d2));
        cds: RsA = self.compare_double_32(f.r1, f.r3, (f.b2, f.d2));
        cdsy: RsyA = self.compare_double_32(f.r1, f.r3, (f.b2, f.d2));
        cdsg: RsyA = self.compare_double_64(f.r1, f.r3, (f.b2, f.d2));
        csst: SsfX = self.compare_swap_store(f);
        laa: RsyA = self.load_and_add(LO, Sign::Signed, f);
        laag: RsyA = self.load_and_add(FULL, Sign::Signed, f);
        laal: RsyA = self.load_and_add(LO, Sign::Unsigned, f);
        laalg: RsyA = self.load_and_add(FULL, Sign::Unsigned, f);
        lan: RsyA = self.load_and_logic(RmwOp::And, LO, f);
        lang: RsyA = self.load_and_logic(RmwOp::And, FULL, f);
        lax: RsyA = self.load_and_logic(RmwOp::Xor, LO, f);
        laxg: RsyA = self.load_and_logic(RmwOp::Xor, FULL, f);
        lao: RsyA = self.load_and_logic(RmwOp::Or, LO, f);
        laog: RsyA = self.load_and_logic(RmwOp::Or, FULL, f);
        lpd: Ssf = self.load_pair_disjoint(LO, f);
        lpdg: Ssf = self.load_pair_disjoint(FULL, f);
        lpq: RxyA = self.load_quad(f);
        stpq: RxyA = self.store_quad(f);
        ts: S8 = self.test_and_set(f.b2, f.d2);
    }
}
