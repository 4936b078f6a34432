//! Leaving a block: direct, conditional and indirect, with safe points on backward branches.

use super::Translator;
use super::condition::{Test, Tests};
use tcg_ir::{TargetKind, Val};

impl Translator<'_> {
    /// A safe point, if `target` lies backward. To be placed before the instruction changes anything.
    pub(crate) fn poll_backward(&mut self, target: u64) {
        if target <= self.pc {
            self.b.poll(self.pc);
        }
    }

    /// Ends the block: goes to a constant address.
    pub(crate) fn goto(&mut self, pc: u64) {
        self.b.goto(pc);
        self.ended = true;
    }

    /// Ends the block: goes to the address in `target`.
    pub(crate) fn goto_ind(&mut self, kind: TargetKind, target: Val) {
        match self.b.tb.konst(target) {
            Some(pc) => self.b.goto(pc),
            None => self.b.goto_ind(kind, target),
        }
        self.ended = true;
    }

    /// Leaves the block for `pc` if the condition holds.
    pub(crate) fn goto_if(&mut self, tests: Tests, pc: u64) {
        match tests {
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
