//! Encodings that no problem-state program may execute.

use isa::DecodeError;
use isa::row::Row;
use isa::s390x::{ROWS, decode, len_from_first_byte};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use risu_trace::{Block, BlockKind, Meaning, Word};

use super::block::Shape;
use super::fields::choose_word;
use crate::generate::Planned;
use crate::rng::Rng;

/// Plans a block with an undefined or a privileged encoding at offset `at`.
pub(crate) fn plan_illegal(rng: &mut Rng, at: u32) -> Option<Planned> {
    let code = if rng.random_ratio(1, 8) { privileged(rng)? } else { undefined(rng)? };
    let words = vec![Word { offset: at, len: code.len() as u8, meaning: Meaning::Illegal }];
    Some(Planned {
        end: at + code.len() as u32 + 2,
        code: vec![(at, code)],
        block: Block { entry: at, kind: BlockKind::Illegal, words, ignore: Vec::new() },
        inputs: Box::new(Shape::Any),
    })
}

fn privileged(rng: &mut Rng) -> Option<Vec<u8>> {
    let rows: Vec<&'static Row> = ROWS.iter().filter(|r| r.marks.privileged).collect();
    let row = *rows.choose(rng)?;
    Some(row.encode(choose_word(rng, row, true)).as_slice().to_vec())
}

/// Bytes that match no row; most of them near one that exists.
fn undefined(rng: &mut Rng) -> Option<Vec<u8>> {
    (0..1000).find_map(|_| {
        let row = ROWS.choose(rng)?;
        let flip = 1u64 << (63 - rng.random_range(0..16));
        let word = row.value ^ flip | rng.random::<u64>() >> 16 & !row.mask;
        let bytes = word.to_be_bytes();
        let code = &bytes[..len_from_first_byte(bytes[0])];
        let checkpoint = code[..2] == [0, 0];
        let undefined = matches!(decode(code), Err(DecodeError::Undefined { .. }));
        (undefined && !checkpoint).then(|| code.to_vec())
    })
}
