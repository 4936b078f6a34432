//! s390x guest: CPU state, translation to IR, helpers.
//!
//! What this is *not*: it knows no host, no operating system and no cache.
//! Start reading at [`state`].

pub mod state;

pub use state::CpuState;
