//! Leaving a block: direct, conditional and indirect, with safe points on backward branches.
//!
//! A block of one instruction that is run alone leaves by way of the loop, which looks for the mode to go on in.

use super::Translator;
use super::condition::{Test, Tests};
use crate::state::{CpuState, TB_ALONE};
use crate::trap::RUN_ALONE;
use std::mem::offset_of;
use tcg_ir::{Cond, ExitCode, TargetKind, Type, Val};

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
        match self.b.tb.konst(target) {
            Some(pc) => self.goto(pc),
            None if self.alone() => self.b.exit(ExitCode::LOOKUP_AT.0, self.pc, Some(target)),
            None => self.b.goto_ind(kind, target),
        }
        self.ended = true;
    }

    /// Leaves the block for `pc` if the condition holds.
    pub(crate) fn goto_if(&mut self, tests: Tests, pc: u64) {
        match tests {
            _ if self.alone() => {
                let (to, next) = (self.b.i64(pc), self.b.i64(self.next_pc()));
                let target = self.select(tests, to, next);
                self.goto_ind(TargetKind::Jump, target);
            }
            Tests::One(test) => self.goto_if_one(test, pc),
            Tests::Any(a, b) => {
                self.goto_if_one(a, pc);
                self.goto_if_one(b, pc);
            }
            Tests::All(..) => {
                let test = self.collapse(tests);
                self.goto_if_one(test, pc);
            }
        }
    }

    fn goto_if_one(&mut self, test: Test, pc: u64) {
        if self.ended {
            return;
        }
        self.side_exits += 1;
        match test {
            Test::Never => {}
            Test::Always => self.goto(pc),
            Test::Int(ty, cond, a, b) => self.b.goto_if(ty, cond, a, b, pc),
            Test::Fp(ty, mask, a, b) => self.b.goto_if_fp(ty, mask, a, b, pc),
        }
    }
}
