//! Random choices: the same seed gives the same everywhere.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// What every random choice comes from.
pub type Random = ChaCha8Rng;

/// Choices of a test, beside those of `rand`.
pub trait RandomExt: RngExt {
    /// One of the items, of which there is at least one.
    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.random_range(0..items.len())]
    }

    /// A number that breaks things: small, a limit, a lone bit, a run of bits, or random.
    fn number(&mut self) -> u64 {
        let shift = self.random_range(0..64);
        match self.random_range(0..8) {
            0 => self.random_range(0u64..4),
            1 => self.random_range(0u64..4).wrapping_neg(),
            2 => 1 << shift,
            3 => (1 << shift) - 1,
            4 => u64::MAX << shift,
            5 => self.pick(&[0x7fff_ffff, 0x8000_0000, 1 << 63, (1 << 63) - 1, 0xffff_ffff]),
            _ => self.random::<u64>() >> shift,
        }
    }

    /// Bits of a double (in the low half: of a single) near what is special of the format.
    fn double(&mut self) -> u64 {
        let sign = self.random::<u64>() & 1 << 63;
        sign | match self.random_range(0..8) {
            0 => self.pick(&[0, 1, 0x7ff0 << 48, (0x7ff0 << 48) + 1, 0x7ff8 << 48]),
            1 => self.random_range(0..0x20_0000),
            2 => ((0x7ff0 << 48) - 1) >> self.random_range(0..2),
            3 => self.number() >> 1,
            _ => self.random_range(1020u64..1028) << 52 | self.number() >> 12,
        }
    }

    /// Bits of a single near what is special of the format.
    fn single(&mut self) -> u32 {
        let sign = self.random::<u32>() << 31;
        sign | match self.random_range(0..8) {
            0 => self.pick(&[0, 1, 0x7f80_0000, 0x7f80_0001, 0x7fc0_0000]),
            1 => self.random_range(0..0x100_0000),
            2 => 0x7f7f_ffff - self.random_range(0..2),
            3 => self.number() as u32 >> 1,
            _ => self.random_range(124..132) << 23 | self.random::<u32>() >> 9,
        }
    }

    /// Bits of a half near what is special of the format.
    fn half(&mut self) -> u16 {
        let sign = self.random::<u16>() << 15;
        sign | match self.random_range(0..8) {
            0 => self.pick(&[0, 1, 0x7c00, 0x7c01, 0x7e00]),
            1 => self.random_range(0..=0x800),
            2 => 0x7bff - self.random_range(0..2),
            3 => self.random_range(0..0x8000),
            _ => self.random_range(12..20) << 10 | self.random::<u16>() >> 6,
        }
    }

    /// Bits of a single that as a half is a tie, or almost.
    fn single_near_half(&mut self) -> u32 {
        let sign = self.random::<u32>() << 31;
        sign | self.random_range(127 - 26..127 + 18) << 23 | near_half(self, 23) as u32
    }

    /// The same as a double.
    fn double_near_half(&mut self) -> u64 {
        let sign = self.random::<u64>() & 1 << 63;
        sign | self.random_range(1023 - 26..1023 + 18) << 52 | near_half(self, 52)
    }
}

impl<R: RngExt> RandomExt for R {}

/// A fraction of this many bits that is a tie if it becomes one of ten, or almost.
fn near_half(random: &mut (impl RngExt + ?Sized), bits: u32) -> u64 {
    let tie = 1 << (bits - 1) >> random.random_range(0..12);
    let below = [0, 1, tie, tie - 1, tie + 1][random.random_range(0..5)];
    let half = random.random::<u64>() >> 54 << (bits - 10);
    (half ^ below) & ((1 << bits) - 1)
}
