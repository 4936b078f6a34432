//! Jumps, and padding for them.

use super::Asm;
use super::encode::MAP0;
use super::operand::{Cc, Mem};

impl Asm {
    /// `jcc rel32`; returns where the displacement is.
    pub(crate) fn jcc(&mut self, cc: Cc) -> usize {
        self.raw([0x0f, 0x80 | cc as u8, 0, 0, 0, 0]);
        self.pos - 4
    }

    /// `jmp rel32`; returns where the displacement is.
    pub(crate) fn jmp(&mut self) -> usize {
        self.raw([0xe9, 0, 0, 0, 0]);
        self.pos - 4
    }

    /// `call rel32`; returns where the displacement is.
    pub(crate) fn call(&mut self) -> usize {
        self.raw([0xe8, 0, 0, 0, 0]);
        self.pos - 4
    }

    /// `jmp [m]`.
    pub(crate) fn jmp_mem(&mut self, m: Mem) {
        self.op(false, MAP0, 0xff, 4, m.into());
    }

    /// `call [m]`.
    pub(crate) fn call_mem(&mut self, m: Mem) {
        self.op(false, MAP0, 0xff, 2, m.into());
    }

    /// `ret`.
    pub(crate) fn ret(&mut self) {
        self.raw([0xc3]);
    }

    /// Makes the displacement at `at` lead to the current position.
    pub(crate) fn bind(&mut self, at: usize) {
        let rel = self.pos as i64 - (at as i64 + 4);
        self.patch4(at, rel as i32);
    }

    /// Pads with one no-op so that `pos + ahead` is a multiple of 4.
    pub(crate) fn align4(&mut self, ahead: usize) {
        // Of each row the first `pad` bytes count.
        const NOPS: [[u8; 4]; 4] =
            [[0; 4], [0x90, 0, 0, 0], [0x66, 0x90, 0, 0], [0x0f, 0x1f, 0x00, 0]];
        let pad = (self.pos + ahead).wrapping_neg() & 3;
        self.raw(NOPS[pad]);
        self.pos -= 4 - pad;
    }

    /// The same, but the no-op goes before the code from `start` on, so that a compare stays next to its jump.
    /// That code must hold no displacement that was recorded elsewhere.
    pub(crate) fn align4_before(&mut self, start: usize, ahead: usize) {
        let pad = (self.pos + ahead).wrapping_neg() & 3;
        if pad == 0 {
            return;
        }
        let end = self.pos;
        self.align4(ahead);
        self.buf[start..self.pos].rotate_right(self.pos - end);
    }
}
