//! Addresses of memory operands, and write-back of base registers.
//!
//! Arm ARM DDI 0487, C1.3.3 "Load/store addressing modes".

use super::{Translator, W};
use crate::state::CpuState;
use crate::trap::Trap;
use std::mem::offset_of;
use tcg_ir::builder::Addr;
use tcg_ir::{Cond, Endian, Env, MemOp, Sign, Type, Val};

/// Offset of `Env::exit_arg`.
pub(super) const EXIT_ARG: u32 = (offset_of!(CpuState, env) + offset_of!(Env, exit_arg)) as u32;

/// A little-endian access of `bytes` bytes.
pub(super) const fn le(bytes: u8) -> MemOp {
    MemOp::new(bytes, Endian::Little)
}

/// What an access does to its base register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    /// Nothing: the offset is for this access.
    Offset,
    /// The offset is added before the access.
    Pre,
    /// The offset is added after the access.
    Post,
}

impl Translator<'_> {
    /// The base register `rn`; 31 is the stack pointer, which must be a multiple of 16.
    ///
    /// Arm ARM DDI 0487, D1.3.8 "SP alignment checking". Outside blocks that are run alone it always is.
    pub(super) fn base(&mut self, rn: u8) -> Val {
        let base = self.r_sp(W::X, rn);
        if rn == 31 && self.alone() {
            let mask = self.b.i64(15);
            let code = Trap::SpAlignment.exit_code().0;
            self.b.trap_if(Type::I64, Cond::TstNe, base, mask, code);
        }
        base
    }

    /// Base and offset.
    pub(super) fn addr_imm(&mut self, rn: u8, offset: i64) -> Addr {
        let base = self.base(rn);
        self.untagged(Addr { base, index: Val::NONE, disp: offset as i32 })
    }

    /// Base with an offset that may be written back.
    pub(super) fn addr_indexed(&mut self, index: Index, rn: u8, offset: i64) -> Addr {
        if index != Index::Offset && rn == 31 && offset % 16 != 0 && !self.alone() {
            let zero = self.b.i64(0);
            self.alone_if(Type::I64, Cond::Eq, zero, zero);
        }
        self.addr_imm(rn, if index == Index::Post { 0 } else { offset })
    }

    /// Writes the base register back, after the access.
    pub(super) fn write_back(&mut self, index: Index, rn: u8, offset: i64) {
        if index != Index::Offset {
            let base = self.r_sp(W::X, rn);
            let sum = self.b.add_imm(Type::I64, base, offset);
            self.set_sp(W::X, rn, sum);
        }
    }

    /// Base and a register, extended (`option`) and shifted left.
    pub(super) fn addr_register(&mut self, rn: u8, rm: u8, option: u8, shift: u8) -> Addr {
        let base = self.base(rn);
        let index = self.extended(W::X, rm, option, shift);
        self.untagged(Addr { base, index, disp: 0 })
    }

    /// A constant address.
    pub(super) fn addr_literal(&mut self, offset: i64) -> Addr {
        let at = self.relative(offset);
        Addr::base(self.b.i64(at))
    }

    /// The address without its tag, where the block is for such accesses.
    ///
    /// Arm ARM DDI 0487, D8.8 "Address tagging": the top byte becomes copies of bit 55.
    pub(super) fn untagged(&mut self, addr: Addr) -> Addr {
        if !self.alone() {
            return addr;
        }
        let sum = self.address_value(addr);
        Addr::base(self.b.extract(Type::I64, Sign::Signed, sum, 0, 56))
    }

    /// An address as one value.
    pub(super) fn address_value(&mut self, addr: Addr) -> Val {
        let Addr { base, index, disp } = addr;
        let sum = if index.is_some() { self.b.add(Type::I64, base, index) } else { base };
        self.b.add_imm(Type::I64, sum, disp.into())
    }

    /// Sets general register `r`, where 31 is the stack pointer, to what may be no multiple of 16.
    pub(super) fn set_sp_checked(&mut self, w: W, r: u8, v: Val) {
        if r == 31 && !self.alone() {
            let mask = self.imm(w, 15);
            self.alone_if(w.ty(), Cond::TstNe, v, mask);
        }
        self.set_sp(w, r, v);
    }
}
