//! x86_64 code generation.
//!
//! Start reading at [`X64Backend`], then `context` (the forward pass), `liveness` (the backward pass), `alloc` and
//! `puts` (where values are), `lower` (ops to instructions), `prologue` (trampolines).
//! The book's page on this back end gives the reasons.
//!
//! What this crate is *not*: it knows no guest beyond its `GuestLayout`, no cache and no loop, and it never runs what it makes.
#![deny(unsafe_code)]

mod alloc;
mod asm;
mod backend;
mod cold;
mod constants;
mod context;
mod faults;
mod host;
mod liveness;
mod lower;
mod nans;
mod pins;
mod prologue;
mod puts;
mod shortcuts;
mod slow;

pub use backend::X64Backend;
pub use host::check_host;
pub use prologue::RETURN_STACK_BYTES;
pub use shortcuts::Shortcuts;
