//! Between 32 and 64 bits.

use super::as_reg;
use crate::alloc::NO_REG;
use crate::asm::{Alu, Rm, Shift};
use crate::context::Cx;
use crate::pins::Reg;
use tcg_ir::{Sign, Val};

impl Cx<'_> {
    pub(crate) fn trunc(&mut self, d: Val, a: Val) {
        if self.tb.constant(a).is_some() {
            self.in_reg(a);
        }
        self.alias(d, a, 0);
        self.done(&[a]);
    }

    pub(crate) fn hi32(&mut self, d: Val, a: Val) {
        if self.upper_half_in_memory(d, a) {
            return;
        }
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        if rd == ra {
            self.asm.shift(Shift::Shr, true, rd, 32);
            return self.set(d, rd);
        }
        self.asm.rorx(true, rd, ra, 32);
        self.set_dirty(d, rd);
    }

    pub(crate) fn extend(&mut self, sign: Sign, d: Val, a: Val) {
        let val = self.vals[a.index()];
        let hint = self.vals[d.index()].hint;
        let well_placed = hint == crate::pins::NO_PIN || hint == val.reg;
        if sign == Sign::Unsigned && val.reg != NO_REG && val.zext && well_placed {
            self.val(d).hint = crate::pins::NO_PIN;
            self.set(d, val.reg);
            return self.done(&[a]);
        }
        let ra = self.in_rm(a);
        self.done(&[a]);
        let rd = self.out(d, if sign == Sign::Signed { as_reg(ra) } else { NO_REG });
        match sign {
            Sign::Signed => self.asm.movsxd(rd, ra),
            Sign::Unsigned => self.asm.mov(false, rd, ra),
        }
        self.set(d, rd);
    }

    /// `rd` = the low `bytes` bytes of `ra` extended to 32 or 64 bits.
    pub(crate) fn extend_low(&mut self, bytes: u8, sign: Sign, w: bool, rd: Reg, ra: Rm) {
        match (bytes, sign) {
            (1, Sign::Unsigned) => self.asm.movzx8(rd, ra),
            (1, Sign::Signed) => self.asm.movsx8(w, rd, ra),
            (2, Sign::Unsigned) => self.asm.movzx16(rd, ra),
            (2, Sign::Signed) => self.asm.movsx16(w, rd, ra),
            (_, Sign::Signed) if w => self.asm.movsxd(rd, ra),
            _ => self.asm.mov(false, rd, ra),
        }
    }

    pub(crate) fn concat(&mut self, d: Val, lo: Val, hi: Val) {
        let (rl, rh) = (self.in_reg(lo), self.in_reg(hi));
        let lo_clean = self.vals[lo.index()].zext;
        self.done(&[lo, hi]);
        let t = self.alloc(false);
        self.asm.mov(true, t, rh);
        self.asm.shift(Shift::Shl, true, t, 32);
        if lo_clean {
            self.asm.alu(Alu::Or, true, t, rl);
        } else {
            let z = self.alloc(false);
            self.asm.mov(false, z, rl);
            self.asm.alu(Alu::Or, true, t, z);
        }
        self.finish_in(d, t);
    }
}
