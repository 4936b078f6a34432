//! Moves by class of register.

use crate::asm::Mem;
use crate::context::Cx;
use crate::pins::{Reg, XMM0};
use tcg_ir::Type;

impl Cx<'_> {
    /// Copies a whole register of either class.
    pub(crate) fn copy_reg(&mut self, d: Reg, s: Reg) {
        if d < XMM0 {
            self.asm.mov(true, d, s);
        } else {
            // vmovaps
            self.asm.v(0, 0x28, d & 15, 0, s & 15);
        }
    }

    /// Loads a value of type `ty` from host memory.
    pub(crate) fn load_reg(&mut self, ty: Type, d: Reg, m: Mem) {
        match ty {
            Type::I32 => self.asm.mov(false, d, m),
            Type::I64 => self.asm.mov(true, d, m),
            // No value is a half.
            Type::F32 | Type::F16 => self.asm.v(2, 0x10, d & 15, 0, m),
            Type::F64 => self.asm.v(3, 0x10, d & 15, 0, m),
            Type::V128 => self.asm.v(2, 0x6f, d & 15, 0, m),
        }
    }

    /// Stores a value of type `ty` to host memory.
    pub(crate) fn store_reg(&mut self, ty: Type, m: Mem, s: Reg) {
        match ty {
            Type::I32 => self.asm.store(4, m, s),
            Type::I64 => self.asm.store(8, m, s),
            Type::F32 | Type::F16 => self.asm.v(2, 0x11, s & 15, 0, m),
            Type::F64 => self.asm.v(3, 0x11, s & 15, 0, m),
            Type::V128 => self.asm.v(2, 0x7f, s & 15, 0, m),
        }
    }

    /// Loads a constant. Leaves the flags alone for general registers unless it is zero.
    pub(super) fn load_const(&mut self, r: Reg, ty: Type, bits: u64) {
        if r < XMM0 {
            if self.keep_flags {
                self.asm.mov_imm(r, bits);
            } else {
                self.asm.load_imm(r, bits);
            }
            return;
        }
        let x = r & 15;
        if bits == 0 {
            self.asm.v(0, 0x57, x, x, x);
            return;
        }
        let m = self.literal(bits);
        self.load_reg(if ty == Type::V128 { Type::F64 } else { ty }, r, m);
        self.literal_used(0);
    }
}
