//! Reading a host clock through the C library, which uses the vdso.

use crate::errno::Errno;

/// Nanoseconds of a clock since its beginning, if there is such a clock and it has begun.
pub fn nanoseconds(clock: u32) -> Option<u64> {
    let (seconds, nanoseconds) = read(clock as i32).ok()?;
    u64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?.checked_add(nanoseconds as u64)
}

/// Seconds and nanoseconds of a clock.
///
/// # Errors
/// The host's.
pub fn read(clock: i32) -> Result<(i64, i64), Errno> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a live place for the result.
    if unsafe { libc::clock_gettime(clock, &mut time) } != 0 {
        return Err(Errno::last());
    }
    Ok((time.tv_sec, time.tv_nsec))
}
