//! Sums, differences, logic, and carries.

use super::as_reg;
use crate::alloc::NO_REG;
use crate::asm::{Alu, Cc, Mem, Rm, Shift};
use crate::context::Cx;
use crate::pins::Reg;
use tcg_ir::{Sign, Val};

impl Cx<'_> {
    /// `d = a + imm`.
    fn add_imm(&mut self, d: Val, a: Val, imm: i32) {
        let w = self.w(d);
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        if rd == ra {
            self.asm.alu_imm(Alu::Add, w, rd, imm);
            self.flags_of = (d, self.asm.pos());
        } else {
            self.asm.lea(w, rd, Mem::base(ra, imm));
        }
        self.set(d, rd);
    }

    pub(crate) fn add(&mut self, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        let (a, b) = self.ordered(a, b);
        if let Some(imm) = self.imm(b) {
            return self.add_imm(d, a, imm);
        }
        let ra = self.in_reg(a);
        let rb = self.in_rm(b);
        self.done(&[a, b]);
        let rd = self.out(d, if self.is_free(ra) { ra } else { as_reg(rb) });
        match rb {
            Rm::R(rb) if rd == rb => self.asm.alu(Alu::Add, w, rd, ra),
            Rm::R(rb) if rd != ra => {
                self.asm.lea(w, rd, Mem { base: ra, index: rb, scale: 0, disp: 0 });
            }
            _ => {
                if rd != ra {
                    self.asm.mov(w, rd, ra);
                }
                self.asm.alu(Alu::Add, w, rd, rb);
                self.flags_of = (d, self.asm.pos());
            }
        }
        self.set(d, rd);
    }

    pub(crate) fn sub(&mut self, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        if self.tb.constant(a) == Some(0) {
            return self.negate(3, d, b);
        }
        match self.imm(b) {
            Some(imm) if imm != i32::MIN => self.add_imm(d, a, -imm),
            _ => {
                self.two_operand(d, a, b, false, |cx, d, b| cx.asm.alu(Alu::Sub, w, d, b));
                self.flags_of = (d, self.asm.pos());
            }
        }
    }

    pub(crate) fn logic(&mut self, op: Alu, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        let (a, b) = self.ordered(a, b);
        match self.imm(b) {
            Some(-1) if op == Alu::Xor => return self.negate(2, d, a),
            Some(imm) => self.with_imm(d, a, |cx, d| cx.asm.alu_imm(op, w, d, imm)),
            None => self.two_operand(d, a, b, true, |cx, d, b| cx.asm.alu(op, w, d, b)),
        }
        self.flags_of = (d, self.asm.pos());
    }

    pub(crate) fn and(&mut self, d: Val, a: Val, b: Val) {
        let (a, b) = self.ordered(a, b);
        match self.tb.constant(b) {
            Some(0xff) => self.extract(0, 8, Sign::Unsigned, d, a),
            Some(0xffff) => self.extract(0, 16, Sign::Unsigned, d, a),
            Some(0xffff_ffff) if self.w(d) => self.extract(0, 32, Sign::Unsigned, d, a),
            // The zero-extending 32-bit form is shorter.
            Some(mask @ 0..=0x7fff_ffff) => {
                self.with_imm(d, a, |cx, d| cx.asm.alu_imm(Alu::And, false, d, mask as i32));
            }
            Some(mask) if self.w(d) && self.imm(b).is_none() => self.and_mask(d, a, mask),
            _ => self.logic(Alu::And, d, a, b),
        }
    }

    /// `d = a & mask` for a mask of ones at one end that no immediate expresses.
    fn and_mask(&mut self, d: Val, a: Val, mask: u64) {
        let ones = mask.trailing_ones();
        let zeros = mask.trailing_zeros();
        let clear = if mask == u64::MAX >> (64 - ones.max(1)) {
            (Shift::Shl, Shift::Shr, 64 - ones)
        } else if mask == u64::MAX << zeros.min(63) {
            (Shift::Shr, Shift::Shl, zeros)
        } else {
            let b = self.temp_const(mask);
            return self.with_imm(d, a, |cx, d| cx.asm.alu(Alu::And, true, d, b));
        };
        self.with_imm(d, a, |cx, d| {
            cx.asm.shift(clear.0, true, d, clear.2 as u8);
            cx.asm.shift(clear.1, true, d, clear.2 as u8);
        });
    }

    pub(crate) fn andnot(&mut self, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        let rb = self.in_reg(b);
        let ra = self.in_rm(a);
        self.done(&[a, b]);
        let rd = self.out(d, rb);
        self.asm.andn(w, rd, rb, ra);
        self.set(d, rd);
    }

    /// `neg` (3) or `not` (2).
    pub(crate) fn negate(&mut self, extension: u8, d: Val, a: Val) {
        let w = self.w(d);
        self.with_imm(d, a, |cx, d| cx.asm.group3(extension, w, d));
    }

    pub(crate) fn carry(&mut self, op: Alu, (d, c): (Val, Val), a: Val, b: Val, c_in: Val) {
        // Merges would change the flags.
        self.flush_merges();
        let w = self.w(d);
        let no_carry_in = self.tb.constant(c_in) == Some(0);
        let imm = self.imm(b);
        let ra = self.in_reg(a);
        let rb = if imm.is_some() { Rm::R(ra) } else { self.in_rm(b) };
        let rc = if no_carry_in { NO_REG } else { self.in_reg(c_in) };
        self.done(&[a, b, c_in]);
        let reuse = self.is_free(ra) && (imm.is_some() || Rm::R(ra) != rb) && ra != rc;
        let t = if reuse { ra } else { self.alloc(false) };
        if t != ra {
            self.asm.mov(true, t, ra);
        }
        if rc != NO_REG && !self.flag_is(c_in) {
            self.asm.bt(false, rc, 0);
        }
        let plain = if op == Alu::Adc { Alu::Add } else { Alu::Sub };
        let op = if no_carry_in { plain } else { op };
        match imm {
            Some(imm) => self.asm.alu_imm(op, w, t, imm),
            None => self.asm.alu(op, w, t, rb),
        }
        self.finish_carry((d, c), t);
    }

    /// Whether the host's carry flag still is this carry.
    fn flag_is(&self, carry: Val) -> bool {
        self.shared.shortcuts.fusion && self.carry_of == carry && self.asm.has_marked_flags()
    }

    /// Leaves the sum in `t` and the carry flag as outputs.
    pub(crate) fn finish_carry(&mut self, (d, c): (Val, Val), t: Reg) {
        self.regs.locked = crate::alloc::bit(t);
        if self.vals[c.index()].last_use > self.now {
            self.asm.mark_flags();
            self.carry_of = c;
            let rc = self.alloc(false);
            self.asm.setcc(Cc::B, rc);
            self.asm.movzx8(rc, rc);
            self.finish_in(c, rc);
        }
        self.finish_in(d, t);
    }
}
