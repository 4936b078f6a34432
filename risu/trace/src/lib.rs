//! The stream and trace formats of risu: what was generated, and what a reference host did.
//!
//! A *stream* is an image of guest code at a fixed address, a manifest that says what each word
//! of it is, and *steps*: enter this block with these registers and this memory.
//! A *trace* is a stream with the outcome of every step on some host.
//! Both are sequences of checksummed, compressed frames that can be written to and read from a
//! pipe; `docs/src/trace-format.md` describes every byte.
//! This crate is not the generator, nor does it run anything.
//!
//! Start at [`StreamReader`] and [`TraceWriter`].
//!
//! Invariants: every multi-byte field is little-endian, whatever the host; no input makes the
//! readers panic or allocate more than the frame limit; a frame is believed only if its checksum
//! is right.

#![forbid(unsafe_code)]

mod delta;
mod error;
mod frame;
mod guest;
mod manifest;
mod outcome;
#[cfg(test)]
mod props;
mod reader;
mod wire;
mod writer;

pub use delta::{Delta, State};
pub use error::ReadError;
pub use guest::{Guest, RegInfo, aarch64, s390x};
pub use manifest::{
    Area, AreaKind, Block, BlockKind, Header, HostInfo, Ignore, Manifest, Meaning, Step, Word,
};
pub use outcome::{Outcome, Signal};
pub use reader::{FileKind, StreamReader, TraceReader};
pub use writer::{StreamWriter, TraceWriter};
