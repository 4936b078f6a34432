//! Multiplications whose result is single precision: of half precision (FMLAL and its like) and of bfloat16.

use super::{Float, odd};
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use crate::ieee_rules::RULES;
use softfp::{Env, F16, F32, Negate};
use tcg_ir::HelperId;

operations! {
    /// Added to lanes of `d`.
    FpLong {
        /// Half precision; from half `imm` of the vectors (FMLAL, FMLAL2).
        MlaL,
        MlsL,
        /// bfloat16; even lanes (`imm` 0) or odd ones (1).
        BfMlaL,
        /// Sums of two products of bfloat16.
        BfDot,
        /// Products of matrices of two rows with four numbers.
        BfMmla,
    }
}

impl Family for FpLong {
    const HELPER: HelperId = id::FP_LONG;

    fn compute(insn: &Insn<FpLong>, operands: Operands, status: &mut Status) -> u128 {
        let Operands { n, m, d, .. } = operands;
        let count = insn.width.count(Lane::S);
        let env = &mut status.fp;
        let at = u32::from(insn.imm);
        F32::vector(count, |i| {
            let addend = F32::lane(d, i);
            match insn.op {
                FpLong::MlaL | FpLong::MlsL => {
                    let at = at * count + i;
                    // By element, the second operand has the element in all lanes.
                    let [a, b] = [n, m].map(|x| F16::lane(x, at));
                    let a = if insn.op == FpLong::MlsL { F16::negated(a) } else { a };
                    let [a, b] = [a, b].map(|x| widened(env, x));
                    softfp::fma::<F32>(env, a, b, addend, Negate::default())
                }
                FpLong::BfMlaL => {
                    let [a, b] = [n, m].map(|x| bf16(x, 2 * i + at));
                    softfp::fma::<F32>(env, a, b, addend, Negate::default())
                }
                FpLong::BfDot => bf16_products(addend, n, m, 2 * i, 2 * i),
                FpLong::BfMmla => {
                    let (row, column) = (4 * (i / 2), 4 * (i % 2));
                    let sum = bf16_products(addend, n, m, row, column);
                    bf16_products(sum, n, m, row + 2, column + 2)
                }
            }
        })
    }
}

/// Half precision in single precision, exactly; a signaling NaN stays one, for the operation that follows.
fn widened(env: &mut Env, x: u16) -> u32 {
    let x = softfp::flush_input::<F16>(env, x);
    if softfp::is_nan::<F16>(x) {
        let x = u32::from(x);
        return (x & 0x8000) << 16 | 0x7f80_0000 | (x & 0x3ff) << 13;
    }
    let mut exact = Env::new(&RULES);
    softfp::convert::<F16, F32>(&mut exact, x)
}

/// Lane `i` as a bfloat16, in single precision.
fn bf16(x: u128, i: u32) -> u32 {
    (Lane::H.raw(x, i) as u32) << 16
}

/// `addend + (n × m of one lane + n × m of the next)`.
///
/// Arm ARM DDI 0487, J1 "BFDotAdd" (without FEAT_EBF16).
fn bf16_products(addend: u32, n: u128, m: u128, n_at: u32, m_at: u32) -> u32 {
    let [first, second] = [0, 1].map(|k| odd::product(bf16(n, n_at + k), bf16(m, m_at + k)));
    odd::sum(addend, odd::sum(first, second))
}

impl Insn<FpLong> {
    /// An instruction with results of single precision.
    pub(crate) const fn long(op: FpLong, q: bool) -> Insn<FpLong> {
        Insn::new(op, Lane::S, Width::of(q))
    }
}
