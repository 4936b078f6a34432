//! Exclusive loads and stores: a load remembers address and value, a store succeeds if the value is still there.
//!
//! Arm ARM DDI 0487, B2.12 "Synchronization and semaphores".

use super::addr::le;
use super::{Translator, W};
use crate::state::{CpuState, NO_EXCLUSIVE};
use std::mem::offset_of;
use tcg_ir::{Cond, Order, Sign, Type, Val};

const ADDR: u32 = offset_of!(CpuState, exclusive_addr) as u32;
const VALUE: u32 = offset_of!(CpuState, exclusive_value) as u32;

impl Translator<'_> {
    /// Closes the monitor to this program: CLREX.
    pub(super) fn clear_exclusive(&mut self) {
        let none = self.b.i64(NO_EXCLUSIVE);
        self.b.st_state(Type::I64, ADDR, none);
    }

    fn remember(&mut self, at: Val, lo: Val, hi: Option<Val>) {
        self.b.st_state(Type::I64, ADDR, at);
        self.b.st_state(Type::I64, VALUE, lo);
        if let Some(hi) = hi {
            self.b.st_state(Type::I64, VALUE + 8, hi);
        }
    }

    /// LDXR and LDAXR of `bytes` bytes.
    pub(super) fn load_exclusive(&mut self, bytes: u8, order: Order, rt: u8, rn: u8) {
        let at = self.addr_aligned(rn, 0, bytes);
        let v = self.load_at(Type::I64, le(bytes).order(order), at);
        self.remember(at, v, None);
        self.set(W::X, rt, v);
    }

    /// LDXP and LDAXP.
    pub(super) fn load_exclusive_pair(&mut self, w: W, order: Order, rt: u8, rt2: u8, rn: u8) {
        let at = self.addr_aligned(rn, 0, 2 * w.bytes());
        let (first, second) = if w == W::W {
            let both = self.load_at(Type::I64, le(8).order(order), at);
            self.remember(at, both, None);
            (self.b.trunc(both), self.b.hi32(both))
        } else {
            let both = self.b.ld128(le(16).order(order), at, 0);
            self.remember(at, both.0, Some(both.1));
            both
        };
        self.set(w, rt, first);
        self.set(w, rt2, second);
    }

    /// STXR and STLXR: `rs` becomes 0 if the store is done, else 1.
    pub(super) fn store_exclusive(&mut self, bytes: u8, rs: u8, rt: u8, rn: u8) {
        self.exclusively(bytes, rs, rn, |t, at| {
            let expected = t.b.ld_state(Type::I64, VALUE);
            let v = t.x(rt);
            let old = t.b.cas(le(bytes).order(Order::SeqCst), at, 0, expected, v);
            t.b.setcond(Type::I64, Cond::Ne, old, expected)
        });
    }

    /// STXP and STLXP.
    pub(super) fn store_exclusive_pair(&mut self, w: W, rs: u8, rt: u8, rt2: u8, rn: u8) {
        self.exclusively(2 * w.bytes(), rs, rn, |t, at| {
            let lo = t.b.ld_state(Type::I64, VALUE);
            let (first, second) = (t.r(w, rt), t.r(w, rt2));
            if w == W::W {
                let v = t.b.concat(first, second);
                let old = t.b.cas(le(8).order(Order::SeqCst), at, 0, lo, v);
                return t.b.setcond(Type::I64, Cond::Ne, old, lo);
            }
            let hi = t.b.ld_state(Type::I64, VALUE + 8);
            let mem = le(16).order(Order::SeqCst);
            let (old_lo, old_hi) = t.b.cas128(mem, at, 0, (lo, hi), (first, second));
            let (lo, hi) = (t.b.xor(Type::I64, old_lo, lo), t.b.xor(Type::I64, old_hi, hi));
            let (difference, zero) = (t.b.or(Type::I64, lo, hi), t.b.i64(0));
            t.b.setcond(Type::I64, Cond::Ne, difference, zero)
        });
    }

    /// The monitor holds an address without its tag: one with a tag is compared once it has lost it.
    fn alone_if_tagged(&mut self, rn: u8) {
        if !self.alone() {
            let at = self.r_sp(W::X, rn);
            let untagged = self.b.extract(Type::I64, Sign::Signed, at, 0, 56);
            self.alone_if(Type::I64, Cond::Ne, untagged, at);
        }
    }

    /// Tries `store` at the address in `rn` if the monitor is open for it; its outcome, or 1, goes to `rs`.
    fn exclusively(
        &mut self,
        bytes: u8,
        rs: u8,
        rn: u8,
        store: impl FnOnce(&mut Self, Val) -> Val,
    ) {
        let at = self.addr_aligned(rn, 0, bytes);
        let (closed, done) = (self.b.new_label(), self.b.new_label());
        let open = self.b.ld_state(Type::I64, ADDR);
        self.b.brcond(Type::I64, Cond::Ne, open, at, closed);
        let status = store(self, at);
        self.set(W::W, rs, status);
        self.b.br(done);
        self.set_label(closed);
        self.alone_if_tagged(rn);
        let failed = self.b.i32(1);
        self.set(W::W, rs, failed);
        self.set_label(done);
        self.clear_exclusive();
    }
}
