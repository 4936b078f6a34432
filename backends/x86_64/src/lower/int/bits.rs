//! Shifts, counts, and fields of bits.

use super::as_reg;
use crate::alloc::NO_REG;
use crate::asm::{Alu, Mem, Shift};
use crate::context::Cx;
use crate::pins::Reg;
use tcg_ir::{Sign, Val};

impl Cx<'_> {
    pub(crate) fn shift(&mut self, op: Shift, d: Val, a: Val, n: Val) {
        let w = self.w(d);
        let width = if w { 63 } else { 31 };
        if let Some(n) = self.tb.constant(n) {
            let n = n as u8 & width;
            return self.with_imm(d, a, |cx, d| cx.asm.shift(op, w, d, n));
        }
        let rn = self.in_reg(n);
        let ra = self.in_rm(a);
        self.done(&[a, n]);
        let rd = self.out(d, NO_REG);
        self.asm.shift_var(op, w, rd, ra, rn);
        self.set(d, rd);
    }

    pub(crate) fn rotl(&mut self, d: Val, a: Val, n: Val) {
        let w = self.w(d);
        let bits = if w { 64 } else { 32 };
        if let Some(n) = self.tb.constant(n) {
            let right = (bits - (n as u8 & (bits - 1))) & (bits - 1);
            let ra = self.in_rm(a);
            self.done(&[a]);
            let rd = self.out(d, NO_REG);
            self.asm.rorx(w, rd, ra, right);
            return self.set(d, rd);
        }
        // Left by n is left by n or right by -n; the counts are taken modulo the width.
        let (ra, rn) = (self.in_reg(a), self.in_reg(n));
        self.done(&[a, n]);
        let t = self.alloc(false);
        self.asm.mov(false, t, rn);
        self.asm.group3(3, false, t);
        self.asm.shift_var(Shift::Shr, w, t, ra, t);
        let rd = self.out(d, NO_REG);
        self.asm.shift_var(Shift::Shl, w, rd, ra, rn);
        self.asm.alu(Alu::Or, w, rd, t);
        self.set(d, rd);
    }

    pub(crate) fn count(&mut self, opcode: u8, d: Val, a: Val) {
        let w = self.w(d);
        let ra = self.in_rm(a);
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        self.asm.count(opcode, w, rd, ra);
        self.set(d, rd);
    }

    pub(crate) fn lookup(&mut self, table: u8, d: Val, a: Val) {
        let ra = self.in_rm(a);
        let t = self.alloc(false);
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        self.asm.movzx8(rd, ra);
        let tables = self.constant();
        self.asm.lea(true, t, tables);
        self.jump_to_prologue(self.asm.pos() - 4, self.shared.offsets.tables);
        self.asm.movzx8(rd, Mem { index: rd, ..Mem::base(t, 256 * i32::from(table)) });
        self.set(d, rd);
    }

    pub(crate) fn bswap(&mut self, d: Val, a: Val) {
        let w = self.w(d);
        self.with_imm(d, a, |cx, d| cx.asm.bswap(w, d));
    }

    pub(crate) fn extract(&mut self, pos: u8, len: u8, sign: Sign, d: Val, a: Val) {
        let w = self.w(d);
        let width = if w { 64 } else { 32 };
        if pos == 0 && matches!(len, 8 | 16 | 32) && len < width {
            let ra = self.in_rm(a);
            self.done(&[a]);
            let rd = self.out(d, as_reg(ra));
            self.extend_low(len / 8, sign, w, rd, ra);
            return self.set(d, rd);
        }
        if pos + len == width {
            let op = if sign == Sign::Signed { Shift::Sar } else { Shift::Shr };
            return self.with_imm(d, a, |cx, d| {
                if pos != 0 {
                    cx.asm.shift(op, w, d, pos);
                } else if !w {
                    // The whole of a narrow value: clear what is above.
                    cx.asm.mov(false, d, d);
                }
            });
        }
        if sign == Sign::Unsigned && len <= 32 {
            return self.extract_small(pos, len, d, a);
        }
        let (left, right) = (width - pos - len, width - len);
        let op = if sign == Sign::Signed { Shift::Sar } else { Shift::Shr };
        self.with_imm(d, a, |cx, d| {
            if left != 0 {
                cx.asm.shift(Shift::Shl, w, d, left);
            }
            cx.asm.shift(op, w, d, right);
        });
    }

    /// Unsigned extraction of at most 32 bits.
    fn extract_small(&mut self, pos: u8, len: u8, d: Val, a: Val) {
        let w = self.w(d);
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        match (pos, rd == ra) {
            (0, true) => {}
            (0, false) => self.asm.mov(w, rd, ra),
            (_, true) => self.asm.shift(Shift::Shr, w, rd, pos),
            (_, false) => self.asm.rorx(w, rd, ra, pos),
        }
        match len {
            8 => self.asm.movzx8(rd, rd),
            16 => self.asm.movzx16(rd, rd),
            32 => self.asm.mov(false, rd, rd),
            _ => self.asm.alu_imm(Alu::And, false, rd, (u32::MAX >> (32 - len)) as i32),
        }
        self.set(d, rd);
    }

    pub(crate) fn deposit(&mut self, pos: u8, len: u8, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        let width = if w { 64 } else { 32 };
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let t = self.alloc(false);
        if pos == 0 && matches!(len, 8 | 16) {
            self.done(&[a, b]);
            // Narrow values must come out zero-extended, and the byte moves keep what is above.
            self.asm.mov(w, t, ra);
            if len == 8 {
                self.asm.mov8(t, rb);
            } else {
                self.asm.mov16(t, rb);
            }
            return self.finish_in(d, t);
        }
        // t = ((b << pos) ^ a) & mask; d = a ^ t.
        if pos == 0 {
            self.asm.mov(true, t, rb);
        } else {
            self.asm.rorx(w, t, rb, width - pos);
        }
        self.asm.alu(Alu::Xor, w, t, ra);
        let mask = (u64::MAX >> (64 - u32::from(len))) << pos;
        self.mask_in_place(w, t, mask);
        self.asm.alu(Alu::Xor, w, t, ra);
        self.done(&[a, b]);
        self.finish_in(d, t);
    }

    /// `r &= mask`.
    fn mask_in_place(&mut self, w: bool, r: Reg, mask: u64) {
        match (w, i32::try_from(mask as i64)) {
            (true, _) if mask == 0xffff_ffff => self.asm.mov(false, r, r),
            (false, _) => self.asm.alu_imm(Alu::And, false, r, mask as u32 as i32),
            (true, Ok(imm)) => self.asm.alu_imm(Alu::And, true, r, imm),
            (true, Err(_)) => {
                let m = self.temp_const(mask);
                self.asm.alu(Alu::And, true, r, m);
            }
        }
    }
}
