//! Types of values and attributes of ops, each with its printed form.

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

    /// All ones in the width of an integer or float type.
    #[must_use]
    pub const fn mask(self) -> u64 {
        if self.bits() == 32 { 0xffff_ffff } else { u64::MAX }
    }
}

named_enum! {
    /// Comparison of two integers `a` and `b`.
    Cond {
        /// Equal.
        Eq = "eq",
        /// Not equal.
        Ne = "ne",
        /// Signed less.
        LtS = "lt_s",
        /// Signed less or equal.
        LeS = "le_s",
        /// Signed greater.
        GtS = "gt_s",
        /// Signed greater or equal.
        GeS = "ge_s",
        /// Unsigned less.
        LtU = "lt_u",
        /// Unsigned less or equal.
        LeU = "le_u",
        /// Unsigned greater.
        GtU = "gt_u",
        /// Unsigned greater or equal.
        GeU = "ge_u",
        /// `a & b == 0`.
        TstEq = "tst_eq",
        /// `a & b != 0`.
        TstNe = "tst_ne",
        /// `a + b` overflows as a signed number.
        OvAdd = "ov_add",
        /// `a + b` does not overflow as a signed number.
        NoOvAdd = "no_ov_add",
        /// `a - b` overflows as a signed number.
        OvSub = "ov_sub",
        /// `a - b` does not overflow as a signed number.
        NoOvSub = "no_ov_sub",
    }
}

impl Cond {
    /// The condition that holds exactly when this one does not.
    #[must_use]
    pub const fn invert(self) -> Cond {
        match self {
            Cond::Eq => Cond::Ne,
            Cond::Ne => Cond::Eq,
            Cond::LtS => Cond::GeS,
            Cond::LeS => Cond::GtS,
            Cond::GtS => Cond::LeS,
            Cond::GeS => Cond::LtS,
            Cond::LtU => Cond::GeU,
            Cond::LeU => Cond::GtU,
            Cond::GtU => Cond::LeU,
            Cond::GeU => Cond::LtU,
            Cond::TstEq => Cond::TstNe,
            Cond::TstNe => Cond::TstEq,
            Cond::OvAdd => Cond::NoOvAdd,
            Cond::NoOvAdd => Cond::OvAdd,
            Cond::OvSub => Cond::NoOvSub,
            Cond::NoOvSub => Cond::OvSub,
        }
    }

    /// The condition with `a` and `b` exchanged, where there is one.
    #[must_use]
    pub const fn swap(self) -> Option<Cond> {
        Some(match self {
            Cond::LtS => Cond::GtS,
            Cond::LeS => Cond::GeS,
            Cond::GtS => Cond::LtS,
            Cond::GeS => Cond::LeS,
            Cond::LtU => Cond::GtU,
            Cond::LeU => Cond::GeU,
            Cond::GtU => Cond::LtU,
            Cond::GeU => Cond::LeU,
            Cond::OvSub | Cond::NoOvSub => return None,
            same => same,
        })
    }

    /// The condition on two integers of type `ty`, given by their bits.
    #[must_use]
    pub const fn holds(self, ty: Type, a: u64, b: u64) -> bool {
        let (a, b) = (a & ty.mask(), b & ty.mask());
        let (sa, sb) = (sign_extend(ty, a), sign_extend(ty, b));
        match self {
            Cond::Eq => a == b,
            Cond::Ne => a != b,
            Cond::LtS => sa < sb,
            Cond::LeS => sa <= sb,
            Cond::GtS => sa > sb,
            Cond::GeS => sa >= sb,
            Cond::LtU => a < b,
            Cond::LeU => a <= b,
            Cond::GtU => a > b,
            Cond::GeU => a >= b,
            Cond::TstEq => a & b == 0,
            Cond::TstNe => a & b != 0,
            Cond::OvAdd => overflows(ty, sa as i128 + sb as i128),
            Cond::NoOvAdd => !overflows(ty, sa as i128 + sb as i128),
            Cond::OvSub => overflows(ty, sa as i128 - sb as i128),
            Cond::NoOvSub => !overflows(ty, sa as i128 - sb as i128),
        }
    }
}

const fn sign_extend(ty: Type, bits: u64) -> i64 {
    if ty.bits() == 32 { bits as u32 as i32 as i64 } else { bits as i64 }
}

const fn overflows(ty: Type, exact: i128) -> bool {
    exact != if ty.bits() == 32 { exact as i32 as i128 } else { exact as i64 as i128 }
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
    /// Byte order of a guest memory access.
    Endian {
        /// Least significant byte first.
        Little = "le",
        /// Most significant byte first.
        Big = "be",
    }
}

named_enum! {
    /// Ordering mark of a memory access, beyond what its address dependencies give.
    Order {
        /// No ordering beyond the guest's default model (which barrier ops make explicit).
        Plain = "plain",
        /// Later accesses stay later (processor-consistent acquire).
        AcquirePc = "acq_pc",
        /// Acquire, and not before an earlier `Release` of this thread.
        Acquire = "acq",
        /// Earlier accesses stay earlier.
        Release = "rel",
        /// Acquire and release: ordered with everything.
        SeqCst = "sc",
    }
}

