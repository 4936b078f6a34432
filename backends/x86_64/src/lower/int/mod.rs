//! Integer ops.

mod arith;
mod bits;
mod compare;
mod width;

use crate::alloc::NO_REG;
use crate::asm::Rm;
use crate::context::Cx;
use crate::pins::Reg;
use tcg_ir::Val;

impl Cx<'_> {
    /// `d = a op b` for an op whose host instruction overwrites its first operand; `emit(d, b)` does it.
    fn two_operand(
        &mut self,
        d: Val,
        a: Val,
        b: Val,
        commutes: bool,
        emit: impl Fn(&mut Self, Reg, Rm),
    ) {
        let ra = self.in_reg(a);
        let mut rb = self.in_rm(b);
        self.done(&[a, b]);
        let prefer = if commutes && !self.is_free(ra) { as_reg(rb) } else { ra };
        let rd = self.out(d, prefer);
        if rb == Rm::R(rd) && rd != ra {
            if commutes {
                emit(self, rd, Rm::R(ra));
                self.set(d, rd);
                return;
            }
            // The hint leads to the register of `b`: keep `b` aside.
            let t = self.alloc(false);
            self.asm.mov(true, t, rd);
            rb = Rm::R(t);
        }
        if rd != ra {
            self.asm.mov(self.w(d), rd, ra);
        }
        emit(self, rd, rb);
        self.set(d, rd);
    }

    /// `d = a op imm` likewise.
    fn with_imm(&mut self, d: Val, a: Val, emit: impl Fn(&mut Self, Reg)) {
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        if rd != ra {
            self.asm.mov(self.w(d), rd, ra);
        }
        emit(self, rd);
        self.set(d, rd);
    }

    /// True for a scratch register without values.
    pub(crate) fn is_free(&self, r: Reg) -> bool {
        crate::pins::INT_SCRATCH & !self.regs.occupied & crate::alloc::bit(r) != 0
    }

    /// Constants second.
    fn ordered(&self, a: Val, b: Val) -> (Val, Val) {
        if self.tb.constant(a).is_some() { (b, a) } else { (a, b) }
    }

    /// A locked register with a constant.
    pub(crate) fn temp_const(&mut self, bits: u64) -> Reg {
        let t = self.alloc(false);
        self.asm.load_imm(t, bits);
        t
    }

    /// Output `d` was computed in scratch register `t`: leaves it there, or moves it where it is wanted.
    pub(crate) fn finish_in(&mut self, d: Val, t: Reg) {
        let rd = self.out(d, t);
        if rd != t {
            self.copy_reg(rd, t);
        }
        self.set(d, rd);
    }
}

/// The register of an operand, or none.
pub(crate) fn as_reg(rm: Rm) -> Reg {
    match rm {
        Rm::R(r) => r,
        Rm::M(_) => NO_REG,
    }
}
