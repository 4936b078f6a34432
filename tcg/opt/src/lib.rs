//! Optimizer passes over the IR.
//!
//! Each pass is linear in the ops, allocates nothing after its first use, and can be switched off by [`Passes`].
//! The law of all rewrites: the result is never worse than what it replaces, in any engine; guest-visible state at every op that may fault or leave is the same.
//!
//! What this is *not*: it does no register allocation and knows no guest and no host.
#![forbid(unsafe_code)]

mod barriers;
mod dce;
mod fold;
mod passes;
mod puts;

pub use passes::{Counters, Passes};

use tcg_ir::{GuestLayout, Tb};

/// Runs passes over TBs; keeps its scratch memory between them.
#[derive(Debug, Default)]
pub struct Optimizer {
    fold: fold::Fold,
    dce: dce::Dce,
    puts: puts::Puts,
    /// What the passes did so far.
    pub counters: Counters,
}

impl Optimizer {
    /// Runs the chosen passes. `parallel` tells whether other threads can see guest memory.
    pub fn run(&mut self, tb: &mut Tb, layout: &GuestLayout, passes: Passes, parallel: bool) {
        if passes.contains(Passes::BARRIERS) {
            self.counters.barriers += barriers::run(tb, parallel);
        }
        if passes.contains(Passes::FOLD) {
            self.counters.folds += self.fold.run(tb);
        }
        if passes.contains(Passes::PUTS) {
            self.counters.puts += self.puts.run(tb, layout);
        }
        if passes.contains(Passes::DCE) {
            self.counters.dead += self.dce.run(tb);
        }
    }
}
