//! In-process replay of traces under emulation, without signals and without a guest kernel.
//!
//! A checkpoint word is an undefined instruction, which the engine reports as a program
//! interruption; the replayer then compares registers and memory with the trace, prepares the
//! next step and goes on.
//! The same loop makes traces with an engine as the reference ([`record`]).
//! This crate judges nothing: differences go to [`risu_compare::Findings`].
//!
//! What a guest must give for it is the trait in `guest/mod.rs`.
//!
//! Start at [`replay`].

mod cpu_time;
mod engine;
mod guest;
mod memory;
mod record;
mod replay;
mod watchdog;

pub use cpu_time::CpuTime;
pub use engine::{EngineChoice, EngineError};
pub use record::record;
pub use replay::{ReplayError, Replayed, replay};
