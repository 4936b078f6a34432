//! Attributes of accesses to guest memory and of barriers.

use super::{Attr, Sign, named_enum};
use std::fmt;

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
