//! Why a recording ended.

use std::io;

use risu_trace::ReadError;

/// Why a stream could not be recorded, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The stream is for another processor.
    #[error("this host is {host}; a stream for {guest} is recorded on {guest}")]
    WrongHost {
        /// The stream's guest.
        guest: &'static str,
        /// This processor.
        host: &'static str,
    },
    /// The stream cannot be read.
    #[error("stream: {0}")]
    Stream(#[from] ReadError),
    /// The trace cannot be written, or the operating system refused something.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Memory at a fixed address is not to be had.
    #[error("cannot map {len} bytes at {addr:#x}: {source}")]
    Map {
        /// First address.
        addr: u64,
        /// Length in bytes.
        len: u64,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The header is sound but describes nothing that can be run.
    #[error("the stream has {0}")]
    Layout(&'static str),
}
