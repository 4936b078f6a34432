//! Vector instructions that count bits, and products of polynomials, as IR ops.

use super::Translator;
use tcg_ir::{Lane, Val, VecOp, VecShift};

impl Translator<'_> {
    /// CLZ of lanes of up to 32 bits.
    pub(super) fn leading_zeros_of_lanes(&mut self, lane: Lane, n: Val) -> Val {
        let mut count = self.leading_zeros_of_bytes(n);
        for (narrow, wide) in [(Lane::B, Lane::H), (Lane::H, Lane::S)] {
            if wide > lane {
                break;
            }
            // The low half counts if the high one is zero.
            let bits = narrow.bits() as u8;
            let high = self.b.vshift(VecShift::ShrU, wide, bits, count);
            let all = self.all_lanes(wide, bits.into());
            let empty = self.b.vbinary(VecOp::Eq, wide, high, all);
            let mask = self.all_lanes(wide, narrow.mask());
            let low = self.b.vand(count, mask);
            let low = self.b.vand(low, empty);
            count = self.b.vbinary(VecOp::Add, wide, high, low);
        }
        count
    }

    /// By a table for four bits.
    fn leading_zeros_of_bytes(&mut self, n: Val) -> Val {
        let (first, last) = (self.b.i64(0x0101_0101_0202_0304), self.b.i64(0));
        let table = self.b.vpair(first, last);
        let high = self.b.vshift(VecShift::ShrU, Lane::B, 4, n);
        let mask = self.all_lanes(Lane::B, 0x0f);
        let low = self.b.vand(n, mask);
        let low = self.b.vtable(table, low);
        let zero = self.b.v128(0);
        let empty = self.b.vbinary(VecOp::Eq, Lane::B, high, zero);
        let low = self.b.vand(low, empty);
        let high = self.b.vtable(table, high);
        self.b.vbinary(VecOp::Add, Lane::B, high, low)
    }

    /// CLS: the bits that differ from their upper neighbour begin after the copies of the sign.
    pub(super) fn leading_signs_of_lanes(&mut self, lane: Lane, n: Val) -> Val {
        let shifted = self.b.vshift(VecShift::ShrS, lane, 1, n);
        let changes = self.b.vxor(n, shifted);
        let count = self.leading_zeros_of_lanes(lane, changes);
        let one = self.all_lanes(lane, 1);
        self.b.vbinary(VecOp::Sub, lane, count, one)
    }

    /// The sums without carries of `a` shifted by each one bit of the low byte of `b`, modulo the width of the lane.
    pub(super) fn polynomial_product(&mut self, lane: Lane, a: Val, b: Val) -> Val {
        let (mut sum, mut shifted) = (self.b.v128(0), a);
        for bit in 0..8 {
            let mask = self.all_lanes(lane, 1 << bit);
            let chosen = self.b.vand(b, mask);
            let chosen = self.b.vbinary(VecOp::Eq, lane, chosen, mask);
            let term = self.b.vand(shifted, chosen);
            sum = if bit == 0 { term } else { self.b.vxor(sum, term) };
            shifted = self.b.vbinary(VecOp::Add, lane, shifted, shifted);
        }
        sum
    }
}
