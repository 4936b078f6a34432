//! The facility list: what STFLE stores, and what the auxiliary vector's hardware capabilities rest on.
//!
//! A facility is there if every instruction of it that a problem-state program can execute is translated, and the
//! machine level includes it. PoP SA22-7832, chapter 4, "Facility Indications".

use isa::s390x::ROWS;

/// Doublewords of the list.
pub const WORDS: usize = 4;

/// Facilities without instructions of their own that are there, with the level that brought them:
/// 1 and 2 z/Architecture installed and active, 52 interlocked-access facility 2.
const WITHOUT_ROWS: [(u16, u32); 3] = [(1, 0), (2, 0), (52, 5)];

/// The facility list for a machine level (index into the table's levels: 0 z900 … 9 z16).
#[must_use]
pub fn list(level: u32) -> [u64; WORDS] {
    let mut there = [0u64; WORDS];
    let mut missing = [0u64; WORDS];
    for row in ROWS {
        let Some(bit) = row.facility.bit else { continue };
        let marks = &row.marks;
        if u32::from(row.facility.level.rank) > level || marks.privileged || marks.gated {
            continue;
        }
        set(&mut there, bit);
        if marks.todo {
            set(&mut missing, bit);
        }
    }
    for (bit, since) in WITHOUT_ROWS {
        if since <= level {
            set(&mut there, bit);
        }
    }
    std::array::from_fn(|i| there[i] & !missing[i])
}

/// Whether the list has a facility.
#[must_use]
pub fn has(list: &[u64; WORDS], bit: u16) -> bool {
    list.get(usize::from(bit / 64)).is_some_and(|word| word << (bit % 64) >> 63 != 0)
}

fn set(list: &mut [u64; WORDS], bit: u16) {
    if let Some(word) = list.get_mut(usize::from(bit / 64)) {
        *word |= 1 << 63 >> (bit % 64);
    }
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
    }
}
