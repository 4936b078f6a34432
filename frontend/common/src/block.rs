//! Where a block may end.

use tcg_ir::{Tb, TranslateOptions};

/// At most so many conditional exits in a TB. What follows each is run less often, and a program that starts runs most code
/// once: with 8, `true` takes a tenth more time. With 2 it takes 3% less, but loops with three exits (searches in strings)
/// a tenth more.
const MAX_SIDE_EXITS: u32 = 3;

/// Whether the block may end before the instruction at `pc`, having so many conditional exits.
#[must_use]
pub fn is_long_enough(tb: &Tb, options: &TranslateOptions, side_exits: u32, pc: u64) -> bool {
    tb.n_insns >= options.max_insns || side_exits >= MAX_SIDE_EXITS || pc == options.stop_at
}

/// Whether a block that is long enough may still take one more instruction, for a good reason: it goes beyond what was asked
/// for by half at most.
#[must_use]
pub fn has_room(tb: &Tb, options: &TranslateOptions) -> bool {
    tb.n_insns < options.max_insns + options.max_insns / 2
}
