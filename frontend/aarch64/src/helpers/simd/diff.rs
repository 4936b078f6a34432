//! Operations whose lanes widen or narrow: "Advanced SIMD three different", and those by element.

use super::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use tcg_ir::HelperId;
use tcg_ir::crypto::carryless_product;

operations! {
    /// L: both sources narrow; W: the second one; HN: the result is the high half of each lane.
    Diff {
        AddL,
        SubL,
        AddW,
        SubW,
        AddHn,
        RAddHn,
        SubHn,
        RSubHn,
        AbdL,
        AbaL,
        MulL,
        MlaL,
        MlsL,
        SqdMulL,
        SqdMlaL,
        SqdMlsL,
        PMulL,
    }
}

impl Family for Diff {
    const HELPER: HelperId = id::SIMD_DIFF;

    fn compute(insn: &Insn<Diff>, operands: Operands, status: &mut Status) -> u128 {
        match insn.op {
            Diff::AddHn | Diff::RAddHn | Diff::SubHn | Diff::RSubHn => high_narrow(insn, operands),
            Diff::PMulL => polynomial(insn, operands),
            _ => widening(insn, operands, &mut status.saturated),
        }
    }
}

fn widening(insn: &Insn<Diff>, operands: Operands, saturated: &mut bool) -> u128 {
    let Operands { n, m, d, .. } = operands;
    let wide = insn.lane.wide();
    let (n_half, m_half) = (insn.width.source_half(n), insn.width.source_half(m));
    wide.vector(insn.width.half_count(insn.lane), |i| {
        let b = insn.number(m_half, i);
        if let Diff::AddW | Diff::SubW = insn.op {
            let a = wide.number(n, i, insn.unsigned);
            return if insn.op == Diff::AddW { a + b } else { a - b };
        }
        let a = insn.number(n_half, i);
        let d = wide.signed(d, i);
        match insn.op {
            Diff::AddL => a + b,
            Diff::SubL => a - b,
            Diff::AbdL => (a - b).abs(),
            Diff::AbaL => d + (a - b).abs(),
            Diff::MulL => a * b,
            Diff::MlaL => d + a * b,
            Diff::MlsL => d - a * b,
            _ => {
                let product = wide.saturate(2 * a * b, false, saturated);
                match insn.op {
                    Diff::SqdMlaL => wide.saturate(d + product, false, saturated),
                    Diff::SqdMlsL => wide.saturate(d - product, false, saturated),
                    _ => product,
                }
            }
        }
    })
}

fn high_narrow(insn: &Insn<Diff>, operands: Operands) -> u128 {
    let Operands { n, m, d, .. } = operands;
    let wide = insn.lane.wide();
    let bits = insn.lane.bits();
    let rounds = matches!(insn.op, Diff::RAddHn | Diff::RSubHn);
    let half = i128::from(rounds) << (bits - 1);
    let subtracts = matches!(insn.op, Diff::SubHn | Diff::RSubHn);
    let result = insn.lane.vector(insn.width.half_count(insn.lane), |i| {
        let (a, b) = (wide.unsigned(n, i), wide.unsigned(m, i));
        let sum = if subtracts { a - b } else { a + b };
        (sum + half) >> bits
    });
    insn.width.place_half(result, d)
}

fn polynomial(insn: &Insn<Diff>, operands: Operands) -> u128 {
    let n = insn.width.source_half(operands.n);
    let m = insn.width.source_half(operands.m);
    let (lane, bits) = (insn.lane, insn.lane.bits());
    lane.wide().vector(64 / bits, |i| {
        carryless_product(lane.raw(n, i) as u64, lane.raw(m, i) as u64) as i128
    })
}
