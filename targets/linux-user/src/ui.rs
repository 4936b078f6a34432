//! Lines on standard error: the only place where this crate prints.

use std::io::Write;

/// Prints one line, `momonga: …`.
pub fn line(text: &str) {
    raw(&format!("momonga: {text}\n"));
}

/// Prints text as it is, in one write.
pub fn raw(text: &str) {
    // Nothing can be done when standard error is gone.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
