//! Dead code elimination: an op without effect whose outputs nobody uses is removed.

use tcg_ir::Tb;

/// Scratch of the pass.
#[derive(Debug, Default)]
pub(crate) struct Dce {
    used: Vec<bool>,
    keep: Vec<bool>,
}

impl Dce {
    /// Removes dead ops; returns how many.
    pub(crate) fn run(&mut self, tb: &mut Tb) -> u64 {
        self.used.clear();
        self.used.resize(tb.vals.len(), false);
        self.keep.clear();
        self.keep.resize(tb.ops.len(), true);
        let mut removed = 0;
        for (op, keep) in tb.ops.iter().zip(&mut self.keep).rev() {
            let mut needed = !op.effects().removable();
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
