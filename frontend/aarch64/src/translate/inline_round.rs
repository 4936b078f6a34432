//! Roundings that are those of the host for numbers in range: FRINT32X and its like, FCVTXN, FJCVTZS.
//!
//! Other operands, and NaNs, are left to the helper (see [`Translator::leave_if_any`]).

use super::cc::Cc;
use super::inline_convert::power_of_two;
use super::{Translator, W};
use crate::helpers::fp::convert::FpConvert;
use crate::helpers::fp::misc::{FpMisc, Rounding};
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use tcg_ir::{Cond, Lane as IrLane, Round, Sign, Type, Val, VecOp};

impl Translator<'_> {
    /// FRINT32X, FRINT32Z, FRINT64X, FRINT64Z: the new vector, zeros above what the instruction writes; none if the helper
    /// must do it.
    pub(super) fn inline_fp_round_to_range(
        &mut self,
        insn: &Insn<FpMisc>,
        rounding: Rounding,
    ) -> Option<Val> {
        let ty = self.inline_float(insn.lane)?;
        if self.alone() {
            return None;
        }
        let lane = insn.lane.ir()?;
        let n = self.v(insn.rn);
        let n = self.operand(ty, insn.width, n);
        let magnitude = self.b.vfabs(ty, n);
        let largest = self.all_lanes(lane, largest_in_range(ty, insn.op));
        let outside = self.b.vbinary(VecOp::GtS, lane, magnitude, largest);
        self.leave_if_any(lane, insn.width, outside);
        self.notice_subnormals(ty, n);
        Some(self.b.vfround(ty, rounding.ir(), false, n))
    }

    /// FCVTXN: the bits that do not fit are cut, and the last one that does is set for them. The host's conversion, which
    /// rounds otherwise, tells whether the result is inexact.
    pub(super) fn inline_narrow_to_odd(&mut self, insn: &Insn<FpConvert>) -> Option<Val> {
        self.inline_float(Lane::S)?;
        if self.alone() {
            return None;
        }
        let n = self.v(insn.rn);
        let scalar = insn.width == Width::Scalar;
        let n = if scalar { self.operand(Type::F64, insn.width, n) } else { n };
        let magnitude = self.b.vfabs(Type::F64, n);
        let normal = (power_of_two(Type::F64, -126), LARGEST_SINGLE + 1);
        self.leave_unless_zero_or_within(IrLane::D, Width::Full, magnitude, normal);
        self.b.vfnarrow(Type::F64, Type::F32, n);
        let odd = self.odd_single(n);
        Some(self.b.vfnarrow(Type::F64, Type::F32, odd))
    }

    /// Doubles without the bits that single precision does not have, the last one that it has set for them.
    pub(super) fn odd_single(&mut self, n: Val) -> Val {
        let below = self.all_lanes(IrLane::D, BELOW_SINGLE);
        let lost = self.b.vand(n, below);
        let carry = self.b.vbinary(VecOp::Add, IrLane::D, lost, below);
        let odd = self.b.vor(n, carry);
        self.b.vandnot(odd, below)
    }

    /// Leaves the instruction to its helper unless each lane of `magnitude` is zero or in the range, whose end is outside.
    pub(super) fn leave_unless_zero_or_within(
        &mut self,
        lane: IrLane,
        width: Width,
        magnitude: Val,
        (first, end): (u64, u64),
    ) {
        let [first, last] = [first, end - 1].map(|bits| self.all_lanes(lane, bits));
        let zero = self.b.v128(0);
        let [small, large] = [(first, magnitude), (magnitude, last)]
            .map(|(a, b)| self.b.vbinary(VecOp::GtS, lane, a, b));
        let zeros = self.b.vbinary(VecOp::Eq, lane, magnitude, zero);
        let small = self.b.vandnot(small, zeros);
        let outside = self.b.vor(small, large);
        self.leave_if_any(lane, width, outside);
    }

    /// FJCVTZS: Z tells that converting back gives the operand, with its sign; false if the helper must do it.
    ///
    /// The result is the integral part modulo 2³², here of numbers below 2⁶³. If that is none of 32 bits with sign, the
    /// conversion is invalid, and a fraction not inexact: there it is cut before, and a NaN is compared.
    pub(super) fn inline_javascript_convert(&mut self, f: isa::aarch64::FpMove) -> bool {
        let ty = Type::F64;
        if self.alone() || self.inline_float(Lane::D).is_none() {
            return false;
        }
        let x = self.float(ty, f.rn);
        let bits = self.b.bitcast(Type::I64, x);
        let magnitude = self.b.and_imm(Type::I64, bits, u64::MAX >> 1);
        let [zero, below, above, end, nan] =
            [0, BEYOND_LEAST_WORD, power_of_two(ty, 31), power_of_two(ty, 63), NAN]
                .map(|k| self.b.i64(k));
        self.alone_if(Type::I64, Cond::GeU, magnitude, end);
        let limit = self.b.select(Type::I64, Cond::LtS, (bits, zero), below, above);
        self.notice_subnormal(ty, x);
        let is_in_range = (magnitude, limit);
        let cut = self.b.fround(Round::Zero, true, x);
        let cut = self.b.bitcast(Type::I64, cut);
        let source = self.b.select(Type::I64, Cond::LtU, is_in_range, bits, cut);
        let source = self.b.bitcast(ty, source);
        let compared = self.b.select(Type::I64, Cond::LtU, is_in_range, limit, nan);
        let compared = self.b.bitcast(ty, compared);
        self.b.fcmp(ty, true, compared, compared);
        let (integer, _) = self.b.ftoint(Type::I64, Sign::Signed, Round::Zero, source);
        let integer = self.b.trunc(integer);
        let back = self.b.ffromint(ty, Sign::Signed, integer);
        let back = self.b.bitcast(Type::I64, back);
        let differs = self.b.setcond(Type::I64, Cond::Ne, back, bits);
        self.set(W::W, f.rd, integer);
        self.set_cc(Cc::Logic(Type::I32, differs));
        true
    }
}

/// 2³¹ + 1 as a double: numbers from −2³¹ to above its negative have −2³¹ as integral part.
const BEYOND_LEAST_WORD: u64 = power_of_two(Type::F64, 31) + (1 << (52 - 31));
/// A quiet NaN of double precision.
const NAN: u64 = 0x7ff8 << 48;
/// The bits of a double below those that single precision has.
const BELOW_SINGLE: u64 = (1 << 29) - 1;
/// The largest number of single precision as a double.
const LARGEST_SINGLE: u64 = power_of_two(Type::F64, 128) - (BELOW_SINGLE + 1);

/// The largest number of which no rounding is out of range.
const fn largest_in_range(ty: Type, op: FpMisc) -> u64 {
    let exponent = if matches!(op, FpMisc::Round32) { 31 } else { 63 };
    let below_limit = power_of_two(ty, exponent) - 1;
    match ty {
        // Without a fraction.
        Type::F64 if exponent == 31 => below_limit & !((1 << 22) - 1),
        _ => below_limit,
    }
}
