//! Shifts by an immediate: "Advanced SIMD shift by immediate", "scalar shift by immediate" (their conversions apart).

use super::lanes::Lane;
use super::same::shift_right;
use super::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use tcg_ir::HelperId;

operations! {
    /// Shifts; `imm` is the distance, right shifts have 1 to the width.
    Shift {
        Shr,
        Sra,
        RShr,
        RSra,
        Sri,
        Shl,
        Sli,
        QShl,
        SqShlu,
        Shrn,
        RShrn,
        QShrn,
        QRShrn,
        SqShrun,
        SqRShrun,
        Shll,
    }
}

impl Family for Shift {
    const HELPER: HelperId = id::SIMD_SHIFT;

    fn compute(insn: &Insn<Shift>, operands: Operands, status: &mut Status) -> u128 {
        let Operands { n, d, .. } = operands;
        match insn.op {
            Shift::Shrn
            | Shift::RShrn
            | Shift::QShrn
            | Shift::QRShrn
            | Shift::SqShrun
            | Shift::SqRShrun => {
                let wide = insn.lane.wide();
                let result = insn.lane.vector(insn.width.half_count(insn.lane), |i| {
                    narrowed(insn, wide.number(n, i, insn.unsigned), &mut status.saturated)
                });
                insn.width.place_half(result, d)
            }
            Shift::Shll => {
                let n = insn.width.source_half(n);
                insn.lane
                    .wide()
                    .vector(insn.width.half_count(insn.lane), |i| insn.number(n, i) << insn.imm)
            }
            _ => insn.lane.vector(insn.count(), |i| {
                in_lane(insn, insn.number(n, i), insn.lane.unsigned(d, i), &mut status.saturated)
            }),
        }
    }
}

/// One lane of the result, modulo its width.
fn in_lane(insn: &Insn<Shift>, a: i128, d: i128, saturated: &mut bool) -> i128 {
    let Insn { lane, unsigned, imm, .. } = *insn;
    let by = u32::from(imm);
    match insn.op {
        Shift::Shr => a >> by,
        Shift::Sra => d + (a >> by),
        Shift::RShr => shift_right(a, by.max(1), true),
        Shift::RSra => d + shift_right(a, by.max(1), true),
        Shift::Sri => {
            let kept = (1 << lane.bits()) - (1 << (lane.bits() - by));
            d & kept | lane.place(a, 0) as i128 >> by
        }
        Shift::Shl => a << by,
        Shift::Sli => d & ((1 << by) - 1) | a << by,
        Shift::QShl => lane.saturate(a << by, unsigned, saturated),
        Shift::SqShlu => lane.saturate(a << by, true, saturated),
        _ => 0,
    }
}

/// One narrow lane of the result from a wide one.
fn narrowed(insn: &Insn<Shift>, a: i128, saturated: &mut bool) -> i128 {
    let rounds = matches!(insn.op, Shift::RShrn | Shift::QRShrn | Shift::SqRShrun);
    let shifted = shift_right(a, u32::from(insn.imm).max(1), rounds);
    match insn.op {
        Shift::QShrn | Shift::QRShrn => insn.lane.saturate(shifted, insn.unsigned, saturated),
        Shift::SqShrun | Shift::SqRShrun => insn.lane.saturate(shifted, true, saturated),
        _ => shifted,
    }
}

/// The lane and the distance of a right shift with these fields `immh:immb`; none if `immh` is zero.
pub(crate) fn right(immh: u8, immb: u8) -> Option<(Lane, u8)> {
    let lane = Lane::of(immh.checked_ilog2()? as u8);
    Some((lane, (2 * lane.bits()) as u8 - (immh << 3 | immb)))
}

/// The lane and the distance of a left shift.
pub(crate) fn left(immh: u8, immb: u8) -> Option<(Lane, u8)> {
    let lane = Lane::of(immh.checked_ilog2()? as u8);
    Some((lane, (immh << 3 | immb) - lane.bits() as u8))
}
