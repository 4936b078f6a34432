//! What a table row says, as data.
//!
//! Instruction bits are *left-aligned words*: a `u64` whose most significant bit is bit 0 of the
//! instruction as the manual numbers it.
//! Bits after the instruction are ignored on input and zero on output.

mod constraint;
mod encoded;
mod operand;

pub use constraint::Constraint;
pub use encoded::{DecodeError, Encoded};
pub use operand::{Access, Form, Kind, MemLen, Operand, Place, Shape, SizeRule, Writeback};

use crate::bits::sext;

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
    /// Whether none of its rows is marked `todo`.
    pub complete: bool,
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

/// Condition code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cc {
    /// Whether the result depends on it.
    pub reads: bool,
    /// How it is set; the kinds are in `formats.isa`. `None`: unchanged.
    pub sets: Option<&'static str>,
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
