//! Floating point.

use crate::context::Cx;
use tcg_ir::{Cond, FpMask, Round, Sign, Val};

/// Two-operand arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arith {
    Add,
    Sub,
    Mul,
    Div,
}

#[allow(unused_variables, reason = "wip")]
impl Cx<'_> {
    pub(crate) fn fp_binary(&mut self, op: Arith, d: Val, a: Val, b: Val) {
        self.failed = true;
    }
    pub(crate) fn fsqrt(&mut self, d: Val, a: Val) {
        self.failed = true;
    }
    pub(crate) fn fmuladd(&mut self, sub: bool, d: Val, a: Val, b: Val, c: Val) {
        self.failed = true;
    }
    pub(crate) fn fneg(&mut self, d: Val, a: Val) {
        self.failed = true;
    }
    pub(crate) fn fabs(&mut self, d: Val, a: Val) {
        self.failed = true;
    }
    pub(crate) fn fcmp(&mut self, signaling: bool, d: Val, a: Val, b: Val) {
        self.failed = true;
    }
    pub(crate) fn fsetmask(&mut self, mask: FpMask, d: Val, a: Val, b: Val) {
        self.failed = true;
    }
    pub(crate) fn fcvt(&mut self, d: Val, a: Val) {
        self.failed = true;
    }
    pub(crate) fn ffromint(&mut self, sign: Sign, d: Val, a: Val) {
        self.failed = true;
    }
    pub(crate) fn ftoint(&mut self, sign: Sign, round: Round, d: Val, cls: Val, a: Val) {
        self.failed = true;
    }
    pub(crate) fn fround(&mut self, round: Round, quiet: bool, d: Val, a: Val) {
        self.failed = true;
    }
    pub(crate) fn bitcast(&mut self, d: Val, a: Val) {
        self.failed = true;
    }
    pub(crate) fn fhi(&mut self, d: Val, a: Val) {
        self.failed = true;
    }
    pub(crate) fn fsethi(&mut self, d: Val, a: Val, b: Val) {
        self.failed = true;
    }
    pub(crate) fn fpflags_get(&mut self, d: Val) {
        self.failed = true;
    }
    pub(crate) fn fpflags_set(&mut self, v: Val) {
        self.failed = true;
    }
    pub(crate) fn fpround_set(&mut self, v: Val) {
        self.failed = true;
    }
    pub(crate) fn select_fp(&mut self, cond: Cond, d: Val, ab: (Val, Val), t: Val, f: Val) {
        self.failed = true;
    }
    pub(crate) fn goto_if_fp(&mut self, mask: FpMask, pc: u64, a: Val, b: Val) {
        self.failed = true;
    }
}
