//! 128-bit vectors: instructions by number, for the modules beside.
//!
//! In a sequence of several instructions only the last one writes the output, which may be in the register of an input;
//! the others write temporary registers.

use crate::alloc::NO_REG;
use crate::asm::{Enc, Rm};
use crate::constants::Const;
use crate::context::Cx;
use tcg_ir::{Lane, Val};

/// Opcode extensions of shifts by a constant.
pub(crate) const SHIFT_LEFT: u8 = 6;
pub(crate) const SHIFT_RIGHT: u8 = 2;
pub(crate) const SHIFT_SIGNED: u8 = 4;

/// Opcodes that are the same for all lanes.
pub(crate) const PAND: u8 = 0xdb;
pub(crate) const POR: u8 = 0xeb;
pub(crate) const PXOR: u8 = 0xef;

/// Encodings of registers of one operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Regs<const N: usize> {
    pub(crate) d: Enc,
    pub(crate) a: Enc,
    pub(crate) b: Enc,
    /// Temporary.
    pub(crate) t: [Enc; N],
}

impl Cx<'_> {
    /// Emits an operation of one input with `N` temporary registers.
    pub(crate) fn with_temps<const N: usize>(
        &mut self,
        d: Val,
        a: Val,
        emit: impl FnOnce(&mut Self, Regs<N>),
    ) {
        self.with_temps2(d, a, a, emit);
    }

    /// The same with two inputs.
    pub(crate) fn with_temps2<const N: usize>(
        &mut self,
        d: Val,
        a: Val,
        b: Val,
        emit: impl FnOnce(&mut Self, Regs<N>),
    ) {
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let t = [(); N].map(|()| self.alloc(true) & 15);
        self.done(&[a, b]);
        let rd = self.out(d, ra);
        emit(self, Regs { d: rd & 15, a: ra & 15, b: rb & 15, t });
        self.set(d, rd);
    }

    /// The register operand, or memory operand, of an instruction with one input.
    pub(crate) fn with_rm(&mut self, d: Val, a: Val, emit: impl FnOnce(&mut Self, Enc, Rm)) {
        let ra = self.in_rm(a);
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        emit(self, rd & 15, ra);
        self.set(d, rd);
    }

    /// An instruction of map 0F with the 66 prefix.
    pub(crate) fn p(&mut self, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.asm.v(1, opcode, d, a, b);
    }

    /// An instruction of map 0F38 with the 66 prefix.
    pub(crate) fn p38(&mut self, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.asm.v38(false, opcode, d, a, b);
    }

    /// `vpshufb` by a constant.
    pub(crate) fn shuffle_bytes(&mut self, d: Enc, a: Enc, which: Const) {
        let m = self.constant();
        self.p38(0x00, d, a, m);
        self.constant_used(which);
    }

    /// `vpshufd` (66), `vpshufhw` (F3), `vpshuflw` (F2), by the number of the prefix.
    pub(crate) fn shuffle(&mut self, pp: u8, d: Enc, a: Enc, imm: u8) {
        self.asm.vex(pp, 1, false, 0x70, d, 0, Rm::R(a), Some(imm));
    }

    /// A shift of lanes of 16, 32 or 64 bits by a constant.
    pub(crate) fn shift_lanes(&mut self, extension: u8, lane: Lane, d: Enc, a: Enc, n: u8) {
        let opcode = 0x70 + lane as u8;
        self.asm.vex(1, 1, false, opcode, extension, d, Rm::R(a), Some(n));
    }

    /// `vpsrldq`: the whole register right by bytes.
    pub(crate) fn shift_bytes_right(&mut self, d: Enc, a: Enc, bytes: u8) {
        self.asm.vex(1, 1, false, 0x73, 3, d, Rm::R(a), Some(bytes));
    }

    pub(crate) fn zero(&mut self, x: Enc) {
        self.p(PXOR, x, x, x);
    }

    pub(crate) fn ones(&mut self, x: Enc) {
        self.p(0x76, x, x, x);
    }

    /// Every lane of `x` = `bits`.
    pub(crate) fn splat(&mut self, lane: Lane, x: Enc, bits: u64) {
        self.splat_constant((bits & lane.mask()).wrapping_mul(u64::MAX / lane.mask()), x);
    }

    /// Both halves of `x` = `bits`.
    pub(crate) fn splat_constant(&mut self, bits: u64, x: Enc) {
        match bits {
            0 => self.zero(x),
            u64::MAX => self.ones(x),
            _ => {
                let m = self.literal(bits);
                // vmovddup
                self.asm.v(3, 0x12, x, 0, m);
                self.literal_used(0);
            }
        }
    }

    /// `x` = its low lane `lane`, zeros above.
    pub(crate) fn keep_low(&mut self, lane: Lane, d: Enc, a: Enc, t: Enc) {
        match lane {
            // vmovq
            Lane::D => self.asm.v(2, 0x7e, d, 0, a),
            // vinsertps with zeros in the upper three lanes
            Lane::S => self.asm.v3a(false, 0x21, d, a, a, 0x0e),
            _ => {
                let m = self.literal(lane.mask());
                self.asm.v(2, 0x7e, t, 0, m);
                self.literal_used(0);
                self.p(PAND, d, a, t);
            }
        }
    }
}
