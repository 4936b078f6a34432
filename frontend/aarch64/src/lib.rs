//! aarch64 guest: CPU state, translation to IR, helpers.
//!
//! [`Aarch64`] implements [`tcg_ir::Guest`]: it decodes with `isa` and appends IR ops by one function per table row
//! (`translate/`, one file per table group). What is too long to be inlined is a helper (`helpers/`).
//!
//! What this is *not*: it knows no host and no cache, and of operating systems only what Linux makes of exceptions
//! ([`signal`]).
//! Start reading at [`state`], then `docs/src/aarch64.md`.
//!
//! Invariants: an instruction writes globals only after its last op that can fault; every instruction that sets the flags goes
//! through `Translator::set_cc`; `translate` holds no `unsafe`.

mod estimates;
pub mod features;
pub mod flags;
mod guest;
mod helpers;
pub mod ieee_rules;
pub mod signal;
pub mod state;
mod tables;
mod translate;
pub mod trap;

pub use frontend_common::clocks::HostClocks;
pub use frontend_common::random::Random;
pub use guest::Aarch64;
pub use state::CpuState;
pub use trap::Trap;
