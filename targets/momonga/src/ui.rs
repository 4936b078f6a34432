//! What this program prints itself.

use std::ffi::c_int;
use std::io::Write;

/// Prints to standard output; the exit status.
pub(crate) fn print(text: &str) -> c_int {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

/// Prints one line on standard error; the exit status.
pub(crate) fn fail(message: &str, status: c_int) -> c_int {
    let line = message.trim_end();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    // Nothing can be done when standard error is gone.
    let _ = writeln!(std::io::stderr().lock(), "momonga: {line}");
    status
}
