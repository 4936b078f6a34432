//! Leaving a block: direct, conditional and indirect, with safe points on backward branches.

use super::Translator;
use super::cc::Cc;
use crate::state::CpuState;
use crate::trap::out_of_line;
use frontend_common::{Test, Tests};
use std::mem::offset_of;
use tcg_ir::{Cond, ExitCode, TargetKind, Type, Val};

const EXECUTE: u32 = offset_of!(CpuState, execute) as u32;
const EXECUTE_NEXT: u32 = offset_of!(CpuState, execute_next) as u32;

impl Translator<'_> {
    /// True in a TB that holds the target of an execute-type instruction alone: it leaves by way of the loop.
    pub(crate) fn one_off(&self) -> bool {
        self.execute.as_ref().is_some_and(|execute| execute.one_off)
    }

    /// A safe point, if `target` lies backward. To be placed before the instruction changes anything.
    pub(crate) fn poll_backward(&mut self, target: u64) {
        if target <= self.pc && !self.one_off() {
            self.b.poll(self.pc);
        }
    }

    /// A safe point before an indirect branch.
    pub(crate) fn poll_indirect(&mut self) {
        if !self.one_off() {
            self.b.poll(self.pc);
        }
    }

    /// Ends the block: goes to a constant address.
    pub(crate) fn goto(&mut self, pc: u64) {
        if self.one_off() {
            self.end_execute();
            self.b.exit(ExitCode::LOOKUP.0, pc, None);
        } else {
            self.b.goto(pc);
        }
        self.ended = true;
    }

    /// Ends the block: goes to the address in `target`, reduced to the addressing mode.
    pub(crate) fn goto_ind(&mut self, kind: TargetKind, target: Val) {
        if let (Some(pc), false) = (self.b.tb.constant(target), self.one_off()) {
            return self.goto(pc);
        }
        if self.one_off() {
            self.lookup_at(target);
        } else {
            self.b.goto_ind(kind, target);
        }
        self.ended = true;
    }

    /// Ends the block: the loop looks the TB at `target` up, for what may be a changed mode.
    pub(crate) fn lookup_at(&mut self, target: Val) {
        if self.one_off() {
            self.end_execute();
        }
        self.b.exit(ExitCode::LOOKUP_AT.0, self.pc, Some(target));
        self.ended = true;
    }

    /// Does the instruction out of line if `a cond b`: in a TB of its own, where it takes the way for every operand
    /// ([`Translator::out_of_line`]). Rare cases only: this goes through the loop.
    pub(crate) fn out_of_line_if(&mut self, ty: Type, cond: Cond, a: Val, b: Val) {
        self.b.trap_if(ty, cond, a, b, out_of_line(self.len).0);
    }

    /// Whether the instruction must be translated for every operand.
    pub(crate) fn out_of_line(&self) -> bool {
        self.one_off()
    }

    fn end_execute(&mut self) {
        let zero = self.b.i32(0);
        self.b.st_state(Type::I32, EXECUTE, zero);
    }

    /// Ends the block: goes to the next instruction.
    pub(crate) fn goto_next(&mut self) {
        if self.one_off() {
            let next = self.b.ld_state(Type::I64, EXECUTE_NEXT);
            self.lookup_at(next);
        } else {
            self.goto(self.next_pc());
        }
    }

    /// The address of the next instruction as a value.
    pub(crate) fn next_value(&mut self) -> Val {
        if self.one_off() {
            self.b.ld_state(Type::I64, EXECUTE_NEXT)
        } else {
            self.b.i64(self.next_pc())
        }
    }

    /// Leaves the TB for `pc` if the condition holds.
    pub(crate) fn goto_if(&mut self, tests: Tests, pc: u64) {
        match tests {
            Tests::One(Test::Never) => {}
            Tests::One(Test::Always) => self.goto(pc),
            _ if self.one_off() => self.unless(tests, |t| t.goto(pc)),
            _ => {
                self.side_exits += tests.goto(self.b, pc);
                self.ended = self.b.is_ended();
            }
        }
    }

    /// Skips the rest of the instruction if the condition holds.
    pub(crate) fn skip_if(&mut self, tests: Tests) {
        if self.one_off() {
            self.unless(tests, |t| t.goto_next());
        } else {
            self.goto_if(tests, self.next_pc());
        }
    }

    /// Leaves by `leave` if the condition holds; goes on after a label otherwise.
    pub(crate) fn unless(&mut self, tests: Tests, leave: impl FnOnce(&mut Self)) {
        let on = self.b.new_label();
        let before = (self.cc, self.lazy);
        tests.invert().brcond(self.b, on);
        leave(self);
        self.ended = false;
        (self.cc, self.lazy) = before;
        self.set_label(on);
    }

    /// Keeps what a label does not invalidate of the condition code.
    pub(crate) fn cc_at_label(cc: Cc) -> Cc {
        match cc {
            Cc::Const(value) => Cc::Const(value),
            _ => Cc::Dynamic,
        }
    }
}
