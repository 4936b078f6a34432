//! FPCR.FZ16: subnormal numbers of half precision count as zeros of their sign.
//!
//! Hosts have no such mode for halves. Operands lose their magnitude if it is subnormal, which raises nothing. Of results a
//! host's zero is what the guest has: if it is not exact, it raised underflow (and inexact, which FPSR has already; see
//! [`TB_FP_HALF_FLUSH`]). What may have been tiny before it was rounded, a subnormal number or the smallest normal one, is left
//! to the helper: the instruction is run again alone (see [`crate::state::TB_ALONE`]). What was raised for it until then are
//! exceptions that the helper raises, too.

use super::Translator;
use crate::helpers::simd::lanes::Width;
use crate::state::TB_FP_HALF_FLUSH;
use tcg_ir::{Lane, Type, Val, VecOp};

/// The bits of the smallest normal number.
const SMALLEST_NORMAL: u64 = 0x0400;
/// The most negative integer of a lane.
const MOST_NEGATIVE: u64 = 0x8000;

/// Bits in the fraction of a fixed-point number of which all but zero are normal numbers.
const BITS_OF_NORMAL: u8 = 14;

impl Translator<'_> {
    fn flushes(&self, ty: Type) -> bool {
        ty == Type::F16 && self.b.tb.flags & TB_FP_HALF_FLUSH != 0
    }

    /// An operand as arithmetic takes it, with zeros above what the instruction reads.
    pub(super) fn flushed_operand(&mut self, ty: Type, width: Width, x: Val) -> Val {
        let x = self.operand(ty, width, x);
        self.flushed(ty, x)
    }

    /// Zeros for the lanes that are subnormal, if those count as zeros.
    pub(super) fn flushed(&mut self, ty: Type, x: Val) -> Val {
        if !self.flushes(ty) {
            return x;
        }
        let magnitude = self.b.vfabs(ty, x);
        let normal = self.all_lanes(Lane::H, SMALLEST_NORMAL);
        let is_subnormal = self.b.vbinary(VecOp::GtS, Lane::H, normal, magnitude);
        let lost = self.b.vand(magnitude, is_subnormal);
        self.b.vxor(x, lost)
    }

    /// Runs the instruction alone if a result may have been tiny before it was rounded, and such ones become zeros.
    pub(super) fn alone_if_tiny(&mut self, ty: Type, width: Width, result: Val) {
        if !self.flushes(ty) {
            return;
        }
        // Without the sign, twice the number. The least ones that are not zero become the most negative integers.
        let twice = self.b.vbinary(VecOp::Add, Lane::H, result, result);
        let shift = self.all_lanes(Lane::H, MOST_NEGATIVE - 2);
        let shifted = self.b.vbinary(VecOp::Add, Lane::H, twice, shift);
        let end = self.all_lanes(Lane::H, MOST_NEGATIVE + 2 * SMALLEST_NORMAL - 1);
        let is_tiny = self.b.vbinary(VecOp::GtS, Lane::H, end, shifted);
        self.alone_if_any(Lane::H, width, is_tiny);
    }

    /// The same of a fixed-point number with `fraction` bits of fraction.
    pub(super) fn alone_if_tiny_fixed(&mut self, width: Width, fraction: u8, result: Val) {
        if fraction > BITS_OF_NORMAL {
            self.alone_if_tiny(Type::F16, width, result);
        }
    }
}
