//! What an operation is told, and what it reports: rounding mode, guest rules, flags.

use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

/// How an inexact value is brought into the destination format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Round {
    /// To the nearest, ties to the one with an even last digit.
    #[default]
    NearestEven,
    /// Towards zero (truncate).
    TowardZero,
    /// Towards +∞.
    Up,
    /// Towards −∞.
    Down,
    /// To the nearest, ties away from zero.
    NearestAway,
    /// Inexact values get an odd last digit, so that a second rounding is harmless
    /// (PoP ch. 9: "round to prepare for shorter precision"; Arm: "Round to Odd").
    ToOdd,
}

/// Which of several NaN operands becomes the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NanRule {
    /// The first signaling NaN, else the first quiet one, in operand order; made quiet. A product
    /// ∞×0 gives the default NaN, whatever the addend (PoP ch. 19 result tables).
    SignalingFirst,
    /// The same, but the addend of a fused multiply-add comes first of the three, and a product
    /// ∞×0 gives the default NaN only if that addend is a number or a quiet NaN
    /// (Arm ARM DDI 0487, shared pseudocode `FPProcessNaNs`, `FPProcessNaNs3`, `FPMulAdd`).
    AddendFirst,
}

/// When a result counts as tiny (IEEE 754 §7.5 leaves the choice).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tininess {
    /// The exact value lies below the smallest normal number.
    BeforeRounding,
    /// The value rounded as if the exponent had no lower bound lies below it.
    AfterRounding,
}

/// What IEEE 754 leaves open and a guest architecture decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Choice among NaN operands.
    pub nan: NanRule,
    /// Sign of the NaN that an invalid operation makes.
    pub default_nan_negative: bool,
    /// When a result is tiny.
    pub tininess: Tininess,
    /// A conversion to integer that is out of range is inexact as well as invalid, unless of a
    /// NaN (PoP "CONVERT TO FIXED": SFi and SFx).
    pub out_of_range_is_inexact: bool,
    /// What a NaN becomes as a signed integer: the most negative number, else zero.
    pub nan_to_signed_is_min: bool,
}

/// Rules for tests that need some: those of no guest in particular.
pub static PLAIN: Rules = Rules {
    nan: NanRule::SignalingFirst,
    default_nan_negative: false,
    tininess: Tininess::BeforeRounding,
    out_of_range_is_inexact: true,
    nan_to_signed_is_min: true,
};

/// A set of exceptions, with two bits of detail about the last rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Flags(u16);

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags(0);
    /// IEEE invalid operation.
    pub const INVALID: Flags = Flags(1);
    /// IEEE division by zero.
    pub const DIV_BY_ZERO: Flags = Flags(2);
    /// IEEE overflow.
    pub const OVERFLOW: Flags = Flags(4);
    /// IEEE underflow: tiny and inexact, or tiny at all if the trap is enabled.
    pub const UNDERFLOW: Flags = Flags(8);
    /// IEEE inexact.
    pub const INEXACT: Flags = Flags(16);
    /// Detail: the result is tiny, exact or not.
    pub const TINY: Flags = Flags(32);
    /// Detail: the result's magnitude is above the exact one's (PoP ch. 9: "incremented").
    pub const INCREMENTED: Flags = Flags(64);
    /// Detail: the result was scaled for an enabled overflow or underflow trap.
    pub const SCALED: Flags = Flags(128);
    /// A subnormal operand was taken as zero, see [`Env::flush`].
    pub const INPUT_DENORMAL: Flags = Flags(256);
    /// The five exceptions of IEEE 754, without the details.
    pub const EXCEPTIONS: Flags = Flags(31);

    /// The set with these bits.
    pub const fn from_bits(bits: u16) -> Flags {
        Flags(bits)
    }

    /// The set as bits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether every flag of `other` is set.
    pub const fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any flag of `other` is set.
    pub const fn intersects(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether no flag is set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Flags {
    type Output = Flags;
    fn bitor(self, rhs: Flags) -> Flags {
        Flags(self.0 | rhs.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, rhs: Flags) {
        self.0 |= rhs.0;
    }
}

impl BitAnd for Flags {
    type Output = Flags;
    fn bitand(self, rhs: Flags) -> Flags {
        Flags(self.0 & rhs.0)
    }
}

impl Not for Flags {
    type Output = Flags;
    fn not(self) -> Flags {
        Flags(!self.0)
    }
}

/// Modes of an operation, and the flags that it and its predecessors raised.
#[derive(Clone, Copy, Debug)]
pub struct Env {
    /// Rounding mode.
    pub round: Round,
    /// The guest's choices.
    pub rules: &'static Rules,
    /// Enabled traps. Overflow and underflow with an enabled trap give the scaled result
    /// (PoP ch. 9, "IEEE overflow", "IEEE underflow"); the others change nothing here.
    pub traps: Flags,
    /// Inexact is not reported.
    pub inexact_suppressed: bool,
    /// Every NaN result is the default NaN (Arm FPCR.DN).
    pub default_nan: bool,
    /// Subnormal operands count as zeros of their sign and raise [`Flags::INPUT_DENORMAL`]; results
    /// that are tiny before rounding become zeros and raise underflow alone. Not for [`F16`](crate::F16)
    /// (Arm FPCR.FZ).
    pub flush: bool,
    /// The same for [`F16`](crate::F16) alone, whose operands raise nothing, and not in conversions
    /// between formats (Arm FPCR.FZ16).
    pub flush_half: bool,
    /// Flags raised so far. Operations only add; a caller that needs the details of one
    /// operation starts it with none.
    pub flags: Flags,
}

impl Env {
    /// Round to nearest even, nothing trapped, nothing suppressed.
    pub fn new(rules: &'static Rules) -> Env {
        Env::with_round(rules, Round::NearestEven)
    }

    /// The given rounding mode, nothing trapped, nothing suppressed.
    pub fn with_round(rules: &'static Rules, round: Round) -> Env {
        Env {
            round,
            rules,
            traps: Flags::NONE,
            inexact_suppressed: false,
            default_nan: false,
            flush: false,
            flush_half: false,
            flags: Flags::NONE,
        }
    }

    /// Returns the flags and clears them.
    pub fn take_flags(&mut self) -> Flags {
        std::mem::take(&mut self.flags)
    }

    pub(crate) fn raise(&mut self, flags: Flags) {
        self.flags |= flags;
    }

    pub(crate) fn raise_inexact(&mut self) {
        if !self.inexact_suppressed {
            self.flags |= Flags::INEXACT;
        }
    }
}
