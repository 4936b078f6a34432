//! Loads and stores of one general register.
//!
//! Arm ARM DDI 0487, C4.1.93.

use super::addr::{Index, le};
use super::{Translator, W};
use tcg_ir::builder::Addr;
use tcg_ir::{Barriers, MemOp, Order, Sign, Type};

/// What a load or store moves: bytes in memory, and how a load extends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) bytes: u8,
    pub(super) sign: Sign,
    /// Width that a signed load extends to.
    pub(super) to: W,
}

impl Access {
    /// Zero-extending, of 1 << `size` bytes.
    pub(super) const fn size(size: u8) -> Access {
        Access { bytes: 1 << (size & 3), sign: Sign::Unsigned, to: W::X }
    }

    /// Sign-extending to `to`.
    pub(super) const fn signed(size: u8, to: W) -> Access {
        Access { bytes: 1 << (size & 3), sign: Sign::Signed, to }
    }

    fn mem(self, order: Order) -> MemOp {
        MemOp { sign: self.sign, ..le(self.bytes) }.order(order)
    }
}

impl Translator<'_> {
    /// Loads register `rt`.
    pub(super) fn load(&mut self, access: Access, order: Order, rt: u8, addr: Addr) {
        let v = self.b.ld(access.to.ty(), access.mem(order), addr);
        self.set(access.to, rt, v);
    }

    /// Stores register `rt`.
    pub(super) fn store(&mut self, bytes: u8, order: Order, rt: u8, addr: Addr) {
        let v = self.r(if bytes == 8 { W::X } else { W::W }, rt);
        self.b.st(le(bytes).order(order), addr, v);
        if order == Order::Release {
            // A later LDAR must not be satisfied before all see this store.
            self.b.mb(Barriers::STORE_LOAD);
        }
    }

    /// A load with an immediate offset.
    pub(super) fn load_imm(&mut self, access: Access, index: Index, rt: u8, rn: u8, offset: i64) {
        let addr = self.addr_indexed(index, rn, offset);
        let v = self.b.ld(access.to.ty(), access.mem(Order::Plain), addr);
        self.write_back(index, rn, offset);
        self.set(access.to, rt, v);
    }

    /// A store with an immediate offset.
    pub(super) fn store_imm(&mut self, bytes: u8, index: Index, rt: u8, rn: u8, offset: i64) {
        let addr = self.addr_indexed(index, rn, offset);
        self.store(bytes, Order::Plain, rt, addr);
        self.write_back(index, rn, offset);
    }

    /// A load with a register offset.
    pub(super) fn load_register(
        &mut self,
        access: Access,
        rt: u8,
        rn: u8,
        rm: u8,
        (option, s): (u8, u8),
    ) {
        let shift = if s != 0 { access.bytes.trailing_zeros() as u8 } else { 0 };
        let addr = self.addr_register(rn, rm, option, shift);
        self.load(access, Order::Plain, rt, addr);
    }

    /// A store with a register offset.
    pub(super) fn store_register(
        &mut self,
        bytes: u8,
        rt: u8,
        rn: u8,
        rm: u8,
        (option, s): (u8, u8),
    ) {
        let shift = if s != 0 { bytes.trailing_zeros() as u8 } else { 0 };
        // The value first: a shift right before the store becomes a part of it.
        let v = self.r(if bytes == 8 { W::X } else { W::W }, rt);
        let addr = self.addr_register(rn, rm, option, shift);
        self.b.st(le(bytes), addr, v);
    }

    /// A load from an address relative to the instruction.
    pub(super) fn load_literal(&mut self, access: Access, rt: u8, offset: i64) {
        let addr = self.addr_literal(offset);
        self.load(access, Order::Plain, rt, addr);
    }

    /// LDAR, LDAPR and LDLAR.
    pub(super) fn load_ordered(&mut self, bytes: u8, order: Order, rt: u8, rn: u8) {
        let at = self.addr_aligned(rn, 0, bytes);
        let v = self.load_at(Type::I64, le(bytes).order(order), at);
        self.set(W::X, rt, v);
    }

    /// STLR and STLLR.
    pub(super) fn store_ordered(&mut self, bytes: u8, rt: u8, rn: u8) {
        let at = self.addr_aligned(rn, 0, bytes);
        self.store_at(bytes, rt, at);
    }

    /// LDAPUR and its kind.
    pub(super) fn load_ordered_unscaled(&mut self, access: Access, rt: u8, rn: u8, offset: i64) {
        let at = self.addr_aligned(rn, offset, access.bytes);
        let v = self.load_at(access.to.ty(), access.mem(Order::AcquirePc), at);
        self.set(access.to, rt, v);
    }

    /// STLUR and its kind.
    pub(super) fn store_ordered_unscaled(&mut self, bytes: u8, rt: u8, rn: u8, offset: i64) {
        let at = self.addr_aligned(rn, offset, bytes);
        self.store_at(bytes, rt, at);
    }

    /// DC CVAC and its kind: nothing is cleaned, but the address must be one that can be read.
    pub(super) fn clean_line(&mut self, rt: u8) {
        let at = self.x(rt);
        let addr = self.untagged(Addr::base(at));
        self.b.ld(Type::I64, le(1), addr);
    }

    /// DC ZVA: a block of 64 bytes set to zero.
    pub(super) fn zero_block(&mut self, rt: u8) {
        let at = self.x(rt);
        let addr = self.untagged(Addr::base(at));
        let zero = self.b.i64(0);
        // A fault tells the address that was given.
        self.b.st(le(1), addr, zero);
        let at = self.b.and_imm(Type::I64, addr.base, !63);
        for i in 0..8 {
            self.b.st(le(8), Addr::base(at).plus(8 * i), zero);
        }
    }
}
