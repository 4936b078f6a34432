//! The host's signal handler. Everything here is async-signal-safe: no locks, no allocation.
//!
//! The host's signal mask of a thread is the mask the guest asked for, so the kernel does the
//! queueing. The handler takes one signal, notes it in the thread's [`Inbox`], blocks all
//! further ones and asks the vCPU to leave generated code; the run loop delivers it and
//! sets the guest's mask again.

use crate::host;
use libc::{c_int, siginfo_t, ucontext_t};
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};
use tcg_exec::ExitHandle;

/// How many signals an inbox holds: one at a time, but for SIGSEGV, SIGBUS and SIGFPE sent by others,
/// which the host never blocks.
const SLOTS: usize = 8;

/// Signals that arrived for a thread and are not delivered yet.
///
/// Written by the handler on the thread that owns it, read by that same thread while all
/// signals are blocked or the slots are published by `count`.
pub struct Inbox {
    /// Number of filled slots; also the flag that [`host::blocking`] looks at.
    pub pending: AtomicU32,
    slots: UnsafeCell<[MaybeUninit<siginfo_t>; SLOTS]>,
    exit: UnsafeCell<Option<ExitHandle>>,
}

// SAFETY: only the owning thread and its signal handlers touch the slots (SIG-SAFE).
unsafe impl Sync for Inbox {}
// SAFETY: as above; moving it between threads happens before it is entered.
unsafe impl Send for Inbox {}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox").field("pending", &self.pending).finish_non_exhaustive()
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Inbox {
            pending: AtomicU32::new(0),
            slots: UnsafeCell::new([const { MaybeUninit::uninit() }; SLOTS]),
            exit: UnsafeCell::new(None),
        }
    }
}

thread_local! {
    /// The inbox of the vCPU that runs on this thread.
    static CURRENT: Cell<*const Inbox> = const { Cell::new(ptr::null()) };
}

impl Inbox {
    /// Makes this the inbox of the calling thread; returns the one before.
    ///
    /// `exit` is used when a signal arrives. The inbox must stay until [`Inbox::leave`].
    pub fn enter(&self, exit: ExitHandle) -> *const Inbox {
        // SAFETY: no handler of this thread knows the inbox yet.
        unsafe { *self.exit.get() = Some(exit) };
        CURRENT.replace(self)
    }

    /// Makes this the inbox of the calling thread once more, after a child that shared this
    /// thread's memory has used its own.
    pub fn reenter(&self) {
        CURRENT.set(self);
    }

    /// Makes `previous` (from [`Inbox::enter`]) the inbox again.
    pub fn leave(previous: *const Inbox) {
        CURRENT.set(previous);
    }

    /// Takes all signals that have arrived. All signals must be blocked on this thread.
    pub fn take(&self) -> Vec<siginfo_t> {
        let count = (self.pending.load(Ordering::Acquire) as usize).min(SLOTS);
        let mut out = Vec::with_capacity(count);
        for i in 0..count {
            // SAFETY: the handler filled the first `pending` slots, and cannot run now.
            out.push(unsafe { (*self.slots.get())[i].assume_init() });
        }
        self.pending.store(0, Ordering::Release);
        out
    }

    fn put(&self, info: &siginfo_t) {
        let count = self.pending.load(Ordering::Relaxed) as usize;
        if count < SLOTS {
            // SAFETY: handlers on one thread nest but never run at once, and the owner reads
            // only with signals blocked.
            unsafe { (*self.slots.get())[count].write(*info) };
            self.pending.store(count as u32 + 1, Ordering::Release);
        }
        // SAFETY: written before the thread's handlers could find the inbox, and not since.
        if let Some(exit) = unsafe { &*self.exit.get() } {
            exit.request();
        }
    }
}

/// Signals that only the emulator itself may meet on the host: never blocked there.
pub const NEVER_BLOCKED: u64 =
    1 << (libc::SIGSEGV - 1) | 1 << (libc::SIGBUS - 1) | 1 << (libc::SIGFPE - 1);

/// The handler of every signal that the guest handles, and of SIGSEGV, SIGBUS and SIGFPE always.
///
/// # Safety
/// To be called by the kernel only, installed with `SA_SIGINFO`.
pub unsafe extern "C" fn handle(signal: c_int, info: *mut siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes valid pointers to a handler with SA_SIGINFO.
    let (info, context) = unsafe { (&mut *info, &mut *context.cast::<ucontext_t>()) };
    if matches!(signal, libc::SIGSEGV | libc::SIGBUS | libc::SIGFPE) && info.si_code > 0 {
        if !tcg_exec::sigsafe_fault::try_handle(signal, info, context) {
            let pc = context.uc_mcontext.gregs[libc::REG_RIP as usize];
            die(signal, pc as u64);
        }
        return;
    }
    let Some(inbox) = current() else { return };
    inbox.put(info);
    block_all(context);
    let rip = &mut context.uc_mcontext.gregs[libc::REG_RIP as usize];
    if let Some(resume) = host::resume_point(*rip as u64) {
        *rip = resume as i64;
    }
}

fn current() -> Option<&'static Inbox> {
    let inbox = CURRENT.get();
    // SAFETY: `enter` promised that it outlives the thread's use.
    (!inbox.is_null()).then(|| unsafe { &*inbox })
}

/// All signals stay blocked after the handler returns, but those that the emulator needs.
fn block_all(context: &mut ucontext_t) {
    let mask = ptr::from_mut(&mut context.uc_sigmask).cast::<u64>();
    // SAFETY: the kernel's mask is the first 64 bits of the C library's.
    unsafe { mask.write(!NEVER_BLOCKED) };
}

/// A fault of the emulator itself: say so and die of it, as without a handler.
fn die(signal: c_int, pc: u64) {
    let mut text = *b"momonga: internal error: fault at host address 0x0000000000000000\n";
    let digits = text.iter_mut().rev().skip(1);
    for (i, digit) in digits.take(16).enumerate() {
        *digit = b"0123456789abcdef"[(pc >> (4 * i) & 15) as usize];
    }
    let args = [libc::STDERR_FILENO as u64, text.as_ptr() as u64, text.len() as u64];
    let _ = host::call(libc::SYS_write, host::args(args));
    // SAFETY: async-signal-safe; the fault is raised again on return.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
    }
}
