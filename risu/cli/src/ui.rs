//! What people see: progress, errors, exit status.

use std::process::ExitCode;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// What a command found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No difference; exit status 0.
    Agree,
    /// At least one difference; exit status 1.
    Mismatch,
}

/// Turns the result of a command into messages and an exit status.
pub(crate) fn finish(result: Result<Verdict>) -> ExitCode {
    match result {
        Ok(Verdict::Agree) => ExitCode::SUCCESS,
        Ok(Verdict::Mismatch) => ExitCode::from(1),
        Err(error) => {
            eprintln!("risu: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// A bar on a terminal; nothing when the output goes elsewhere.
pub(crate) fn progress(what: &'static str, n_steps: u64) -> ProgressBar {
    let template = "{msg} {bar:30} {human_pos}/{human_len} ({per_sec}, {eta} left)";
    let bar = ProgressBar::new(n_steps).with_message(what);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
