//! Moves between register files, and of halves.

use crate::alloc::NO_REG;
use crate::asm::Rm;
use crate::context::Cx;
use tcg_ir::Val;

impl Cx<'_> {
    pub(crate) fn bitcast(&mut self, d: Val, a: Val) {
        let (from, to) = (self.tb.ty(a), self.tb.ty(d));
        let w = to.bits() == 64;
        if from == to {
            if self.tb.constant(a).is_some() {
                self.in_reg(a);
            }
            self.alias(d, a, 0);
            return self.done(&[a]);
        }
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        if to.is_int() {
            self.xmm_to_int(w, rd, ra);
        } else {
            self.int_to_xmm(w, rd, ra);
        }
        self.set_bare(d, rd);
    }

    pub(crate) fn fhi(&mut self, d: Val, a: Val) {
        if self.upper_half_in_memory(d, a) {
            return;
        }
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        // vpsrlq rd, ra, 32
        self.asm.vex(1, 1, false, 0x73, 2, rd & 15, Rm::R(ra & 15), Some(32));
        self.set(d, rd);
    }

    pub(crate) fn fsethi(&mut self, d: Val, a: Val, b: Val) {
        if self.tb.constant(a) == Some(0) {
            let rb = self.in_reg(b);
            self.done(&[a, b]);
            let rd = self.out(d, rb);
            // vpsllq rd, rb, 32
            self.asm.vex(1, 1, false, 0x73, 6, rd & 15, Rm::R(rb & 15), Some(32));
            return self.set(d, rd);
        }
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        self.done(&[a, b]);
        let rd = self.out(d, ra);
        // vunpcklps: a0, b0, a1, b1
        self.asm.v(0, 0x14, rd & 15, ra & 15, rb & 15);
        self.set(d, rd);
    }
}
