//! What a reference cannot be asked.

use isa::row::Row;
use regex::Regex;

/// What a reference cannot be asked, so that a stream for it leaves it out.
///
/// The expressions are matched with whole names of rows; what none matches is not limited.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Name of the reference, for people.
    pub reference: String,
    /// Rows that it does not have. They stand in blocks of their own only, and seldom.
    pub lacks: Option<Regex>,
    /// Rows that it has wrong in a way that spreads. They do not stand in runs either.
    pub not_in_runs: Option<Regex>,
    /// Rows that it does not get to the end of under an execute-type instruction.
    pub not_executed: Option<Regex>,
    /// Rows whose exceptions it raises only if the condition code is read. In runs a branch
    /// follows that reads it.
    pub read_cc: Option<Regex>,
    /// Masks of the floating-point-control register that stay off in runs.
    pub masks_off: u64,
}

impl Limits {
    /// Whether the reference has the row at all.
    pub(crate) fn has(&self, row: &Row) -> bool {
        !matches_some(self.lacks.as_ref(), row)
    }

    /// Whether the row may stand among others.
    pub(crate) fn may_be_in_run(&self, row: &Row) -> bool {
        let out = [&self.lacks, &self.not_in_runs];
        !out.into_iter().any(|rows| matches_some(rows.as_ref(), row))
    }

    /// Whether the row may be the target of an execute-type instruction.
    pub(crate) fn may_be_executed(&self, row: &Row) -> bool {
        let out = [&self.lacks, &self.not_executed];
        !out.into_iter().any(|rows| matches_some(rows.as_ref(), row))
    }

    /// Whether the row's condition code must be read at once.
    pub(crate) fn must_be_read(&self, row: &Row) -> bool {
        matches_some(self.read_cc.as_ref(), row)
    }
}

fn matches_some(regex: Option<&Regex>, row: &Row) -> bool {
    regex.is_some_and(|regex| matches_whole(regex, row))
}

/// Whether the expression matches all of the row's name.
pub(crate) fn matches_whole(regex: &Regex, row: &Row) -> bool {
    regex.find(row.name).is_some_and(|found| found.as_str() == row.name)
}
