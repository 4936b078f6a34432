//! Unsigned integers wide enough for exact products: `u128`, and 256 bits of our own.

use std::cmp::Ordering;

/// What the arithmetic needs of a wide unsigned integer.
///
/// A *normalized* significand has its leading one at bit [`Wide::TOP`]; the bit above is room
/// for a carry.
pub trait Wide: Copy + Ord + Eq {
    /// Size in bits.
    const BITS: u32;
    /// Place of a normalized significand's leading one.
    const TOP: u32 = Self::BITS - 2;
    /// Zero.
    const ZERO: Self;

    /// Zero-extends.
    fn from_u128(x: u128) -> Self;
    /// The low 128 bits.
    fn low_u128(self) -> u128;
    /// Shift left; `n` below [`Wide::BITS`].
    fn shl(self, n: u32) -> Self;
    /// Shift right; `n` below [`Wide::BITS`].
    fn shr(self, n: u32) -> Self;
    /// Wrapping sum.
    fn add(self, rhs: Self) -> Self;
    /// Wrapping difference.
    fn sub(self, rhs: Self) -> Self;
    /// Number of zero bits above the leading one.
    fn leading_zeros(self) -> u32;
    /// Product of two significands of at most half the width.
    fn product(a: u128, b: u128) -> Self;
    /// `floor(a/b · 2^k)`, its last bit set if inexact, and `k`; operands normalized.
    fn quotient(a: Self, b: Self) -> (Self, u32);
    /// Square root of `self` as an integer, its last bit set if inexact, shifted left by half
    /// of [`Wide::TOP`].
    fn root(self) -> Self;

    /// Whether the low `n` bits hold a one; `n` below [`Wide::BITS`].
    fn any_low(self, n: u32) -> bool {
        self.shr(n).shl(n) != self
    }

    /// Shift right by any amount; the last bit becomes one if a one falls out ("jamming").
    fn shr_jam(self, n: u32) -> Self {
        if n == 0 {
            return self;
        }
        if n >= Self::BITS {
            return Self::from_u128(u128::from(self != Self::ZERO));
        }
        self.shr(n).jam(self.any_low(n))
    }

    /// Sets the last bit if `sticky`.
    fn jam(self, sticky: bool) -> Self {
        if sticky && self.low_u128() & 1 == 0 { self.add(Self::from_u128(1)) } else { self }
    }
}

impl Wide for u128 {
    const BITS: u32 = 128;
    const ZERO: u128 = 0;

    fn from_u128(x: u128) -> u128 {
        x
    }

    fn low_u128(self) -> u128 {
        self
    }

    fn shl(self, n: u32) -> u128 {
        self.wrapping_shl(n)
    }

    fn shr(self, n: u32) -> u128 {
        self.wrapping_shr(n)
    }

    fn add(self, rhs: u128) -> u128 {
        self.wrapping_add(rhs)
    }

    fn sub(self, rhs: u128) -> u128 {
        self.wrapping_sub(rhs)
    }

    fn leading_zeros(self) -> u32 {
        u128::leading_zeros(self)
    }

    fn product(a: u128, b: u128) -> u128 {
        a.wrapping_mul(b)
    }

    /// Significands of this width have at most 64 bits, all at the top.
    fn quotient(a: u128, b: u128) -> (u128, u32) {
        const K: u32 = 63;
        let divisor = (b >> 63).max(1);
        let dividend = (a >> 63) << K;
        ((dividend / divisor).jam(!dividend.is_multiple_of(divisor)), K)
    }

    fn root(self) -> u128 {
        let root = self.isqrt();
        (root << (Self::TOP / 2)).jam(root.wrapping_mul(root) != self)
    }
}

/// An unsigned integer of 256 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct U256 {
    /// Bits 255 to 128.
    pub high: u128,
    /// Bits 127 to 0.
    pub low: u128,
}

impl Ord for U256 {
    fn cmp(&self, other: &U256) -> Ordering {
        (self.high, self.low).cmp(&(other.high, other.low))
    }
}

impl PartialOrd for U256 {
    fn partial_cmp(&self, other: &U256) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Wide for U256 {
    const BITS: u32 = 256;
    const ZERO: U256 = U256 { high: 0, low: 0 };

    fn from_u128(x: u128) -> U256 {
        U256 { high: 0, low: x }
    }

    fn low_u128(self) -> u128 {
        self.low
    }

    fn shl(self, n: u32) -> U256 {
        match n {
            0 => self,
            1..128 => U256 { high: self.high << n | self.low >> (128 - n), low: self.low << n },
            _ => U256 { high: self.low.wrapping_shl(n), low: 0 },
        }
    }

    fn shr(self, n: u32) -> U256 {
        match n {
            0 => self,
            1..128 => U256 { high: self.high >> n, low: self.low >> n | self.high << (128 - n) },
            _ => U256 { high: 0, low: self.high.wrapping_shr(n) },
        }
    }

    fn add(self, rhs: U256) -> U256 {
        let (low, carry) = self.low.overflowing_add(rhs.low);
        U256 { high: self.high.wrapping_add(rhs.high).wrapping_add(u128::from(carry)), low }
    }

    fn sub(self, rhs: U256) -> U256 {
        let (low, borrow) = self.low.overflowing_sub(rhs.low);
        U256 { high: self.high.wrapping_sub(rhs.high).wrapping_sub(u128::from(borrow)), low }
    }

    fn leading_zeros(self) -> u32 {
        if self.high != 0 { self.high.leading_zeros() } else { 128 + self.low.leading_zeros() }
    }

    fn product(a: u128, b: u128) -> U256 {
        const MASK: u128 = u64::MAX as u128;
        let (a1, a0, b1, b0) = (a >> 64, a & MASK, b >> 64, b & MASK);
        let low = a0 * b0;
        let mid = (a1 * b0).wrapping_add(low >> 64);
        let mid2 = (a0 * b1).wrapping_add(mid & MASK);
        U256 {
            high: (a1 * b1).wrapping_add(mid >> 64).wrapping_add(mid2 >> 64),
            low: mid2 << 64 | low & MASK,
        }
    }

    /// Significands of this width have at most 126 bits, all at the top; one bit a step.
    fn quotient(a: U256, b: U256) -> (U256, u32) {
        const K: u32 = 118;
        let divisor = b.shr(129).low;
        let mut rest = a.shr(129).low;
        let mut quotient = 0u128;
        for _ in 0..=K {
            let fits = rest >= divisor;
            quotient = quotient << 1 | u128::from(fits);
            rest = rest.wrapping_sub(if fits { divisor } else { 0 }) << 1;
        }
        (U256::from_u128(quotient.jam(rest != 0)), K)
    }

    /// One bit of the root a step: `rest` is what is left of the radicand.
    fn root(self) -> U256 {
        let (mut rest, mut root) = (self, U256::ZERO);
        let mut bit = U256 { high: 1 << 126, low: 0 };
        while bit != U256::ZERO {
            let trial = root.add(bit);
            root = root.shr(1);
            if rest >= trial {
                rest = rest.sub(trial);
                root = root.add(bit);
            }
            bit = bit.shr(2);
        }
        root.shl(Self::TOP / 2).jam(rest != U256::ZERO)
    }
}
