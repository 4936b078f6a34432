//! FRECPE, FRSQRTE, FRECPX, URECPE and URSQRTE as IR ops: a table of 256 bytes and arithmetic on exponents.
//!
//! Ordinary numbers raise nothing in any mode. Operands that are zeros, subnormal, infinite, NaNs, or (of roots) negative, and
//! results that may be subnormal, are left to the helper (see [`Translator::leave_if_any`]).

use super::Translator;
use crate::helpers::fp::misc::FpMisc;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::Width;
use crate::helpers::simd::misc::Misc;
use crate::tables::{RECIPROCAL, RECIPROCAL_ROOT};
use tcg_ir::{Cond, Lane, Type, Val, VecOp, VecShift};

/// A format of floating-point numbers that fill a lane.
#[derive(Clone, Copy)]
struct Format {
    lane: Lane,
    /// Bits of the fraction.
    fraction: u8,
    /// Of exponents; twice it is that of the largest numbers.
    bias: u64,
}

impl Format {
    const fn of(lane: Lane) -> Format {
        let (fraction, bias) = match lane {
            Lane::B | Lane::H => (10, 15),
            Lane::S => (23, 127),
            Lane::D => (52, 1023),
        };
        Format { lane, fraction, bias }
    }

    const fn exponent(self, field: u64) -> u64 {
        field << self.fraction
    }

    const fn exponent_mask(self) -> u64 {
        self.exponent(2 * self.bias + 1)
    }

    const fn sign(self) -> u64 {
        1 << (self.lane.bits() - 1)
    }
}

