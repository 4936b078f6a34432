//! The native recorder: runs a stream on the processor it was written for, and writes a trace.
//!
//! The image and the scratch area are mapped at the stream's addresses.
//! A checkpoint is an undefined instruction; its SIGILL handler takes the registers out of the
//! signal frame, and puts the inputs of the next step into it, so that a step costs one signal.
//! Signals that the stream itself raises end a step in the same way.
//! On another processor than the stream's, [`record`] says so.
//!
//! This crate does not compare and knows no instruction.

mod error;
#[cfg(all(target_os = "linux", any(target_arch = "s390x", target_arch = "aarch64")))]
mod native;

pub use error::RecordError;

use std::io::{Read, Write};

use risu_trace::{Guest, StreamReader, TraceWriter};

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Steps, that is, checkpoints.
    pub n_steps: u64,
    /// How many of them ended with a signal.
    pub n_signals: u64,
    /// How many of them the host failed at: it died, or did not come to an end.
    pub n_failures: u64,
}

/// Runs all steps of `stream` and writes the trace to `to`; calls `progress` now and then with
/// the number of steps done.
///
/// The code runs in child processes, so that a host that dies of a step (an emulator may) costs
/// that step alone. The calling process must have no other thread.
///
/// # Errors
///
/// If this is not a host for the stream, memory at the stream's addresses is taken, the stream
/// is damaged, or the trace cannot be written. What was recorded until then is in the trace.
#[cfg(all(target_os = "linux", any(target_arch = "s390x", target_arch = "aarch64")))]
pub fn record<R: Read, W: Write>(
    stream: StreamReader<R>,
    to: W,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, RecordError> {
    let guest = stream.manifest().header.guest;
    if guest != native::GUEST {
        return Err(wrong_host(guest));
    }
    let writer = TraceWriter::new(to, stream.manifest(), &native::host_info())?;
    native::record(stream, writer, progress)
}

/// Says that this processor is none that streams are for.
///
/// # Errors
///
/// Always.
#[cfg(not(all(target_os = "linux", any(target_arch = "s390x", target_arch = "aarch64"))))]
pub fn record<R: Read, W: Write>(
    stream: StreamReader<R>,
    _to: W,
    _progress: &mut dyn FnMut(u64),
) -> Result<Summary, RecordError> {
    // The writer is named so that both versions of this function ask the same of their caller.
    let _: Option<TraceWriter<W>> = None;
    Err(wrong_host(stream.manifest().header.guest))
}

fn wrong_host(guest: Guest) -> RecordError {
    RecordError::WrongHost { guest: guest.name(), host: std::env::consts::ARCH }
}
