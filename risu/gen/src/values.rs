//! Values of operands and fields that break emulators.

use crate::rng::Rng;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

/// A binary floating-point format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FloatFormat {
    exponent_bits: u32,
    fraction_bits: u32,
}

pub(crate) const HALF: FloatFormat = FloatFormat { exponent_bits: 5, fraction_bits: 10 };
pub(crate) const BFLOAT: FloatFormat = FloatFormat { exponent_bits: 8, fraction_bits: 7 };
pub(crate) const SHORT: FloatFormat = FloatFormat { exponent_bits: 8, fraction_bits: 23 };
pub(crate) const LONG: FloatFormat = FloatFormat { exponent_bits: 11, fraction_bits: 52 };
pub(crate) const EXTENDED: FloatFormat = FloatFormat { exponent_bits: 15, fraction_bits: 112 };

/// Gives values, and now and then one that has to do with an earlier one, so that comparisons
/// meet equal operands and sums meet their limits.
#[derive(Debug, Default)]
pub(crate) struct Values {
    ints: Vec<u64>,
    floats: Vec<u128>,
}

impl Values {
    /// Forgets earlier values.
    pub(crate) fn clear(&mut self) {
        self.ints.clear();
        self.floats.clear();
    }

    /// An integer of `bits` bits; the bits above are zero.
    pub(crate) fn int(&mut self, rng: &mut Rng, bits: u32) -> u64 {
        let earlier = if rng.random_ratio(1, 4) { self.ints.choose(rng).copied() } else { None };
        let value = match earlier {
            Some(value) => related(rng, value),
            None => fresh_int(rng, bits),
        };
        self.ints.push(value);
        value & ones(bits)
    }

    /// A floating-point number, right-aligned.
    pub(crate) fn float(&mut self, rng: &mut Rng, format: FloatFormat) -> u128 {
        let earlier = if rng.random_ratio(1, 4) { self.floats.choose(rng).copied() } else { None };
        let value = match earlier {
            Some(value) => match rng.random_range(0..4) {
                0 => value,
                1 => value ^ format.sign(),
                2 => value.wrapping_add(1),
                _ => value.wrapping_add(rng.random_range(0..130) << format.fraction_bits),
            },
            None => format.value(rng),
        } & format.mask();
        self.floats.push(value);
        value
    }
}

/// An immediate, length, mask or displacement of `bits` bits: any value, and more often an extreme one.
pub(crate) fn field(rng: &mut Rng, bits: u32) -> u64 {
    let ones = ones(bits);
    let value = match rng.random_range(0..8) {
        0 => 0,
        1 => 1,
        2 => ones,
        3 => ones >> 1,
        4 => (ones >> 1) + 1,
        5 => rng.random::<u64>() & 15,
        _ => rng.random(),
    };
    value & ones
}

fn ones(bits: u32) -> u64 {
    if bits >= 64 { u64::MAX } else { (1 << bits) - 1 }
}

fn related(rng: &mut Rng, value: u64) -> u64 {
    match rng.random_range(0..6) {
        0 | 1 => value,
        2 => value.wrapping_neg(),
        3 => !value,
        4 => value.wrapping_add(1),
        _ => value.wrapping_sub(1),
    }
}

fn fresh_int(rng: &mut Rng, bits: u32) -> u64 {
    let top = 1u64 << (bits.clamp(1, 64) - 1);
    match rng.random_range(0..16) {
        0 => 0,
        1 => 1,
        2 => u64::MAX,
        3 => top,
        4 => top - 1,
        5 => 1 << rng.random_range(0..bits),
        6 => (1u64 << rng.random_range(0..bits)).wrapping_sub(1),
        7 => (1u64 << rng.random_range(0..bits)).wrapping_neg(),
        8 => rng.random_range(0..256),
        9 => rng.random_range(0u64..256).wrapping_neg(),
        10 => top.wrapping_add(rng.random_range(0..8)).wrapping_sub(4),
        11 => rng.random::<u64>() >> rng.random_range(0..64),
        12 => [0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa][rng.random_range(0..2)],
        _ => rng.random(),
    }
}

impl FloatFormat {
    fn sign(self) -> u128 {
        1 << (self.exponent_bits + self.fraction_bits)
    }

