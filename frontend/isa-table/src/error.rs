//! Messages with file and line.

use crate::Source;
use std::fmt;

/// What is wrong with a table, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Name of the file, as in [`Source::name`].
    pub file: String,
    /// Line number from 1.
    pub line: u32,
    /// What is wrong, lower case, one line.
    pub message: String,
}

impl Error {
    pub(crate) fn new(at: &crate::model::At, message: impl Into<String>) -> Self {
        Self { file: at.file.clone(), line: at.line, message: message.into() }
    }

    pub(crate) fn file_index(&self, sources: &[Source]) -> usize {
        sources.iter().position(|s| s.name == self.file).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for Error {}
