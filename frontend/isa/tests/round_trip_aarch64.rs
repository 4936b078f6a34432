//! Properties of decoder, encoder and rows of A64.

use isa::DecodeError;
use isa::aarch64::{self, ROWS};
use isa::row::{Kind, Place, Row};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use random::random_word;

mod random;

/// Rows that are one instruction each, not an encoding class that is not built.
fn described() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(|r| !matches!(r.group.name, "later" | "sve"))
}

#[test]
fn decode_undoes_encode() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for row in described() {
        let mut decoded = 0;
        for _ in 0..512 {
            let word = random_word(row, &mut random);
            // Values that a row reserves may be another row's.
            let Some(insn) = aarch64::decode_word(word).filter(|i| i.row().id == row.id) else {
                continue;
            };
            decoded += 1;
            assert_eq!(insn.to_word(), word, "{}", row.name);
            assert_eq!(aarch64::decode(insn.encode().as_slice()), Ok(insn));
        }
        assert!(decoded > 0, "{} is never found", row.name);
    }
}

/// The row that is found is one whose bits and constraints fit, and no longer mask fits.
#[test]
fn decode_agrees_with_linear_search() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for i in 0..40_000 {
        let word = match i % 2 {
            0 => random.random::<u64>() >> 32 << 32,
            _ => random_word(&ROWS[random.random_range(0..ROWS.len())], &mut random),
        };
        let linear = ROWS
            .iter()
            .filter(|r| word & r.mask == r.value)
            .max_by_key(|r| r.mask.count_ones())
            .filter(|r| r.constraints.iter().all(|c| !c.undefined() || c.holds(r.format, word)));
        let found = aarch64::find_row(word);
        assert_eq!(found.map(|r| r.name), linear.map(|r| r.name), "{word:016x}");
    }
}

#[test]
fn bytes_are_little_endian() {
    use aarch64::{AddSubImm, BranchImm, Insn};
    let add = Insn::AddImm(AddSubImm { sf: 1, sh: 0, imm12: 16, rn: 31, rd: 0 });
    assert_eq!(add.encode().as_slice(), [0xe0, 0x43, 0x00, 0x91]);
    assert_eq!(add.to_string(), "add\tx0, sp, #0x10");
    let back = Insn::B(BranchImm { offset: -4 });
    assert_eq!(back.encode().as_slice(), [0xff, 0xff, 0xff, 0x17]);
    assert_eq!(back.fmt_at(0x1000).to_string(), "b\t0xffc");
    assert_eq!(aarch64::decode(&[0xe0, 0x43, 0]), Err(DecodeError::Truncated { need: 4 }));
}

/// Reserved values of fields are undefined.
#[test]
fn reserved_values_do_not_decode() {
    // ADD (shifted register) with ROR; AND (immediate) of 32 bits with N; CASP of odd registers;
    // FADD of the reserved type; ADD (vector) of one doubleword.
    for word in [0x0bc0_0000, 0x1240_0000, 0x0821_7c00, 0x1ea0_2800, 0x0ee0_8400] {
        assert_eq!(aarch64::decode_word(aarch64::to_left(word)), None, "{word:08x}");
    }
}

/// What the random generator relies on.
#[test]
fn described_rows_say_everything() {
    for row in described() {
        for field in row.format.fields {
            let covered = row.operands.iter().any(|o| match o.place {
                Place::Field(name) => name == field.name,
                Place::Memory { base, index, offset, .. } => {
                    [Some(base), index, offset].contains(&Some(field.name))
                }
                _ => false,
            });
            assert!(covered || !row.translated(), "{}: {}", row.name, field.name);
        }
        for operand in row.operands.iter().filter(|_| row.translated()) {
            let valued = matches!(operand.kind, Kind::Imm | Kind::Target | Kind::Address);
            let accessed = operand.access.reads() || operand.access.writes();
            assert!(valued || accessed, "{}: {}", row.name, operand.name);
        }
    }
}

/// No text shows a rule that the disassembler does not know.
#[test]
fn every_syntax_prints() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for row in described() {
        for _ in 0..512 {
            let Some(insn) = aarch64::decode_word(random_word(row, &mut random)) else { continue };
            let text = insn.to_string();
            let plain = text.split("//").next().unwrap_or_default();
            assert!(!plain.contains([':', '?', '\'']), "{}: {text}", row.name);
        }
    }
}
