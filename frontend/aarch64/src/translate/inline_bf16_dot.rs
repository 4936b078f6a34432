//! BFDOT and BFMMLA of ordinary numbers as IR ops: sums in double precision, which are exact, rounded to odd by their bits.
//!
//! No op here is inexact, so none raises anything and the rounding mode does not matter, but for the sign of zeros. Every
//! operand and result is zero or normal, so FPCR.FZ and FPCR.DN do not matter either: it is inlined in all modes.

use super::Translator;
use super::inline_convert::power_of_two;
use crate::helpers::fp::long::FpLong;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::Width;
use tcg_ir::{Lane, Type, Val, VecFpOp, VecOp};

const SIGN: u64 = 1 << 31;
/// Bits of the fraction of single precision.
const FRACTION: u8 = 23;
const EXPONENT: u64 = 0xff << FRACTION;
/// What is by this exponent smaller than a number of 24 bits changes the sum as any smaller number does: see
/// [`Translator::near`].
const NEAR: u64 = 26;
/// Ordinary operands that are not zero have a magnitude of at least 2 to the power of the first exponent, and less than that
/// of the second one: see [`Translator::inline_bf16_dot`].
const OPERANDS: (i32, i32) = (-55, 62);
/// The same of what is added to.
const ADDENDS: (i32, i32) = (-102, 127);

impl Translator<'_> {
    /// The new vector, zeros above what the instruction writes; none if the helper must do it.
    ///
    /// Why nothing is too small or too large for a normal single, in all four products and sums:
    /// - An operand has 8 bits, so it is a multiple of 2 to the power of −62, and a product of −124; an addend has 24 bits and
    ///   is a multiple of −125. So are their exact sums, and those rounded to 24 bits of their own. What is not zero is then
    ///   at least 2 to the power of −125.
    /// - A product is less than 2 to the power of 124, four of them 126, and with the addend 128.
    pub(super) fn inline_bf16_dot(&mut self, insn: &Insn<FpLong>) -> Option<Val> {
        self.may_inline()?;
        if self.alone() {
            return None;
        }
        let (n, m, d) = (self.v(insn.rn), self.second(insn.rm, insn.element), self.v(insn.rd));
        let [n, m, d] = [n, m, d].map(|x| self.operand(Type::F32, insn.width, x));
        self.leave_unless_summands(insn.width, [n, m, d]);
        if insn.op == FpLong::BfDot {
            return Some(self.added_products(insn.width, d, &[(n, m)]));
        }
        // A row of a matrix is two pairs of numbers; lanes are pairs.
        let first = (VecOp::TransposeEven, VecOp::UnzipEven);
        let second = (VecOp::TransposeOdd, VecOp::UnzipOdd);
        let pairs = [first, second].map(|(rows, columns)| {
            let n = self.b.vbinary(rows, Lane::S, n, n);
            (n, self.b.vbinary(columns, Lane::S, m, m))
        });
        Some(self.added_products(insn.width, d, &pairs))
    }

    /// Leaves the instruction to its helper unless the bfloat16 lanes of `n` and `m` and the lanes of `d` are ordinary.
    fn leave_unless_summands(&mut self, width: Width, [n, m, d]: [Val; 3]) {
        let bf16 = |exponent| power_of_two(Type::F32, exponent) >> 16;
        let operands = (bf16(OPERANDS.0), bf16(OPERANDS.1));
        let [first, end] = [ADDENDS.0, ADDENDS.1].map(|e| power_of_two(Type::F32, e));
        for (lane, x, range) in
            [(Lane::H, n, operands), (Lane::H, m, operands), (Lane::S, d, (first, end))]
        {
            let signs = self.all_lanes(lane, 1 << (lane.bits() - 1));
            let magnitude = self.b.vandnot(x, signs);
            self.leave_unless_zero_or_within(lane, width, magnitude, range);
        }
    }

    /// `d` plus, one after the other, the sums of two products: in each lane of a pair there are two bfloat16.
    ///
    /// A sum that is zero is −0 only if all terms are. Hosts make it −0 also where terms cancel and rounding is downward; then
    /// at least one term is positive.
    fn added_products(&mut self, width: Width, d: Val, pairs: &[(Val, Val)]) -> Val {
        let (mut sum, mut terms) = (d, d);
        for &(n, m) in pairs {
            let [even, odd] = [false, true].map(|odd| {
                let [n, m] = [n, m].map(|x| self.bf16_lanes(odd, x));
                self.b.vfbinary(VecFpOp::Mul, Type::F32, n, m)
            });
            let products = self.sum_to_odd(width, even, odd);
            sum = self.sum_to_odd(width, sum, products);
            terms = [even, odd].into_iter().fold(terms, |all, term| self.b.vand(all, term));
        }
        let negative_zero = self.all_lanes(Lane::S, SIGN);
        let is_negative_zero = self.b.vbinary(VecOp::Eq, Lane::S, sum, negative_zero);
        let wrong = self.b.vandnot(is_negative_zero, terms);
        self.b.vandnot(sum, wrong)
    }

    /// `a + b` of lanes that are zero or normal, rounded to odd.
    fn sum_to_odd(&mut self, width: Width, a: Val, b: Val) -> Val {
        let (a, b) = (self.near(a, b), self.near(b, a));
        let mut half = |high| {
            let [a, b] = [a, b].map(|x| self.b.vfwiden(Type::F32, high, x));
            let sum = self.b.vfbinary(VecFpOp::Add, Type::F64, a, b);
            let odd = self.odd_single(sum);
            self.b.vfnarrow(Type::F64, Type::F32, odd)
        };
        let low = half(false);
        if width != Width::Full {
            return low;
        }
        let high = half(true);
        self.low_halves(low, high)
    }

    /// `x`, or a number of its sign that is large enough for an exact sum with `other` in double precision, and rounded to odd
    /// gives the same one. Zero stays zero, and beside zero every `x` as it is.
    ///
    /// Let the exponent of `other` be 0, so that its last bit is worth 2 to the power of −23. If `x` is less than 2 to the
    /// power of −24, the sum lies strictly between `other` and its neighbor of 24 bits on that side, which is no nearer (and as
    /// near only below a power of two). One of both is odd, and is the result, wherever the sum lies: so it is for −26, too.
    /// If `x` is not less than −26, its last bit is worth at least −49, and the sum has up to 51 bits.
    fn near(&mut self, x: Val, other: Val) -> Val {
        let signs = self.all_lanes(Lane::S, SIGN);
        let magnitude = self.b.vandnot(x, signs);
        let sign = self.b.vand(x, signs);
        let exponents = self.all_lanes(Lane::S, EXPONENT);
        let exponent = self.b.vand(other, exponents);
        let by = self.all_lanes(Lane::S, NEAR << FRACTION);
        let least = self.b.vbinary(VecOp::Sub, Lane::S, exponent, by);
        let near = self.b.vbinary(VecOp::MaxS, Lane::S, magnitude, least);
        let zero = self.b.v128(0);
        let is_zero = self.b.vbinary(VecOp::Eq, Lane::S, magnitude, zero);
        let near = self.b.vandnot(near, is_zero);
        self.b.vor(near, sign)
    }
}
