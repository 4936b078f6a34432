//! Operands of the current op, and where its outputs are.

use super::{NO_HOME, NO_MEM, NO_REG, bit};
use crate::asm::Rm;
use crate::context::Cx;
use crate::pins::Reg;
use tcg_ir::{Type, Val};

impl Cx<'_> {
    /// `v` in a register, which is locked for this op.
    pub(crate) fn in_reg(&mut self, v: Val) -> Reg {
        let r = self.vals[v.index()].reg;
        if r != NO_REG {
            self.regs.locked |= bit(r);
            return r;
        }
        let r = self.alloc(self.is_fp(v));
        self.load_value(r, v);
        self.link(v, r);
        r
    }

    /// Loads `v` from where it is into `r`, without changing its place.
    pub(crate) fn load_value(&mut self, r: Reg, v: Val) {
        let ty = self.tb.ty(v);
        if let Some(bits) = self.tb.constant(v) {
            self.load_const(r, ty, bits);
            let val = self.val(v);
            val.zext = true;
            val.significant = if u32::try_from(bits).is_ok() { 4 } else { 8 };
            return;
        }
        let val = *self.val(v);
        if val.reg != NO_REG {
            if val.reg != r {
                self.copy_reg(r, val.reg);
            }
        } else if val.mem != NO_MEM {
            let m = self.state(val.mem);
            self.load_reg(ty, r, m);
            let val = self.val(v);
            val.zext = true;
            val.significant = val.significant.min(ty.bytes() as u8);
        } else {
            debug_assert!(false, "v{} has no place", v.0);
            self.failed = true;
        }
    }

    /// A constant that an instruction can take as sign-extended 32-bit immediate.
    pub(crate) fn imm(&self, v: Val) -> Option<i32> {
        let bits = self.tb.constant(v)?;
        match self.tb.ty(v) {
            Type::I32 => Some(bits as u32 as i32),
            _ => i32::try_from(bits as i64).ok(),
        }
    }

    /// `v` as register or, if it is only in memory and not used again, as memory operand.
    pub(crate) fn in_rm(&mut self, v: Val) -> Rm {
        let val = self.vals[v.index()];
        // Making room for the output could execute a deferred put to the home, before it is read.
        let stays = val.home == NO_HOME || self.puts.iter().all(|p| p.g != val.home);
        if val.reg == NO_REG && val.mem != NO_MEM && val.last_use <= self.now && stays {
            return self.state(val.mem).into();
        }
        Rm::R(self.in_reg(v) & 15)
    }

    /// Records that output `d` is in `r`.
    #[inline]
    pub(crate) fn set(&mut self, d: Val, r: Reg) {
        self.val(d).home = NO_HOME;
        if self.vals[d.index()].last_use > self.now {
            self.val(d).zext = true;
            self.link(d, r);
        }
    }

    /// The same for a float above which the register is zero.
    pub(crate) fn set_bare(&mut self, d: Val, r: Reg) {
        self.set(d, r);
        self.set_significant(d);
    }

    /// Records that the register is zero above the float or vector `d`.
    pub(crate) fn set_significant(&mut self, d: Val) {
        self.val(d).significant = self.tb.ty(d).bytes() as u8;
    }

    /// The same for an `i32` whose upper register half is not known to be zero.
    pub(crate) fn set_dirty(&mut self, d: Val, r: Reg) {
        self.set(d, r);
        self.val(d).zext = false;
    }

    /// Makes `d` an alias of all places of `a`, `skip` bytes further in memory. Registers only for `skip == 0`.
    pub(crate) fn alias(&mut self, d: Val, a: Val, skip: i32) {
        let from = self.vals[a.index()];
        self.val(d).home = NO_HOME;
        if self.vals[d.index()].last_use <= self.now {
            return;
        }
        if from.mem != NO_MEM {
            if from.home == NO_HOME {
                self.set_slot(d, from.mem + skip);
            } else {
                self.val(d).mem = from.mem + skip;
                self.val(d).home = from.home;
                self.regs.in_homes.push(d.0);
            }
        }
        if skip == 0 && from.reg != NO_REG {
            self.link(d, from.reg);
            self.val(d).zext = false;
            self.val(d).significant = from.significant;
        }
    }

    /// If `a` is in memory alone: makes `d`, its upper half, an alias of those 32 bits, after which the op is done.
    pub(crate) fn upper_half_in_memory(&mut self, d: Val, a: Val) -> bool {
        let in_memory = self.vals[a.index()].reg == NO_REG && self.tb.constant(a).is_none();
        if in_memory {
            self.alias(d, a, 4);
            self.done(&[a]);
        }
        in_memory
    }

    /// Makes `d` an alias of the register of `a`, where `d` is the wider one.
    pub(crate) fn alias_register(&mut self, d: Val, a: Val) {
        let from = self.vals[a.index()];
        self.val(d).home = NO_HOME;
        if self.vals[d.index()].last_use > self.now {
            self.link(d, from.reg);
            self.val(d).significant = from.significant;
        }
    }
}
