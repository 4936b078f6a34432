//! Alignment of exclusive, ordered and atomic accesses (FEAT_LSE2).
//!
//! Such an access may be misaligned if its bytes lie in one block of 16 that is aligned, and is single-copy atomic then; else
//! it raises an alignment fault (SCTLR_EL1.nAA is zero under Linux). Arm ARM DDI 0487, B2.5.2 "Alignment of data accesses".
//!
//! Ordinary blocks check for plain alignment, which is cheaper. What fails that is run again alone, and does what is rare: a
//! load takes the whole block of 16 bytes, a store is an exchange. Locked instructions are atomic wherever they are.

use super::Translator;
use super::addr::{EXIT_ARG, le};
use crate::helpers::integer::id;
use crate::trap::Trap;
use tcg_ir::builder::Addr;
use tcg_ir::{Cond, MemOp, Order, RmwOp, Sign, Type, Val};

impl Translator<'_> {
    /// The address `offset` bytes from `rn`, for an access of `bytes` bytes (a power of two, up to 16). To be placed before the
    /// instruction changes anything.
    pub(super) fn addr_aligned(&mut self, rn: u8, offset: i64, bytes: u8) -> Val {
        let addr = self.addr_imm(rn, offset);
        let at = self.address_value(addr);
        if bytes == 1 {
            return at;
        }
        if self.alone() {
            self.within_16(at, bytes);
        } else {
            let mask = self.b.i64(u64::from(bytes) - 1);
            self.alone_if(Type::I64, Cond::TstNe, at, mask);
        }
        at
    }

    /// Raises an alignment fault if the access leaves its block of 16 bytes.
    fn within_16(&mut self, at: Val, bytes: u8) {
        self.b.st_state(Type::I64, EXIT_ARG, at);
        let place = self.b.and_imm(Type::I64, at, 15);
        let last = self.b.i64(16 - u64::from(bytes));
        self.b.trap_if(Type::I64, Cond::GtU, place, last, Trap::Alignment.exit_code().0);
    }

    /// A load from an address of [`Translator::addr_aligned`].
    pub(super) fn load_at(&mut self, ty: Type, mem: MemOp, at: Val) -> Val {
        if !self.alone() || mem.bytes == 1 {
            return self.b.ld(ty, mem, Addr::base(at));
        }
        let bytes = self.b.i32(mem.bytes.into());
        let v = self.b.call(id::LOAD_WITHIN_16, &[at, bytes]);
        let v = if ty == Type::I32 { self.b.trunc(v) } else { v };
        match mem.sign {
            Sign::Signed => self.b.extract(ty, Sign::Signed, v, 0, 8 * mem.bytes),
            Sign::Unsigned => v,
        }
    }

    /// A store-release of `bytes` bytes of general register `rt` to an address of [`Translator::addr_aligned`].
    pub(super) fn store_at(&mut self, bytes: u8, rt: u8, at: Val) {
        if !self.alone() || bytes == 1 {
            return self.store(bytes, Order::Release, rt, Addr::base(at));
        }
        let v = self.x(rt);
        self.b.rmw(RmwOp::Xchg, le(bytes).order(Order::SeqCst), at, 0, v);
    }
}
