//! Tests: against the host, against `rustc_apfloat`, and by hand.

mod apfloat;
mod divide;
mod host;
mod modes;
mod vectors;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::format::{Format, infinity, signed};

/// Random operands, the same in every run.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.random()
    }

    /// A fraction or payload that is random, sparse, or a run of ones.
    fn fraction(&mut self, bits: u32) -> u128 {
        let mask = (1u128 << bits) - 1;
        let shift = self.0.random_range(0..bits);
        mask & match self.0.random_range(0..5) {
            0 => 0,
            1 => self.0.random::<u128>() << shift,
            2 => mask << shift,
            3 => 1 << shift,
            _ => self.0.random::<u128>(),
        }
    }

    /// Bits of `F`, biased to zeros, subnormals, limits, NaNs and near exponents.
    pub(crate) fn float<F: Format>(&mut self) -> u128 {
        let exponents = 1u64 << (F::WIDTH - 1 - F::FRACTION);
        let middle = exponents / 2;
        let exponent = match self.0.random_range(0..8) {
            0 => 0,
            1 => exponents - 1 - self.0.random_range(0..3).min(exponents - 1),
            2 => self.0.random_range(0..4),
            3 => self.0.random_range(0..exponents),
            4 => middle + self.0.random_range(0..2 * u64::from(F::FRACTION) + 2).min(middle - 1),
            5 => middle - self.0.random_range(0..2 * u64::from(F::FRACTION) + 2).min(middle),
            _ => middle - 4 + self.0.random_range(0..8),
        };
        let magnitude = u128::from(exponent) << F::FRACTION | self.fraction(F::FRACTION);
        let magnitude = match self.0.random_range(0..40) {
            0 => infinity::<F>(false),
            1 => infinity::<F>(false) - 1,
            _ => magnitude,
        };
        signed::<F>(self.next() >> 63 != 0, magnitude)
    }
}
