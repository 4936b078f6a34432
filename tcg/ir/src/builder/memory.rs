//! Appending accesses to guest memory.

use super::Builder;
use crate::ops::Op;
use crate::tb::Val;
use crate::types::{Barriers, MemOp, RmwOp, Type};

/// A guest address as memory ops take it: `base + index + disp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addr {
    /// Base, or none.
    pub base: Val,
    /// Index, or none.
    pub index: Val,
    /// Displacement.
    pub disp: i32,
}

impl Addr {
    /// The address in `base` alone.
    #[must_use]
    pub const fn base(base: Val) -> Addr {
        Addr { base, index: Val::NONE, disp: 0 }
    }

    /// The same, `bytes` further. The displacements used by guests stay far from `i32`'s limits.
    #[must_use]
    pub const fn plus(self, bytes: i32) -> Addr {
        Addr { disp: self.disp.wrapping_add(bytes), ..self }
    }
}

impl Builder {
    /// Loads, extending to `ty`.
    pub fn ld(&mut self, ty: Type, mem: MemOp, addr: Addr) -> Val {
        let d = self.tb.new_val(ty, None);
        let Addr { base, index, disp } = addr;
        self.push(Op::Ld { ty, mem, disp, d, base, index });
        d
    }

    /// Stores the low bytes of `v`.
    pub fn st(&mut self, mem: MemOp, addr: Addr, v: Val) {
        let ty = self.tb.ty(v);
        let Addr { base, index, disp } = addr;
        self.push(Op::St { ty, mem, disp, base, index, v });
    }

    /// Loads 16 bytes atomically: (low, high).
    pub fn ld128(&mut self, mem: MemOp, base: Val, disp: i32) -> (Val, Val) {
        let (lo, hi) = self.pair(Type::I64, Type::I64);
        self.push(Op::Ld128 { mem, disp, lo, hi, base });
        (lo, hi)
    }

    /// Stores 16 bytes atomically.
    pub fn st128(&mut self, mem: MemOp, base: Val, disp: i32, (lo, hi): (Val, Val)) {
        self.push(Op::St128 { mem, disp, base, lo, hi });
    }

    /// Compare and swap; the old value.
    pub fn cas(&mut self, mem: MemOp, base: Val, disp: i32, expected: Val, new: Val) -> Val {
        let ty = self.tb.ty(expected);
        let old = self.tb.new_val(ty, None);
        self.push(Op::Cas { ty, mem, disp, old, base, expected, new });
        old
    }

    /// 16-byte compare and swap of (low, high) pairs; the old pair.
    pub fn cas128(
        &mut self,
        mem: MemOp,
        base: Val,
        disp: i32,
        (exp_lo, exp_hi): (Val, Val),
        (new_lo, new_hi): (Val, Val),
    ) -> (Val, Val) {
        let (old_lo, old_hi) = self.pair(Type::I64, Type::I64);
        self.push(Op::Cas128 { mem, disp, old_lo, old_hi, base, exp_lo, exp_hi, new_lo, new_hi });
        (old_lo, old_hi)
    }

    /// Atomic read-modify-write; the old value.
    pub fn rmw(&mut self, op: RmwOp, mem: MemOp, base: Val, disp: i32, v: Val) -> Val {
        let ty = self.tb.ty(v);
        let old = self.tb.new_val(ty, None);
        self.push(Op::Rmw { op, ty, mem, disp, old, base, v });
        old
    }

    /// Faults if `len` bytes (1 to 4096) lie in two pages and one of them can't be accessed.
    pub fn probe(&mut self, write: bool, len: u32, base: Val, disp: i32) {
        self.push(Op::Probe { write, len, disp, base });
    }

    /// A barrier.
    pub fn mb(&mut self, set: Barriers) {
        self.push(Op::Mb { set });
    }
}
