//! The instruction tables by guest.

use isa::row::Row;
use risu_trace::{Guest, Manifest};

/// Rows of a guest's tables.
#[must_use]
pub fn rows(guest: Guest) -> &'static [Row] {
    match guest {
        Guest::S390x => &isa::s390x::ROWS,
        Guest::Aarch64 => &isa::aarch64::ROWS,
    }
}

/// The row of the first instruction of `code`, if that is whole, and its left-aligned word.
#[must_use]
pub fn find_row(guest: Guest, code: &[u8]) -> Option<(&'static Row, u64)> {
    let mut bytes = [0; 8];
    let len = code.len().min(bytes.len());
    bytes[..len].copy_from_slice(&code[..len]);
    let (row, word) = match guest {
        Guest::S390x => {
            let word = u64::from_be_bytes(bytes);
            (isa::s390x::find_row(word)?, word)
        }
        Guest::Aarch64 => {
            let word = isa::aarch64::to_left(u64::from_le_bytes(bytes) as u32);
            (isa::aarch64::find_row(word)?, word)
        }
    };
    (row.len_bytes() <= code.len()).then_some((row, word))
}

/// Disassembles the instruction at `offset` of the image.
#[must_use]
pub fn disassemble(manifest: &Manifest, offset: u32) -> String {
    let code = manifest.image.get(offset as usize..).unwrap_or_default();
    let pc = manifest.header.base + u64::from(offset);
    let text = match manifest.header.guest {
        Guest::S390x => isa::s390x::decode(code).map(|insn| insn.fmt_at(pc).to_string()),
        Guest::Aarch64 => isa::aarch64::decode(code).map(|insn| insn.fmt_at(pc).to_string()),
    };
    text.map_or_else(|_| "undefined".to_owned(), |text| text.replace('\t', " "))
}
