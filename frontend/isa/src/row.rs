//! What a table row says, as data.
//!
//! Instruction bits are *left-aligned words*: a `u64` whose most significant bit is bit 0 of the
//! instruction as the manual numbers it.
//! Bits after the instruction are ignored on input and zero on output.

use crate::bits::{describes_mask, sext};

include!(concat!(env!("OUT_DIR"), "/shape.rs"));

/// A named field of a format.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name as in the manual, lower case.
    pub name: &'static str,
    /// Its bits, most significant run first.
    pub segs: &'static [Seg],
    /// Interpretation.
    pub ty: FieldType,
}

impl Field {
    /// Number of bits.
    pub fn bits(&self) -> u32 {
        self.segs.iter().map(|s| u32::from(s.len)).sum()
    }

    /// Whether values can be negative.
    pub fn signed(&self) -> bool {
        self.ty.signed()
    }

    /// The field's bits in a word, not interpreted.
    pub fn raw(&self, word: u64) -> u64 {
        let mut value = 0;
        for seg in self.segs {
            value = value << seg.len | (word << seg.pos) >> (64 - seg.len);
        }
        value
    }

    /// The field's value in a word: sign-extended, and for relative fields in bytes.
    pub fn value(&self, word: u64) -> i64 {
        let raw = self.raw(word);
        let value = if self.signed() { sext(raw, self.bits()) } else { sext(raw, 64) };
        match self.ty {
            FieldType::Relative { unit } => value * i64::from(unit),
            _ => value,
        }
    }

    /// The word with the field's bits replaced by the low bits of `raw`.
    pub fn with_raw(&self, word: u64, raw: u64) -> u64 {
        let mut word = word;
        let mut below = self.bits();
        for seg in self.segs {
            below -= u32::from(seg.len);
            let ones = (u64::MAX << (64 - seg.len)) >> seg.pos;
            let value = (raw >> below) << (64 - seg.len) >> seg.pos;
            word = word & !ones | value;
        }
        word
    }
}

/// An instruction format.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Name as in the manual, `RRF-a`.
    pub name: &'static str,
    /// Length in bytes: 2, 4 or 6.
    pub len_bytes: u8,
    /// Whether the instruction is stored with its last byte first.
    pub little_endian: bool,
    /// Bits that no field has and that should be one, left-aligned; decoding ignores them.
    pub should_be_one: u64,
    /// Fields, in order of first appearance.
    pub fields: &'static [Field],
}

impl Format {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }
}

/// An architecture level (a machine generation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level {
    /// Position in time, 0 is the oldest.
    pub rank: u8,
    /// Name, `z13`.
    pub name: &'static str,
    /// Machine type as it identifies itself, `0x2964`; 0 where there is none.
    pub machine: u16,
}

/// A facility (s390x) or feature (Arm).
#[derive(Debug, Clone, Copy)]
pub struct Facility {
    /// Name in the tables.
    pub name: &'static str,
    /// Bit in the facility list (`STFLE`), where there is one.
    pub bit: Option<u16>,
    /// Name in `/proc/cpuinfo` by which Linux tells a program of it, where there is one.
    pub hwcap: Option<&'static str>,
    /// First level that has it.
    pub level: Level,
    /// The manual's name.
    pub title: &'static str,
}

/// A group of rows.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Module name of its trait.
    pub name: &'static str,
    /// One line for people.
    pub title: &'static str,
}

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

/// Condition code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cc {
    /// Whether the result depends on it.
    pub reads: bool,
    /// How it is set; the kinds are in `formats.isa`. `None`: unchanged.
    pub sets: Option<&'static str>,
}

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

/// An extended mnemonic.
#[derive(Debug, Clone, Copy)]
pub struct Extended {
    /// Name of a field, value and mask: the bits under the mask have the value and are not
    /// printed.
    pub when: &'static [(&'static str, u64, u64)],
    /// Printed in place of the row's mnemonic.
    pub mnemonic: &'static str,
}

/// When an alias is printed; names are names of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The word has these bits under the mask: mask and value, left-aligned.
    Bits(u64, u64),
    /// It does not.
    NotBits(u64, u64),
    /// Two fields are equal.
    Same(&'static str, &'static str),
    /// The first field is less than the second.
    Less(&'static str, &'static str),
    /// The first field plus one is the second.
    Before(&'static str, &'static str),
    /// A condition that the disassembler knows by name.
    Named(&'static str),
}

