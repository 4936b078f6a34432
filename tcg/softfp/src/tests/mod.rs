//! Tests: against the host, against `rustc_apfloat`, and by hand.

mod apfloat;
mod divide;
mod host;
mod modes;
mod vectors;

use crate::format::{Format, infinity, signed};

/// A small generator (xorshift64*), so that every run tests the same inputs.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    fn wide(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }

    /// A fraction or payload that is random, sparse, or a run of ones.
    fn fraction(&mut self, bits: u32) -> u128 {
        let mask = (1u128 << bits) - 1;
        let shift = self.below(u64::from(bits)) as u32;
        mask & match self.below(5) {
            0 => 0,
            1 => self.wide() << shift,
            2 => mask << shift,
            3 => 1 << shift,
            _ => self.wide(),
        }
    }

    /// Bits of `F`, biased to zeros, subnormals, limits, NaNs and near exponents.
    pub(crate) fn float<F: Format>(&mut self) -> u128 {
        let exponents = 1u64 << (F::WIDTH - 1 - F::FRACTION);
        let middle = exponents / 2;
        let exponent = match self.below(8) {
            0 => 0,
            1 => exponents - 1 - self.below(3).min(exponents - 1),
            2 => self.below(4),
            3 => self.below(exponents),
            4 => middle + self.below(2 * u64::from(F::FRACTION) + 2).min(middle - 1),
            5 => middle - self.below(2 * u64::from(F::FRACTION) + 2).min(middle),
            _ => middle - 4 + self.below(8),
        };
        let magnitude = u128::from(exponent) << F::FRACTION | self.fraction(F::FRACTION);
        let magnitude = match self.below(40) {
            0 => infinity::<F>(false),
            1 => infinity::<F>(false) - 1,
            _ => magnitude,
        };
        signed::<F>(self.next() >> 63 != 0, magnitude)
    }
}
