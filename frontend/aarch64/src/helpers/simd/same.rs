//! Integer operations on two vectors with lanes of one size, those by element among them; also bitwise ones.

use super::{Family, Insn, Operands, Status, operations};
use crate::helpers::simd::lanes::Lane;
use crate::helpers::vector::id;
use tcg_ir::HelperId;
use tcg_ir::crypto::carryless_product;

operations! {
    /// "Advanced SIMD three same", "three same extra" (SQRDMLAH, SQRDMLSH), "vector x indexed element".
    Same {
        Add,
        Sub,
        Mul,
        Mla,
        Mls,
        PMul,
        CmEq,
        CmTst,
        CmGt,
        CmGe,
        Max,
        Min,
        HAdd,
        RHAdd,
        HSub,
        Abd,
        Aba,
        QAdd,
        QSub,
        SqdMulH,
        SqrdMulH,
        SqrdMlaH,
        SqrdMlsH,
        /// Shift by the signed low byte of the second operand's lane.
        Shl,
        RShl,
        QShl,
        QRShl,
        AddP,
        MaxP,
        MinP,
        And,
        Bic,
        Orr,
        Orn,
        Eor,
        Bsl,
        Bit,
        Bif,
    }
}

impl Family for Same {
    const HELPER: HelperId = id::SIMD_SAME;

    fn compute(insn: &Insn<Same>, operands: Operands, status: &mut Status) -> u128 {
        let Operands { n, m, d, .. } = operands;
        if let Some(result) = bitwise(insn.op, n, m, d) {
            return insn.width.cut(result, insn.lane);
        }
        if let Same::AddP | Same::MaxP | Same::MinP = insn.op {
            return pairwise(insn, n, m);
        }
        insn.lane.vector(insn.count(), |i| {
            let [a, b, d] = [n, m, d].map(|x| insn.number(x, i));
            in_lane(insn, a, b, d, &mut status.saturated)
        })
    }
}

/// One lane of the result, modulo its width.
fn in_lane(insn: &Insn<Same>, a: i128, b: i128, d: i128, saturated: &mut bool) -> i128 {
    let ones = |condition: bool| -i128::from(condition);
    match insn.op {
        Same::Add => a + b,
        Same::Sub => a - b,
        Same::Mul => a * b,
        Same::Mla => d + a * b,
        Same::Mls => d - a * b,
        Same::PMul => carryless_product(a as u64 & 0xff, b as u64 & 0xff) as i128,
        Same::CmEq => ones(a == b),
        Same::CmTst => ones(a & b != 0),
        Same::CmGt => ones(a > b),
        Same::CmGe => ones(a >= b),
        Same::Max => a.max(b),
        Same::Min => a.min(b),
        Same::HAdd => (a + b) >> 1,
        Same::RHAdd => (a + b + 1) >> 1,
        Same::HSub => (a - b) >> 1,
        Same::Abd => (a - b).abs(),
        Same::Aba => d + (a - b).abs(),
        Same::QAdd => insn.lane.saturate(a + b, insn.unsigned, saturated),
        Same::QSub => insn.lane.saturate(a - b, insn.unsigned, saturated),
        Same::SqdMulH => doubling_high(insn.lane, 0, a * b, false, saturated),
        Same::SqrdMulH => doubling_high(insn.lane, 0, a * b, true, saturated),
        Same::SqrdMlaH => doubling_high(insn.lane, d, a * b, true, saturated),
        Same::SqrdMlsH => doubling_high(insn.lane, d, -(a * b), true, saturated),
        Same::Shl => shift(insn.lane, a, b, false),
        Same::RShl => shift(insn.lane, a, b, true),
        Same::QShl => insn.lane.saturate(shift(insn.lane, a, b, false), insn.unsigned, saturated),
        Same::QRShl => insn.lane.saturate(shift(insn.lane, a, b, true), insn.unsigned, saturated),
        _ => 0,
    }
}

/// The high half of `accumulator:0 + 2 × product`, saturated.
fn doubling_high(
    lane: Lane,
    accumulator: i128,
    product: i128,
    round: bool,
    saturated: &mut bool,
) -> i128 {
    let half = i128::from(round) << (lane.bits() - 1);
    let sum = (accumulator << lane.bits()) + 2 * product + half;
    lane.saturate(sum >> lane.bits(), false, saturated)
}

/// `a` shifted left, or right if negative, by the signed low byte of `b`; exact, or beyond the range of any lane and zero modulo
/// its width.
fn shift(lane: Lane, a: i128, b: i128, round: bool) -> i128 {
    let left = i32::from(b as i8);
    if left >= lane.bits() as i32 {
        return a.signum() << 100;
    }
    if left >= 0 {
        return a << left;
    }
    // Beyond 65 nothing changes.
    shift_right(a, left.unsigned_abs().min(70), round)
}

/// `a` shifted right by `by` ≥ 1.
pub(super) fn shift_right(a: i128, by: u32, round: bool) -> i128 {
    let half = i128::from(round) << (by - 1);
    (a + half) >> by
}

/// Lanes of the concatenation `m:n`, two by two.
fn pairwise(insn: &Insn<Same>, n: u128, m: u128) -> u128 {
    let count = insn.count();
    let lane = |i: u32| {
        if i < count { insn.number(n, i) } else { insn.number(m, i - count) }
    };
    insn.lane.vector(count, |i| {
        let (a, b) = (lane(2 * i), lane(2 * i + 1));
        match insn.op {
            Same::MaxP => a.max(b),
            Same::MinP => a.min(b),
            _ => a + b,
        }
    })
}

/// The bitwise operations.
fn bitwise(op: Same, n: u128, m: u128, d: u128) -> Option<u128> {
    Some(match op {
        Same::And => n & m,
        Same::Bic => n & !m,
        Same::Orr => n | m,
        Same::Orn => n | !m,
        Same::Eor => n ^ m,
        Same::Bsl => n & d | m & !d,
        Same::Bit => n & m | d & !m,
        Same::Bif => n & !m | d & m,
        _ => return None,
    })
}
