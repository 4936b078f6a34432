//! Integer operations on one vector: "Advanced SIMD two-register miscellaneous".

use super::lanes::Lane;
use super::{Family, Insn, Operands, Status, operations};
use crate::estimates;
use crate::helpers::vector::id;
use tcg_ir::HelperId;

operations! {
    /// Operations on one vector; CM…0 compare with zero.
    Misc {
        /// Lanes of each group of `1 << imm` bytes in reverse order.
        Rev,
        Cls,
        Clz,
        Cnt,
        Rbit,
        Not,
        Abs,
        Neg,
        SqAbs,
        SqNeg,
        CmGt0,
        CmGe0,
        CmEq0,
        CmLe0,
        CmLt0,
        AddLP,
        AdaLP,
        SuqAdd,
        UsqAdd,
        Xtn,
        /// Signed or unsigned, by the instruction.
        QXtn,
        SqXtun,
        /// Shift left by the width, widening.
        Shll,
        URecpe,
        URsqrte,
    }
}

impl Family for Misc {
    const HELPER: HelperId = id::SIMD_MISC;

    fn compute(insn: &Insn<Misc>, operands: Operands, status: &mut Status) -> u128 {
        let Operands { n, d, .. } = operands;
        match insn.op {
            Misc::Rev => reverse(insn, n),
            Misc::AddLP | Misc::AdaLP => add_pairs(insn, n, d),
            Misc::Xtn | Misc::QXtn | Misc::SqXtun => narrow(insn, n, d, &mut status.saturated),
            Misc::Shll => {
                let n = insn.width.source_half(n);
                let bits = insn.lane.bits();
                let count = insn.width.half_count(insn.lane);
                insn.lane.wide().vector(count, |i| insn.lane.unsigned(n, i) << bits)
            }
            Misc::SuqAdd => insn.lane.vector(insn.count(), |i| {
                let sum = insn.lane.unsigned(n, i) + insn.lane.signed(d, i);
                insn.lane.saturate(sum, false, &mut status.saturated)
            }),
            Misc::UsqAdd => insn.lane.vector(insn.count(), |i| {
                let sum = insn.lane.signed(n, i) + insn.lane.unsigned(d, i);
                insn.lane.saturate(sum, true, &mut status.saturated)
            }),
            _ => insn.lane.vector(insn.count(), |i| {
                in_lane(insn.op, insn.lane, insn.lane.signed(n, i), &mut status.saturated)
            }),
        }
    }
}

/// One lane of the result, modulo its width, from a lane as a signed number.
fn in_lane(op: Misc, lane: Lane, a: i128, saturated: &mut bool) -> i128 {
    let bits = lane.bits();
    let raw = lane.place(a, 0);
    let unused = 128 - bits;
    let ones = |condition: bool| -i128::from(condition);
    match op {
        // The sign and its copies, without the first.
        Misc::Cls => i128::from((a ^ a >> 1).leading_zeros() - unused) - 1,
        Misc::Clz => i128::from(raw.leading_zeros() - unused),
        Misc::Cnt => i128::from(raw.count_ones()),
        Misc::Rbit => (raw.reverse_bits() >> unused) as i128,
        Misc::Not => !a,
        Misc::Abs => a.abs(),
        Misc::Neg => -a,
        Misc::SqAbs => lane.saturate(a.abs(), false, saturated),
        Misc::SqNeg => lane.saturate(-a, false, saturated),
        Misc::CmGt0 => ones(a > 0),
        Misc::CmGe0 => ones(a >= 0),
        Misc::CmEq0 => ones(a == 0),
        Misc::CmLe0 => ones(a <= 0),
        Misc::CmLt0 => ones(a < 0),
        Misc::URecpe => reciprocal(raw as u32).into(),
        Misc::URsqrte => reciprocal_root(raw as u32).into(),
        _ => 0,
    }
}

fn reverse(insn: &Insn<Misc>, n: u128) -> u128 {
    let group = Lane::of(insn.imm).bits() / insn.lane.bits();
    insn.lane.vector(insn.count(), |i| {
        let in_group = i % group;
        insn.lane.unsigned(n, i - in_group + (group - 1 - in_group))
    })
}

/// Sums of neighbours in lanes of twice the width, added to `d` or not.
fn add_pairs(insn: &Insn<Misc>, n: u128, d: u128) -> u128 {
    let wide = insn.lane.wide();
    wide.vector(insn.count() / 2, |i| {
        let sum = insn.number(n, 2 * i) + insn.number(n, 2 * i + 1);
        if insn.op == Misc::AdaLP { sum + wide.unsigned(d, i) } else { sum }
    })
}

/// Lanes of twice the width, cut or saturated.
fn narrow(insn: &Insn<Misc>, n: u128, d: u128, saturated: &mut bool) -> u128 {
    let wide = insn.lane.wide();
    let result = insn.lane.vector(insn.width.half_count(insn.lane), |i| match insn.op {
        Misc::QXtn => {
            insn.lane.saturate(wide.number(n, i, insn.unsigned), insn.unsigned, saturated)
        }
        Misc::SqXtun => insn.lane.saturate(wide.signed(n, i), true, saturated),
        _ => wide.unsigned(n, i),
    });
    insn.width.place_half(result, d)
}

/// URECPE: 2³¹ or more as a fraction of 2³², its reciprocal likewise (with 2³¹ as one); else all ones.
fn reciprocal(x: u32) -> u32 {
    if x >> 31 == 0 { u32::MAX } else { estimates::reciprocal(x >> 23) << 23 }
}

/// URSQRTE, likewise.
fn reciprocal_root(x: u32) -> u32 {
    if x >> 30 == 0 { u32::MAX } else { estimates::reciprocal_root(x >> 23) << 23 }
}
