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

/// An instruction's code in hexadecimal as disassemblers show it: bytes in the order of storage, on
/// aarch64 one number.
#[must_use]
pub fn code_text(guest: Guest, code: &[u8]) -> String {
    let hex = |byte: &u8| format!("{byte:02x}");
    match guest {
        Guest::S390x => code.iter().map(hex).collect(),
        Guest::Aarch64 => code.iter().rev().map(hex).collect(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_reads_as_in_a_disassembly() {
        assert_eq!(code_text(Guest::S390x, &[0xb9, 0x04, 0x00, 0x12]), "b9040012");
        assert_eq!(code_text(Guest::Aarch64, &[0x20, 0x00, 0x02, 0x8b]), "8b020020");
    }
}