impl Translator<'_> {
    /// The new vector, zeros above what the instruction writes; none if the helper must do it.
    pub(super) fn inline_fp_estimate(&mut self, insn: &Insn<FpMisc>) -> Option<Val> {
        self.may_inline()?;
        if self.alone() {
            return None;
        }
        let format = Format::of(insn.lane.ir()?);
        let n = self.v(insn.rn);
        let result = match insn.op {
            FpMisc::Recpe => self.reciprocals((format, insn.width), n),
            FpMisc::Rsqrte => self.reciprocal_roots((format, insn.width), n),
            _ => self.reciprocal_exponents((format, insn.width), n),
        };
        Some(self.first_lanes(format.lane, insn.width, result))
    }

    fn reciprocals(&mut self, (format, width): (Format, Width), n: Val) -> Val {
        let signs = self.all_lanes(format.lane, format.sign());
        let magnitude = self.b.vandnot(n, signs);
        let largest = 2 * format.bias - 1;
        let range = (format.exponent(1), format.exponent(largest));
        self.leave_unless_within(format.lane, width, magnitude, range);
        let estimates = self.estimates(RECIPROCAL, (format, width), format.fraction - 8, n);
        let exponents = self.all_lanes(format.lane, format.exponent_mask());
        let exponents = self.b.vand(magnitude, exponents);
        let sum = self.all_lanes(format.lane, format.exponent(largest));
        let exponents = self.b.vbinary(VecOp::Sub, format.lane, sum, exponents);
        let sign = self.b.vand(n, signs);
        let result = self.b.vor(exponents, estimates);
        self.b.vor(result, sign)
    }

    fn reciprocal_roots(&mut self, (format, width): (Format, Width), n: Val) -> Val {
        let range = (format.exponent(1), format.exponent_mask());
        self.leave_unless_within(format.lane, width, n, range);
        // The last bit of the exponent chooses the half of the table.
        let estimates = self.estimates(RECIPROCAL_ROOT, (format, width), format.fraction - 7, n);
        let mask = self.all_lanes(format.lane, format.exponent_mask());
        let exponents = self.b.vand(n, mask);
        let sum = self.all_lanes(format.lane, format.exponent(3 * format.bias - 1));
        let exponents = self.b.vbinary(VecOp::Sub, format.lane, sum, exponents);
        let exponents = self.b.vshift(VecShift::ShrU, format.lane, 1, exponents);
        let exponents = self.b.vand(exponents, mask);
        self.b.vor(exponents, estimates)
    }

    fn reciprocal_exponents(&mut self, (format, width): (Format, Width), n: Val) -> Val {
        let signs = self.all_lanes(format.lane, format.sign());
        let magnitude = self.b.vandnot(n, signs);
        let infinity = format.exponent_mask();
        self.leave_unless_within(format.lane, width, magnitude, (format.exponent(1), infinity + 1));
        let kept = self.all_lanes(format.lane, format.sign() | infinity);
        let kept = self.b.vand(n, kept);
        let inverted = self.all_lanes(format.lane, infinity);
        self.b.vxor(kept, inverted)
    }

    /// URECPE, URSQRTE: numbers below a half, or a quarter, give all ones.
    pub(super) fn inline_integer_estimate(&mut self, insn: &Insn<Misc>) -> Option<Val> {
        self.may_inline()?;
        let n = self.v(insn.rn);
        let ones = self.all_lanes(Lane::S, u64::MAX);
        let below_half = self.b.vbinary(VecOp::GtS, Lane::S, n, ones);
        let upper = self.b.vshift(VecShift::ShrU, Lane::S, 23, n);
        let (table, index, too_small) = if insn.op == Misc::URecpe {
            (RECIPROCAL, upper, below_half)
        } else {
            // Below a half bit 30 is one, which chooses the half of the table.
            let halved = self.b.vshift(VecShift::Shl, Lane::S, 1, n);
            let halved = self.b.vshift(VecShift::ShrU, Lane::S, 25, halved);
            let quarters = self.b.vshift(VecShift::ShrU, Lane::S, 30, n);
            let zero = self.b.v128(0);
            let below_quarter = self.b.vbinary(VecOp::Eq, Lane::S, quarters, zero);
            (RECIPROCAL_ROOT, self.b.vselect(below_half, upper, halved), below_quarter)
        };
        let estimates = self.lookup_lanes(table, Lane::S, insn.width, index);
        let estimates = self.b.vshift(VecShift::Shl, Lane::S, 23, estimates);
        let leading = self.all_lanes(Lane::S, 1 << 31);
        let result = self.b.vor(estimates, leading);
        let result = self.b.vor(result, too_small);
        Some(self.first_lanes(Lane::S, insn.width, result))
    }

    /// The entries of a table for the bits of `n` above bit `shift`, as the upper bits of fractions.
    fn estimates(&mut self, table: u8, how: (Format, Width), shift: u8, n: Val) -> Val {
        let (format, width) = how;
        let index = self.b.vshift(VecShift::ShrU, format.lane, shift, n);
        let entries = self.lookup_lanes(table, format.lane, width, index);
        self.b.vshift(VecShift::Shl, format.lane, format.fraction - 8, entries)
    }

    /// The entries of a table that the lowest bytes of lanes name; zeros above what `width` says.
    fn lookup_lanes(&mut self, table: u8, lane: Lane, width: Width, index: Val) -> Val {
        let first = self.b.vlow(Type::I32, index);
        let first = self.b.lookup(table, first);
        let mut entries = self.b.vzext(first);
        for i in 1..lanes_of(width, lane) {
            let byte = i * lane.bytes() as u8;
            let entry = self.b.vextract(Lane::B, byte, index);
            let entry = self.b.lookup(table, entry);
            entries = self.b.vinsert(Lane::B, byte, entries, entry);
        }
        entries
    }

    /// Leaves the instruction to its helper if `x` in a lane, as a signed number, is not in the range, whose end is outside.
    pub(super) fn leave_unless_within(
        &mut self,
        lane: Lane,
        width: Width,
        x: Val,
        (first, end): (u64, u64),
    ) {
        // The range begins with the most negative number.
        let most_negative: u64 = 1 << (lane.bits() - 1);
        let shift = self.all_lanes(lane, most_negative.wrapping_sub(first));
        let last = self.all_lanes(lane, most_negative.wrapping_add(end - first - 1));
        let x = self.b.vbinary(VecOp::Add, lane, x, shift);
        let outside = self.b.vbinary(VecOp::GtS, lane, x, last);
        self.leave_if_any(lane, width, outside);
    }

    /// Leaves the instruction to its helper if a bit of a lane is one (see [`Translator::may_leave`]; where the helper is not
    /// known: runs it again alone, see [`crate::state::TB_ALONE`]). To be placed before it changes anything but FPSR.
    pub(super) fn leave_if_any(&mut self, lane: Lane, width: Width, x: Val) {
        let (ty, bits) = match width {
            Width::Scalar if lane < Lane::S => (Type::I32, self.b.vextract(lane, 0, x)),
            Width::Scalar if lane == Lane::S => (Type::I32, self.b.vlow(Type::I32, x)),
            Width::Scalar | Width::Half => (Type::I64, self.b.vlow(Type::I64, x)),
            Width::Full => {
                let (low, high) = (self.b.vlow(Type::I64, x), self.b.vextract(Lane::D, 1, x));
                (Type::I64, self.b.or(Type::I64, low, high))
            }
        };
        let zero = self.b.constant(ty, 0);
        match self.out_of_line {
            Some(helper) => {
                let next = self.next_pc();
                self.b.call_goto_if((ty, Cond::Ne, bits, zero), helper, next);
            }
            None => self.alone_if(ty, Cond::Ne, bits, zero),
        }
    }
}

/// Number of lanes.
const fn lanes_of(width: Width, lane: Lane) -> u8 {
    match width {
        Width::Scalar => 1,
        Width::Half => (64 / lane.bits()) as u8,
        Width::Full => (128 / lane.bits()) as u8,
    }
}
