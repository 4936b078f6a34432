//! Prefixes, opcode maps, ModRM, SIB and displacement: one instruction from its fields.

use super::Asm;
use super::operand::{Mem, NO_REG, RIP, Rm};

/// Opcode maps.
pub(super) const MAP0: u8 = 0;
pub(super) const MAP_0F: u8 = 1;
pub(super) const MAP_0F38: u8 = 2;
pub(super) const MAP_0F3A: u8 = 3;

/// VEX.L, beside the number of the mandatory prefix: 256 bits.
pub(crate) const LONG: u8 = 4;

/// Bytes that one instruction may need, and the room that must be left before emitting an op.
pub(super) const MAX_INSN: usize = 16;

/// One instruction under construction.
pub(super) struct Bytes {
    pub(super) b: [u8; MAX_INSN],
    pub(super) n: usize,
}

impl Bytes {
    #[inline(always)]
    pub(super) fn put(&mut self, byte: u8) {
        self.b[self.n & 15] = byte;
        self.n += 1;
    }

    #[inline(always)]
    pub(super) fn put4(&mut self, value: i32) {
        let n = self.n.min(MAX_INSN - 4);
        self.b[n..n + 4].copy_from_slice(&value.to_le_bytes());
        self.n = n + 4;
    }

    /// ModRM, SIB and displacement.
    #[inline(always)]
    pub(super) fn modrm(&mut self, reg: u8, rm: Rm) {
        self.modrm_in_units(reg, rm, 1);
    }

    /// The same where displacements of one byte count so many bytes.
    #[inline(always)]
    pub(super) fn modrm_in_units(&mut self, reg: u8, rm: Rm, unit: i32) {
        let reg = (reg & 7) << 3;
        match rm {
            Rm::R(r) => self.put(0xc0 | reg | (r & 7)),
            Rm::M(Mem { base: NO_REG, index, scale, disp }) => {
                self.put(reg | 4);
                let index = if index == NO_REG { 4 } else { index & 7 };
                self.put(scale << 6 | index << 3 | 5);
                self.put4(disp);
            }
            Rm::M(Mem { base: RIP, disp, .. }) => {
                self.put(reg | 5);
                self.put4(disp);
            }
            Rm::M(Mem { base, index, scale, disp }) => {
                let short = i8::try_from(disp / unit).ok().filter(|_| disp % unit == 0);
                let mode = match short {
                    Some(0) if base & 7 != 5 => 0x00,
                    Some(_) => 0x40,
                    None => 0x80,
                };
                if index != NO_REG || base & 7 == 4 {
                    self.put(mode | reg | 4);
                    let index = if index == NO_REG { 4 } else { index & 7 };
                    self.put(scale << 6 | index << 3 | (base & 7));
                } else {
                    self.put(mode | reg | (base & 7));
                }
                match mode {
                    0x40 => self.put((disp / unit) as u8),
                    0x80 => self.put4(disp),
                    _ => {}
                }
            }
        }
    }
}

/// REX bits R, X, B of the operands.
#[inline(always)]
pub(super) fn rex_bits(reg: u8, rm: Rm) -> u8 {
    let ext = |r: u8| if r == NO_REG { 0 } else { r >> 3 & 1 };
    let (x, b) = match rm {
        Rm::R(r) => (0, ext(r)),
        Rm::M(m) => (ext(m.index), ext(m.base)),
    };
    (reg >> 3 & 1) << 2 | x << 1 | b
}

/// Whether this is a move (`mov`, `movzx`, `movbe`, `lea`, `cmov`, `set`) of the general registers.
#[inline(always)]
const fn moves(map: u8, opcode: u8) -> bool {
    match map {
        MAP0 => matches!(opcode, 0x63 | 0x88..=0x8b | 0x8d | 0xc6 | 0xc7),
        MAP_0F => matches!(opcode, 0x40..=0x4f | 0x90..=0x9f | 0xb6 | 0xb7 | 0xbe | 0xbf),
        MAP_0F38 => matches!(opcode, 0xf0 | 0xf1),
        _ => false,
    }
}

impl Asm {
    /// The general legacy-encoded instruction: mandatory prefix (or 0), REX.W, map, opcode, operands, immediate of `n_imm` bytes.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "the fields of an x86 instruction")]
    pub(super) fn legacy(
        &mut self,
        prefix: u8,
        w: bool,
        map: u8,
        opcode: u8,
        reg: u8,
        rm: Rm,
        force_rex: bool,
        imm: i32,
        n_imm: u8,
    ) {
        let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
        if prefix != 0 {
            i.put(prefix);
        }
        let rex = rex_bits(reg, rm) | u8::from(w) << 3;
        if rex != 0 || force_rex {
            i.put(0x40 | rex);
        }
        if map != MAP0 {
            i.put(0x0f);
        }
        match map {
            MAP_0F38 => i.put(0x38),
            MAP_0F3A => i.put(0x3a),
            _ => {}
        }
        i.put(opcode);
        i.modrm(reg, rm);
        match n_imm {
            0 => {}
            1 => i.put(imm as u8),
            2 => {
                i.put(imm as u8);
                i.put((imm >> 8) as u8);
            }
            _ => i.put4(imm),
        }
        let start = self.pos();
        self.commit(&i);
        if moves(map, opcode) {
            self.keeps_flags(start);
        }
    }

    #[inline]
    pub(super) fn op(&mut self, w: bool, map: u8, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, w, map, opcode, reg, rm, false, 0, 0);
    }

    /// The general VEX-encoded instruction; `pp`: 0 none, 1 66, 2 F3, 3 F2, with [`LONG`] for 256 bits.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "the fields of an x86 instruction")]
    pub(crate) fn vex(
        &mut self,
        pp: u8,
        map: u8,
        w: bool,
        opcode: u8,
        reg: u8,
        vvvv: u8,
        rm: Rm,
        imm: Option<u8>,
    ) {
        let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
        let rex = rex_bits(reg, rm);
        let tail = (!vvvv & 15) << 3 | pp;
        if map == MAP_0F && !w && rex & 3 == 0 {
            i.put(0xc5);
            i.put((!(rex >> 2) & 1) << 7 | tail);
        } else {
            i.put(0xc4);
            i.put((!rex & 7) << 5 | map);
            i.put(u8::from(w) << 7 | tail);
        }
        i.put(opcode);
        i.modrm(reg, rm);
        if let Some(imm) = imm {
            i.put(imm);
        }
        self.commit(&i);
    }
}
