//! Elimination of invisible writes: a `put` is dead if the same global is put again before anything can see it.
//!
//! Ops that may fault, leave, or jump see all globals; `get` sees its own.

use tcg_ir::ops::Effects;
use tcg_ir::{GuestLayout, Op, Tb};

/// Scratch of the pass.
#[derive(Debug, Default)]
pub(crate) struct Puts {
    /// For each global, the epoch in which it was found overwritten; halves apart.
    dead_lo: Vec<u32>,
    dead_hi: Vec<u32>,
    keep: Vec<bool>,
}

const OBSERVERS: Effects =
    Effects::FAULTS.and(Effects::SIDE_EXIT).and(Effects::ENDS).and(Effects::LABEL);

impl Puts {
    /// Removes invisible puts; returns how many.
    pub(crate) fn run(&mut self, tb: &mut Tb, layout: &GuestLayout) -> u64 {
        for dead in [&mut self.dead_lo, &mut self.dead_hi] {
            dead.clear();
            dead.resize(layout.globals.len(), 0);
        }
        self.keep.clear();
        self.keep.resize(tb.ops.len(), true);
        // A global is overwritten when its mark equals the epoch: a new epoch forgets all marks.
        let mut epoch = 1;
        let mut removed = 0;
        for (op, keep) in tb.ops.iter().zip(&mut self.keep).rev() {
            if op.effects().any(OBSERVERS) {
                epoch += 1;
                continue;
            }
            let (g, lo, hi) = match *op {
                Op::Put { g, .. } => (g, true, true),
                Op::PutLo { g, .. } => (g, true, false),
                Op::PutHi { g, .. } => (g, false, true),
                Op::Get { g, .. } => {
                    self.dead_lo[g.index()] = 0;
                    self.dead_hi[g.index()] = 0;
                    continue;
                }
                _ => continue,
            };
            let lo_dead = !lo || self.dead_lo[g.index()] == epoch;
            let hi_dead = !hi || self.dead_hi[g.index()] == epoch;
            if lo_dead && hi_dead {
                *keep = false;
                removed += 1;
                continue;
            }
            if lo {
                self.dead_lo[g.index()] = epoch;
            }
            if hi {
                self.dead_hi[g.index()] = epoch;
            }
        }
        if removed != 0 {
            let mut keep = self.keep.iter();
            tb.ops.retain(|_| *keep.next().unwrap_or(&true));
        }
        removed
    }
}
