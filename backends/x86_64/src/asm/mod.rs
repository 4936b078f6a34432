//! A small table-free encoder for the instructions whose mnemonic, registers or operand form are only known at run time.
//!
//! Fixed sequences (trampolines, thunks) are written with `dynasm!`.
//! Here `dynasm!` would need one macro arm per mnemonic and operand form, and it encodes every dynamic base register
//! with a SIB byte and a 32-bit displacement; this encoder takes the opcode as a number and picks the shortest form.
//! Encodings: Intel SDM volume 2, chapter 2 (instruction format) and the instruction pages.

mod arith;
mod control;
mod encode;
mod evex;
mod moves;
mod operand;
mod vector;

pub(crate) use encode::LONG;
use encode::{Bytes, MAX_INSN};
pub(crate) use evex::Evex;
pub(crate) use operand::{Alu, Cc, Enc, Mem, NO_REG, RAX, RBP, RCX, RDX, RSI, RSP, Rm, Shift};

/// The code under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asm {
    buf: Vec<u8>,
    pos: usize,
    /// Up to here the flags are what the instruction before [`Asm::mark_flags`] made them.
    flags_until: usize,
}

impl Asm {
    pub(crate) fn clear(&mut self) {
        self.pos = 0;
        self.flags_until = usize::MAX;
    }

    /// The flags of the last instruction will be asked for.
    pub(crate) fn mark_flags(&mut self) {
        self.flags_until = self.pos;
    }

    /// Whether the flags are still those marked last. False if in doubt: only moves are known to leave them alone.
    pub(crate) fn has_marked_flags(&self) -> bool {
        self.flags_until == self.pos
    }

    /// After an instruction from `start` on that leaves the flags alone.
    #[inline(always)]
    pub(super) fn keeps_flags(&mut self, start: usize) {
        if self.flags_until == start {
            self.flags_until = self.pos;
        }
    }

    /// Makes room for at least `bytes` more.
    #[inline]
    pub(crate) fn reserve(&mut self, bytes: usize) {
        if self.pos + bytes + MAX_INSN > self.buf.len() {
            self.buf.resize((self.pos + bytes + MAX_INSN).next_power_of_two().max(1 << 14), 0);
        }
    }

    #[inline]
    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    pub(crate) fn code(&self) -> &[u8] {
        &self.buf[..self.pos]
    }

    #[inline(always)]
    fn commit(&mut self, bytes: &Bytes) {
        if self.pos + MAX_INSN > self.buf.len() {
            self.reserve(4096);
        }
        self.buf[self.pos..self.pos + MAX_INSN].copy_from_slice(&bytes.b);
        self.pos += bytes.n;
    }

    /// Appends raw bytes.
    #[inline]
    pub(crate) fn raw<const N: usize>(&mut self, bytes: [u8; N]) {
        self.reserve(N);
        self.buf[self.pos..self.pos + N].copy_from_slice(&bytes);
        self.pos += N;
    }

    /// Overwrites 4 bytes at `at`.
    pub(crate) fn patch4(&mut self, at: usize, value: i32) {
        self.buf[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
}
