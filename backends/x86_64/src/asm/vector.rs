//! Vector registers.

use super::Asm;
use super::encode::{MAP_0F, MAP_0F3A, MAP_0F38};
use super::operand::{Enc, Mem, Rm};

impl Asm {
    /// VEX-encoded 128-bit or scalar instruction in map 0F.
    #[inline]
    pub(crate) fn v(&mut self, pp: u8, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.vex(pp, MAP_0F, false, opcode, d, a, b.into(), None);
    }

    /// The same with REX.W set, for moves between register files and 64-bit conversions.
    pub(crate) fn v_w(&mut self, pp: u8, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.vex(pp, MAP_0F, true, opcode, d, a, b.into(), None);
    }

    /// VEX-encoded instruction in map 0F38 with the 66 prefix.
    pub(crate) fn v38(&mut self, w: bool, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.vex(1, MAP_0F38, w, opcode, d, a, b.into(), None);
    }

    /// VEX-encoded instruction in map 0F3A with the 66 prefix and an immediate.
    pub(crate) fn v3a(&mut self, w: bool, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>, imm: u8) {
        self.vex(1, MAP_0F3A, w, opcode, d, a, b.into(), Some(imm));
    }

    /// `vzeroupper`: the upper halves of all registers become zero, which instructions of older encodings of C functions want.
    pub(crate) fn zero_upper(&mut self) {
        self.raw([0xc5, 0xf8, 0x77]);
    }

    /// `sha*` of map 0F38; `sha256rnds2` also reads xmm0.
    pub(crate) fn sha(&mut self, opcode: u8, d: Enc, s: Enc) {
        self.op(false, MAP_0F38, opcode, d, Rm::R(s));
    }

    /// `sha1rnds4`.
    pub(crate) fn sha1_rounds(&mut self, d: Enc, s: Enc, which: u8) {
        self.legacy(0, false, MAP_0F3A, 0xcc, d, Rm::R(s), false, i32::from(which), 1);
    }

    /// `ldmxcsr` (2) or `stmxcsr` (3).
    pub(crate) fn mxcsr(&mut self, extension: u8, m: Mem) {
        self.op(false, MAP_0F, 0xae, extension, m.into());
    }
}
