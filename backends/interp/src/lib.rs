//! The IR interpreter: the slow, obvious reference for every other engine.
//!
//! It runs a [`tcg_ir::Tb`] op by op: integers by plain Rust arithmetic, floating point by `softfp`, guest memory by the guarded accesses of `tcg_mem`.
//! It leaves the CPU state exactly as generated code would: see [`tcg_ir::Interpreter::run`].
//!
//! What this is *not*: it keeps no code and knows no guest.

mod float;
mod int;
mod memory;
mod run;
mod state;
mod vector;
mod vector_float;

pub use run::Interp;
