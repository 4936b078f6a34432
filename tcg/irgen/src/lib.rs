//! Random well-formed translation blocks, for tests of whatever transforms or runs them.
//!
//! [`random_tb`] makes a TB for the toy guest of this crate ([`toy_layout`], [`ToyState`]), which has
//! a few globals of each type, one helper, and [`ToyState::extra`] as state beyond globals.
//! Every TB is deterministic, ends, keeps away from undefined inputs, and touches memory only in
//! the window that [`Config`] names (and, if asked to, at an address that faults).
//! Two engines that run the same TB on equal states must leave equal states.
//!
//! What this is *not*: a source of plausible guest code; values are chosen to break things.

mod random;
mod tb;
mod toy;

pub use random::{Random, RandomExt};
pub use tb::{Config, INSN_BYTES, random_insn, random_tb};
pub use toy::{Globals, ToyState, toy_layout};