    fn mask(self) -> u128 {
        self.sign() | (self.sign() - 1)
    }

    fn fraction_mask(self) -> u128 {
        (1 << self.fraction_bits) - 1
    }

    fn max_exponent(self) -> u64 {
        (1 << self.exponent_bits) - 1
    }

    fn bias(self) -> u64 {
        self.max_exponent() / 2
    }

    fn value(self, rng: &mut Rng) -> u128 {
        let sign = if rng.random_ratio(1, 2) { self.sign() } else { 0 };
        sign | self.magnitude(rng)
    }

    fn magnitude(self, rng: &mut Rng) -> u128 {
        let quiet = 1 << (self.fraction_bits - 1);
        let infinity = u128::from(self.max_exponent()) << self.fraction_bits;
        match rng.random_range(0..20) {
            0 => 0,
            1 => infinity,
            2 => infinity | quiet | self.fraction(rng),
            3 => infinity | (self.fraction(rng) & (quiet - 1)).max(1),
            4 => 1 + rng.random_range(0..3),
            5 => self.fraction_mask(),
            6 => self.fraction(rng),
            7 => (1 << self.fraction_bits) + rng.random_range(0..3) - 1,
            8 => infinity - 1 - rng.random_range(0..2),
            9 => self.near(rng, 0) + rng.random_range(0..3) - 1,
            10 => self.integer(rng),
            11 => self.integer(rng) + (1 << rng.random_range(0..self.fraction_bits)),
            12 => {
                let edge = [7, 8, 15, 16, 31, 32, 63, 64][rng.random_range(0..8)];
                self.near(rng, edge).wrapping_add(rng.random_range(0..5)).wrapping_sub(2)
            }
            13 => self.extreme_exponent(rng),
            14 => rng.random::<u128>() & (self.sign() - 1),
            _ => {
                let exponent = rng.random_range(-70..=70);
                self.near(rng, exponent) | self.fraction(rng)
            }
        }
    }

    /// The power of two.
    fn near(self, _: &mut Rng, exponent: i64) -> u128 {
        let biased = (self.bias() as i64 + exponent).clamp(1, self.max_exponent() as i64 - 1);
        (biased as u128) << self.fraction_bits
    }

    /// A number close to the limits of this or a shorter format.
    fn extreme_exponent(self, rng: &mut Rng) -> u128 {
        let limits = [127, -126, -149, 1023, -1022, -1074, 16383, -16382];
        let limit = limits.choose(rng).copied().unwrap_or(0);
        let exponent = limit + rng.random_range(-3..=3);
        self.near(rng, exponent) | self.fraction(rng)
    }

    /// A small whole number or one and a half of something: halfway cases of rounding.
    fn integer(self, rng: &mut Rng) -> u128 {
        let bits = rng.random_range(0..self.fraction_bits.min(62));
        let keep = (rng.random::<u64>() & ones(bits)) as u128;
        self.near(rng, i64::from(bits)) | keep << (self.fraction_bits - bits)
    }

    /// Fractions at random, and such that end in long runs, on which rounding to a shorter format
    /// decides.
    fn fraction(self, rng: &mut Rng) -> u128 {
        let random = rng.random::<u128>();
        let run = (1u128 << rng.random_range(0..self.fraction_bits)) - 1;
        let value = match rng.random_range(0..5) {
            0 => random & !run,
            1 => random | run,
            2 => (random & !run).wrapping_sub(1),
            3 => (random & !run) | (run + 1) >> 1,
            _ => random,
        };
        value & self.fraction_mask()
    }
}

/// Bytes with structure: of one kind, in runs, or anything.
pub(crate) fn random_bytes(rng: &mut Rng, values: &mut Values, len: usize) -> Vec<u8> {
    let shape = rng.random_range(0..4);
    let one = values.int(rng, 8) as u8;
    let mut bytes = vec![one; len];
    for byte in &mut bytes {
        match shape {
            0 => {}
            1 if rng.random_ratio(1, 8) => *byte = rng.random(),
            1 => {}
            2 => *byte = values.int(rng, 8) as u8,
            _ => *byte = rng.random(),
        }
    }
    values.clear();
    bytes
}
