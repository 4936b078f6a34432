//! Moves: loads, stores, constants, extensions, and the stack.

use super::Asm;
use super::encode::{Bytes, MAP_0F, MAP_0F38, MAP0, MAX_INSN};
use super::operand::{Alu, Enc, Mem, Rm};

impl Asm {
    /// `mov d, s` of 32 or 64 bits; loads if `s` is memory.
    #[inline]
    pub(crate) fn mov(&mut self, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP0, 0x8b, d, s.into());
    }

    /// `mov [m], s` of 1, 2, 4 or 8 bytes.
    #[inline]
    pub(crate) fn store(&mut self, bytes: u8, m: Mem, s: Enc) {
        match bytes {
            1 => self.legacy(0, false, MAP0, 0x88, s, m.into(), s >= 4, 0, 0),
            2 => self.legacy(0x66, false, MAP0, 0x89, s, m.into(), false, 0, 0),
            _ => self.op(bytes == 8, MAP0, 0x89, s, m.into()),
        }
    }

    /// `mov [m], imm` of 1, 2, 4 or 8 bytes; 8 bytes take the immediate sign-extended.
    pub(crate) fn store_imm(&mut self, bytes: u8, m: Mem, imm: i32) {
        match bytes {
            1 => self.legacy(0, false, MAP0, 0xc6, 0, m.into(), false, imm, 1),
            2 => self.legacy(0x66, false, MAP0, 0xc7, 0, m.into(), false, imm, 2),
            _ => self.legacy(0, bytes == 8, MAP0, 0xc7, 0, m.into(), false, imm, 4),
        }
    }

    /// Loads a constant; leaves the flags alone.
    pub(crate) fn mov_imm(&mut self, d: Enc, imm: u64) {
        let start = self.pos;
        if let Ok(low) = u32::try_from(imm) {
            let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
            if d >= 8 {
                i.put(0x41);
            }
            i.put(0xb8 | d & 7);
            i.put4(low as i32);
            self.commit(&i);
        } else if let Ok(low) = i32::try_from(imm as i64) {
            self.legacy(0, true, MAP0, 0xc7, 0, Rm::R(d), false, low, 4);
        } else {
            let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
            i.put(0x48 | d >> 3);
            i.put(0xb8 | d & 7);
            i.put4(imm as i32);
            i.put4((imm >> 32) as i32);
            self.commit(&i);
        }
        self.keeps_flags(start);
    }

    /// Loads a constant; may change the flags.
    #[inline]
    pub(crate) fn load_imm(&mut self, d: Enc, imm: u64) {
        if imm == 0 {
            self.alu(Alu::Xor, false, d, d);
        } else {
            self.mov_imm(d, imm);
        }
    }

    /// `movzx d32, s8`.
    pub(crate) fn movzx8(&mut self, d: Enc, s: impl Into<Rm>) {
        let s = s.into();
        self.legacy(0, false, MAP_0F, 0xb6, d, s, matches!(s, Rm::R(4..)), 0, 0);
    }

    /// `movzx d32, s16`.
    pub(crate) fn movzx16(&mut self, d: Enc, s: impl Into<Rm>) {
        self.op(false, MAP_0F, 0xb7, d, s.into());
    }

    /// `movsx d, s8`.
    pub(crate) fn movsx8(&mut self, w: bool, d: Enc, s: impl Into<Rm>) {
        let s = s.into();
        self.legacy(0, w, MAP_0F, 0xbe, d, s, matches!(s, Rm::R(4..)), 0, 0);
    }

    /// `movsx d, s16`.
    pub(crate) fn movsx16(&mut self, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP_0F, 0xbf, d, s.into());
    }

    /// `movsxd d64, s32`.
    pub(crate) fn movsxd(&mut self, d: Enc, s: impl Into<Rm>) {
        self.op(true, MAP0, 0x63, d, s.into());
    }

    /// `mov d8, s8`, which keeps the other bits of `d`.
    pub(crate) fn mov8(&mut self, d: Enc, s: Enc) {
        self.legacy(0, false, MAP0, 0x8a, d, Rm::R(s), d >= 4 || s >= 4, 0, 0);
    }

    /// `mov d16, s16`, which keeps the other bits of `d`.
    pub(crate) fn mov16(&mut self, d: Enc, s: Enc) {
        self.legacy(0x66, false, MAP0, 0x8b, d, Rm::R(s), false, 0, 0);
    }

    /// `movbe d, [m]` of 4 or 8 bytes.
    pub(crate) fn movbe_load(&mut self, w: bool, d: Enc, m: Mem) {
        self.op(w, MAP_0F38, 0xf0, d, m.into());
    }

    /// `movbe [m], s` of 2, 4 or 8 bytes.
    pub(crate) fn movbe_store(&mut self, bytes: u8, m: Mem, s: Enc) {
        let prefix = if bytes == 2 { 0x66 } else { 0 };
        self.legacy(prefix, bytes == 8, MAP_0F38, 0xf1, s, m.into(), false, 0, 0);
    }

    /// `bswap d`.
    pub(crate) fn bswap(&mut self, w: bool, d: Enc) {
        let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
        let rex = u8::from(w) << 3 | d >> 3;
        if rex != 0 {
            i.put(0x40 | rex);
        }
        i.put(0x0f);
        i.put(0xc8 | d & 7);
        self.commit(&i);
    }

    /// `lea d, [m]`.
    pub(crate) fn lea(&mut self, w: bool, d: Enc, m: Mem) {
        self.op(w, MAP0, 0x8d, d, m.into());
    }

    /// `push r64`.
    pub(crate) fn push(&mut self, r: Enc) {
        if r >= 8 {
            self.raw([0x41, 0x50 | r & 7]);
        } else {
            self.raw([0x50 | r]);
        }
    }

    /// `push qword [m]`.
    pub(crate) fn push_mem(&mut self, m: Mem) {
        self.op(false, MAP0, 0xff, 6, m.into());
    }

    /// `pop qword [m]`. The address must not depend on rsp.
    pub(crate) fn pop_mem(&mut self, m: Mem) {
        self.op(false, MAP0, 0x8f, 0, m.into());
    }

    /// `push imm32`, sign-extended.
    pub(crate) fn push_imm(&mut self, imm: i32) {
        self.raw([0x68]);
        self.raw(imm.to_le_bytes());
    }
}
