//! Code off the hot path, after the block: side exits with deferred puts, traps, stubs of unchained exits, literals.

use crate::alloc::NIL;
use crate::asm::{Mem, RAX};
use crate::constants::Const;
use crate::context::Cx;
use crate::pins::Reg;
use crate::slow::SlowOp;
use std::mem::offset_of;
use tcg_ir::layout::{Env, HelperId};
use tcg_ir::{DirectExit, ExitCode, Type};

/// A piece of cold code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cold {
    /// The displacement of the jump that comes here.
    pub(crate) from: usize,
    /// Deferred puts to execute first, as a range of `snaps`.
    pub(crate) puts: (u32, u32),
    pub(crate) then: Then,
}

/// What a piece of cold code does in the end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    /// Goes to another TB.
    Goto { pc: u64 },
    /// Calls a helper for the instruction at `at`, and goes to another TB.
    CallGoto { h: HelperId, arg: u64, at: u64, pc: u64 },
    /// Leaves to the loop.
    Exit { code: ExitCode, pc: u64 },
    /// Leaves because the jump table of a branch type does not know the guest pc in `target`.
    Indirect { target: Reg, branch_type: u32 },
    /// Looks up the guest pc in `target` because the return was not predicted.
    ReturnMiss { target: Reg },
    /// Corrects the result of a float op and goes on at `back`.
    Float { slow: Slow, back: usize },
    /// Converts an integer from 2^63 on and goes on at `back`.
    FromLarge { integer: FromLarge, back: usize },
    /// Forgets all predicted returns and goes on at `back`.
    DropReturns { back: usize },
}

/// A float op that may have to be done by software.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slow {
    pub(crate) op: SlowOp,
    /// Registers of the operands.
    pub(crate) operands: [Reg; 3],
    /// Registers of the results.
    pub(crate) results: [Reg; 2],
    /// The jump here was `jbe` after the comparison with the smallest normal number: below it the result is right.
    pub(crate) checked: bool,
}

/// A constant in memory and the operand that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Literal {
    bits: u64,
    /// Where its rip-relative displacement is.
    at: usize,
    /// Bytes of the instruction after that.
    trailing: usize,
}

/// An unsigned integer that the host would take for a negative one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromLarge {
    /// Type of the result.
    pub(crate) ty: Type,
    /// Register of the integer.
    pub(crate) from: Reg,
    /// Register of the result, which is zero.
    pub(crate) to: Reg,
    /// Temporary.
    pub(crate) t: Reg,
}

pub(crate) const EXIT_CODE: i32 = offset_of!(Env, exit_code) as i32;
pub(crate) const EXIT_ARG: i32 = offset_of!(Env, exit_arg) as i32;
pub(crate) const PC: i32 = offset_of!(Env, pc) as i32;

/// Marks a literal operand until its displacement is known.
const RIP_PLACEHOLDER: i32 = 0;

