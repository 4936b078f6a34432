//! Random instruction streams.
//!
//! A stream is made from a guest's table rows alone: legal encodings of every row with operands
//! that break emulators, memory operands that point into a scratch area, branches, execute-type
//! instructions, exceptions, illegal encodings, and long runs without a checkpoint.
//! The same options give the same bytes on every machine.
//! This crate executes nothing and knows no semantics.
//!
//! Start at [`generate`].

#![forbid(unsafe_code)]

mod aarch64;
mod generate;
mod limits;
mod place;
mod rng;
mod s390x;
mod values;

pub use generate::{GenerateError, Options, Steps, Stream, generate};
pub use limits::Limits;
