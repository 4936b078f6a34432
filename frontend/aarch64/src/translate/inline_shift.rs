//! Vector shifts by a register, and saturating shifts to the left, as IR ops.

use super::Translator;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::same::Same;
use crate::helpers::simd::shift::Shift;
use tcg_ir::{Lane as IrLane, Narrow, Sign, Val, VecOp, VecShift};

/// How lanes are shifted.
#[derive(Clone, Copy)]
struct How {
    unsigned: bool,
    rounds: bool,
    saturates: bool,
}

impl Translator<'_> {
    /// SSHL, USHL and those that round or saturate: by the signed low byte of each lane of `m`, to the right if negative.
    pub(super) fn shift_by_lanes(
        &mut self,
        insn: &Insn<Same>,
        lane: IrLane,
        n: Val,
        m: Val,
    ) -> Option<Val> {
        let how = How {
            unsigned: insn.unsigned,
            rounds: matches!(insn.op, Same::RShl | Same::QRShl),
            saturates: matches!(insn.op, Same::QShl | Same::QRShl),
        };
        let (n, m) = (self.cut(insn.width, lane, n), self.cut(insn.width, lane, m));
        let unused = (lane.bits() - 8) as u8;
        let by = self.b.vshift(VecShift::Shl, lane, unused, m);
        let by = self.b.vshift(VecShift::ShrS, lane, unused, by);
        match lane {
            IrLane::H | IrLane::S | IrLane::D => Some(self.shift_in_place(how, lane, n, by)),
            _ if how.saturates => {
                let limit = self.all_lanes(lane, lane.bits().into());
                let by = self.b.vbinary(VecOp::MinS, lane, by, limit);
                self.shift_widened(how, insn.lane, insn.width == Width::Full, n, by)
            }
            _ => self.shift_widened(how, insn.lane, insn.width == Width::Full, n, by),
        }
    }

    /// Lanes of 8 bits are shifted as lanes of 16.
    fn shift_widened(&mut self, how: How, lane: Lane, full: bool, n: Val, by: Val) -> Option<Val> {
        let low = self.shift_half(how, lane, false, n, by)?;
        if !full {
            return Some(low);
        }
        let high = self.shift_half(how, lane, true, n, by)?;
        Some(self.low_halves(low, high))
    }

    fn shift_half(&mut self, how: How, lane: Lane, high: bool, n: Val, by: Val) -> Option<Val> {
        let (ir, wide) = (lane.ir()?, lane.wide());
        let sign = if how.unsigned { Sign::Unsigned } else { Sign::Signed };
        let n = self.b.vwiden(ir, sign, high, n);
        let by = self.b.vwiden(ir, Sign::Signed, high, by);
        // As far as they go here nothing is lost in the wider lanes.
        let in_place = How { saturates: false, ..how };
        let shifted = self.shift_in_place(in_place, wide.ir()?, n, by);
        if how.saturates {
            return self.narrow_saturating(lane, (how.unsigned, how.unsigned), shifted);
        }
        Some(self.b.vnarrow(wide.ir()?, Narrow::Wrap, shifted))
    }

    /// Lanes of 16 bits or more shifted by signed amounts.
    fn shift_in_place(&mut self, how: How, lane: IrLane, a: Val, left: Val) -> Val {
        let right = self.b.vneg(lane, left);
        let to_left = self.b.vbinary(VecOp::Shl, lane, a, left);
        let mut to_right = self.shifted_right(how.unsigned, lane, a, right);
        if how.unsigned && !how.rounds && !how.saturates {
            // A count to the other side is too far, so one of both is zero; or they are equal.
            return self.b.vor(to_left, to_right);
        }
        if how.rounds {
            let one = self.all_lanes(lane, 1);
            let less = self.b.vbinary(VecOp::Sub, lane, right, one);
            let last = self.shifted_right(how.unsigned, lane, a, less);
            let last = self.b.vand(last, one);
            to_right = self.b.vbinary(VecOp::Add, lane, to_right, last);
        }
        let is_right = self.negative(lane, left);
        if !how.saturates {
            return self.b.vselect(is_right, to_right, to_left);
        }
        let back = self.shifted_right(how.unsigned, lane, to_left, left);
        let kept = self.b.vbinary(VecOp::Eq, lane, back, a);
        let fits = self.b.vor(kept, is_right);
        let limit =
            if how.unsigned { self.all_lanes(lane, u64::MAX) } else { self.extreme_of(lane, a) };
        let lost = self.b.vnot(fits);
        self.note_lanes(Width::Full, lost);
        let to_left = self.b.vselect(kept, to_left, limit);
        self.b.vselect(is_right, to_right, to_left)
    }

    /// Lanes of 16 bits or more shifted right by unsigned amounts, any.
    fn shifted_right(&mut self, unsigned: bool, lane: IrLane, a: Val, by: Val) -> Val {
        let right = if unsigned { VecOp::ShrU } else { VecOp::ShrS };
        self.b.vbinary(right, lane, a, by)
    }

    /// SQSHL, UQSHL, SQSHLU by an immediate.
    pub(super) fn saturating_shift_left(&mut self, insn: &Insn<Shift>, lane: IrLane) -> Val {
        let n = self.v(insn.rn);
        let n = self.cut(insn.width, lane, n);
        let to_unsigned = insn.unsigned || insn.op == Shift::SqShlu;
        let shifted = self.b.vshift(VecShift::Shl, lane, insn.imm, n);
        let right = if to_unsigned { VecShift::ShrU } else { VecShift::ShrS };
        let back = self.b.vshift(right, lane, insn.imm, shifted);
        let mut kept = self.b.vbinary(VecOp::Eq, lane, back, n);
        let mut limit = match to_unsigned {
            true => self.all_lanes(lane, u64::MAX),
            false => self.extreme_of(lane, n),
        };
        if insn.op == Shift::SqShlu {
            // Negative numbers become zero.
            let negative = self.negative(lane, n);
            kept = self.b.vandnot(kept, negative);
            limit = self.b.vnot(negative);
        }
        let lost = self.b.vnot(kept);
        self.note_lanes(Width::Full, lost);
        self.b.vselect(kept, shifted, limit)
    }
}
