//! What holds for valid encodings.

use super::Format;
use crate::bits::describes_mask;

/// What holds for valid encodings; names are names of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    /// Even register number, else specification exception.
    Even(&'static str),
    /// Odd value.
    Odd(&'static str),
    /// First register of a floating-point pair (0, 1, 4, 5, 8, 9, 12, 13), else specification
    /// exception.
    FpPair(&'static str),
    /// The two fields differ.
    Differ(&'static str, &'static str),
    /// Not zero.
    NotZero(&'static str),
    /// Zero.
    Zero(&'static str),
    /// At most.
    AtMost(&'static str, u32),
    /// Valid rounding mode: 0, 1, 3 to 7.
    Rounding(&'static str),
    /// The two register fields differ, or the first is 31: a base register that is written and a
    /// register that is transferred. What happens otherwise is not predictable.
    DifferBase(&'static str, &'static str),
    /// Words with these bits under the mask are undefined and do not decode: mask and value,
    /// left-aligned.
    Reserved(u64, u64),
    /// The two register fields differ; other words do not decode.
    Distinct(&'static str, &'static str),
    /// The fields N and imms describe a bitmask immediate; other words do not decode.
    BitMask(&'static str, &'static str),
}

impl Constraint {
    /// Whether words that break it are undefined and do not decode (A64); what other words do that
    /// break a constraint, the manual leaves open or gives to an exception.
    pub fn undefined(&self) -> bool {
        matches!(self, Self::Reserved(..) | Self::Distinct(..) | Self::BitMask(..))
    }

    /// Whether the instruction `word` of format `format` keeps the constraint.
    pub fn holds(&self, format: &Format, word: u64) -> bool {
        let raw = |name: &str| format.field(name).map_or(0, |f| f.raw(word));
        match self {
            Self::Even(f) => raw(f) % 2 == 0,
            Self::Odd(f) => raw(f) % 2 == 1,
            Self::FpPair(f) => raw(f) & 2 == 0,
            Self::Differ(a, b) | Self::Distinct(a, b) => raw(a) != raw(b),
            Self::NotZero(f) => raw(f) != 0,
            Self::Zero(f) => raw(f) == 0,
            Self::AtMost(f, n) => raw(f) <= u64::from(*n),
            Self::DifferBase(base, r) => raw(base) == 31 || raw(base) != raw(r),
            Self::Reserved(mask, value) => word & mask != *value,
            Self::BitMask(n, imms) => describes_mask(raw(n), raw(imms)),
            Self::Rounding(f) => matches!(raw(f), 0 | 1 | 3..=7),
        }
    }
}