/// Another mnemonic of a row.
#[derive(Debug, Clone, Copy)]
pub struct Alias {
    /// Printed in place of the row's.
    pub mnemonic: &'static str,
    /// All of them must hold.
    pub when: &'static [When],
    /// Order of the operands.
    pub syntax: &'static str,
}

/// Marks of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Always a privileged-operation exception in problem state.
    pub privileged: bool,
    /// Problem state, but needs a set-up that Linux does not give a program.
    pub gated: bool,
    /// Not translated yet.
    pub todo: bool,
    /// May branch: ends a translation block.
    pub branch: bool,
    /// May raise a program interruption other than access or specification.
    pub trap: bool,
    /// Why what it sets is not compared in random streams, or (a branch) why they leave it out.
    pub gen_skip: Option<&'static str>,
}

/// Citation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cite {
    /// Short name of the manual, `PoP`.
    pub manual: &'static str,
    /// Chapter.
    pub chapter: &'static str,
    /// Heading.
    pub title: &'static str,
}

/// One row of a table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Index into the guest's `ROWS`.
    pub id: u16,
    /// Name of row, method and (in camel case) variant.
    pub name: &'static str,
    /// Mnemonic, lower case.
    pub mnemonic: &'static str,
    /// Format.
    pub format: &'static Format,
    /// Fixed bits, left-aligned.
    pub mask: u64,
    /// Their values.
    pub value: u64,
    /// Operands; every field of a translated row belongs to one.
    pub operands: &'static [Operand],
    /// Order of the operands in assembler text, `r1,d2(x2,b2)`.
    pub syntax: &'static str,
    /// Condition code; on A64 the flags N, Z, C and V.
    pub cc: Cc,
    /// Facility.
    pub facility: &'static Facility,
    /// First level that has it.
    pub level: Level,
    /// Marks.
    pub marks: Marks,
    /// Constraints of valid encodings.
    pub constraints: &'static [Constraint],
    /// Extended mnemonics.
    pub extended: &'static [Extended],
    /// Aliases; the first whose conditions hold is printed.
    pub aliases: &'static [Alias],
    /// Fields at the end of the text which are left out while they are zero.
    pub optional: &'static [&'static str],
    /// How many encodings of the inventory it stands for; 0: not said.
    pub encodings: u32,
    /// Citation.
    pub cite: Cite,
    /// Group.
    pub group: &'static Group,
    /// File below `tables/`.
    pub file: &'static str,
    /// Line.
    pub line: u32,
}

impl Row {
    /// Length in bytes.
    pub fn len_bytes(&self) -> usize {
        usize::from(self.format.len_bytes)
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.format.field(name)
    }

    /// Whether the translator has a method for it.
    pub fn translated(&self) -> bool {
        !(self.marks.todo || self.marks.privileged || self.marks.gated)
    }

    /// Whether all constraints hold for an instruction word of this row.
    pub fn valid(&self, word: u64) -> bool {
        self.constraints.iter().all(|c| c.holds(self.format, word))
    }

    /// The bytes of an instruction word of this row.
    pub fn encode(&self, word: u64) -> Encoded {
        let mut encoded = Encoded::new(word, self.format.len_bytes);
        if self.format.little_endian {
            encoded.bytes[..usize::from(encoded.len)].reverse();
        }
        encoded
    }
}

/// An encoded instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Encoded {
    /// The bytes; those from `len` on are zero.
    pub bytes: [u8; 8],
    /// Length: 2, 4 or 6.
    pub len: u8,
}

impl Encoded {
    /// The first `len` bytes (at most 8) of a left-aligned word, in the order of the manual's bits.
    pub fn new(word: u64, len: u8) -> Self {
        let len = len.min(8);
        let keep = if len == 0 { 0 } else { u64::MAX << (64 - 8 * u32::from(len)) };
        Self { bytes: (word & keep).to_be_bytes(), len }
    }

    /// The instruction's bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl AsRef<[u8]> for Encoded {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

/// Why bytes are no instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// There are fewer bytes than the instruction has.
    Truncated {
        /// Length of the instruction in bytes; 2 where there was no byte at all.
        need: u8,
    },
    /// No row matches.
    Undefined {
        /// Length in bytes.
        len: u8,
    },
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truncated { need } => write!(f, "instruction of {need} bytes is cut short"),
            Self::Undefined { len } => write!(f, "undefined instruction of {len} bytes"),
        }
    }
}

impl std::error::Error for DecodeError {}
