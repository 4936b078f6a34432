//! The facility list: what STFLE stores, and what the auxiliary vector's hardware capabilities are made from.
//!
//! A facility is there if every instruction of it that a problem-state program can execute is translated, and the
//! machine level includes it. PoP SA22-7832, chapter 4, "Facility Indications".

use isa::row::Row;
use isa::s390x::ROWS;

pub use isa::row::Level;
pub use isa::s390x::LEVELS;

/// Doublewords of the list.
pub const WORDS: usize = 4;

/// Facilities without instructions of their own that are there, with the level that brought them.
const WITHOUT_ROWS: [(u16, u32); 8] = [
    // The instructions that ESA/390 got from z/Architecture; z/Architecture installed and active.
    (0, 0),
    (1, 0),
    (2, 0),
    // The long-displacement facility is fast.
    (19, 1),
    // Enhancements of extended translation 2 and 3: test-character comparison and well-formedness checking.
    (24, 2),
    (30, 2),
    // COMPARE AND SWAP AND STORE of 16 bytes.
    (33, 3),
    // Interlocked-access facility 2.
    (52, 5),
];

/// Machine levels that the table knows.
const N_LEVELS: usize = LEVELS.len();

/// The list of each level, made by the compiler: a program that starts often should not walk the table each time.
static LISTS: [[u64; WORDS]; N_LEVELS] = {
    let mut lists = [[0; WORDS]; N_LEVELS];
    let mut level = 0;
    while level < N_LEVELS {
        lists[level] = list_at(level as u32);
        level += 1;
    }
    lists
};

/// The facility list for a machine level (index into [`LEVELS`]).
#[must_use]
pub fn list(level: u32) -> [u64; WORDS] {
    LISTS[(level as usize).min(N_LEVELS - 1)]
}

const fn list_at(level: u32) -> [u64; WORDS] {
    let mut there = [0; WORDS];
    let mut missing = [0; WORDS];
    let mut at = 0;
    while at < ROWS.len() {
        let Row { facility, marks, .. } = &ROWS[at];
        at += 1;
        let Some(bit) = facility.bit else { continue };
        if facility.level.rank as u32 > level || marks.privileged || marks.gated {
            continue;
        }
        there = with(there, bit);
        if marks.todo {
            missing = with(missing, bit);
        }
    }
    let mut at = 0;
    while at < WITHOUT_ROWS.len() {
        let (bit, since) = WITHOUT_ROWS[at];
        if since <= level {
            there = with(there, bit);
        }
        at += 1;
    }
    let mut word = 0;
    while word < WORDS {
        there[word] &= !missing[word];
        word += 1;
    }
    there
}

/// Whether the list has a facility.
#[must_use]
pub fn has(list: &[u64; WORDS], bit: u16) -> bool {
    list.get(usize::from(bit / 64)).is_some_and(|word| word << (bit % 64) >> 63 != 0)
}

const fn with(mut list: [u64; WORDS], bit: u16) -> [u64; WORDS] {
    let word = bit as usize / 64;
    if word < WORDS {
        list[word] |= 1 << 63 >> (bit % 64);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_translated_is_there() {
        let all = list(u32::MAX);
        assert!(has(&all, 34), "general-instructions extension");
        assert!(has(&all, 45), "distinct operands and others");
        assert!(has(&all, 1));
        assert!(!has(&all, 129), "vector");
        assert!(!has(&all, 42), "decimal floating point");
        assert!(!has(&list(2), 45), "a z9 has no distinct operands");
        assert_eq!(
            list(N_LEVELS as u32 - 1),
            list_at(u32::MAX),
            "the last list is of the last level"
        );
    }
}
