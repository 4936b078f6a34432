//! Lines on standard error: the only place where this crate prints.

/// Prints one line, `momonga: …`.
pub fn line(text: &str) {
    raw(&format!("momonga: {text}\n"));
}

/// Prints text as it is, in one write. Takes no lock, which a `fork` could leave locked.
pub fn raw(text: &str) {
    let args = [libc::STDERR_FILENO as u64, text.as_ptr() as u64, text.len() as u64];
    // Nothing can be done when standard error is gone.
    let _ = crate::host::call(libc::SYS_write, crate::host::args(args));
}
