//! What people see: progress, errors, exit status.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Error, Result};
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
            // Who has closed the pipe has seen enough.
            if !is_closed_pipe(&error) {
                say(&in_one_line(&error));
            }
            ExitCode::from(2)
        }
    }
}

/// A line on standard error, if anybody listens there.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "risu: {text}");
}

fn is_closed_pipe(error: &Error) -> bool {
    let error = error.root_cause().downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints help or what is wrong with the arguments; the exit status.
pub(crate) fn finish_usage(text: &clap::Error) -> ExitCode {
    let status = u8::try_from(text.exit_code()).unwrap_or(2);
    match text.print() {
        Ok(()) => ExitCode::from(status),
        Err(error) => finish(Err(error.into())),
    }
}

/// An error and its causes; one that the message before ends with is not said again.
fn in_one_line(error: &Error) -> String {
    error.chain().fold(String::new(), |mut line, cause| {
        let cause = cause.to_string();
        if !line.ends_with(&cause) {
            let colon = if line.is_empty() { "" } else { ": " };
            line.extend([colon, &cause]);
        }
        line
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_cause_is_said_once() {
        let cause = || io::Error::from_raw_os_error(21);
        let error = Err::<(), _>(risu_trace::ReadError::from(cause())).context("/etc");
        let line = in_one_line(&error.expect_err("an error"));
        assert_eq!(line, format!("/etc: cannot read: {}", cause()));
    }
}
