//! The values in each register.

use super::{NIL, NO_REG, bit};
use crate::context::Cx;
use crate::pins::Reg;
use tcg_ir::Val;

impl Cx<'_> {
    /// Puts `v` into the list of `r`.
    pub(crate) fn link(&mut self, v: Val, r: Reg) {
        let head = &mut self.regs.head[usize::from(r)];
        let val = &mut self.vals[v.index()];
        val.next = *head;
        val.reg = r;
        *head = v.0;
        self.regs.occupied |= bit(r);
    }

    /// Takes `v` out of its register, if it is in one.
    pub(crate) fn unlink(&mut self, v: Val) {
        let r = self.vals[v.index()].reg;
        if r == NO_REG {
            return;
        }
        let next = self.vals[v.index()].next;
        if self.regs.head[usize::from(r)] == v.0 {
            self.regs.head[usize::from(r)] = next;
        } else {
            let mut at = self.regs.head[usize::from(r)];
            while self.vals[at as usize].next != v.0 {
                at = self.vals[at as usize].next;
            }
            self.vals[at as usize].next = next;
        }
        self.vals[v.index()].reg = NO_REG;
        if self.regs.head[usize::from(r)] == NIL {
            self.regs.occupied &= !bit(r);
        }
    }

    /// Moves the list of `from` to `to`, which has none.
    pub(super) fn relink_all(&mut self, from: Reg, to: Reg) {
        let mut at = self.regs.head[usize::from(from)];
        self.regs.head[usize::from(to)] = at;
        self.regs.head[usize::from(from)] = NIL;
        self.regs.occupied = self.regs.occupied & !bit(from) | bit(to);
        while at != NIL {
            self.vals[at as usize].reg = to;
            at = self.vals[at as usize].next;
        }
    }

    pub(super) fn append_all(&mut self, from: Reg, to: Reg) {
        while self.regs.head[usize::from(from)] != NIL {
            let v = Val(self.regs.head[usize::from(from)]);
            self.unlink(v);
            self.link(v, to);
        }
    }

    /// Drops dead values from the list of `r`; true if some are left.
    pub(crate) fn prune(&mut self, r: Reg) -> bool {
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            let next = self.vals[at as usize].next;
            if !self.is_alive(at) {
                self.release(Val(at));
            }
            at = next;
        }
        self.regs.head[usize::from(r)] != NIL
    }

    /// Empties the list of `r`; its values have other places.
    pub(super) fn unlink_all(&mut self, r: Reg) {
        while self.regs.head[usize::from(r)] != NIL {
            self.unlink(Val(self.regs.head[usize::from(r)]));
        }
    }

    /// Forgets where `v` is.
    pub(crate) fn release(&mut self, v: Val) {
        self.unlink(v);
        self.drop_mem(v);
    }

    /// Ends the reading of inputs: those that are not needed any more leave their places.
    pub(crate) fn done(&mut self, inputs: &[Val]) {
        self.live_from = self.now + 1;
        for v in inputs {
            if v.is_some() && !self.is_alive(v.0) {
                self.release(*v);
            }
        }
    }
}
