//! Leaving a block: direct, conditional and indirect, with safe points on backward branches.
//!
//! A block of one instruction that is run alone leaves by way of the loop, which looks for the mode to go on in.

use super::Translator;
use crate::state::{CpuState, TB_ALONE};
use crate::trap::RUN_ALONE;
use frontend_common::Tests;
use std::mem::offset_of;
use tcg_ir::{Cond, ExitCode, TargetKind, Type, Val};

const BTYPE: u32 = offset_of!(CpuState, btype) as u32;
const ALONE: u32 = offset_of!(CpuState, alone) as u32;

impl Translator<'_> {
    /// True in a block of one instruction that is run alone.
    pub(crate) fn alone(&self) -> bool {
        self.b.tb.flags & TB_ALONE != 0
    }

    /// At the start of a block that is run alone: what comes after is not, unless it asks for it.
    pub(super) fn begin_alone(&mut self) {
        let zero = self.b.i32(0);
        self.b.st_state(Type::I32, ALONE, zero);
    }

    /// Runs the instruction again alone if `a cond b`. To be placed before it changes anything.
    pub(crate) fn alone_if(&mut self, ty: Type, cond: Cond, a: Val, b: Val) {
        self.b.trap_if(ty, cond, a, b, RUN_ALONE.0);
    }

    /// A safe point, if `target` lies backward. To be placed before the instruction changes anything.
    pub(crate) fn poll_backward(&mut self, target: u64) {
        if target <= self.pc {
            self.poll();
        }
    }

    /// A safe point.
    pub(crate) fn poll(&mut self) {
        if !self.alone() {
            self.b.poll(self.pc);
        }
    }

    /// Ends the block: goes to a constant address.
    pub(crate) fn goto(&mut self, pc: u64) {
        if self.alone() {
            self.b.exit(ExitCode::LOOKUP.0, pc, None);
        } else {
            self.b.goto(pc);
        }
        self.ended = true;
    }

    /// Ends the block: goes to the address in `target`.
    pub(crate) fn goto_ind(&mut self, kind: TargetKind, target: Val) {
        match self.b.tb.constant(target) {
            Some(pc) if kind.branch_type() == 0 => self.goto(pc),
            _ if self.alone() => {
                if kind.branch_type() != 0 {
                    let branch_type = self.b.i32(kind.branch_type());
                    self.b.st_state(Type::I32, BTYPE, branch_type);
                }
                self.b.exit(ExitCode::LOOKUP_AT.0, self.pc, Some(target));
            }
            _ => self.b.goto_ind(kind, target),
        }
        self.ended = true;
    }

    /// Leaves the block for `pc` if the condition holds.
    pub(crate) fn goto_if(&mut self, tests: Tests, pc: u64) {
        if self.alone() {
            let (to, next) = (self.b.i64(pc), self.b.i64(self.next_pc()));
            let target = tests.select(self.b, to, next);
            return self.goto_ind(TargetKind::Jump, target);
        }
        self.side_exits += tests.goto(self.b, pc);
        self.ended = self.b.is_ended();
    }
}
