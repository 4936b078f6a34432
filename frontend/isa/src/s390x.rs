//! z/Architecture.
//!
//! ```
//! use isa::s390x::{self, Insn, Rre};
//!
//! let insn = Insn::Agr(Rre { r1: 2, r2: 3 });
//! let code = insn.encode();
//! assert_eq!(code.as_slice(), [0xb9, 0x08, 0x00, 0x23]);
//! assert_eq!(s390x::decode(code.as_slice()), Ok(insn));
//! assert_eq!(insn.to_string(), "agr\t%r2,%r3");
//! ```
//!
//! A translator implements [`Translator`] and the `Translate` trait of each group module, and
//! calls [`dispatch`] or [`dispatch_word`].

use crate::bits::{put, sext, take};
use crate::print;
use crate::row::{
    Access, Cc, Cite, Constraint, DecodeError, Encoded, Extended, Facility, Field, FieldType,
    Format, Group, Kind, Level, Marks, MemLen, Operand, Place, Row, Seg,
};
use crate::tree::Tree;
use std::fmt;

include!(concat!(env!("OUT_DIR"), "/s390x.rs"));

/// Length in bytes of the instruction that starts with this byte.
///
/// PoP SA22-7832, chapter 5, "Instruction Length": bits 0 and 1.
#[inline]
pub const fn len_from_first_byte(byte: u8) -> usize {
    match byte >> 6 {
        0 => 2,
        1 | 2 => 4,
        _ => 6,
    }
}

/// Decodes the instruction at the start of `bytes`.
///
/// # Errors
///
/// The bytes are fewer than the instruction has, or match no row.
#[inline]
pub fn decode(bytes: &[u8]) -> Result<Insn, DecodeError> {
    let Some(&first) = bytes.first() else { return Err(DecodeError::Truncated { need: 2 }) };
    let len = len_from_first_byte(first);
    let mut word = [0; 8];
    let Some(code) = bytes.get(..len) else {
        return Err(DecodeError::Truncated { need: len as u8 });
    };
    if let Some(eight) = bytes.first_chunk::<8>() {
        word = *eight;
    } else {
        word[..len].copy_from_slice(code);
    }
    let word = u64::from_be_bytes(word);
    decode_word(word).ok_or(DecodeError::Undefined { len: len as u8 })
}

/// The row that an instruction word belongs to, without its operands.
#[inline]
pub fn find_row(word: u64) -> Option<&'static Row> {
    ROWS.get(usize::from(TREE.find(word)))
}

impl Insn {
    /// Disassembly as it reads at address `pc`, in the form of `s390x-linux-gnu-objdump -d`:
    /// mnemonic, a tab if there are operands, operands.
    pub fn fmt_at(&self, pc: u64) -> impl fmt::Display + use<> {
        print::Text { row: self.row(), word: self.to_word(), pc, extended: true }
    }
}
