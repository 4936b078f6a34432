//! Execution: translation-block cache, chaining, vCPU loop, faults, invalidation.
//!
//! A [`Machine`] is a guest process as its threads share it; a [`Vcpu`] is one of them, and
//! [`Vcpu::run`] runs guest code until something needs the caller ([`Exit`]).
//!
//! What this is *not*: it knows no guest, no host instruction set beyond patching a jump and
//! decoding a memory operand, and no operating system interface. Guests come as
//! [`tcg_ir::Guest`], code generators as [`tcg_ir::Backend`].
//!
//! Start reading at `vcpu.rs` (the loop), then `cache.rs`. `docs/src/exec.md` tells how
//! invalidation and safe points work, `docs/src/unsafe.md` lists the invariants cited here.

mod cache;
mod chunk;
mod code_memory;
mod epoch;
mod host_address;
mod interp;
mod jit;
mod machine;
pub mod sigsafe_fault;
mod starts;
mod stats;
mod sync;
mod table;
#[cfg(test)]
mod tests;
mod translate;
mod vcpu;

pub use machine::{CodeLog, Config, Engine, Machine, MakeBackend, MakeInterpreter};
pub use stats::{Stats, StatsSnapshot};
pub use vcpu::{Exit, ExitHandle, Vcpu, after_vfork_in_parent};
