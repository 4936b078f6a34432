//! Making way in pinned registers.

use super::{NIL, NO_MEM, bit};
use crate::context::Cx;
use crate::pins::{Reg, XMM0};
use tcg_ir::Val;

impl Cx<'_> {
    /// Makes sure that the content of pinned register `p` may be overwritten.
    pub(crate) fn free_pin(&mut self, p: Reg) {
        self.regs.also[usize::from(p)] = NIL;
        if self.regs.occupied & bit(p) == 0 {
            return;
        }
        self.expire_puts();
        if !self.prune(p) {
            return;
        }
        if let Some(other) = self.same_content(p) {
            self.append_all(p, other);
            return;
        }
        if self.only_deferred(p) {
            self.flush_puts_of(p);
            if !self.prune(p) {
                return;
            }
        }
        if self.all_in_memory(p) {
            self.unlink_all(p);
            return;
        }
        let locked = self.regs.locked;
        let s = self.alloc(p >= XMM0);
        self.regs.locked = locked;
        // Making room may have emptied the list.
        if self.prune(p) {
            self.copy_reg(s, p);
            self.relink_all(p, s);
        }
    }

    /// The same without taking a register: values that are still needed go to memory.
    pub(crate) fn free_pin_to_memory(&mut self, p: Reg) {
        self.regs.also[usize::from(p)] = NIL;
        if self.regs.occupied & bit(p) != 0 && self.prune(p) {
            self.spill_list(p);
            self.flush_stores_of(p);
            self.unlink_all(p);
        }
    }

    /// Another pinned register that holds the value of `p`'s list.
    pub(super) fn same_content(&self, p: Reg) -> Option<Reg> {
        let head = self.regs.head[usize::from(p)];
        let alone = self.vals[head as usize].next == NIL;
        let found =
            self.pins.all.iter().find(|q| q.reg != p && self.regs.also[usize::from(q.reg)] == head);
        found.filter(|_| alone).map(|q| q.reg)
    }

    fn only_deferred(&self, r: Reg) -> bool {
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            if self.vals[at as usize].last_use >= self.live_from {
                return false;
            }
            at = self.vals[at as usize].next;
        }
        true
    }

    pub(super) fn all_in_memory(&self, r: Reg) -> bool {
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            let val = &self.vals[at as usize];
            let known = val.mem != NO_MEM || self.tb.constant(Val(at)).is_some();
            if !known || val.n_puts != 0 {
                return false;
            }
            at = val.next;
        }
        true
    }
}
