//! Operands that break things: of floating point, and of integers that saturate.

use rand::RngExt as _;
use tcg_irgen::{Random, RandomExt as _};

/// A binary floating-point format.
#[derive(Clone, Copy)]
struct Format {
    width: u32,
    fraction: u32,
}

const HALF: Format = Format { width: 16, fraction: 10 };
const BRAIN: Format = Format { width: 16, fraction: 7 };
const SINGLE: Format = Format { width: 32, fraction: 23 };
const DOUBLE: Format = Format { width: 64, fraction: 52 };

/// The formats in whose lanes vectors are filled; most instructions are on singles and doubles.
const FORMATS: [Format; 8] = [HALF, HALF, SINGLE, SINGLE, SINGLE, DOUBLE, DOUBLE, BRAIN];

/// Exponents at which narrower formats and integers end: those of the largest and of the smallest numbers of half, single
/// and brain precision and of alternative halves, and the widths of integers and lanes.
const EDGES: [i32; 22] = [
    -1074, -1022, -150, -149, -133, -126, -25, -24, -14, 7, 8, 15, 16, 17, 23, 24, 31, 32, 52, 63,
    64, 127,
];

impl Format {
    fn exponent_ones(self) -> u64 {
        (1 << (self.width - 1 - self.fraction)) - 1
    }

    /// A fraction: random, sparse, or in the middle between two numbers with fewer digits, or next to that.
    fn any_fraction(self, random: &mut Random) -> u64 {
        let ones = (1 << self.fraction) - 1;
        let bits = random.random::<u64>() & ones;
        let at = random.random_range(0..self.fraction);
        let high = bits >> at << at;
        let by = random.random_range(0u64..3).wrapping_sub(1);
        match random.random_range(0..7) {
            0 => 0,
            6 => random.random_range(0..4),
            1 => high,
            2 => (high ^ 1 << at) & ones,
            3 => (high | 1 << at >> 1).wrapping_add(by) & ones,
            4 => ones - random.random_range(0..3),
            _ => bits,
        }
    }

    /// An exponent as it is stored: small, near that of 1, at the half way to an end, or at the end of a format.
    fn any_exponent(self, random: &mut Random) -> u64 {
        let (ones, near) = (self.exponent_ones(), random.random_range(0..9));
        let bias = ones >> 1;
        let exponent = match random.random_range(0..8) {
            0 => near,
            1 => (ones - 1).saturating_sub(near),
            2 => bias / 2 + near - 4,
            3 => bias + bias / 2 + near - 4,
            4 => {
                let edge = i64::from(random.pick(&EDGES)) + random.random_range(-1..=1);
                bias.checked_add_signed(edge).unwrap_or(1)
            }
            _ => bias + near - 4,
        };
        exponent.min(ones - 1)
    }

    /// The bits of a number or NaN.
    fn any(self, random: &mut Random) -> u64 {
        let sign = random.random_range(0..2) << (self.width - 1);
        let infinity = self.exponent_ones() << self.fraction;
        let quiet = 1 << (self.fraction - 1);
        sign | match random.random_range(0..24) {
            0 | 1 => 0,
            2 => 1,
            3 => (1 << self.fraction) - 1,
            4 => (1 << self.fraction) + random.random_range(0..2),
            5 => infinity,
            6 => infinity - 1,
            7 => infinity | quiet,
            8 => infinity | quiet | self.any_fraction(random),
            9 => infinity | 1 | self.any_fraction(random) & (quiet - 1),
            10 | 11 => self.any_fraction(random),
            _ => self.any_exponent(random) << self.fraction | self.any_fraction(random),
        }
    }
}

/// A vector of bfloat16, or of singles: zeros and numbers whose exponents are some distance apart at most, so that sums of
/// products of them round, or cancel, or are those of the larger product alone.
pub(super) fn summands(random: &mut Random) -> [u64; 2] {
    let format = random.pick(&[BRAIN, BRAIN, BRAIN, SINGLE]);
    let spread = random.pick(&[1, 2, 4, 16, 40, 120, 250]);
    lanes(format.width, || {
        let sign = random.random_range(0..2) << (format.width - 1);
        let exponent = (format.exponent_ones() - spread) / 2 + random.random_range(0..spread);
        let number = exponent << format.fraction | format.any_fraction(random);
        sign | if random.random_ratio(1, 12) { 0 } else { number }
    })
}

/// The bits of an integer of a width: an end of its range, next to one, small, or random.
fn integer(random: &mut Random, width: u32) -> u64 {
    let (ones, sign) = (u64::MAX >> (64 - width), 1u64 << (width - 1));
    let by = random.random_range(0u64..4).wrapping_sub(1);
    ones & match random.random_range(0..6) {
        0 => sign.wrapping_add(by),
        1 => by,
        2 => (1u64 << random.random_range(0..width)).wrapping_add(by),
        3 => sign | sign >> random.random_range(0..width),
        _ => random.random(),
    }
}

/// A vector whose lanes are of one kind, each by itself.
pub(super) fn vector(random: &mut Random) -> [u64; 2] {
    match random.random_range(0..8) {
        0 => random.random(),
        1..3 => {
            let width = random.pick(&[8, 16, 32, 64]);
            lanes(width, || integer(random, width))
        }
        _ => {
            let format = random.pick(&FORMATS);
            lanes(format.width, || format.any(random))
        }
    }
}

/// A vector that is hard beside `other`: the same, with a bit of each lane inverted, or next to it.
pub(super) fn related(random: &mut Random, other: [u64; 2]) -> [u64; 2] {
    let width = random.pick(&[16, 32, 64]);
    let each = lanes(width, || 1);
    match random.random_range(0..4) {
        0 => other,
        1 => [0, 1].map(|i| other[i] ^ each[i] << (width - 1)),
        2 => [0, 1].map(|i| other[i] ^ each[i]),
        _ => {
            [0, 1].map(|i| other[i] ^ each[i] << (width - 1) ^ each[i] << random.random_range(0..3))
        }
    }
}

/// The content of a general register.
pub(super) fn general(random: &mut Random) -> u64 {
    match random.random_range(0..4) {
        0 => random.pick(&FORMATS).any(random),
        1 => random.number(),
        _ => integer(random, 64) << random.pick(&[0, 0, 32]) >> random.pick(&[0, 0, 32]),
    }
}

fn lanes(width: u32, mut lane: impl FnMut() -> u64) -> [u64; 2] {
    [0, 1].map(|_| (0..64 / width).fold(0, |all, i| all | lane() << (i * width)))
}
