//! What can be wrong with a stream or trace.

use std::io;

/// Why a stream or trace could not be read further.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system said no.
    #[error("cannot read: {0}")]
    Io(#[from] io::Error),
    /// The first bytes are not those of a stream or trace.
    #[error("not a risu file")]
    NotRisu,
    /// A stream was given where a trace is needed, or the other way round.
    #[error("this is a {found}, not a {wanted}; `risu record` makes a trace of a stream")]
    WrongKind {
        /// What the file says it is.
        found: &'static str,
        /// What the caller asked for.
        wanted: &'static str,
    },
    /// The format version is unknown here.
    #[error("format version {0} is not known; this program reads version {1}")]
    Version(u16, u16),
    /// The file ends before its end frame.
    #[error("cut off at byte {offset}; the {n_good} checkpoints before it are good")]
    Cut {
        /// Where in the file, in bytes.
        offset: u64,
        /// How many checkpoints before it are good.
        n_good: u64,
    },
    /// A checksum or a field is wrong.
    #[error("damaged at byte {offset} ({what}); the {n_good} checkpoints before it are good")]
    Damaged {
        /// Where in the file the bad frame starts, in bytes.
        offset: u64,
        /// How many checkpoints before it are good.
        n_good: u64,
        /// What is wrong.
        what: &'static str,
    },
}

/// A field that cannot be decoded; becomes [`ReadError::Damaged`] where the place is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bad(pub(crate) &'static str);
