//! 128-bit vectors.

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
}
