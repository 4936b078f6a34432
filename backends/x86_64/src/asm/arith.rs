//! Integer arithmetic of general registers, and what is atomic.

use super::Asm;
use super::encode::{MAP_0F, MAP_0F3A, MAP_0F38, MAP0};
use super::operand::{Alu, Cc, Enc, Mem, Rm, Shift};

impl Asm {
    /// `op d, s`.
    #[inline]
    pub(crate) fn alu(&mut self, op: Alu, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP0, (op as u8) << 3 | 3, d, s.into());
    }

    /// `op d, imm`, the immediate sign-extended.
    #[inline]
    pub(crate) fn alu_imm(&mut self, op: Alu, w: bool, d: impl Into<Rm>, imm: i32) {
        if i8::try_from(imm).is_ok() {
            self.legacy(0, w, MAP0, 0x83, op as u8, d.into(), false, imm, 1);
        } else {
            self.legacy(0, w, MAP0, 0x81, op as u8, d.into(), false, imm, 4);
        }
    }

    /// `test a, b`.
    pub(crate) fn test(&mut self, w: bool, a: impl Into<Rm>, b: Enc) {
        self.op(w, MAP0, 0x85, b, a.into());
    }

    /// `test a, imm`, the immediate sign-extended.
    pub(crate) fn test_imm(&mut self, w: bool, a: impl Into<Rm>, imm: i32) {
        self.legacy(0, w, MAP0, 0xf7, 0, a.into(), false, imm, 4);
    }

    /// `bt a, bit`.
    pub(crate) fn bt(&mut self, w: bool, a: impl Into<Rm>, bit: u8) {
        self.legacy(0, w, MAP_0F, 0xba, 4, a.into(), false, i32::from(bit), 1);
    }

    /// `cmc`: the opposite carry.
    pub(crate) fn cmc(&mut self) {
        self.raw([0xf5]);
    }

    /// One-operand group 3: `not` 2, `neg` 3, `mul` 4, `imul` 5, `div` 6, `idiv` 7.
    pub(crate) fn group3(&mut self, extension: u8, w: bool, a: impl Into<Rm>) {
        self.op(w, MAP0, 0xf7, extension, a.into());
    }

    /// `imul d, s`.
    pub(crate) fn imul(&mut self, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP_0F, 0xaf, d, s.into());
    }

    /// `imul d, s, imm`.
    pub(crate) fn imul_imm(&mut self, w: bool, d: Enc, s: impl Into<Rm>, imm: i32) {
        if i8::try_from(imm).is_ok() {
            self.legacy(0, w, MAP0, 0x6b, d, s.into(), false, imm, 1);
        } else {
            self.legacy(0, w, MAP0, 0x69, d, s.into(), false, imm, 4);
        }
    }

    /// Shift or rotate by a constant.
    pub(crate) fn shift(&mut self, op: Shift, w: bool, d: Enc, n: u8) {
        self.legacy(0, w, MAP0, 0xc1, op as u8, Rm::R(d), false, i32::from(n), 1);
    }

    /// `shrd d, s, n` of 64 bits: the low bits of `s` enter at the top of `d`.
    pub(crate) fn shrd(&mut self, d: Enc, s: Enc, n: u8) {
        self.legacy(0, true, MAP_0F, 0xac, s, Rm::R(d), false, i32::from(n), 1);
    }

    /// `rol d16, n`.
    pub(crate) fn rol16(&mut self, d: Enc, n: u8) {
        self.legacy(0x66, false, MAP0, 0xc1, 0, Rm::R(d), false, i32::from(n), 1);
    }

    /// `shlx`, `shrx` or `sarx` `d, s, n` (BMI2).
    pub(crate) fn shift_var(&mut self, op: Shift, w: bool, d: Enc, s: impl Into<Rm>, n: Enc) {
        let pp = match op {
            Shift::Shl => 1,
            Shift::Shr => 3,
            Shift::Sar => 2,
        };
        self.vex(pp, MAP_0F38, w, 0xf7, d, n, s.into(), None);
    }

    /// `rorx d, s, n` (BMI2).
    pub(crate) fn rorx(&mut self, w: bool, d: Enc, s: impl Into<Rm>, n: u8) {
        self.vex(3, MAP_0F3A, w, 0xf0, d, 0, s.into(), Some(n));
    }

    /// `andn d, a, b`: `!a & b` (BMI1).
    pub(crate) fn andn(&mut self, w: bool, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.vex(0, MAP_0F38, w, 0xf2, d, a, b.into(), None);
    }

    /// `mulx hi, lo, s`: `hi:lo = rdx * s` (BMI2).
    pub(crate) fn mulx(&mut self, w: bool, hi: Enc, lo: Enc, s: impl Into<Rm>) {
        self.vex(3, MAP_0F38, w, 0xf6, hi, lo, s.into(), None);
    }

    /// `lzcnt` (0xbd), `tzcnt` (0xbc) or `popcnt` (0xb8).
    pub(crate) fn count(&mut self, opcode: u8, w: bool, d: Enc, s: impl Into<Rm>) {
        self.legacy(0xf3, w, MAP_0F, opcode, d, s.into(), false, 0, 0);
    }

    /// `setcc d8`.
    pub(crate) fn setcc(&mut self, cc: Cc, d: Enc) {
        self.legacy(0, false, MAP_0F, 0x90 | cc as u8, 0, Rm::R(d), d >= 4, 0, 0);
    }

    /// `cmovcc d, s`.
    pub(crate) fn cmov(&mut self, cc: Cc, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP_0F, 0x40 | cc as u8, d, s.into());
    }

    /// `cdq` or `cqo`.
    pub(crate) fn sign_to_rdx(&mut self, w: bool) {
        if w {
            self.raw([0x48, 0x99]);
        } else {
            self.raw([0x99]);
        }
    }

    // --- atomics -------------------------------------------------------------------------------

    /// The `lock` prefix, for the next instruction.
    pub(crate) fn lock(&mut self) {
        self.raw([0xf0]);
    }

    /// `op [m], s` of 1, 2, 4 or 8 bytes with the opcode of its 32-bit form in `map` 0 or 0F; the byte form is one less.
    pub(crate) fn sized(&mut self, bytes: u8, two_byte: bool, opcode: u8, m: Mem, s: Enc) {
        let map = if two_byte { MAP_0F } else { MAP0 };
        let prefix = if bytes == 2 { 0x66 } else { 0 };
        let opcode = if bytes == 1 { opcode - 1 } else { opcode };
        self.legacy(prefix, bytes == 8, map, opcode, s, m.into(), bytes == 1 && s >= 4, 0, 0);
    }

    /// `xchg a, b` of registers.
    pub(crate) fn xchg(&mut self, a: Enc, b: Enc) {
        self.op(true, MAP0, 0x87, a, Rm::R(b));
    }

    /// `or byte [m], imm`.
    pub(crate) fn or_byte(&mut self, m: Mem, imm: u8) {
        self.legacy(0, false, MAP0, 0x80, 1, m.into(), false, i32::from(imm), 1);
    }

    /// `test byte [m], imm`.
    pub(crate) fn test_byte(&mut self, m: Mem, imm: u8) {
        self.legacy(0, false, MAP0, 0xf6, 0, m.into(), false, i32::from(imm), 1);
    }

    /// `cmpxchg16b [m]`.
    pub(crate) fn cmpxchg16b(&mut self, m: Mem) {
        self.op(true, MAP_0F, 0xc7, 1, m.into());
    }
}
