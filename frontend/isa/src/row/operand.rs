//! Operands: where they stand, what they are, how they are accessed.

use super::Format;

/// Where an operand stands in the instruction; names are names of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a field.
    Field(&'static str),
    /// In storage at base + index + displacement; register number 0 stands for no register.
    Storage {
        /// Field of the base register.
        base: &'static str,
        /// Field of the index register.
        index: Option<&'static str>,
        /// Field of the displacement.
        disp: &'static str,
    },
    /// In storage at a base register plus an immediate offset or an index register (A64).
    ///
    /// Register number 31 as base is SP, as index the zero register.
    /// An index is extended as field `option` says, and shifted by the unit's logarithm if field
    /// `s` is one.
    Memory {
        /// Field of the base register.
        base: &'static str,
        /// Field of the index register.
        index: Option<&'static str>,
        /// Field of the immediate offset.
        offset: Option<&'static str>,
        /// Bytes in a unit of the offset.
        unit: MemLen,
        /// Whether and when the base register is changed.
        writeback: Writeback,
    },
    /// In a register that no field names.
    Implied(u8),
}

/// What happens to the base register of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writeback {
    /// Nothing.
    None,
    /// The sum of base and offset is the address and becomes the base.
    Before,
    /// The base is the address; the sum of base and offset becomes the base.
    After,
}

/// How many bytes a storage operand has; names are names of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemLen {
    /// A constant.
    Bytes(u16),
    /// The value of a length field plus one.
    Field(&'static str),
    /// The value of a length field plus one, ending at the address: it is that of the rightmost
    /// byte.
    FieldDown(&'static str),
    /// `((to - from) mod 16 + 1) * size`.
    Registers {
        /// Field of the first register.
        from: &'static str,
        /// Field of the last register.
        to: &'static str,
        /// Bytes per register.
        size: u8,
    },
    /// A constant, shifted left by the value of a field.
    Shifted(u16, &'static str),
    /// One byte per one bit of a mask field.
    MaskBits(&'static str),
    /// Decided at run time by registers or data.
    Dynamic,
}

/// What an operand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A64: general register, 32 bits; 31 is zero, and writing clears the upper half.
    W,
    /// A64: general register, 64 bits; 31 is zero.
    X,
    /// A64: [`Kind::X`] if field `sf` is one, else [`Kind::W`].
    R,
    /// A64: as [`Kind::W`], but 31 is SP.
    Wsp,
    /// A64: as [`Kind::X`], but 31 is SP.
    Xsp,
    /// A64: as [`Kind::R`], but 31 is SP.
    Rsp,
    /// A64: [`Kind::W`] if field `w` is one, else [`Kind::X`].
    Xw,
    /// A64: extended as field `option` says: [`Kind::X`] if `sf` is one and its low bits are 3,
    /// else [`Kind::W`].
    Rext,
    /// A64: this register and the next, [`Kind::W`].
    Wpair,
    /// A64: this register and the next, [`Kind::X`].
    Xpair,
    /// A64: this register and the next, [`Kind::R`].
    Rpair,
    /// A64: general register holding a branch target.
    Xtarget,
    /// A64: vector register.
    Simd(Shape),
    /// Byte in bits 56–63 of a general register.
    Gr8,
    /// Halfword in bits 48–63 of a general register.
    Gr16,
    /// Word in bits 32–63 of a general register.
    Gr32,
    /// Whole general register.
    Gr64,
    /// Word in bits 0–31 of a general register.
    GrHigh,
    /// General register holding a branch target.
    GrTarget,
    /// General register holding the address of storage that is accessed so (register 0 included);
    /// the length is decided by data or by other operands.
    Pointer(Access),
    /// Even-odd pair of address and 64-bit length of storage that is accessed so.
    PointerLen(Access),
    /// Even-odd pair of address and length, the length in bits 40–63 of the odd register.
    PointerLen24(Access),
    /// Even-odd pair of general registers, bits 32–63 of each.
    GrPair32,
    /// Even-odd pair of general registers.
    GrPair64,
    /// Floating-point register, short.
    Fp32,
    /// Floating-point register, long.
    Fp64,
    /// Floating-point register pair, extended.
    Fp128,
    /// Floating-point register, width not said (rows to do).
    Fp,
    /// Access register.
    Access,
    /// Control register.
    Control,
    /// Vector register.
    Vector,
    /// Mask or modifier bits.
    Mask,
    /// Immediate; the field says width and sign.
    Imm,
    /// Length field.
    Len,
    /// Rounding-mode field.
    Rounding,
    /// PC-relative branch target, or address that is not accessed (LARL).
    Target,
    /// Address that is computed but not accessed.
    Address,
    /// Low six bits of the address are a shift count.
    Shift,
    /// Address of a branch target.
    BranchAddress,
    /// Storage.
    Mem(MemLen),
    /// Storage at a PC-relative address; length in bytes.
    RelativeMem(u16),
}

/// How an A64 instruction sees a vector register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Which part.
    pub form: Form,
    /// Size of an element.
    pub size: SizeRule,
}

/// Which part of a vector register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One element at the right; writing clears the bits above.
    Scalar,
    /// 64 bits, or 128 if field `q` is one.
    Q,
    /// 32 bits, or 64 if field `q` is one.
    HalfQ,
    /// Two elements.
    Two,
    /// 64 bits.
    Half,
    /// 128 bits.
    Full,
    /// One element, by an index elsewhere in the instruction.
    Element,
    /// Registers from this one on, wrapping at 32; their number depends on the row.
    List,
}

/// Where the size of an element stands; names are names of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeRule {
    /// Logarithm of the number of bytes, 0 to 4.
    Fixed(u8),
    /// The field's value plus a number is that logarithm.
    Field(&'static str, u8),
    /// Two bits: 0 single, 1 double, 3 half.
    Ftype(&'static str),
    /// The position of the highest one of the field, plus a number.
    Highest(&'static str, u8),
    /// The position of the lowest one of the field.
    Lowest(&'static str),
}

impl SizeRule {
    /// Logarithm of the element's number of bytes in an instruction word, 0 to 4; `None` where the
    /// encoding is reserved.
    pub fn log2(&self, format: &Format, word: u64) -> Option<u8> {
        let raw = |name: &str| format.field(name).map_or(0, |f| f.raw(word));
        let log = match *self {
            Self::Fixed(log) => u64::from(log),
            Self::Field(name, plus) => raw(name) + u64::from(plus),
            Self::Ftype(name) => *[2, 3, u64::MAX, 1].get(raw(name) as usize)?,
            Self::Highest(name, plus) => u64::from(raw(name).checked_ilog2()?) + u64::from(plus),
            Self::Lowest(name) => u64::from(raw(name).trailing_zeros()),
        };
        u8::try_from(log).ok().filter(|log| *log <= 4)
    }
}

/// Whether an operand is read or written as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Neither (masks, immediates, addresses; or not said in a row to do).
    None,
    /// Read.
    Read,
    /// Written.
    Write,
    /// Both.
    ReadWrite,
}

impl Access {
    /// Whether the operand's old value matters.
    pub fn reads(self) -> bool {
        matches!(self, Self::Read | Self::ReadWrite)
    }

    /// Whether the operand changes.
    pub fn writes(self) -> bool {
        matches!(self, Self::Write | Self::ReadWrite)
    }
}

/// One operand of a row.
#[derive(Debug, Clone, Copy)]
pub struct Operand {
    /// `r1`; `@2` for storage; `+r0` for an implied register.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
    /// Read, written.
    pub access: Access,
    /// Alignment of storage in bytes, below which there is a specification exception; 1: none.
    pub align: u8,
}
