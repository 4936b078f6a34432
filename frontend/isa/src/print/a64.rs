//! Disassembly text of A64.

use crate::row::Row;
use std::fmt;

/// The text of one instruction; see [`crate::aarch64::Insn::fmt_at`].
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The row.
    pub row: &'static Row,
    /// The instruction, left-aligned.
    pub word: u64,
    /// Address of the instruction, for relative operands.
    pub pc: u64,
}

impl fmt::Display for Text {
    /// The mnemonic and the fields as they stand in the word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.mnemonic)?;
        for (i, field) in self.row.format.fields.iter().enumerate() {
            let separator = if i == 0 { '\t' } else { ',' };
            write!(f, "{separator}{}={}", field.name, field.value(self.word))?;
        }
        Ok(())
    }
}
