//! s390x guest: CPU state, translation to IR, helpers.
//!
//! [`S390x`] implements [`tcg_ir::Guest`]: it decodes with `isa` and appends IR ops by one function per table row
//! (`translate/`, one file per table group). What is too long to be inlined is a helper (`helpers/`).
//!
//! What this is *not*: it knows no host and no cache, and of operating systems only what Linux makes of program
//! interruptions ([`signal`]).
//! Start reading at [`state`], then [`cc`], then `translate/mod.rs`.
//!
//! Known difference: the bytes of one operand do not wrap at 2^24 or 2^31. An operand that reaches beyond the last address of
//! the 24- or 31-bit mode goes on above it, where a machine goes on at 0.
//!
//! Invariants: an instruction writes globals only after its last op that can fault; every instruction that sets the
//! condition code goes through `Translator::set_cc`; `translate` holds no `unsafe`.

pub mod cc;
pub mod facility;
mod facts;
mod guest;
mod helpers;
mod ieee_rules;
pub mod signal;
pub mod state;
mod translate;
pub mod trap;

pub use frontend_common::clocks::HostClocks;
pub use guest::S390x;
pub use state::CpuState;
pub use trap::Trap;
