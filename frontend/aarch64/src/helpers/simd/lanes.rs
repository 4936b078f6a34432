//! Vectors as numbers of 128 bits; lane 0 is the least significant.

/// The size of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Lane {
    B,
    H,
    S,
    D,
    Q,
}

impl Lane {
    const ALL: [Lane; 8] = [Lane::B, Lane::H, Lane::S, Lane::D, Lane::Q, Lane::Q, Lane::Q, Lane::Q];

    /// The lane of `1 << log2` bytes, as fields named `size` have it.
    pub(crate) const fn of(log2: u8) -> Lane {
        Lane::ALL[(log2 & 7) as usize]
    }

    pub(crate) const fn bits(self) -> u32 {
        8 << self as u32
    }

    /// The lane of half the width; a byte stays one.
    pub(crate) const fn narrow(self) -> Lane {
        Lane::of((self as u8).saturating_sub(1))
    }

    /// The lane of twice the width; a quadword stays one.
    pub(crate) const fn wide(self) -> Lane {
        Lane::of(self as u8 + 1)
    }

    const fn mask(self) -> u128 {
        u128::MAX >> (128 - self.bits())
    }

    /// The bits of lane `i`.
    pub(crate) const fn raw(self, x: u128, i: u32) -> u128 {
        x >> ((i * self.bits()) % 128) & self.mask()
    }

    /// Lane `i` as an unsigned number. (Not for [`Lane::Q`].)
    pub(crate) const fn unsigned(self, x: u128, i: u32) -> i128 {
        self.raw(x, i) as i128
    }

    /// Lane `i` as a signed number.
    pub(crate) const fn signed(self, x: u128, i: u32) -> i128 {
        let unused = 128 - self.bits();
        (self.raw(x, i) << unused) as i128 >> unused
    }

    /// Lane `i` as a number.
    pub(crate) const fn number(self, x: u128, i: u32, unsigned: bool) -> i128 {
        if unsigned { self.unsigned(x, i) } else { self.signed(x, i) }
    }

    /// `value` modulo the width, as lane `i` of a vector of zeros.
    pub(crate) const fn place(self, value: i128, i: u32) -> u128 {
        (value as u128 & self.mask()) << ((i * self.bits()) % 128)
    }

    /// The smallest and the largest number.
    const fn range(self, unsigned: bool) -> (i128, i128) {
        if unsigned {
            (0, self.mask() as i128)
        } else {
            (-(1 << (self.bits() - 1)), (1 << (self.bits() - 1)) - 1)
        }
    }

    /// The number nearest to `value`; `saturated` is set if it is another one.
    pub(crate) fn saturate(self, value: i128, unsigned: bool, saturated: &mut bool) -> i128 {
        let (min, max) = self.range(unsigned);
        let result = value.clamp(min, max);
        *saturated |= result != value;
        result
    }

    /// A vector with copies of lane `i` of `x` in all lanes.
    pub(crate) fn splat(self, x: u128, i: u32) -> u128 {
        let value = self.raw(x, i);
        (0..128 / self.bits()).fold(0, |all, at| all | value << (at * self.bits()))
    }

    /// The vector of `count` lanes with these values, zeros above.
    pub(crate) fn vector(self, count: u32, mut value: impl FnMut(u32) -> i128) -> u128 {
        (0..count).fold(0, |all, i| all | self.place(value(i), i))
    }
}

/// How much of a register an instruction works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Width {
    /// One lane.
    Scalar,
    /// The low 64 bits (Q = 0).
    Half,
    /// All (Q = 1).
    Full,
}

impl Width {
    /// The width that a field Q says.
    pub(crate) const fn of(q: bool) -> Width {
        if q { Width::Full } else { Width::Half }
    }

    /// Number of lanes.
    pub(crate) const fn count(self, lane: Lane) -> u32 {
        match self {
            Width::Scalar => 1,
            Width::Half => 64 / lane.bits(),
            Width::Full => 128 / lane.bits(),
        }
    }

    /// The part of `x` that an instruction of this width reads.
    pub(crate) const fn cut(self, x: u128, lane: Lane) -> u128 {
        match self {
            Width::Scalar => x & lane.mask(),
            Width::Half => x as u64 as u128,
            Width::Full => x,
        }
    }

    /// Number of source lanes of a widening or narrowing instruction with narrow lanes `lane`: half a vector.
    pub(crate) const fn half_count(self, lane: Lane) -> u32 {
        match self {
            Width::Scalar => 1,
            Width::Half | Width::Full => 64 / lane.bits(),
        }
    }

    /// The half of `x` that a widening instruction reads: the upper one with Q = 1.
    pub(crate) const fn source_half(self, x: u128) -> u128 {
        match self {
            Width::Full => x >> 64,
            Width::Scalar | Width::Half => x,
        }
    }

    /// Where a narrowing instruction puts its result: with Q = 1 above the low half of `d`, which stays.
    pub(crate) const fn place_half(self, result: u128, d: u128) -> u128 {
        match self {
            Width::Full => result << 64 | d & u64::MAX as u128,
            Width::Scalar | Width::Half => result,
        }
    }
}