named_enum! {
    /// What an atomic read-modify-write does to the old value.
    RmwOp {
        /// Two's complement addition.
        Add = "add",
        /// Bitwise and.
        And = "and",
        /// Bitwise or.
        Or = "or",
        /// Bitwise exclusive or.
        Xor = "xor",
        /// Replacement.
        Xchg = "xchg",
    }
}

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

named_enum! {
    /// Why control goes to an indirect target: a hint for prediction, and what the guest checks of the target.
    TargetKind {
        /// Plain jump.
        Jump = "jump",
        /// Function call.
        Call = "call",
        /// Function return.
        Return = "ret",
        /// Jump that comes to its target in way 1.
        Jump1 = "jump1",
        /// Function call that comes to its target in way 2.
        Call2 = "call2",
        /// Jump that comes to its target in way 3.
        Jump3 = "jump3",
    }
}

impl TargetKind {
    /// In which way control comes to the target, below [`N_WAYS`](crate::layout::N_WAYS): any but 0 asks for
    /// [`Guest::may_enter`](crate::Guest::may_enter) before the code there is entered in this way for the first time.
    #[must_use]
    pub const fn way(self) -> u32 {
        match self {
            TargetKind::Jump | TargetKind::Call | TargetKind::Return => 0,
            TargetKind::Jump1 => 1,
            TargetKind::Call2 => 2,
            TargetKind::Jump3 => 3,
        }
    }
}

/// Size, extension, byte order and ordering mark of a guest memory access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemOp {
    /// Width in memory, in bytes: 1, 2, 4, 8 or 16.
    pub bytes: u8,
    /// How a load extends to its result type.
    pub sign: Sign,
    /// Byte order in memory. 16-byte accesses (`v128`) move bytes as they are, in either order.
    pub endian: Endian,
    /// Ordering mark.
    pub order: Order,
}

impl MemOp {
    /// A plain access of `bytes` bytes, zero-extending.
    #[must_use]
    pub const fn new(bytes: u8, endian: Endian) -> MemOp {
        MemOp { bytes, sign: Sign::Unsigned, endian, order: Order::Plain }
    }

    /// The same with sign extension.
    #[must_use]
    pub const fn signed(self) -> MemOp {
        MemOp { sign: Sign::Signed, ..self }
    }

    /// The same with an ordering mark.
    #[must_use]
    pub const fn order(self, order: Order) -> MemOp {
        MemOp { order, ..self }
    }
}

impl Attr for MemOp {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}_{}", self.sign.name(), u32::from(self.bytes) * 8, self.endian.name())?;
        if self.order == Order::Plain { Ok(()) } else { write!(f, "_{}", self.order.name()) }
    }

    fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = text.split_at_checked(1)?;
        let (bits, rest) = rest.split_once('_')?;
        let bits: u8 = bits.parse().ok()?;
        let (endian, order) = match rest.split_once('_') {
            Some((endian, order)) => (endian, Order::parse(order)?),
            None => (rest, Order::Plain),
        };
        matches!(bits, 8 | 16 | 32 | 64 | 128).then_some(MemOp {
            bytes: bits / 8,
            sign: Sign::parse(sign)?,
            endian: Endian::parse(endian)?,
            order,
        })
    }
}

/// The set of orderings that a barrier op enforces between earlier and later accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Barriers(u8);

impl Barriers {
    /// No ordering.
    pub const NONE: Barriers = Barriers(0);
    /// Earlier loads before later loads.
    pub const LOAD_LOAD: Barriers = Barriers(1);
    /// Earlier loads before later stores.
    pub const LOAD_STORE: Barriers = Barriers(2);
    /// Earlier stores before later loads.
    pub const STORE_LOAD: Barriers = Barriers(4);
    /// Earlier stores before later stores.
    pub const STORE_STORE: Barriers = Barriers(8);
    /// All four.
    pub const FULL: Barriers = Barriers(15);

    /// The union of both sets.
    #[must_use]
    pub const fn union(self, other: Barriers) -> Barriers {
        Barriers(self.0 | other.0)
    }

    /// What is in `self` and not in `other`.
    #[must_use]
    pub const fn without(self, other: Barriers) -> Barriers {
        Barriers(self.0 & !other.0)
    }

    /// True if `other` is a subset.
    #[must_use]
    pub const fn contains(self, other: Barriers) -> bool {
        self.0 & other.0 == other.0
    }

    /// True if no ordering is asked for.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

const BARRIER_NAMES: [&str; 4] = ["ll", "ls", "sl", "ss"];

impl Attr for Barriers {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = (0..4).filter(|bit| self.0 >> bit & 1 != 0).map(|bit| BARRIER_NAMES[bit]);
        f.write_str(&names.collect::<Vec<_>>().join("+"))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut set = 0;
        for name in text.split('+').filter(|name| !name.is_empty()) {
            set |= 1 << BARRIER_NAMES.iter().position(|known| *known == name)?;
        }
        Some(Barriers(set))
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
