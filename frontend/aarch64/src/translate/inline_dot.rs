//! Dot products and matrix products of bytes as IR ops: bytes become halfwords, whose products are summed in pairs.

use super::Translator;
use crate::helpers::simd::Insn;
use crate::helpers::simd::dot::Dot;
use tcg_ir::{Lane, Sign, Val, VecOp};

impl Translator<'_> {
    /// SDOT, UDOT, USDOT, SUDOT, SMMLA, UMMLA, USMMLA.
    pub(super) fn dot_product(&mut self, insn: &Insn<Dot>) {
        if self.may_inline().is_none() {
            return self.by_helper(*insn);
        }
        let (n, m, d) = (self.v(insn.rn), self.second(insn.rm, insn.element), self.v(insn.rd));
        let mixed = matches!(insn.op, Dot::MixedVector | Dot::MixedMatrix);
        let sign = |unsigned: bool| if unsigned { Sign::Unsigned } else { Sign::Signed };
        let n = self.halves_widened(sign(insn.unsigned), n);
        let m = self.halves_widened(sign(insn.unsigned != mixed), m);
        let sums = match insn.op {
            Dot::Vector | Dot::MixedVector => {
                let [low, high] = [0, 1].map(|i| self.pair_products(n[i], m[i]));
                self.b.vbinary(VecOp::AddPairs, Lane::S, low, high)
            }
            Dot::Matrix | Dot::MixedMatrix => {
                let [first, second] = n.map(|row| {
                    let [left, right] = m.map(|column| self.pair_products(row, column));
                    self.b.vbinary(VecOp::AddPairs, Lane::S, left, right)
                });
                self.b.vbinary(VecOp::AddPairs, Lane::S, first, second)
            }
        };
        let result = self.b.vbinary(VecOp::Add, Lane::S, d, sums);
        self.set_v_cut(insn.width, insn.rd, result);
    }

    fn halves_widened(&mut self, sign: Sign, x: Val) -> [Val; 2] {
        [false, true].map(|high| self.b.vwiden(Lane::B, sign, high, x))
    }

    fn pair_products(&mut self, a: Val, b: Val) -> Val {
        self.b.vbinary(VecOp::MulAddPairs, Lane::H, a, b)
    }
}
