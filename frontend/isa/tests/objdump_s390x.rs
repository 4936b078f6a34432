//! Agreement with the GNU disassembler: every row, 64 random operand words each.

use isa::row::Row;
use isa::s390x;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use random::random_word;
use std::collections::BTreeMap;

mod gnu;
mod random;

const WORDS_PER_ROW: u64 = 64;
/// Bytes from one tested instruction to the next; the rest is filled with `lr %r1,%r1`, so that
/// the disassembler is in step again whatever it made of the instruction.
const SLOT: usize = 16;

/// Rows that binutils 2.40 (Debian 12) does not know, with the reason.
fn unknown_to_objdump(row: &Row) -> Option<&'static str> {
    let z17 = s390x::LEVELS.iter().find(|level| level.name == "z17").expect("a level z17");
    if row.level >= *z17 {
        return Some("newer than binutils 2.40");
    }
    (row.cite.manual == "Linux").then_some("not in the manual, known to Linux only")
}

/// What objdump 2.40 prints where it is at fault.
///
/// BC with mask 0, an index and base register 0 reads `nop 0(%r10`: objdump takes the base for an
/// optional operand and forgets the parenthesis.
fn fault_of_objdump(row: &Row, word: u64, ours: &str) -> Option<String> {
    let raw = |name| row.field(name).map_or(0, |f| f.raw(word));
    let nop = row.name == "bc" && raw("m1") == 0 && raw("x2") != 0 && raw("b2") == 0;
    nop.then(|| ours.trim_end_matches(",%r0)").to_string())
}

fn cases() -> Vec<(&'static Row, u64)> {
    let mut random = ChaCha8Rng::seed_from_u64(390);
    let mut out = Vec::new();
    for row in &s390x::ROWS {
        for _ in 0..WORDS_PER_ROW {
            out.push((row, random_word(row, &mut random)));
        }
    }
    out
}

/// What objdump prints, by address.
fn objdump(image: &[u8], file: &str) -> BTreeMap<u64, String> {
    gnu::listing("s390x-linux-gnu-", &["-m", "s390:64-bit", "-M", "zarch"], image, file)
}

fn image(cases: &[(&Row, u64)]) -> Vec<u8> {
    let mut image = Vec::new();
    for (row, word) in cases {
        let end = image.len() + SLOT;
        image.extend_from_slice(row.encode(*word).as_slice());
        while image.len() < end {
            image.extend_from_slice(&[0x18, 0x11]);
        }
    }
    image
}

#[test]
fn every_row_reads_as_in_objdump() {
    let cases = cases();
    let theirs = objdump(&image(&cases), "rows.bin");
    let mut wrong = gnu::Differences::default();
    for (index, (row, word)) in cases.iter().enumerate() {
        let pc = (index * SLOT) as u64;
        let expected = theirs.get(&pc).map_or("(nothing)", String::as_str);
        if unknown_to_objdump(row).is_some() {
            assert!(expected.starts_with(".long"), "{} is known after all: {expected}", row.name);
            continue;
        }
        let insn = s390x::decode_word(*word).expect("a row's word decodes");
        let ours = insn.fmt_at(pc).to_string();
        let fault = fault_of_objdump(row, *word, &ours);
        if fault.as_deref().unwrap_or(&ours) != expected {
            wrong.note(row.name, *word, &ours, expected);
        }
    }
    wrong.report();
}

/// What we call undefined, objdump must not know: over all values of the second byte and of the
/// last byte (where every second opcode stands), all else zero.
#[test]
fn undefined_words_are_unknown_to_objdump() {
    let mut words = Vec::new();
    for high in 0..=u16::MAX {
        for last in [0, high as u8] {
            let word = u64::from(high) << 48 | u64::from(last) << 16;
            if s390x::decode_word(word).is_none() {
                words.push(word);
            }
        }
    }
    let slots = words.iter().flat_map(|word| {
        let len = s390x::len_from_first_byte((word >> 56) as u8);
        let mut slot = [0x18, 0x11].repeat(SLOT / 2);
        slot[..len].copy_from_slice(&word.to_be_bytes()[..len]);
        slot
    });
    let theirs = objdump(&slots.collect::<Vec<u8>>(), "undefined.bin");
    for (index, word) in words.iter().enumerate() {
        let text = theirs.get(&((index * SLOT) as u64)).map_or("(nothing)", String::as_str);
        assert!(text.starts_with(".long") || text.starts_with(".short"), "{word:016x}: {text}");
    }
}
