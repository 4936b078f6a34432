//! `fork` and the vfork-like `clone`, which return twice.

use std::ffi::c_void;

/// `fork` of the C library, which puts its own locks in order.
pub fn fork() -> i32 {
    // SAFETY: the caller holds the emulator's locks; nothing else in the child is assumed.
    unsafe { libc::fork() }
}

/// `clone` with unusual flags (name spaces), without stack.
pub fn raw(flags: u64) -> i32 {
    // SAFETY: without CLONE_VM this is a fork.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
    pid as i32
}

/// Bytes of host stack for a vfork child.
const STACK: usize = 256 << 10;

/// Runs `child` in a new process that shares this one's memory, while this thread waits until
/// the child has ended or executed another program. Returns the child's id or −1.
///
/// `child` must not return other than by ending the process.
pub fn vfork(exit_signal: i32, child: &mut dyn FnMut()) -> i32 {
    extern "C" fn start(arg: *mut c_void) -> i32 {
        // SAFETY: `arg` is the reference below, which outlives the child's use of memory.
        let child = unsafe { &mut *arg.cast::<&mut dyn FnMut()>() };
        child();
        1
    }
    let mut stack = vec![0u128; STACK / 16];
    let mut child = child;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | exit_signal;
    // SAFETY: the stack is live until the parent goes on, which CLONE_VFORK makes happen after
    // the child has left it; thread-local storage is shared with a thread that does not run.
    unsafe {
        let top = stack.as_mut_ptr().add(stack.len());
        libc::clone(start, top.cast(), flags, (&raw mut child).cast())
    }
}
