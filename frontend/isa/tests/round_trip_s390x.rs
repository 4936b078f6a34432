//! Properties of decoder, encoder and rows over the whole opcode space.

use isa::DecodeError;
use isa::row::{Kind, Place};
use isa::s390x::{self, ROWS};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use random::random_word;

mod random;

#[test]
fn decode_undoes_encode() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for row in &ROWS {
        for _ in 0..256 {
            let word = random_word(row, &mut random);
            let insn = s390x::decode_word(word).expect("a row's word decodes");
            assert_eq!(insn.row().name, row.name);
            assert_eq!(insn.to_word(), word, "{}", row.name);
            let code = insn.encode();
            assert_eq!(s390x::decode(code.as_slice()), Ok(insn));
            assert_eq!(code.as_slice().len(), s390x::len_from_first_byte(code.bytes[0]));
        }
    }
}

/// Unassigned bits do not matter to the decoder, and are not kept.
#[test]
fn unassigned_bits_are_ignored() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for row in &ROWS {
        let assigned =
            row.format.fields.iter().fold(row.mask, |mask, field| field.with_raw(mask, u64::MAX));
        let plain = random_word(row, &mut random);
        let noisy = plain | random.random::<u64>() & !assigned;
        assert_eq!(s390x::decode_word(plain), s390x::decode_word(noisy), "{}", row.name);
    }
}

/// All first halfwords with all last bytes; the row is the one whose mask and value match.
#[test]
fn every_opcode_is_a_row_or_undefined() {
    let mut rows_seen = vec![false; ROWS.len()];
    for high in 0..=u16::MAX {
        for last in 0..=u8::MAX {
            let word = u64::from(high) << 48 | u64::from(last) << 16;
            let Some(insn) = s390x::decode_word(word) else { continue };
            let row = insn.row();
            assert_eq!(word & row.mask, row.value, "{}", row.name);
            rows_seen[usize::from(row.id)] = true;
        }
    }
    assert!(rows_seen.iter().all(|seen| *seen), "every row is found");
}

/// The decision tree finds what a search through all rows finds.
#[test]
fn tree_agrees_with_linear_search() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..20_000 {
        let word = random.random();
        let linear = ROWS.iter().find(|r| word & r.mask == r.value).map(|r| r.name);
        assert_eq!(s390x::find_row(word).map(|r| r.name), linear, "{word:016x}");
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    for _ in 0..200_000 {
        let bytes = random.random::<u64>().to_be_bytes();
        let len = random.random_range(0..=8);
        match s390x::decode(&bytes[..len]) {
            Ok(insn) => {
                assert!(insn.len_bytes() <= len);
                assert!(!insn.fmt_at(random.random()).to_string().is_empty());
            }
            Err(DecodeError::Truncated { need }) => assert!(usize::from(need) > len),
            Err(DecodeError::Undefined { len: undefined }) => {
                assert_eq!(usize::from(undefined), s390x::len_from_first_byte(bytes[0]));
            }
        }
    }
}

/// Register 0 as a base or index is printed where objdump prints it, and left out elsewhere.
#[test]
fn text_of_addresses() {
    use s390x::{Insn, RxA, RxyA};
    let rx = |x2, b2, d2| Insn::L(RxA { r1: 1, x2, b2, d2 }).to_string();
    assert_eq!(rx(0, 0, 4), "l\t%r1,4");
    assert_eq!(rx(0, 2, 4), "l\t%r1,4(%r2)");
    assert_eq!(rx(3, 0, 4), "l\t%r1,4(%r3,%r0)");
    assert_eq!(rx(3, 2, 4095), "l\t%r1,4095(%r3,%r2)");
    let rxy = Insn::Lg(RxyA { r1: 15, x2: 0, b2: 15, d2: -8 });
    assert_eq!(rxy.to_string(), "lg\t%r15,-8(%r15)");
    assert_eq!(rxy.encode().as_slice(), [0xe3, 0xf0, 0xff, 0xf8, 0xff, 0x04]);
}

#[test]
fn relative_operands_are_bytes() {
    use s390x::{Insn, RiC, RilB};
    let je = Insn::Brc(RiC { m1: 8, ri2: -4 });
    assert_eq!(je.encode().as_slice(), [0xa7, 0x84, 0xff, 0xfe]);
    assert_eq!(je.fmt_at(0x1000).to_string(), "je\t0xffc");
    let call = Insn::Brasl(RilB { r1: 14, ri2: -0x1_0000_0000 });
    assert_eq!(call.encode().as_slice(), [0xc0, 0xe5, 0x80, 0, 0, 0]);
    assert_eq!(s390x::decode(call.encode().as_slice()), Ok(call));
}

/// What the random generator relies on.
#[test]
fn translated_rows_say_everything() {
    for row in ROWS.iter().filter(|r| r.translated()) {
        for field in row.format.fields {
            let covered = row.operands.iter().any(|o| match o.place {
                Place::Field(name) => name == field.name,
                Place::Storage { base, index, disp } => {
                    [Some(base), index, Some(disp)].contains(&Some(field.name))
                }
                Place::Memory { .. } | Place::Implied(_) => false,
            });
            assert!(covered, "{}: {}", row.name, field.name);
        }
        assert!(row.operands.iter().all(|o| o.kind != Kind::Fp), "{}", row.name);
    }
}
