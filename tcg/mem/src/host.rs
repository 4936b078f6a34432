//! The host's memory system calls, as safe-looking functions that only `space.rs` uses.
//!
//! Each acts on ranges that `space.rs` has shown to be the guest's or free (invariant GUEST-RANGE
//! of `docs/src/unsafe.md`), so Rust memory is never unmapped or overwritten.

use crate::errno::Errno;
use std::ops::Range;

/// Raw system call, so that the error comes back as a value and errno stays alone.
fn check(result: libc::c_long) -> Result<u64, Errno> {
    if result == -1 {
        return Err(Errno::last());
    }
    Ok(result as u64)
}

pub(crate) fn mmap(
    range: &Range<u64>,
    prot: i32,
    flags: i32,
    fd: i32,
    offset: u64,
) -> Result<u64, Errno> {
    let len = range.end - range.start;
    // SAFETY: GUEST-RANGE: with MAP_FIXED the range is the guest's; else the host finds free room.
    check(unsafe { libc::syscall(libc::SYS_mmap, range.start, len, prot, flags, fd, offset) })
}

pub(crate) fn munmap(range: &Range<u64>) -> Result<(), Errno> {
    // SAFETY: GUEST-RANGE.
    check(unsafe { libc::syscall(libc::SYS_munmap, range.start, range.end - range.start) })
        .map(|_| ())
}

pub(crate) fn mprotect(range: &Range<u64>, prot: i32) -> Result<(), Errno> {
    let len = range.end - range.start;
    // SAFETY: GUEST-RANGE.
    check(unsafe { libc::syscall(libc::SYS_mprotect, range.start, len, prot) }).map(|_| ())
}

pub(crate) fn mremap(
    old: &Range<u64>,
    new_len: u64,
    flags: i32,
    new_addr: u64,
) -> Result<u64, Errno> {
    let len = old.end - old.start;
    // SAFETY: GUEST-RANGE: both the old range and, with MREMAP_FIXED, the new one.
    check(unsafe { libc::syscall(libc::SYS_mremap, old.start, len, new_len, flags, new_addr) })
}

pub(crate) fn madvise(range: &Range<u64>, advice: i32) -> Result<(), Errno> {
    let len = range.end - range.start;
    // SAFETY: GUEST-RANGE.
    check(unsafe { libc::syscall(libc::SYS_madvise, range.start, len, advice) }).map(|_| ())
}
