//! `fork` and the vfork-like `clone`, which return twice.

use crate::errno::Errno;
use memmap2::{MmapOptions, MmapRaw};
use std::ffi::c_void;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

const PAGE: usize = 4096;

/// `fork` of the C library, which puts its own locks in order.
///
/// # Errors
/// The host's.
pub fn fork() -> Result<i32, Errno> {
    // SAFETY: the caller holds the emulator's locks; nothing else in the child is assumed.
    let pid = unsafe { libc::fork() };
    if pid < 0 { Err(Errno::last()) } else { Ok(pid) }
}

/// `clone` with unusual flags (name spaces, another exit signal), without stack. `pidfd` is
/// written if the flags ask for one.
///
/// The C library does not know of it: if another thread is in its allocator at this moment, the
/// child cannot allocate.
///
/// # Errors
/// The host's.
pub fn raw(flags: u64, pidfd: &mut i32) -> Result<i32, Errno> {
    // SAFETY: without CLONE_VM this is a fork; the word is live.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, &raw mut *pidfd, 0, 0) };
    if pid < 0 { Err(Errno::last()) } else { Ok(pid as i32) }
}

/// The stack of a vfork child, with a page below that nobody may touch.
fn child_stack() -> io::Result<MmapRaw> {
    let mut stack = MmapOptions::new();
    stack.len(PAGE + crate::spawn::HOST_STACK).stack().no_reserve_swap();
    let stack = MmapRaw::from(stack.map_anon()?);
    // SAFETY: the first page of the mapping, which nothing refers to.
    match unsafe { libc::mprotect(stack.as_mut_ptr().cast(), PAGE, libc::PROT_NONE) } {
        0 => Ok(stack),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Runs `child` in a new process that shares this one's memory, while this thread waits until
/// the child has ended or executed another program. Returns the child's id.
///
/// `flags` are those of `clone` beyond what makes a vfork; `pidfd` is written if they ask for
/// one. `child` must not return other than by ending the process.
///
/// # Errors
/// The host's.
pub fn vfork(flags: i32, pidfd: &mut i32, child: &mut dyn FnMut()) -> Result<i32, Errno> {
    extern "C" fn start(arg: *mut c_void) -> i32 {
        // SAFETY: `arg` is the reference below, which outlives the child's use of memory.
        let child = unsafe { &mut *arg.cast::<&mut dyn FnMut()>() };
        child();
        1
    }
    let stack = child_stack()?;
    let top = stack.as_mut_ptr().wrapping_add(stack.len()).cast();
    let mut child = child;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | flags;
    // SAFETY: the stack is live until the parent goes on, which CLONE_VFORK makes happen after
    // the child has left it; thread-local storage is shared with a thread that does not run.
    let pid = unsafe { libc::clone(start, top, flags, (&raw mut child).cast(), &raw mut *pidfd) };
    let error = Errno::last();
    drop(stack);
    if pid < 0 { Err(error) } else { Ok(pid) }
}

/// Holds a parent back after `fork` until its child has taken what they share apart.
///
/// One word in a page that both see.
#[derive(Debug)]
pub struct Gate(*mut c_void);

/// How often to see whether the child is still there, nanoseconds.
const PATIENCE_NS: i64 = 50_000_000;

impl Gate {
    /// A closed gate; `None` if the host has no memory.
    pub fn new() -> Option<Gate> {
        let prot = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping.
        let page = unsafe { libc::mmap(std::ptr::null_mut(), PAGE, prot, flags, -1, 0) };
        (page != libc::MAP_FAILED).then_some(Gate(page))
    }

    fn word(&self) -> &AtomicU32 {
        // SAFETY: the page is mapped as long as the gate lives, and only used as this.
        unsafe { &*self.0.cast::<AtomicU32>() }
    }

    /// Opens the gate, in the child.
    pub fn open(&self) {
        // Release: what the child did with the shared memory comes before.
        self.word().store(1, Ordering::Release);
        let args = [self.0 as u64, libc::FUTEX_WAKE as u64, 1, 0, 0, 0];
        let _ = crate::host::call(libc::SYS_futex, args);
    }

    /// Waits in the parent until the gate is open or the child `pid` has ended.
    pub fn wait(&self, pid: i32) {
        while self.word().load(Ordering::Acquire) == 0 {
            let time = [0, PATIENCE_NS];
            let args = [self.0 as u64, libc::FUTEX_WAIT as u64, 0, time.as_ptr() as u64, 0, 0];
            let timed_out = crate::host::call(libc::SYS_futex, args) == Err(Errno::ETIMEDOUT);
            if timed_out && has_ended(pid) {
                return;
            }
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // SAFETY: mapped in `new`, and the reference to it ends here.
        unsafe { libc::munmap(self.0, PAGE) };
    }
}

/// Whether a child has ended, without taking its status from whoever waits for it.
fn has_ended(pid: i32) -> bool {
    let mut info = crate::unsafe_view::zeroed::<libc::siginfo_t>();
    let how = (libc::WEXITED | libc::WNOHANG | libc::WNOWAIT | libc::__WALL) as u64;
    let args = [libc::P_PID as u64, pid as u64, &raw mut info as u64, how, 0, 0];
    // An error means that it is no longer there.
    crate::host::call(libc::SYS_waitid, args).is_err() || info.si_signo != 0
}
