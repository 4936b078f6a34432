//! Flags and rounding mode.

use crate::asm::{Alu, Mem, Shift};
use crate::constants::Const;
use crate::context::Cx;
use std::mem::offset_of;
use tcg_ir::Val;
use tcg_ir::layout::Env;

const HOST_CSR: i32 = offset_of!(Env, host_fp_csr) as i32;
const FP_FLAGS: i32 = offset_of!(Env, fp_flags) as i32;
const FP_ROUND: i32 = offset_of!(Env, fp_round) as i32;
const LDMXCSR: u8 = 2;
const STMXCSR: u8 = 3;

impl Cx<'_> {
    pub(crate) fn fpflags_get(&mut self, d: Val) {
        let (t, u) = (self.alloc(false), self.alloc(false));
        let csr = self.state(HOST_CSR);
        self.asm.mxcsr(STMXCSR, csr);
        self.asm.mov(false, t, csr);
        self.asm.mov(false, u, t);
        self.asm.alu_imm(Alu::And, false, t, 1);
        self.asm.shift(Shift::Shr, false, u, 1);
        self.asm.alu_imm(Alu::And, false, u, 0x1e);
        self.asm.alu(Alu::Or, false, t, u);
        let flags = self.state(FP_FLAGS);
        self.asm.alu(Alu::Or, false, t, flags);
        self.finish_in(d, t);
    }

    pub(crate) fn fpflags_set(&mut self, v: Val) {
        let m = self.state(FP_FLAGS);
        match self.tb.constant(v) {
            Some(bits) => self.asm.store_imm(4, m, bits as i32 & 63),
            None => {
                let rv = self.in_reg(v);
                self.asm.store(4, m, rv);
                self.asm.alu_imm(Alu::And, false, m, 63);
            }
        }
        self.done(&[v]);
        let csr = self.state(HOST_CSR);
        self.asm.mxcsr(STMXCSR, csr);
        self.asm.alu_imm(Alu::And, false, csr, !0x3f);
        self.asm.mxcsr(LDMXCSR, csr);
    }

    pub(crate) fn fpround_set(&mut self, v: Val) {
        let rv = self.in_reg(v);
        let (t, u) = (self.alloc(false), self.alloc(false));
        let m = self.state(FP_ROUND);
        self.asm.store(4, m, rv);
        self.asm.mov(false, t, rv);
        self.asm.alu_imm(Alu::And, false, t, 7);
        let table = self.constant();
        self.asm.lea(true, u, table);
        self.constant_used(Const::Rounding);
        self.asm.mov(false, t, Mem { base: u, index: t, scale: 2, disp: 0 });
        let csr = self.state(HOST_CSR);
        self.asm.mxcsr(STMXCSR, csr);
        // The new control bits, the old flags.
        self.asm.mov(false, u, csr);
        self.asm.alu_imm(Alu::And, false, u, 0x3f);
        self.asm.alu(Alu::Or, false, t, u);
        self.asm.store(4, csr, t);
        self.asm.mxcsr(LDMXCSR, csr);
        self.done(&[v]);
    }
}
