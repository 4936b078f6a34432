//! SM4 (GB/T 32907-2016) as IR ops: words in general registers, the S-box as a table.

use super::Translator;
use crate::helpers::simd::Insn;
use crate::helpers::simd::crypto::Crypto;
use crate::tables::SM4;
use tcg_ir::{Lane, Type, Val};

impl Translator<'_> {
    /// SM4E and SM4EKEY: four rounds, each of which appends a word; none if the helper must do it.
    pub(super) fn inline_sm4(&mut self, insn: &Insn<Crypto>) -> Option<Val> {
        self.may_inline()?;
        let (state, keys, rotations): (u8, u8, &[u32]) = match insn.op {
            Crypto::Sm4E => (insn.rd, insn.rn, &[2, 10, 18, 24]),
            Crypto::Sm4EKey => (insn.rn, insn.rm, &[13, 23]),
            _ => return None,
        };
        let [state, keys] = [state, keys].map(|r| self.v(r));
        let [mut x, keys] =
            [state, keys].map(|vector| [0, 1, 2, 3].map(|i| self.b.vextract(Lane::S, i, vector)));
        for key in keys {
            let input =
                [x[2], key, x[3]].into_iter().fold(x[1], |sum, y| self.b.xor(Type::I32, sum, y));
            let mixed = self.sm4_mixed(rotations, input);
            let new = self.b.xor(Type::I32, x[0], mixed);
            x = [x[1], x[2], x[3], new];
        }
        let low = self.b.concat(x[0], x[1]);
        let high = self.b.concat(x[2], x[3]);
        Some(self.b.vpair(low, high))
    }

    /// The bytes of `x` substituted, and rotations of that added without carries.
    fn sm4_mixed(&mut self, rotations: &[u32], x: Val) -> Val {
        let ty = Type::I32;
        let mut substituted = self.b.lookup(SM4, x);
        for byte in 1..4 {
            let entry = self.b.shr_u_imm(ty, x, 8 * byte);
            let entry = self.b.lookup(SM4, entry);
            let entry = self.b.shl_imm(ty, entry, 8 * byte);
            substituted = self.b.or(ty, substituted, entry);
        }
        rotations.iter().fold(substituted, |sum, &left| {
            let rotated = self.b.rotl_imm(ty, substituted, left);
            self.b.xor(ty, sum, rotated)
        })
    }
}
