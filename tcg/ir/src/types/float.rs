//! Attributes of floating-point ops.

use super::{Attr, named_enum};
use std::fmt;

named_enum! {
    /// Rounding of a floating-point operation.
    Round {
        /// To nearest, ties to even.
        NearestEven = "even",
        /// Toward zero.
        Zero = "zero",
        /// Toward plus infinity.
        Up = "up",
        /// Toward minus infinity.
        Down = "down",
        /// To nearest, ties away from zero.
        NearestAway = "away",
        /// To odd: inexact results get an odd last digit ('prepare for shorter precision').
        Odd = "odd",
        /// As last set by `fp_round_set`.
        Dynamic = "dyn",
    }
}

/// The outcomes of a floating-point comparison for which a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FpMask(pub u8);

impl FpMask {
    /// Equal.
    pub const EQ: FpMask = FpMask(8);
    /// First operand low.
    pub const LT: FpMask = FpMask(4);
    /// First operand high.
    pub const GT: FpMask = FpMask(2);
    /// Unordered.
    pub const UN: FpMask = FpMask(1);

    /// True for an outcome as `fcmp` numbers it: 0 equal, 1 low, 2 high, 3 unordered.
    #[must_use]
    pub const fn holds(self, outcome: u32) -> bool {
        self.0 >> (3 - (outcome & 3)) & 1 != 0
    }
}

impl Attr for FpMask {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04b}", self.0)
    }

    fn parse(text: &str) -> Option<Self> {
        u8::from_str_radix(text, 2).ok().filter(|mask| *mask < 16).map(FpMask)
    }
}
