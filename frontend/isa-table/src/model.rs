//! What a table says, after parsing: plain data, no behaviour.
//!
//! Instruction bits are kept left-aligned in a `u64`: bit 0 of the instruction, as the manual
//! numbers it, is the most significant bit.

pub use crate::kind::{Access, Form, Kind, MemLen, Shape, SizeRule};
pub use crate::shape::{FieldType, Seg};

/// A place in a table file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct At {
    /// File name as given by the caller.
    pub file: String,
    /// Line from 1.
    pub line: u32,
}

/// All files of one guest.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Guest name, `s390x`.
    pub guest: String,
    /// Whether all instructions are little-endian words of 32 bits, with opcodes in binary.
    pub words: bool,
    /// Architecture levels, oldest first.
    pub levels: Vec<Level>,
    /// Manuals that rows may cite: short name and full name.
    pub manuals: Vec<(String, String)>,
    /// Facilities or features.
    pub facilities: Vec<Facility>,
    /// Condition-code kinds: name and prose.
    pub cc_kinds: Vec<(String, String)>,
    /// Suffix lists for extended mnemonics.
    pub suffixes: Vec<Suffixes>,
    /// Instruction formats.
    pub formats: Vec<Format>,
    /// Groups, in order of appearance.
    pub groups: Vec<Group>,
    /// Rows, in order of appearance.
    pub rows: Vec<Row>,
    /// Lines `alias`, as they stand, until all rows are known.
    pub(crate) alias_lines: Vec<(At, Vec<String>)>,
}

/// One architecture level.
#[derive(Debug, Clone)]
pub struct Level {
    /// Name in the tables.
    pub name: String,
    /// Machine type, 0 for none.
    pub machine: u16,
}

/// One facility (s390x) or feature (Arm).
#[derive(Debug, Clone)]
pub struct Facility {
    /// Short name used in rows.
    pub name: String,
    /// Bit number in the facility list, where there is one.
    pub bit: Option<u16>,
    /// Name in `/proc/cpuinfo` that tells a program of it, where there is one.
    pub hwcap: Option<String>,
    /// Index into [`Table::levels`] of the first machine that has it.
    pub level: usize,
    /// The manual's name of it.
    pub title: String,
    /// Where it is declared.
    pub at: At,
}

/// A list of value → mnemonic suffix.
#[derive(Debug, Clone)]
pub struct Suffixes {
    /// Name used in rows.
    pub name: String,
    /// Field value and suffix.
    pub list: Vec<(u64, String)>,
}

/// A named field of a format.
#[derive(Debug, Clone)]
pub struct Field {
    /// Name as in the manual, lower case.
    pub name: String,
    /// Its bits, most significant run first.
    pub segs: Vec<Seg>,
    /// Interpretation.
    pub ty: FieldType,
}

impl Field {
    /// Number of bits.
    pub fn bits(&self) -> u32 {
        self.segs.iter().map(|s| u32::from(s.len)).sum()
    }

    /// Whether negative values can be encoded.
    pub fn signed(&self) -> bool {
        self.ty.signed()
    }

    /// Rust type of the operand struct's field.
    pub fn rust_type(&self) -> &'static str {
        match self.ty {
            FieldType::Relative { .. } => "i64",
            FieldType::Displacement { .. } => "i32",
            FieldType::Signed => match self.bits() {
                0..=8 => "i8",
                9..=16 => "i16",
                _ => "i32",
            },
            FieldType::Unsigned => match self.bits() {
                0..=8 => "u8",
                9..=16 => "u16",
                _ => "u32",
            },
        }
    }
}

/// An instruction format: where the fields are and how the assembler writes them.
#[derive(Debug, Clone)]
pub struct Format {
    /// Name as in the manual, `RRF-a`.
    pub name: String,
    /// Length in bits.
    pub bits: u32,
    /// Opcode slots, in order.
    pub op: Vec<Seg>,
    /// Operand fields, in order of first appearance.
    pub fields: Vec<Field>,
    /// Bits that should be one but do not take part in decoding, left-aligned.
    pub should_be_one: u64,
    /// Operand tokens of its rows, unless a row has its own for the place.
    pub operands: Vec<String>,
    /// Operand order of the assembler, `r1,d2(x2,b2)`.
    pub syntax: String,
    /// Where it is declared.
    pub at: At,
}

impl Format {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }
}

/// A table group: one trait of the translator, one chapter group of the manual.
#[derive(Debug, Clone)]
pub struct Group {
    /// Module name.
    pub name: String,
    /// One line for people.
    pub title: String,
}

