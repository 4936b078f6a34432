//! Spill slots.

use super::{NIL, NO_HOME, NO_MEM};
use crate::context::Cx;
use crate::pins::{Reg, XMM0};
use std::mem::offset_of;
use std::ops::Range;
use tcg_ir::layout::{Env, N_SPILLS};
use tcg_ir::{Type, Val};

const SPILLS_AT: i32 = offset_of!(Env, spills) as i32;
/// The last slot belongs to the trampolines.
const N_SLOTS: usize = N_SPILLS - 1;

impl Cx<'_> {
    pub(super) fn drop_mem(&mut self, v: Val) {
        if self.vals[v.index()].mem != NO_MEM && self.vals[v.index()].home == NO_HOME {
            for slot in self.slots_of(v) {
                self.regs.slots[slot] -= 1;
                self.regs.freed_at[slot] = self.now;
            }
        }
        let val = &mut self.vals[v.index()];
        val.mem = NO_MEM;
        val.home = NO_HOME;
    }

    /// The spill slots that the value is in.
    fn slots_of(&self, v: Val) -> Range<usize> {
        let first = (self.vals[v.index()].mem - SPILLS_AT) as usize / 8;
        first..first + if self.tb.ty(v) == Type::V128 { 2 } else { 1 }
    }

    /// Records that `v` is in the spill slot at `mem`.
    pub(super) fn set_slot(&mut self, v: Val, mem: i32) {
        let val = self.val(v);
        val.mem = mem;
        val.home = NO_HOME;
        for slot in self.slots_of(v) {
            self.regs.slots[slot] += 1;
        }
    }

    /// Gives every value in `r` that has a later use a place in memory.
    pub(crate) fn spill_list(&mut self, r: Reg) {
        let mut slot = None;
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            let next = self.vals[at as usize].next;
            if self.needs_slot(at) {
                let mem = *slot.get_or_insert_with(|| self.store_to_slot(r, at));
                self.set_slot(Val(at), mem);
            }
            at = next;
        }
    }

    /// Whether a value in a register has a later use and no other place.
    fn needs_slot(&self, v: u32) -> bool {
        let val = &self.vals[v as usize];
        val.last_use >= self.live_from && val.mem == NO_MEM && self.tb.constant(Val(v)).is_none()
    }

    /// Stores `r` for the values that need a slot, the first of which is `at`; tells where.
    fn store_to_slot(&mut self, r: Reg, mut at: u32) -> i32 {
        let mut ty = self.wide_type(r);
        while at != NIL {
            if self.tb.ty(Val(at)) == Type::V128 && self.needs_slot(at) {
                ty = Type::V128;
            }
            at = self.vals[at as usize].next;
        }
        let mem = SPILLS_AT + 8 * self.free_slot(ty) as i32;
        let m = self.state(mem);
        self.store_reg(ty, m, r);
        mem
    }

    fn free_slot(&mut self, ty: Type) -> usize {
        let wide = ty == Type::V128;
        let free = |s: usize| self.regs.slots[s] == 0 && self.regs.freed_at[s] != self.now;
        let fits =
            |s: usize| free(s) && (!wide || s.is_multiple_of(2) && s + 1 < N_SLOTS && free(s + 1));
        let Some(slot) = (0..N_SLOTS).find(|s| fits(*s)) else {
            self.failed = true;
            return 0;
        };
        slot
    }

    /// Moves a value from the home of a global to a register or, without changing any register, to a slot.
    pub(super) fn rescue(&mut self, v: Val) {
        if let Some(r) = self.free_scratch(self.is_fp(v)) {
            self.load_value(r, v);
            self.link(v, r);
            return self.drop_mem(v);
        }
        let ty = self.tb.ty(v);
        let (from, slot) = (self.vals[v.index()].mem, self.free_slot(ty));
        let to = SPILLS_AT + 8 * slot as i32;
        for half in (0..ty.bytes().max(8) as i32).step_by(8) {
            let (from, to) = (self.state(from + half), self.state(to + half));
            self.asm.push_mem(from);
            self.asm.pop_mem(to);
        }
        self.set_slot(v, to);
    }

    fn wide_type(&self, r: Reg) -> Type {
        if r < XMM0 { Type::I64 } else { Type::F64 }
    }
}
