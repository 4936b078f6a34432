//! Guest code → IR: one function per table row, in the file of its group.
#![forbid(unsafe_code)]

use crate::trap::Trap;
use tcg_ir::{Builder, CodeWindow, TranslateOptions};

/// Translates a block; see [`tcg_ir::Guest::translate`].
pub(crate) fn translate(code: CodeWindow<'_>, _options: &TranslateOptions, b: &mut Builder) {
    let pc = b.tb.pc;
    if code.from(pc).len() < 4 {
        return;
    }
    b.insn_start(pc, 4);
    b.tb.n_insns = 1;
    b.tb.end_pc = pc.wrapping_add(4);
    b.exit(Trap::Undefined.exit_code().0, pc, None);
}
