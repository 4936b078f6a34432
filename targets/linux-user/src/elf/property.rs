//! The note of properties, which asks for guarded pages.

use super::read_at;
use goblin::elf::program_header::ProgramHeader;
use std::fs::File;

/// `PT_GNU_PROPERTY`: a note of properties.
const PT_GNU_PROPERTY: u32 = 0x6474_e553;

/// At most so many bytes of properties (Linux fs/binfmt_elf.c:parse_elf_properties).
const MAX_PROPERTIES: u64 = 1024;

/// `GNU_PROPERTY_AARCH64_FEATURE_1_AND` and its bit for branch targets.
const AARCH64_FEATURES: u32 = 0xc000_0000;

const FEATURE_BTI: u32 = 1;

/// Whether the note of properties asks for guarded pages. What is wrong with it counts as none.
pub(super) fn wants_guards(file: &File, headers: &[ProgramHeader]) -> bool {
    let Some(header) = headers.iter().find(|h| h.p_type == PT_GNU_PROPERTY) else { return false };
    let mut note = vec![0; header.p_filesz.min(MAX_PROPERTIES) as usize];
    read_at(file, &mut note, header.p_offset, "properties").is_ok()
        && property(&note, AARCH64_FEATURES).is_some_and(|bits| bits & FEATURE_BTI != 0)
}

/// The value of a property of four bytes in a little-endian note `NT_GNU_PROPERTY_TYPE_0`.
fn property(note: &[u8], wanted: u32) -> Option<u32> {
    const NAME_END: usize = 16;
    let word = |at: usize| note.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let is_note = word(0)? == 4 && word(8)? == 5 && note.get(12..NAME_END)? == b"GNU\0";
    let end = NAME_END + word(4)? as usize;
    let mut at = NAME_END;
    while is_note && at + 8 <= end {
        let (kind, len) = (word(at)?, word(at + 4)? as usize);
        if kind == wanted && len == 4 {
            return word(at + 8);
        }
        at += 8 + len.next_multiple_of(8);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_found_in_their_note() {
        let note = |name: &[u8; 4], words: &[u32]| {
            let len = 4 * words.len() as u32;
            let mut out: Vec<u8> = [4, len, 5].into_iter().flat_map(u32::to_le_bytes).collect();
            out.extend(name);
            out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
            out
        };
        let two = note(b"GNU\0", &[0xc000_0001, 4, 7, 0, AARCH64_FEATURES, 4, 3, 0]);
        assert_eq!(property(&two, AARCH64_FEATURES), Some(3));
        assert_eq!(property(&two, 0xc000_0001), Some(7));
        assert_eq!(property(&two, 0xc000_0002), None);
        assert_eq!(property(&note(b"LLVM", &[AARCH64_FEATURES, 4, 3, 0]), AARCH64_FEATURES), None);
        for len in 0..two.len() {
            assert_ne!(property(&two[..len], AARCH64_FEATURES), Some(1), "{len}");
        }
        let long = note(b"GNU\0", &[1, u32::MAX, 0, 0]);
        assert_eq!(property(&long, AARCH64_FEATURES), None);
    }
}