/// Where an operand stands in the instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a field; index into [`Format::fields`].
    Field(usize),
    /// In storage at base + index + displacement; indices into [`Format::fields`].
    Storage {
        /// `bN`.
        base: usize,
        /// `xN`.
        index: Option<usize>,
        /// `dN`.
        disp: usize,
    },
    /// In storage at a base register plus offset or index (A64); indices into
    /// [`Format::fields`].
    Memory {
        /// Base register.
        base: usize,
        /// Index register.
        index: Option<usize>,
        /// Immediate offset.
        offset: Option<usize>,
        /// Bytes in a unit of the immediate offset.
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

/// One operand of a row.
#[derive(Debug, Clone)]
pub struct Operand {
    /// `r1`, `@2`, `+r0`.
    pub name: String,
    /// Where.
    pub place: Place,
    /// What.
    pub kind: Kind,
    /// Read or written.
    pub access: Access,
    /// Required alignment of storage in bytes; 1 for none.
    pub align: u8,
}

/// What a random generator must respect for an encoding to be valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// The register number is even.
    Even(usize),
    /// The value is odd.
    Odd(usize),
    /// The register number designates a floating-point pair: 0, 1, 4, 5, 8, 9, 12 or 13.
    FpPair(usize),
    /// Two fields differ.
    Differ(usize, usize),
    /// The field is not zero.
    NotZero(usize),
    /// The field is zero.
    Zero(usize),
    /// The field is at most a number.
    AtMost(usize, u32),
    /// The field is a valid rounding mode: 0, 1 or 3 to 7.
    Rounding(usize),
    /// The two register fields differ, or the first is 31 (A64: a base register that is written).
    DifferBase(usize, usize),
    /// Words that have these bits under the mask are undefined: mask and value, left-aligned.
    Reserved(u64, u64),
    /// The two fields differ, else the word is undefined (A64).
    Distinct(usize, usize),
    /// The fields N, imms describe a bitmask immediate (A64).
    BitMask(usize, usize),
}

/// An extended mnemonic: printed instead of the row's when the fields have these values.
#[derive(Debug, Clone)]
pub struct Extended {
    /// Field index, value and mask: the bits under the mask have the value.
    pub when: Vec<(usize, u64, u64)>,
    /// What is printed; the fields' bits under the mask are then not printed.
    pub mnemonic: String,
}

/// When an alias is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// The word has these bits under the mask: mask and value, left-aligned.
    Bits(u64, u64),
    /// It does not.
    NotBits(u64, u64),
    /// Two fields are equal.
    Same(usize, usize),
    /// The first field is less than the second.
    Less(usize, usize),
    /// The first field plus one is the second.
    Before(usize, usize),
    /// A condition that the disassembler knows by name.
    Named(String),
}

/// Another mnemonic of a row, with conditions and the order of its operands.
#[derive(Debug, Clone)]
pub struct Alias {
    /// Printed in place of the row's.
    pub mnemonic: String,
    /// All of them must hold.
    pub when: Vec<When>,
    /// Order of the assembler.
    pub syntax: String,
}

/// Marks of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Always a privileged-operation exception in problem state.
    pub privileged: bool,
    /// Problem state, but needs a set-up that Linux does not give a program.
    pub gated: bool,
    /// Not translated yet.
    pub todo: bool,
    /// May branch: ends a translation block.
    pub branch: bool,
    /// May raise a program interruption other than an access or specification exception.
    pub trap: bool,
    /// Why what it sets is not compared in random streams, or (a branch) why they leave it out.
    pub gen_skip: Option<String>,
}

/// Citation of a manual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cite {
    /// Short name of the manual.
    pub manual: String,
    /// Chapter number.
    pub chapter: String,
    /// Heading of the instruction.
    pub title: String,
}

/// One instruction.
#[derive(Debug, Clone)]
pub struct Row {
    /// Name: of the enum variant and of the method.
    pub name: String,
    /// Mnemonic, lower case.
    pub mnemonic: String,
    /// Index into [`Table::formats`].
    pub format: usize,
    /// Fixed bits, left-aligned.
    pub mask: u64,
    /// Their values.
    pub value: u64,
    /// Index into [`Table::facilities`].
    pub facility: usize,
    /// Index into [`Table::levels`].
    pub level: usize,
    /// Operands.
    pub operands: Vec<Operand>,
    /// Whether it reads the condition code.
    pub cc_reads: bool,
    /// How it sets the condition code: index into [`Table::cc_kinds`].
    pub cc_sets: Option<usize>,
    /// Marks.
    pub marks: Marks,
    /// Constraints of valid encodings, those that operand kinds imply included.
    pub constraints: Vec<Constraint>,
    /// Extended mnemonics, first match wins.
    pub extended: Vec<Extended>,
    /// Aliases, the first whose conditions hold is printed.
    pub aliases: Vec<Alias>,
    /// Fields that are not printed when they, and all optional ones after them, are zero.
    pub optional: Vec<usize>,
    /// Rows that this one stands before where both match.
    pub over: Vec<String>,
    /// Operand order of the assembler: the format's, or its own.
    pub syntax: String,
    /// Number of encodings of the inventory that it stands for; 0: not said.
    pub encodings: u32,
    /// Citation.
    pub cite: Cite,
    /// Index into [`Table::groups`].
    pub group: usize,
    /// Where it stands.
    pub at: At,
}

impl Row {
    /// File name, as `s390x/arith.isa`.
    pub fn file(&self) -> &str {
        &self.at.file
    }
}
