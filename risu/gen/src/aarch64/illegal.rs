//! Encodings that no program may execute.

use isa::aarch64::{ROWS, find_row, to_left};
use isa::row::Row;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use risu_trace::{Block, BlockKind, Meaning, Word};

use super::block::{LEN, Shape};
use super::fields::choose;
use crate::generate::Planned;
use crate::rng::Rng;

/// Plans a block with an undefined or a privileged encoding at offset `at`.
pub(crate) fn plan_illegal(rng: &mut Rng, at: u32) -> Option<Planned> {
    let code = if rng.random_ratio(1, 8) { privileged(rng)? } else { undefined(rng)? };
    let words = vec![Word { offset: at, len: LEN as u8, meaning: Meaning::Illegal }];
    Some(Planned {
        end: at + 2 * LEN,
        code: vec![(at, code.to_vec())],
        block: Block { entry: at, kind: BlockKind::Illegal, words, ignore: Vec::new() },
        inputs: Box::new(Shape::Any),
    })
}

fn privileged(rng: &mut Rng) -> Option<Vec<u8>> {
    let calls = |row: &Row| super::differs_between_machines(row);
    let rows: Vec<&'static Row> =
        ROWS.iter().filter(|row| row.marks.privileged && !calls(row)).collect();
    let row = *rows.choose(rng)?;
    Some(choose(rng, row)?.bytes())
}

/// A word that matches no row; most of them near one that exists.
fn undefined(rng: &mut Rng) -> Option<Vec<u8>> {
    (0..1000).find_map(|_| {
        let row = ROWS.choose(rng)?;
        let near = row.value | row.format.should_be_one | (to_left(rng.random()) & !row.mask);
        let word = (near >> 32) as u32 ^ 1 << rng.random_range(0..32);
        (word != 0 && find_row(to_left(word)).is_none()).then(|| word.to_le_bytes().to_vec())
    })
}
