//! Values in the homes of globals.

use super::{NO_HOME, NO_MEM, NO_REG};
use crate::context::Cx;
use tcg_ir::Val;

impl Cx<'_> {
    /// Records that `v` is in the home of `g`.
    pub(crate) fn set_home(&mut self, v: Val, g: u16) {
        let offset = self.layout.globals[usize::from(g)].offset as i32;
        let val = self.val(v);
        val.mem = offset;
        val.home = g;
        self.regs.in_homes.push(v.0);
    }

    /// Before the home of `g` is written: values that are only there are loaded.
    pub(crate) fn rescue_home(&mut self, g: u16, except: Val) {
        let mut i = 0;
        while i < self.regs.in_homes.len() {
            let v = self.regs.in_homes[i];
            let val = self.vals[v as usize];
            if val.home == g && val.mem != NO_MEM && Val(v) != except {
                if val.reg == NO_REG && self.is_alive(v) {
                    self.rescue(Val(v));
                } else {
                    self.drop_mem(Val(v));
                }
            }
            if self.vals[v as usize].home == NO_HOME {
                self.regs.in_homes.swap_remove(i);
            } else {
                i += 1;
            }
        }
    }

    /// Before homes may change in unknown ways: values that are needed after this op are taken out of them.
    pub(crate) fn leave_homes(&mut self) {
        while let Some(v) = self.regs.in_homes.pop() {
            let val = self.vals[v as usize];
            if val.home == NO_HOME || val.mem == NO_MEM || val.last_use <= self.now {
                continue;
            }
            if val.reg == NO_REG {
                self.rescue(Val(v));
            } else {
                self.drop_mem(Val(v));
            }
        }
    }
}
