//! aarch64 guest: CPU state, translation to IR, helpers.
//!
//! [`Aarch64`] implements [`tcg_ir::Guest`]: it decodes with `isa` and appends IR ops by one function per table row
//! (`translate/`, one file per table group). What is too long to be inlined is a helper (`helpers/`).
//!
//! What this is *not*: it knows no host, no cache and no operating system.
//! Start reading at [`state`], then `docs/src/aarch64.md`.

pub mod clocks;
pub mod features;
pub mod flags;
mod guest;
mod helpers;
pub mod ieee_rules;
pub mod signal;
pub mod state;
mod translate;
pub mod trap;

pub use guest::Aarch64;
pub use state::CpuState;
pub use trap::Trap;
