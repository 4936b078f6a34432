//! Random instruction words for the tests.

use isa::row::Row;

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

/// A word of the row: fields random, and zero now and then; unassigned bits as they should be.
pub(crate) fn random_word(row: &Row, random: &mut Random) -> u64 {
    let mut word = row.value | row.format.should_be_one;
    for field in row.format.fields {
        let raw = if random.next() % 4 == 0 { 0 } else { random.next() };
        word = field.with_raw(word, raw);
    }
    word
}
