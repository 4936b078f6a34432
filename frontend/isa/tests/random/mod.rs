//! Random instruction words for the tests.

use isa::row::Row;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// A word of the row: fields random, and zero now and then; unassigned bits as they should be.
pub(crate) fn random_word(row: &Row, random: &mut ChaCha8Rng) -> u64 {
    let mut word = row.value | row.format.should_be_one;
    for field in row.format.fields {
        let raw = if random.random_ratio(1, 4) { 0 } else { random.random() };
        word = field.with_raw(word, raw);
    }
    word
}
