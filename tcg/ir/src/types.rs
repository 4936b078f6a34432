//! Types of values and attributes of ops, each with its printed form.

mod cond;
mod float;
mod memory;

pub use cond::Cond;
pub use float::{FpMask, Round};
pub use memory::{Barriers, Endian, MemOp, Order, RmwOp};

use std::fmt;
use std::str::FromStr;

/// An attribute of an op: what it needs besides values, printed as `name=text`.
pub trait Attr: Sized + Copy {
    /// The printed form: no spaces, no commas.
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// Reads the printed form back; `None` if it is not one.
    fn parse(text: &str) -> Option<Self>;
}

/// Declares a field-less enum with its printed names.
macro_rules! named_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* $variant,)* }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The printed name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }

        impl Attr for $name {
            fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.name()) }
            fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }
    };
}

pub(crate) use named_enum;

named_enum! {
    /// Type of a value.
    Type {
        /// 32-bit integer.
        I32 = "i32",
        /// 64-bit integer.
        I64 = "i64",
        /// Binary16: the lane type of floating-point ops on vectors, not the type of a value (`verify` refuses it).
        F16 = "f16",
        /// Binary32, as its bits.
        F32 = "f32",
        /// Binary64, as its bits.
        F64 = "f64",
        /// 128 bits of lanes; lane 0 is the low one.
        V128 = "v128",
    }
}

impl Type {
    /// Width in bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Type::F16 => 16,
            Type::I32 | Type::F32 => 32,
            Type::I64 | Type::F64 => 64,
            Type::V128 => 128,
        }
    }

    /// Width in bytes.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        self.bits() / 8
    }

    /// True for `i32` and `i64`.
    #[must_use]
    pub const fn is_int(self) -> bool {
        matches!(self, Type::I32 | Type::I64)
    }

    /// True for `f32` and `f64`.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Type::F32 | Type::F64)
    }

    /// True for `f16`, `f32` and `f64`: what the lanes of a floating-point op on vectors may be.
    #[must_use]
    pub const fn is_float_lane(self) -> bool {
        matches!(self, Type::F16) || self.is_float()
    }

    /// All ones in the width of an integer or float type.
    #[must_use]
    pub const fn mask(self) -> u64 {
        if self.bits() == 32 { 0xffff_ffff } else { u64::MAX }
    }
}

named_enum! {
    /// Signedness of an operation or of what a load extends.
    Sign {
        /// Unsigned; loads extend with zeros.
        Unsigned = "u",
        /// Two's complement; loads extend with the sign.
        Signed = "s",
    }
}

named_enum! {
    /// Why control goes to an indirect target: a hint for prediction, and what the guest checks of the target.
    TargetKind {
        /// Plain jump.
        Jump = "jump",
        /// Function call.
        Call = "call",
        /// Function return.
        Return = "ret",
        /// Jump of branch type 1.
        Jump1 = "jump1",
        /// Function call of branch type 2.
        Call2 = "call2",
        /// Jump of branch type 3.
        Jump3 = "jump3",
    }
}

impl TargetKind {
    /// The type of the branch as guarded code tells them apart, below
    /// [`N_BRANCH_TYPES`](crate::layout::N_BRANCH_TYPES): for any but 0, [`Guest::may_enter`](crate::Guest::may_enter) is asked
    /// before a branch of this type enters the code at its target for the first time.
    #[must_use]
    pub const fn branch_type(self) -> u32 {
        match self {
            TargetKind::Jump | TargetKind::Call | TargetKind::Return => 0,
            TargetKind::Jump1 => 1,
            TargetKind::Call2 => 2,
            TargetKind::Jump3 => 3,
        }
    }
}

/// A forward jump target inside a TB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub u32);

impl Attr for Label {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L{}", self.0)
    }

    fn parse(text: &str) -> Option<Self> {
        text.strip_prefix('L')?.parse().ok().map(Label)
    }
}

macro_rules! integer_attr {
    ($($ty:ty),*) => {$(
        impl Attr for $ty {
            fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{self}") }
            fn parse(text: &str) -> Option<Self> { <$ty>::from_str(text).ok() }
        }
    )*};
}

integer_attr!(u8, u32, i32, bool);

/// Addresses print in hexadecimal.
impl Attr for u64 {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#x}")
    }

    fn parse(text: &str) -> Option<Self> {
        u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
    }
}
