//! Multiplication and division: ops whose host instructions use fixed registers.

use crate::alloc::{NO_REG, bit};
use crate::asm::{Alu, RAX, RDX, Rm};
use crate::context::Cx;
use crate::lower::int::as_reg;
use crate::pins::Reg;
use tcg_ir::{Sign, Val};

impl Cx<'_> {
    pub(crate) fn mul(&mut self, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        let (a, b) = if self.tb.constant(a).is_some() { (b, a) } else { (a, b) };
        if let Some(imm) = self.imm(b) {
            let ra = self.in_rm(a);
            self.done(&[a]);
            let rd = self.out(d, NO_REG);
            self.asm.imul_imm(w, rd, ra, imm);
            return self.set(d, rd);
        }
        let (ra, rb) = (self.in_reg(a), self.in_rm(b));
        self.done(&[a, b]);
        let rd = self.out(d, ra);
        if rb == Rm::R(rd) {
            self.asm.imul(w, rd, ra);
        } else {
            if rd != ra {
                self.asm.mov(w, rd, ra);
            }
            self.asm.imul(w, rd, rb);
        }
        self.set(d, rd);
    }

    pub(crate) fn mul_wide(&mut self, signed: bool, lo: Val, hi: Val, a: Val, b: Val) {
        self.flush_merges();
        if !self.w(lo) {
            return self.mul_wide_32(signed, lo, hi, a, b);
        }
        if !signed {
            return self.mulx(lo, hi, a, b);
        }
        self.take(RDX);
        self.take(RAX);
        self.load_value(RAX, a);
        let rb = self.in_rm(b);
        self.done(&[a, b]);
        self.asm.group3(5, true, rb);
        self.pair((lo, RAX), (hi, RDX));
    }

    /// Unsigned: one factor in rdx, the other and the results anywhere.
    fn mulx(&mut self, lo: Val, hi: Val, a: Val, b: Val) {
        let (a, b) = if self.vals[b.index()].reg == RDX { (b, a) } else { (a, b) };
        if self.vals[a.index()].reg == RDX {
            self.regs.locked |= bit(RDX);
        } else {
            self.take(RDX);
            self.load_value(RDX, a);
        }
        let rb = self.in_rm(b);
        self.done(&[a, b]);
        self.regs.locked = bit(RDX);
        let rlo = self.out(lo, as_reg(rb));
        let rhi = self.out(hi, NO_REG);
        self.asm.mulx(true, rhi, rlo, rb);
        self.set(lo, rlo);
        self.set(hi, rhi);
    }

    /// The outputs of an op are in two scratch registers.
    pub(crate) fn pair(&mut self, (lo, rlo): (Val, Reg), (hi, rhi): (Val, Reg)) {
        self.regs.locked |= bit(rlo) | bit(rhi);
        self.finish_in(lo, rlo);
        self.finish_in(hi, rhi);
    }

    fn mul_wide_32(&mut self, signed: bool, lo: Val, hi: Val, a: Val, b: Val) {
        let (ra, rb) = (self.in_rm(a), self.in_rm(b));
        let (t, u) = (self.alloc(false), self.alloc(false));
        let sign = if signed { Sign::Signed } else { Sign::Unsigned };
        self.extend_low(4, sign, true, t, ra);
        self.extend_low(4, sign, true, u, rb);
        self.done(&[a, b]);
        self.asm.imul(true, t, u);
        self.asm.rorx(true, u, t, 32);
        self.asm.mov(false, t, t);
        self.asm.mov(false, u, u);
        self.pair((lo, t), (hi, u));
    }

    pub(crate) fn divrem(&mut self, sign: Sign, q: Val, r: Val, a: Val, b: Val) {
        self.flush_merges();
        let w = self.w(q);
        self.take(RDX);
        self.take(RAX);
        let rb = self.in_rm(b);
        self.load_value(RAX, a);
        self.done(&[a, b]);
        match sign {
            Sign::Signed => {
                self.asm.sign_to_rdx(w);
                self.asm.group3(7, w, rb);
            }
            Sign::Unsigned => {
                self.asm.alu(Alu::Xor, false, RDX, RDX);
                self.asm.group3(6, w, rb);
            }
        }
        self.pair((q, RAX), (r, RDX));
    }

    pub(crate) fn divrem_wide(&mut self, q: Val, r: Val, hi: Val, lo: Val, b: Val) {
        self.flush_merges();
        let w = self.w(q);
        self.take(RDX);
        self.take(RAX);
        let rb = self.in_rm(b);
        self.load_value(RAX, lo);
        self.load_value(RDX, hi);
        self.done(&[hi, lo, b]);
        self.asm.group3(6, w, rb);
        self.pair((q, RAX), (r, RDX));
    }
}
