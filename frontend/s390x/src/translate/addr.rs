//! Operand addresses in the three addressing modes, and access to storage.

use super::{Amode, Translator};
use crate::state::gpr;
use tcg_ir::builder::Addr;
use tcg_ir::{Endian, MemOp, Sign, Type, Val};

/// A big-endian access of `bytes` bytes.
pub(super) const fn be(bytes: u8) -> MemOp {
    MemOp::new(bytes, Endian::Big)
}

impl Translator<'_> {
    /// The operand address `d(x,b)` as memory ops take it; register 0 stands for no register.
    ///
    /// PoP SA22-7832, chapter 5, "Address Generation".
    pub(crate) fn addr(&mut self, b: u8, x: u8, d: i32) -> Addr {
        let base = if b == 0 { Val::NONE } else { self.b.get(gpr(b)) };
        let index = if x == 0 { Val::NONE } else { self.b.get(gpr(x)) };
        let addr = if base.is_some() {
            Addr { base, index, disp: d }
        } else {
            Addr { base: index, index: Val::NONE, disp: d }
        };
        if self.amode == Amode::A64 {
            return addr;
        }
        let sum = self.sum(addr);
        Addr::base(self.wrap(sum))
    }

    /// The operand address `d(b)`.
    pub(crate) fn addr_b(&mut self, b: u8, d: i32) -> Addr {
        self.addr(b, 0, d)
    }

    /// The operand address as a value, wrapped to the addressing mode.
    pub(crate) fn ea(&mut self, b: u8, x: u8, d: i32) -> Val {
        let addr = self.addr(b, x, d);
        self.sum(addr)
    }

    /// The address that a general register holds.
    pub(crate) fn addr_in(&mut self, r: u8) -> Val {
        let v = self.b.get(gpr(r));
        self.wrap(v)
    }

    /// A memory operand's address as one value.
    pub(crate) fn sum(&mut self, addr: Addr) -> Val {
        let Addr { base, index, disp } = addr;
        if !base.is_some() {
            return self.b.i64(i64::from(disp).cast_unsigned());
        }
        if let (Some(known), false) = (self.b.tb.constant(base), index.is_some()) {
            return self.b.i64(known.wrapping_add_signed(disp.into()));
        }
        let sum = if index.is_some() { self.b.add(Type::I64, base, index) } else { base };
        self.b.add_imm(Type::I64, sum, disp.into())
    }

    /// An address reduced to the addressing mode.
    pub(crate) fn wrap(&mut self, v: Val) -> Val {
        match self.amode {
            Amode::A64 => v,
            mode => self.b.and_imm(Type::I64, v, mode.mask()),
        }
    }

    /// A constant address of storage: base none, or a constant value where the displacement does not reach.
    pub(crate) fn addr_const(&mut self, at: u64) -> Addr {
        Addr::base(self.b.i64(at))
    }

    /// Loads `bytes` bytes, zero-extended to `ty`.
    pub(crate) fn load(&mut self, ty: Type, bytes: u8, addr: Addr) -> Val {
        self.b.ld(ty, be(bytes), addr)
    }

    /// Loads `bytes` bytes, sign-extended to `ty`.
    pub(crate) fn load_s(&mut self, ty: Type, bytes: u8, addr: Addr) -> Val {
        self.b.ld(ty, be(bytes).signed(), addr)
    }

    /// Loads with the extension that `sign` says.
    pub(crate) fn load_as(&mut self, ty: Type, bytes: u8, sign: Sign, addr: Addr) -> Val {
        match sign {
            Sign::Signed => self.load_s(ty, bytes, addr),
            Sign::Unsigned => self.load(ty, bytes, addr),
        }
    }

    /// Stores the low `bytes` bytes of `v`.
    pub(crate) fn store(&mut self, bytes: u8, addr: Addr, v: Val) {
        self.b.st(be(bytes), addr, v);
    }

    /// Raises a specification exception if the address is not a multiple of `align` (a power of two).
    pub(crate) fn align(&mut self, addr: Val, align: u32) {
        let mask = self.b.i64(u64::from(align - 1));
        self.trap_if(Type::I64, tcg_ir::Cond::TstNe, addr, mask, super::SPECIFICATION);
    }

    /// Puts an address into a general register as the addressing mode says: all bits, or the right half only.
    ///
    /// PoP SA22-7832, "LOAD ADDRESS" and others.
    pub(crate) fn put_addr(&mut self, r: u8, v: Val) {
        if self.amode == Amode::A64 {
            self.b.put(gpr(r), v);
        } else {
            let lo = self.b.trunc(v);
            self.b.put_lo(gpr(r), lo);
        }
    }
}
