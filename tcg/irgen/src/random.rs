//! A small generator: the same seed gives the same choices everywhere.

/// A pseudo-random sequence (xorshift64*).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Random {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            random.bits();
        }
        random
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `n`, which is not zero.
    pub fn below(&mut self, n: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// True once in `n`.
    pub fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// One of the items, of which there is at least one.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u32) as usize]
    }

    /// A number that breaks things: small, a limit, a lone bit, a run of bits, or random.
    pub fn number(&mut self) -> u64 {
        let shift = self.below(64);
        match self.below(8) {
            0 => u64::from(self.below(4)),
            1 => u64::from(self.below(4)).wrapping_neg(),
            2 => 1 << shift,
            3 => (1 << shift) - 1,
            4 => u64::MAX << shift,
            5 => self.pick(&[0x7fff_ffff, 0x8000_0000, 1 << 63, (1 << 63) - 1, 0xffff_ffff]),
            _ => self.bits() >> shift,
        }
    }

    /// Bits of a double (in the low half: of a single) near what is special of the format.
    pub fn double(&mut self) -> u64 {
        let sign = self.bits() & 1 << 63;
        sign | match self.below(8) {
            0 => self.pick(&[0, 1, 0x7ff0 << 48, (0x7ff0 << 48) + 1, 0x7ff8 << 48]),
            1 => self.below(0x20_0000).into(),
            2 => ((0x7ff0 << 48) - 1) >> self.below(2),
            3 => self.number() >> 1,
            _ => (1020 + u64::from(self.below(8))) << 52 | self.number() >> 12,
        }
    }

    /// Bits of a single near what is special of the format.
    pub fn single(&mut self) -> u32 {
        let sign = (self.bits() as u32) << 31;
        sign | match self.below(8) {
            0 => self.pick(&[0, 1, 0x7f80_0000, 0x7f80_0001, 0x7fc0_0000]),
            1 => self.below(0x100_0000),
            2 => 0x7f7f_ffff - self.below(2),
            3 => self.number() as u32 >> 1,
            _ => (124 + self.below(8)) << 23 | self.bits() as u32 >> 9,
        }
    }

    /// Bits of a half near what is special of the format.
    pub fn half(&mut self) -> u16 {
        let sign = (self.bits() as u16) << 15;
        sign | match self.below(8) {
            0 => self.pick(&[0, 1, 0x7c00, 0x7c01, 0x7e00]),
            1 => self.below(0x801) as u16,
            2 => 0x7bff - self.below(2) as u16,
            3 => self.below(0x8000) as u16,
            _ => (12 + self.below(8) as u16) << 10 | self.bits() as u16 >> 6,
        }
    }

    /// Bits of a single that as a half is a tie, or almost.
    pub fn single_near_half(&mut self) -> u32 {
        let sign = (self.bits() as u32) << 31;
        sign | (127 - 26 + self.below(44)) << 23 | self.near_half(23) as u32
    }

    /// The same as a double.
    pub fn double_near_half(&mut self) -> u64 {
        let sign = self.bits() & 1 << 63;
        sign | u64::from(1023 - 26 + self.below(44)) << 52 | self.near_half(52)
    }

    /// A fraction of this many bits.
    fn near_half(&mut self, bits: u32) -> u64 {
        let tie = 1 << (bits - 1) >> self.below(12);
        let below = self.pick(&[0, 1, tie, tie - 1, tie + 1]);
        let half = self.bits() >> 54 << (bits - 10);
        (half ^ below) & ((1 << bits) - 1)
    }
}
