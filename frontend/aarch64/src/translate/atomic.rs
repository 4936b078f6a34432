//! Atomic read-modify-write (FEAT_LSE) and compare-and-swap.
//!
//! All are ordered with everything: the host's locked instructions are.
//! Arm ARM DDI 0487, C3.2.13 and C3.2.14.

use super::addr::le;
use super::{Translator, W};
use crate::helpers::integer::id;
use tcg_ir::{MemOp, Order, RmwOp, Type, Val};

/// What an atomic memory operation does to the old value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Update {
    Add,
    /// And with the inverted operand.
    Clear,
    Xor,
    Set,
    MaxSigned,
    MinSigned,
    MaxUnsigned,
    MinUnsigned,
    Swap,
}

const fn atomic(bytes: u8) -> MemOp {
    le(bytes).order(Order::SeqCst)
}

impl Translator<'_> {
    /// LDADD and its kind: memory is updated with `rs`, `rt` becomes what was there.
    pub(super) fn update(&mut self, update: Update, bytes: u8, rs: u8, rt: u8, rn: u8) {
        let at = self.addr_aligned(rn, 0, bytes);
        let v = self.x(rs);
        let op = match update {
            Update::Add => RmwOp::Add,
            Update::Clear => RmwOp::And,
            Update::Xor => RmwOp::Xor,
            Update::Set => RmwOp::Or,
            Update::Swap => RmwOp::Xchg,
            _ => return self.extreme_in_memory(update, bytes, at, v, rt),
        };
        let v = if update == Update::Clear { self.inverted(W::X, v) } else { v };
        let old = self.b.rmw(op, atomic(bytes), at, 0, v);
        self.set(W::X, rt, old);
    }

    /// LDSMAX and its kind, out of line.
    fn extreme_in_memory(&mut self, update: Update, bytes: u8, at: Val, v: Val, rt: u8) {
        let h = match update {
            Update::MaxSigned => id::ATOMIC_SMAX,
            Update::MinSigned => id::ATOMIC_SMIN,
            Update::MaxUnsigned => id::ATOMIC_UMAX,
            _ => id::ATOMIC_UMIN,
        };
        let bytes = self.b.i32(bytes.into());
        let old = self.b.call(h, &[at, v, bytes]);
        self.set(W::X, rt, old);
    }

    /// CAS: `rs` becomes what was in memory.
    pub(super) fn compare_and_swap(&mut self, bytes: u8, rs: u8, rt: u8, rn: u8) {
        let at = self.addr_aligned(rn, 0, bytes);
        let expected = self.x(rs);
        let expected = match bytes {
            8 => expected,
            _ => self.b.extract(Type::I64, tcg_ir::Sign::Unsigned, expected, 0, 8 * bytes),
        };
        let new = self.x(rt);
        let old = self.b.cas(atomic(bytes), at, 0, expected, new);
        self.set(W::X, rs, old);
    }

    /// CASP: of pairs that start at even registers.
    pub(super) fn compare_and_swap_pair(&mut self, w: W, rs: u8, rt: u8, rn: u8) {
        let at = self.addr_aligned(rn, 0, 2 * w.bytes());
        let expected = (self.r(w, rs), self.r(w, rs + 1));
        let new = (self.r(w, rt), self.r(w, rt + 1));
        let (first, second) = if w == W::W {
            let expected = self.b.concat(expected.0, expected.1);
            let new = self.b.concat(new.0, new.1);
            let old = self.b.cas(atomic(8), at, 0, expected, new);
            (self.b.trunc(old), self.b.hi32(old))
        } else {
            self.b.cas128(atomic(16), at, 0, expected, new)
        };
        self.set(w, rs, first);
        self.set(w, rs + 1, second);
    }
}
