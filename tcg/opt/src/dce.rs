//! Dead code elimination: an op without effect whose outputs nobody uses is removed.
//!
//! Floating-point ops have an effect, for they raise flags; but a quiet comparison raises nothing that the same comparison does not raise again.

use tcg_ir::ops::Effects;
use tcg_ir::{Op, Tb, Type, Val};

/// Scratch of the pass.
#[derive(Debug, Default)]
pub(crate) struct Dce {
    used: Vec<bool>,
    keep: Vec<bool>,
}

/// What may look at the floating-point flags, or not be reached.
const FLAG_OBSERVERS: Effects =
    Effects::FAULTS.and(Effects::SIDE_EXIT).and(Effects::ENDS).and(Effects::LABEL);

impl Dce {
    /// Removes dead ops; returns how many.
    pub(crate) fn run(&mut self, tb: &mut Tb) -> u64 {
        self.used.clear();
        self.used.resize(tb.vals.len(), false);
        self.keep.clear();
        self.keep.resize(tb.ops.len(), true);
        let mut removed = 0;
        // The comparison that will surely be done before anybody looks at the flags.
        let mut coming: Option<(Type, Val, Val)> = None;
        for (op, keep) in tb.ops.iter().zip(&mut self.keep).rev() {
            let effects = op.effects();
            let mut needed = !effects.removable();
            if effects.any(Effects::FP_ENV.and(FLAG_OBSERVERS)) {
                needed &= !is_quiet_compare_of(op, coming);
                coming = comparison(op).or(coming.filter(|_| !looks_at_flags(op)));
            }
            op.for_each_output(|v| needed |= self.used[v.index()]);
            if needed {
                op.for_each_input(|v| {
                    if v.is_some() {
                        self.used[v.index()] = true;
                    }
                });
            } else {
                *keep = false;
                removed += 1;
            }
        }
        if removed != 0 {
            let mut keep = self.keep.iter();
            tb.ops.retain(|_| *keep.next().unwrap_or(&true));
        }
        removed
    }
}

fn is_quiet_compare_of(op: &Op, operands: Option<(Type, Val, Val)>) -> bool {
    match *op {
        Op::FCmp { ty, signaling: false, a, b, .. } | Op::FSetMask { ty, a, b, .. } => {
            operands == Some((ty, a, b))
        }
        _ => false,
    }
}

/// The operands of an op that compares, and so raises at least what a quiet comparison does.
fn comparison(op: &Op) -> Option<(Type, Val, Val)> {
    match *op {
        Op::FCmp { ty, a, b, .. } | Op::FSetMask { ty, a, b, .. } => Some((ty, a, b)),
        Op::GotoIfFp { ty, a, b, .. } => Some((ty, a, b)),
        _ => None,
    }
}

fn looks_at_flags(op: &Op) -> bool {
    op.effects().any(FLAG_OBSERVERS)
        || matches!(op, Op::FpFlagsGet { .. } | Op::FpFlagsSet { .. } | Op::Call { .. })
}
