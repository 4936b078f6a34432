//! A64, the instruction set of AArch64.
//!
//! Instructions are words of 32 bits, stored little-endian.
//! As elsewhere in this crate they are held left-aligned in a `u64`: [`to_left`] makes one.
//!
//! A translator implements [`Translator`] and the `Translate` trait of each group module, and
//! calls [`dispatch`] or [`dispatch_word`].

use crate::bits::{self, put, sext, take};
use crate::print;
use crate::row::*;
use crate::tree::Tree;
use std::fmt;

include!(concat!(env!("OUT_DIR"), "/aarch64.rs"));

/// The left-aligned word of an instruction.
#[inline]
pub const fn to_left(insn: u32) -> u64 {
    (insn as u64) << 32
}

/// Decodes the instruction at the start of `bytes`.
///
/// # Errors
///
/// There are fewer than four bytes, or they match no row, or a field has a reserved value.
#[inline]
pub fn decode(bytes: &[u8]) -> Result<Insn, DecodeError> {
    let Some(code) = bytes.first_chunk::<4>() else {
        return Err(DecodeError::Truncated { need: 4 });
    };
    decode_word(to_left(u32::from_le_bytes(*code))).ok_or(DecodeError::Undefined { len: 4 })
}

/// The row that an instruction word belongs to, without its operands.
#[inline]
pub fn find_row(word: u64) -> Option<&'static Row> {
    decode_word(word).map(|insn| insn.row())
}

impl Insn {
    /// Disassembly as it reads at address `pc`, in the form of `aarch64-linux-gnu-objdump -d`:
    /// mnemonic, a tab if there are operands, operands.
    pub fn fmt_at(&self, pc: u64) -> impl fmt::Display + use<> {
        print::a64::Text { row: self.row(), word: self.to_word(), pc }
    }
}
