//! FPCR.FZ16: subnormal numbers of half precision count as zeros of their sign.
//!
//! Hosts have no such mode for halves. Operands lose their magnitude if it is subnormal, which raises nothing. So do results,
//! which is an underflow: FPSR.UFC gathers as a mask of lanes. What was tiny before it was rounded became, besides:
//!
//! - zero, which the guest has, too, and its underflow has been raised (and inexact, which FPSR has already; see
//!   [`TB_FP_HALF_FLUSH`]);
//! - the smallest normal number, which may also have been exact. It is left to the helper (see [`Translator::leave_if_any`]).
//!   What the host raised until then the helper raises, too.

use super::Translator;
use crate::helpers::simd::lanes::Width;
use crate::state::{FLUSHED, TB_FP_HALF_FLUSH};
use tcg_ir::{Lane, Type, Val, VecOp};

/// The bits of the smallest normal number.
const SMALLEST_NORMAL: u64 = 0x0400;
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
        let (magnitude, normal) = self.magnitude_and_normal(x);
        let lost = self.subnormal(magnitude, normal);
        self.b.vxor(x, lost)
    }

    /// The same of results, which are zeros above what the instruction writes, or no numbers that are tiny.
    pub(super) fn flushed_result(&mut self, ty: Type, width: Width, result: Val) -> Val {
        if !self.flushes(ty) {
            return result;
        }
        let (magnitude, normal) = self.magnitude_and_normal(result);
        let is_least = self.b.vbinary(VecOp::Eq, Lane::H, magnitude, normal);
        self.leave_if_any(Lane::H, width, is_least);
        let lost = self.subnormal(magnitude, normal);
        let before = self.b.get(FLUSHED);
        let all = self.b.vor(before, lost);
        self.b.put(FLUSHED, all);
        self.b.vxor(result, lost)
    }

    /// The same of fixed-point numbers with `fraction` bits of fraction.
    pub(super) fn flushed_fixed(&mut self, width: Width, fraction: u8, result: Val) -> Val {
        if fraction > BITS_OF_NORMAL {
            return self.flushed_result(Type::F16, width, result);
        }
        result
    }

    /// The magnitudes of halves, and the smallest normal number in all lanes.
    fn magnitude_and_normal(&mut self, x: Val) -> (Val, Val) {
        let magnitude = self.b.vfabs(Type::F16, x);
        (magnitude, self.all_lanes(Lane::H, SMALLEST_NORMAL))
    }

    /// The magnitudes that are subnormal; zeros for others.
    fn subnormal(&mut self, magnitude: Val, normal: Val) -> Val {
        let is_subnormal = self.b.vbinary(VecOp::GtS, Lane::H, normal, magnitude);
        self.b.vand(magnitude, is_subnormal)
    }
}
