//! 128-bit vectors.

use crate::alloc::NO_REG;
use crate::context::Cx;
use tcg_ir::Val;

impl Cx<'_> {
    /// A bitwise op: `vpand`, `vpor`, `vpxor`.
    pub(crate) fn vector(&mut self, opcode: u8, d: Val, a: Val, b: Val) {
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        self.done(&[a, b]);
        let rd = self.out(d, ra);
        self.asm.v(1, opcode, rd & 15, ra & 15, rb & 15);
        self.set(d, rd);
    }

    pub(crate) fn vsplat8(&mut self, d: Val, a: Val) {
        let zero = self.tb.konst(a).is_some_and(|bits| bits as u8 == 0);
        if zero {
            self.done(&[a]);
            let rd = self.out(d, NO_REG);
            self.asm.v(1, 0xef, rd & 15, rd & 15, rd & 15);
            return self.set(d, rd);
        }
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        self.int_to_xmm(false, rd, ra);
        // vpbroadcastb
        self.asm.v38(false, 0x78, rd & 15, 0, rd & 15);
        self.set(d, rd);
    }
}
