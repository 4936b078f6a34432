//! Saturating vector arithmetic as IR ops: additions, subtractions, doubling multiplications, and mixtures of signs.
//!
//! What an instruction does not read is zero in its operands here, so that it saturates nothing.

use super::Translator;
use super::inline_int::by_sign;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::misc::Misc;
use crate::helpers::simd::same::Same;
use crate::state::SATURATED;
use tcg_ir::{Lane as IrLane, Val, VecOp, VecShift};

impl Translator<'_> {
    // --- FPSR.QC ------------------------------------------------------------------------------

    /// Notes that lanes saturated if a bit of `mask` is one in the part that an instruction of this width writes.
    pub(super) fn note_lanes(&mut self, width: Width, mask: Val) {
        let mask = self.low_or_all(width, mask);
        let before = self.b.get(SATURATED);
        let all = self.b.vor(before, mask);
        self.b.put(SATURATED, all);
    }

    /// The same where two vectors differ.
    pub(super) fn note_saturation(&mut self, width: Width, a: Val, b: Val) {
        let difference = self.b.vxor(a, b);
        self.note_lanes(width, difference);
    }

    // --- parts --------------------------------------------------------------------------------

    /// An operand with zeros above what an instruction reads.
    pub(super) fn cut(&mut self, width: Width, lane: IrLane, x: Val) -> Val {
        match width {
            Width::Scalar if lane != IrLane::D => {
                let bits = self.b.vextract(lane, 0, x);
                self.b.vzext(bits)
            }
            _ => self.low_or_all(width, x),
        }
    }

    /// The same number in all lanes.
    pub(super) fn all_lanes(&mut self, lane: IrLane, bits: u64) -> Val {
        let bits = self.b.constant(lane.scalar(), bits & lane.mask());
        self.b.vdup(lane, bits)
    }

    /// All ones where a lane is negative.
    pub(super) fn negative(&mut self, lane: IrLane, x: Val) -> Val {
        let zero = self.b.v128(0);
        self.b.vbinary(VecOp::GtS, lane, zero, x)
    }

    /// The farthest number of the sign of each lane.
    pub(super) fn extreme_of(&mut self, lane: IrLane, x: Val) -> Val {
        let sign = self.negative(lane, x);
        let largest = self.all_lanes(lane, lane.mask() >> 1);
        self.b.vxor(sign, largest)
    }

    /// Lanes that are the most negative number become the largest one; which they are.
    fn without_minimum(&mut self, lane: IrLane, x: Val) -> (Val, Val) {
        let minimum = self.all_lanes(lane, 1 << (lane.bits() - 1));
        let mask = self.b.vbinary(VecOp::Eq, lane, x, minimum);
        (self.b.vxor(x, mask), mask)
    }

    // --- sums ---------------------------------------------------------------------------------

    /// SQADD, UQADD, SQSUB, UQSUB.
    pub(super) fn saturating_sum(
        &mut self,
        insn: &Insn<Same>,
        lane: IrLane,
        n: Val,
        m: Val,
    ) -> Val {
        let (n, m) = (self.cut(insn.width, lane, n), self.cut(insn.width, lane, m));
        self.saturated(insn.unsigned, insn.op == Same::QSub, lane, n, m)
    }

    /// Saturated sums or differences; notes which lanes saturated.
    fn saturated(&mut self, unsigned: bool, subtract: bool, lane: IrLane, a: Val, b: Val) -> Val {
        let op = match subtract {
            false => by_sign(unsigned, VecOp::AddSatS, VecOp::AddSatU),
            true => by_sign(unsigned, VecOp::SubSatS, VecOp::SubSatU),
        };
        if !op.has(lane) {
            let (result, mask) = self.wide_sum(unsigned, subtract, lane, a, b);
            self.note_lanes(Width::Full, mask);
            return result;
        }
        let result = self.b.vbinary(op, lane, a, b);
        let wrapping = if subtract { VecOp::Sub } else { VecOp::Add };
        let wrapped = self.b.vbinary(wrapping, lane, a, b);
        self.note_saturation(Width::Full, result, wrapped);
        result
    }

    /// Sums or differences of lanes for which the host has no saturation, and the mask of those that saturated.
    pub(super) fn wide_sum(
        &mut self,
        unsigned: bool,
        subtract: bool,
        lane: IrLane,
        a: Val,
        b: Val,
    ) -> (Val, Val) {
        let op = if subtract { VecOp::Sub } else { VecOp::Add };
        let sum = self.b.vbinary(op, lane, a, b);
        if unsigned {
            let (more, less) = if subtract { (b, a) } else { (a, sum) };
            let mask = self.b.vbinary(VecOp::GtU, lane, more, less);
            let result = if subtract { self.b.vandnot(sum, mask) } else { self.b.vor(sum, mask) };
            return (result, mask);
        }
        // Signed overflow: the sum's sign is not that of the first operand, nor (or but) that of the second.
        let changed = self.b.vxor(a, sum);
        let other = if subtract { self.b.vxor(a, b) } else { self.b.vxor(b, sum) };
        let overflow = self.b.vand(changed, other);
        let mask = self.negative(lane, overflow);
        let extreme = self.extreme_of(lane, a);
        (self.b.vselect(mask, extreme, sum), mask)
    }

    /// SUQADD, USQADD, SQABS, SQNEG.
    pub(super) fn saturating_misc(&mut self, insn: &Insn<Misc>, lane: IrLane, n: Val) -> Val {
        let n = self.cut(insn.width, lane, n);
        let (result, mask) = match insn.op {
            Misc::SqAbs => {
                let absolute = self.b.vabs(lane, n);
                self.without_minimum(lane, absolute)
            }
            Misc::SqNeg => {
                let negative = self.b.vneg(lane, n);
                self.without_minimum(lane, negative)
            }
            op => {
                let d = self.v(insn.rd);
                let d = self.cut(insn.width, lane, d);
                self.mixed_sum(op == Misc::UsqAdd, lane, d, n)
            }
        };
        self.note_lanes(Width::Full, mask);
        result
    }

    /// A sum of numbers of different signedness, saturated as the first one is; the mask is not zero in lanes that saturated.
    fn mixed_sum(&mut self, unsigned: bool, lane: IrLane, d: Val, n: Val) -> (Val, Val) {
        if !VecOp::AddSatU.has(lane) {
            return self.mixed_wide_sum(unsigned, lane, d, n);
        }
        // The wrapping sum comes late: few vector registers are free.
        let (sum, wrapped) = if unsigned {
            // One of both parts is zero.
            let zero = self.b.v128(0);
            let above = self.b.vbinary(VecOp::MaxS, lane, n, zero);
            let sum = self.b.vbinary(VecOp::AddSatU, lane, d, above);
            let below = self.b.vbinary(VecOp::MinS, lane, n, zero);
            let below = self.b.vneg(lane, below);
            let sum = self.b.vbinary(VecOp::SubSatU, lane, sum, below);
            (sum, self.b.vbinary(VecOp::Add, lane, d, n))
        } else {
            // `d` is made no more than what is left above: the largest number without `n`.
            let largest = self.all_lanes(lane, lane.mask() >> 1);
            let most = self.b.vxor(n, largest);
            let least = self.b.vbinary(VecOp::MinS, lane, d, most);
            let wrapped = self.b.vbinary(VecOp::Add, lane, d, n);
            (self.b.vbinary(VecOp::Add, lane, least, n), wrapped)
        };
        (sum, self.b.vxor(sum, wrapped))
    }

    /// The same for lanes for which the host has no saturation.
    fn mixed_wide_sum(&mut self, unsigned: bool, lane: IrLane, d: Val, n: Val) -> (Val, Val) {
        if !unsigned {
            let minimum = self.all_lanes(lane, 1 << (lane.bits() - 1));
            let d = self.b.vxor(d, minimum);
            let (sum, mask) = self.wide_sum(true, false, lane, d, n);
            return (self.b.vxor(sum, minimum), mask);
        }
        let (sum, above) = self.wide_sum(true, false, lane, d, n);
        let opposite = self.b.vneg(lane, n);
        let (difference, below) = self.wide_sum(true, true, lane, d, opposite);
        let negative = self.negative(lane, n);
        (self.b.vselect(negative, difference, sum), self.b.vselect(negative, below, above))
    }

    // --- doubling multiplications -------------------------------------------------------------

    /// SQDMULH, SQRDMULH: the product of two most negative numbers alone saturates.
    pub(super) fn doubling_high(&mut self, insn: &Insn<Same>, lane: IrLane, n: Val, m: Val) -> Val {
        let (n, m) = (self.cut(insn.width, lane, n), self.cut(insn.width, lane, m));
        let round = insn.op == Same::SqrdMulH;
        let high = match (lane, round) {
            (IrLane::H, true) => self.b.vbinary(VecOp::MulHighRoundS, lane, n, m),
            (IrLane::H, false) => {
                let high = self.b.vbinary(VecOp::MulHighS, lane, n, m);
                let low = self.b.vbinary(VecOp::Mul, lane, n, m);
                let high = self.b.vshift(VecShift::Shl, lane, 1, high);
                let low = self.b.vshift(VecShift::ShrU, lane, 15, low);
                self.b.vor(high, low)
            }
            _ => self.doubling_high_words(round.then_some(VecOp::Add), n, m),
        };
        let (result, mask) = self.without_minimum(lane, high);
        self.note_lanes(Width::Full, mask);
        result
    }

    /// Twice the products of even and of odd words, of which the high words are kept; before that, half of a high word with the
    /// products added, or subtracted, to round.
    fn doubling_high_words(&mut self, round: Option<VecOp>, n: Val, m: Val) -> Val {
        let odd = [n, m].map(|x| self.b.vshift(VecShift::ShrU, IrLane::D, 32, x));
        let [even, odd] = [[n, m], odd].map(|[a, b]| {
            let product = self.b.vbinary(VecOp::MulLowS, IrLane::D, a, b);
            let twice = self.b.vbinary(VecOp::Add, IrLane::D, product, product);
            let Some(op) = round else { return twice };
            let half = self.all_lanes(IrLane::D, 1 << 31);
            self.b.vbinary(op, IrLane::D, half, twice)
        });
        self.b.vbinary(VecOp::TransposeOdd, IrLane::S, even, odd)
    }

    /// SQRDMLAH, SQRDMLSH. The addend is a multiple of what is cut, so the rounded high part of the product is added to it.
    ///
    /// That of two most negative numbers is beyond the lane, but its opposite is not: SQRDMLAH subtracts the opposite.
    pub(super) fn doubling_accumulate(
        &mut self,
        insn: &Insn<Same>,
        lane: IrLane,
        n: Val,
        m: Val,
    ) -> Val {
        let d = self.v(insn.rd);
        let [n, m, d] = [n, m, d].map(|x| self.cut(insn.width, lane, x));
        let subtract = insn.op == Same::SqrdMlsH;
        let high = match (lane, subtract) {
            (IrLane::H, false) => self.b.vbinary(VecOp::MulHighRoundS, lane, n, m),
            (IrLane::H, true) => self.opposite_high_halves(n, m),
            (_, false) => self.doubling_high_words(Some(VecOp::Add), n, m),
            (_, true) => self.doubling_high_words(Some(VecOp::Sub), n, m),
        };
        if subtract {
            return self.saturated(false, false, lane, d, high);
        }
        let opposite = self.b.vneg(lane, high);
        self.saturated(false, true, lane, d, opposite)
    }

    /// The opposites of doubled products of halfwords, of which the high halves are kept, rounded. Those half way between two
    /// numbers are rounded up, and so are their opposites.
    fn opposite_high_halves(&mut self, n: Val, m: Val) -> Val {
        let lane = IrLane::H;
        let high = self.b.vbinary(VecOp::MulHighRoundS, lane, n, m);
        let low = self.b.vbinary(VecOp::Mul, lane, n, m);
        let low = self.b.vshift(VecShift::Shl, lane, 1, low);
        let half = self.all_lanes(lane, 1 << 15);
        let ties = self.b.vbinary(VecOp::Eq, lane, low, half);
        let high = self.b.vbinary(VecOp::Add, lane, high, ties);
        self.b.vneg(lane, high)
    }

    /// Twice the products of widened lanes, saturated; added to or subtracted from `d`, saturated again.
    pub(super) fn doubling_long(
        &mut self,
        wide: IrLane,
        (a, b): (Val, Val),
        accumulate: Option<(Val, bool)>,
    ) -> Val {
        let product = self.product(false, wide, a, b);
        let twice = self.b.vbinary(VecOp::Add, wide, product, product);
        let (twice, mask) = self.without_minimum(wide, twice);
        // The products themselves are never that far below zero.
        self.note_lanes(Width::Full, mask);
        let Some((d, subtract)) = accumulate else { return twice };
        let (sum, mask) = self.wide_sum(false, subtract, wide, d, twice);
        self.note_lanes(Width::Full, mask);
        sum
    }

    // --- narrowing ----------------------------------------------------------------------------

    /// The nearest numbers of 32 bits in lanes of 64, from and to unsigned ones or not; notes what saturated.
    pub(super) fn clamp_doublewords(
        &mut self,
        (from_unsigned, to_unsigned): (bool, bool),
        x: Val,
    ) -> Val {
        let lane = IrLane::D;
        let word = Lane::S.ir().unwrap_or(IrLane::S).mask();
        let largest = self.all_lanes(lane, if to_unsigned { word } else { word >> 1 });
        let above = by_sign(from_unsigned, VecOp::GtS, VecOp::GtU);
        let above = self.b.vbinary(above, lane, x, largest);
        let mut result = self.b.vselect(above, largest, x);
        if !from_unsigned {
            let least = if to_unsigned { 0 } else { !(word >> 1) };
            let least = self.all_lanes(lane, least);
            let below = self.b.vbinary(VecOp::GtS, lane, least, x);
            result = self.b.vselect(below, least, result);
        }
        self.note_saturation(Width::Full, x, result);
        result
    }
}
