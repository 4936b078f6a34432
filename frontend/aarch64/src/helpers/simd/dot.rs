//! Dot products and matrix products of bytes: SDOT, UDOT, USDOT, SUDOT, SMMLA, UMMLA, USMMLA.

use super::lanes::Lane;
use super::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use tcg_ir::HelperId;

operations! {
    /// Sums of products of bytes, added to lanes of 32 bits. The first operand's bytes are signed unless the instruction is
    /// unsigned; the second's are of the same sign, unless the operation is mixed.
    Dot {
        Vector,
        MixedVector,
        /// `n` and `m` are matrices of two rows with eight bytes; the result has the products of each pair of rows.
        Matrix,
        MixedMatrix,
    }
}

impl Family for Dot {
    const HELPER: HelperId = id::SIMD_DOT;

    fn compute(insn: &Insn<Dot>, operands: Operands, _: &mut Status) -> u128 {
        let Operands { n, m, d, .. } = operands;
        let mixed = matches!(insn.op, Dot::MixedVector | Dot::MixedMatrix);
        let products = |n_at: u32, m_at: u32, len: u32| -> i128 {
            (0..len)
                .map(|k| {
                    let a = Lane::B.number(n, n_at + k, insn.unsigned);
                    let b = Lane::B.number(m, m_at + k, insn.unsigned != mixed);
                    a * b
                })
                .sum()
        };
        Lane::S.vector(insn.width.count(Lane::S), |i| {
            let sum = match insn.op {
                Dot::Vector | Dot::MixedVector => products(4 * i, 4 * i, 4),
                Dot::Matrix | Dot::MixedMatrix => products(8 * (i / 2), 8 * (i % 2), 8),
            };
            Lane::S.signed(d, i) + sum
        })
    }
}
