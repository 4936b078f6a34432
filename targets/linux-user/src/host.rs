//! System calls of the host, raw.
//!
//! Two ways: [`call`] is a plain system call; [`blocking`] may wait, and gives
//! `Errno::NOT_BEGUN` when a signal is pending before it could begin. Between the check for a
//! pending signal and the end of the system call instruction there is a window of a few
//! instructions; the signal handler knows it ([`resume_point`]) and moves a thread that it
//! interrupts there to the early return. So no signal is slept over.
//!
//! On the system call instruction itself a thread stands either before the call or because the
//! kernel has put it back to begin again. Both are the same: what is to fail with EINTR instead
//! the kernel decides by itself, since the host's actions have the guest's `SA_RESTART`.

use crate::errno::{SysResult, from_kernel};
use std::arch::{asm, global_asm};
use std::sync::atomic::AtomicU32;

global_asm!(
    ".text",
    ".p2align 4",
    ".hidden momonga_blocking_call",
    ".globl momonga_blocking_call",
    // extern "sysv64" fn(pending: *const u32, number: u64, args: *const [u64; 6]) -> i64
    "momonga_blocking_call:",
    "mov rcx, rdi",
    "mov rax, rsi",
    "mov r11, rdx",
    "mov rdi, [r11]",
    "mov rsi, [r11 + 8]",
    "mov rdx, [r11 + 16]",
    "mov r10, [r11 + 24]",
    "mov r8, [r11 + 32]",
    "mov r9, [r11 + 40]",
    ".hidden momonga_window_start",
    ".globl momonga_window_start",
    "momonga_window_start:",
    "cmp dword ptr [rcx], 0",
    "jne momonga_window_exit",
    "syscall",
    ".hidden momonga_window_end",
    ".globl momonga_window_end",
    "momonga_window_end:",
    "ret",
    ".hidden momonga_window_exit",
    ".globl momonga_window_exit",
    "momonga_window_exit:",
    "mov rax, -513",
    "ret",
);

unsafe extern "sysv64" {
    fn momonga_blocking_call(pending: *const AtomicU32, number: u64, args: *const [u64; 6]) -> i64;
    static momonga_window_start: u8;
    static momonga_window_end: u8;
    static momonga_window_exit: u8;
}

/// Where to resume a thread that a signal found at host code address `at`, if that is in a
/// blocking call that has not begun or is to begin again. Async-signal-safe.
pub fn resume_point(at: u64) -> Option<u64> {
    let window = (&raw const momonga_window_start as u64)..(&raw const momonga_window_end as u64);
    window.contains(&at).then_some(&raw const momonga_window_exit as u64)
}

/// A system call that does not wait for long.
///
/// Pointers among `args` are either buffers of the caller that live across the call, or guest
/// addresses, which the kernel checks. Invariant GUEST-RANGE: a guest that names the
/// emulator's own memory harms only its own process.
pub fn call(number: i64, args: [u64; 6]) -> SysResult {
    let result: i64;
    // SAFETY: GUEST-RANGE for what the kernel writes; the instruction itself clobbers only
    // rax, rcx and r11.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => result,
            in("rdi") args[0], in("rsi") args[1], in("rdx") args[2],
            in("r10") args[3], in("r8") args[4], in("r9") args[5],
            lateout("rcx") _, lateout("r11") _,
        );
    }
    from_kernel(result)
}

/// A system call that may wait; `pending` is not zero when a signal waits for delivery.
///
/// The same rules for pointers as [`call`].
pub fn blocking(pending: &AtomicU32, number: i64, args: [u64; 6]) -> SysResult {
    // SAFETY: both pointers are live references; GUEST-RANGE for the rest.
    from_kernel(unsafe { momonga_blocking_call(pending, number as u64, &args) })
}

/// Shorthand for a call with fewer than six arguments.
pub fn args<const N: usize>(given: [u64; N]) -> [u64; 6] {
    let mut all = [0; 6];
    all[..N].copy_from_slice(&given);
    all
}

/// A random number of the kernel's, if it has any.
pub fn random() -> Option<u64> {
    let mut number = [0u8; 8];
    let buffer = args([number.as_mut_ptr() as u64, number.len() as u64]);
    let filled = call(libc::SYS_getrandom, buffer) == Ok(number.len() as u64);
    filled.then(|| u64::from_ne_bytes(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errno::Errno;

    #[test]
    fn a_pending_signal_keeps_a_blocking_call_from_starting() {
        let none = AtomicU32::new(0);
        let pid = u64::from(std::process::id());
        assert_eq!(blocking(&none, libc::SYS_getpid, [0; 6]), Ok(pid));
        let some = AtomicU32::new(1);
        assert_eq!(blocking(&some, libc::SYS_getpid, [0; 6]), Err(Errno::NOT_BEGUN));
    }

    #[test]
    fn errors_come_back_as_errors() {
        assert_eq!(call(libc::SYS_close, args([u64::MAX])), Err(Errno::EBADF));
    }
}
