//! What translation asks about the row of an instruction.
//!
//! The answers are tables of their own, made when this is compiled: nothing else of [`ROWS`], which is full of pointers, is
//! in a program that only translates, and so its start has little to relocate.

use isa::s390x::{Insn, ROWS};

/// The first machine level of each row.
static LEVELS: [u8; ROWS.len()] = {
    let mut levels = [0; ROWS.len()];
    let mut row = 0;
    while row < ROWS.len() {
        levels[row] = ROWS[row].level.rank;
        row += 1;
    }
    levels
};

/// Whether each row reads the condition code.
static READS_CC: [bool; ROWS.len()] = {
    let mut reads = [false; ROWS.len()];
    let mut row = 0;
    while row < ROWS.len() {
        reads[row] = ROWS[row].cc.reads;
        row += 1;
    }
    reads
};

/// The first machine level that has the instruction.
#[inline]
pub(crate) fn level_of(insn: &Insn) -> u32 {
    LEVELS[usize::from(insn.row_id())].into()
}

/// Whether the instruction reads the condition code.
#[inline]
pub(crate) fn reads_cc(insn: &Insn) -> bool {
    READS_CC[usize::from(insn.row_id())]
}
