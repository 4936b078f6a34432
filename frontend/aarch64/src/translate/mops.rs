//! Group `mops`: copies and fills of storage.
//!
//! Arm ARM DDI 0487, C6.2 "CPYP, CPYM, CPYE" and "SETP, SETM, SETE".

use super::addr::EXIT_ARG;
use super::cc::Cc;
use super::{Translator, rows};
use crate::helpers::integer::id;
use crate::helpers::mops::Operands;
use crate::trap::RESTART_COPY;
use frontend_common::{Test, Tests};
use isa::aarch64::mops::Translate;
use isa::aarch64::{Copy, Fill};
use tcg_ir::{Cond, Type, Val};

impl Translator<'_> {
    fn number(&mut self, r: u8) -> Val {
        self.b.i32(r.into())
    }

    fn copy_prologue(&mut self, either_way: bool, f: Copy) {
        let registers = [self.number(f.rd), self.number(f.rs), self.number(f.rn)];
        let either_way = self.b.i32(either_way.into());
        self.b.call(id::COPY_PROLOGUE, &[registers[0], registers[1], registers[2], either_way]);
        self.prologue_done();
    }

    fn fill_prologue(&mut self, f: Fill) {
        let operands = [self.number(f.rd), self.number(f.rn), self.x(f.rs)];
        self.b.call(id::FILL_PROLOGUE, &operands);
        self.prologue_done();
    }

    /// Flags of zero say that the registers are in the form of option A.
    fn prologue_done(&mut self) {
        self.set_cc(Cc::Const(0));
    }

    fn copy(&mut self, is_epilogue: bool, f: Copy) {
        let operands = Operands { rd: f.rd, rs: Some(f.rs), rn: f.rn, is_epilogue };
        self.move_the_rest(operands, |t| {
            let registers = [t.number(f.rd), t.number(f.rs), t.number(f.rn)];
            t.b.call(id::COPY, &registers)
        });
    }

    fn fill(&mut self, is_epilogue: bool, f: Fill) {
        let operands = Operands { rd: f.rd, rs: None, rn: f.rn, is_epilogue };
        self.move_the_rest(operands, |t| {
            let operands = [t.number(f.rd), t.number(f.rn), t.x(f.rs)];
            t.b.call(id::FILL, &operands)
        });
    }

    /// Moves some bytes if the count says that any are left, and runs the instruction again while there are. PSTATE.C says
    /// that the registers are in the form of option B, which is not ours.
    fn move_the_rest(&mut self, operands: Operands, some: impl FnOnce(&mut Self) -> Val) {
        if !matches!(self.cc, Cc::Const(0)) {
            let flags = self.flags_value();
            let (carry, operands) = (self.b.i32(2), self.b.i64(operands.bits()));
            self.b.st_state(Type::I64, EXIT_ARG, operands);
            self.b.trap_if(Type::I32, Cond::TstNe, flags, carry, RESTART_COPY.0);
        }
        let rn = operands.rn;
        let (count, zero, done) = (self.x(rn), self.zero(), self.b.new_label());
        self.b.brcond(Type::I64, Cond::Eq, count, zero, done);
        self.poll();
        some(self);
        self.set_label(done);
        let (count, zero) = (self.x(rn), self.zero());
        self.goto_if(Tests::One(Test::Int(Type::I64, Cond::Ne, count, zero)), self.pc);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        cpyfp: Copy = self.copy_prologue(false, f);
        cpyfm: Copy = self.copy(false, f);
        cpyfe: Copy = self.copy(true, f);
        cpyp: Copy = self.copy_prologue(true, f);
        cpym: Copy = self.copy(false, f);
        cpye: Copy = self.copy(true, f);
        setp: Fill = self.fill_prologue(f);
        setm: Fill = self.fill(false, f);
        sete: Fill = self.fill(true, f);
    }
}