impl Cx<'_> {
    /// Sends the jump at `from` to cold code that executes the present deferred puts and then does `then`.
    pub(crate) fn cold(&mut self, from: usize, then: Then) {
        let puts = self.snapshot();
        self.cold.push(Cold { from, puts, then });
    }

    /// The same where deferred puts stay deferred.
    pub(crate) fn cold_detour(&mut self, from: usize, then: Then) {
        self.cold.push(Cold { from, puts: (0, 0), then });
    }

    pub(crate) fn emit_cold(&mut self) {
        let mut i = 0;
        while i < self.cold.len() {
            let cold = self.cold[i];
            self.asm.reserve(1024);
            self.asm.bind(cold.from);
            self.emit_snapshot(cold.puts, 0);
            self.emit_control(cold.then);
            i += 1;
        }
        for i in 0..self.exits.len() {
            self.emit_stub(i);
        }
    }

    /// `jmp rel32` to the TB at `pc`, chainable.
    pub(crate) fn direct_jump(&mut self, pc: u64) {
        self.asm.align4(1);
        let at = self.asm.jmp();
        self.direct_exit(pc, at);
    }

    /// Records the displacement at `at` as a direct exit.
    pub(crate) fn direct_exit(&mut self, pc: u64, at: usize) {
        debug_assert!(at.is_multiple_of(4), "chainable displacements are aligned");
        self.exits.push(DirectExit { pc, patch_at: at as u32, stub_at: NIL });
    }

    /// The stub of an unchained exit: a call of the chain thunk, followed by its arguments.
    fn emit_stub(&mut self, i: usize) {
        self.asm.reserve(64);
        let DirectExit { pc, patch_at, .. } = self.exits[i];
        self.asm.bind(patch_at as usize);
        self.exits[i].stub_at = self.asm.pos() as u32;
        self.call_prologue(self.shared.offsets.chain);
        let here = self.asm.pos() as i32;
        self.asm.raw(pc.to_le_bytes());
        self.asm.raw((patch_at as i32 - here).to_le_bytes());
    }

    /// Leaves to the loop with a reason; the exit argument is already stored.
    pub(crate) fn leave(&mut self, code: ExitCode, pc: u64) {
        let m = self.state(EXIT_CODE);
        self.asm.store_imm(4, m, code.0 as i32);
        let m = self.state(PC);
        match i32::try_from(pc as i64) {
            Ok(imm) => self.asm.store_imm(8, m, imm),
            Err(_) => {
                self.asm.mov_imm(RAX, pc);
                self.asm.store(8, m, RAX);
            }
        }
        let at = self.asm.jmp();
        self.jump_to_prologue(at, self.shared.offsets.exit);
    }

    /// `call` of a place in the prologue.
    pub(crate) fn call_prologue(&mut self, offset: u32) {
        let at = self.asm.call();
        self.jump_to_prologue(at, offset);
    }

    /// Makes the displacement at `at` lead to a place in the prologue.
    pub(crate) fn jump_to_prologue(&mut self, at: usize, offset: u32) {
        let target = self.shared.prologue_at.wrapping_add(u64::from(offset));
        let next = self.shared.at.wrapping_add(at as u64 + 4);
        self.asm.patch4(at, target.wrapping_sub(next) as i32);
    }

    /// A host operand for a constant of the prologue. The instruction must end with the displacement; `constant_used` follows it.
    pub(crate) fn constant(&self) -> Mem {
        Mem::rip(RIP_PLACEHOLDER)
    }

    /// Completes the instruction that just ended with a `constant` operand.
    pub(crate) fn constant_used(&mut self, which: Const) {
        self.constant_used_before(which, 0);
    }

    /// The same if the instruction ends with an immediate of so many bytes.
    pub(crate) fn constant_used_before(&mut self, which: Const, immediate: u32) {
        let at = self.asm.pos() - 4 - immediate as usize;
        let constant = self.shared.offsets.constants + 16 * which as u32;
        self.jump_to_prologue(at, constant - immediate);
    }

    /// A host operand for a constant in memory; `literal_used` follows the instruction.
    pub(crate) fn literal(&mut self, bits: u64) -> Mem {
        self.literals.push(Literal { bits, at: usize::MAX, trailing: 0 });
        Mem::rip(RIP_PLACEHOLDER)
    }

    /// Notes where the displacement of the last literal operand is: so many bytes before the instruction's end, which is here.
    pub(crate) fn literal_used(&mut self, trailing: usize) {
        let at = self.asm.pos() - 4 - trailing;
        if let Some(last) = self.literals.last_mut() {
            (last.at, last.trailing) = (at, trailing);
        }
    }

    pub(crate) fn emit_literals(&mut self) {
        if self.literals.is_empty() {
            return;
        }
        self.literals.sort_unstable();
        let mut last = None;
        for i in 0..self.literals.len() {
            let Literal { bits, at, trailing } = self.literals[i];
            if last != Some(bits) {
                while !self.asm.pos().is_multiple_of(8) {
                    self.asm.raw([0]);
                }
                self.asm.raw(bits.to_le_bytes());
                last = Some(bits);
            }
            let rel = self.asm.pos() as i64 - 8 - (at + 4 + trailing) as i64;
            self.asm.patch4(at, rel as i32);
        }
    }
}
