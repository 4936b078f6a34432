//! Entering the stream by a signal, and coming back by one.
//!
//! [`run`] executes an undefined instruction of its own.
//! The handler keeps that context as *home*, asks the callback for the first state, and returns
//! into the stream; each further signal is handed to the callback, until that wants no more and
//! the handler returns home.
//! The interrupted code is then always the stream's, never Rust's, so that the callback may do
//! what any function may; only the processor state that Rust relies on must be set right first.

use std::cell::UnsafeCell;
use std::io;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use super::cpu::{self, UserContext};

/// What the callback wants after a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Run on with the context as it is now.
    Continue,
    /// Return from [`run`].
    Stop,
}

/// A signal with the context it interrupted.
pub(crate) struct Event<'a> {
    /// The signal's number.
    pub(crate) number: i32,
    /// `si_code`.
    pub(crate) code: i32,
    /// `si_addr`.
    pub(crate) addr: u64,
    /// Registers, which the callback replaces.
    pub(crate) context: &'a mut UserContext,
}

/// Receives the signals of a stream; the first call is the entry, with signal number 0.
pub(crate) type Callback<'a> = dyn FnMut(Event<'_>) -> Next + 'a;

/// Signals that end a step, and the one that ends a step that does not.
const SIGNALS: [i32; 6] =
    [libc::SIGILL, libc::SIGTRAP, libc::SIGBUS, libc::SIGFPE, libc::SIGSEGV, libc::SIGALRM];

/// Bytes of the signal stack; the callback runs on it, with compression and output.
const STACK_LEN: usize = 4 << 20;

/// Thread pointer of the recording thread.
static THREAD_POINTER: AtomicU64 = AtomicU64::new(0);
/// The session of the running recording, null otherwise.
static SESSION: AtomicPtr<Session<'static>> = AtomicPtr::new(std::ptr::null_mut());

struct Session<'a> {
    callback: &'a mut Callback<'a>,
    home: UnsafeCell<Option<UserContext>>,
}

/// Runs stream code until the callback stops it.
///
/// # Errors
///
/// If another recording is running in this process, or the kernel refuses handlers or stack.
pub(crate) fn run<'a>(callback: &'a mut Callback<'a>) -> io::Result<()> {
    let mut session = Session { callback, home: UnsafeCell::new(None) };
    let pointer = (&raw mut session).cast::<Session<'static>>();
    let none = std::ptr::null_mut();
    // Acquire and release order the session's contents against another thread's recording.
    if SESSION.compare_exchange(none, pointer, Ordering::AcqRel, Ordering::Acquire).is_err() {
        return Err(io::Error::other("another recording is running in this process"));
    }
    let done = Handlers::install().map(|_handlers| {
        THREAD_POINTER.store(cpu::thread_pointer(), Ordering::Relaxed);
        cpu::raise_entry();
    });
    SESSION.store(none, Ordering::Release);
    done
}

/// Signal handlers and stack, put back when dropped.
struct Handlers {
    old_actions: Vec<(i32, libc::sigaction)>,
    old_stack: libc::stack_t,
    /// Kept as long as signals may use it.
    _stack: Vec<u8>,
}

impl Handlers {
    fn install() -> io::Result<Handlers> {
        let mut stack = vec![0u8; STACK_LEN];
        let new =
            libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: stack.len() };
        // SAFETY: all-zero is a valid stack_t and sigaction.
        let (mut old_stack, mut action): (libc::stack_t, libc::sigaction) =
            unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
        // SAFETY: the new stack lives as long as the handlers, see the fields.
        check(unsafe { libc::sigaltstack(&new, &mut old_stack) })?;
        let mut handlers = Handlers { old_actions: Vec::new(), old_stack, _stack: stack };
        action.sa_sigaction = on_signal as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        // SAFETY: the set is part of a local.
        unsafe { libc::sigfillset(&mut action.sa_mask) };
        for number in SIGNALS {
            // SAFETY: all-zero is a valid sigaction.
            let mut old = unsafe { std::mem::zeroed() };
            // SAFETY: the handler has the signature that SA_SIGINFO asks for.
            check(unsafe { libc::sigaction(number, &action, &mut old) })?;
            handlers.old_actions.push((number, old));
        }
        Ok(handlers)
    }
}

impl Drop for Handlers {
    fn drop(&mut self) {
        for (number, old) in &self.old_actions {
            // SAFETY: this is the action that was in force before.
            unsafe { libc::sigaction(*number, old, std::ptr::null_mut()) };
        }
        // SAFETY: no signal uses our stack any more: we are not in a handler.
        unsafe { libc::sigaltstack(&self.old_stack, std::ptr::null_mut()) };
    }
}

fn check(result: i32) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The handler's first instructions give Rust the processor state that its code relies on.
extern "C" fn on_signal(number: i32, info: *mut libc::siginfo_t, context: *mut UserContext) {
    cpu::settle(&THREAD_POINTER);
    dispatch(number, info, context);
}

#[inline(never)]
fn dispatch(number: i32, info: *mut libc::siginfo_t, context: *mut UserContext) {
    let session = SESSION.load(Ordering::Acquire);
    // SAFETY: signals of the stream come only while `run` is in `cpu::raise_entry`, so that the session
    // is alive and nobody else uses it; SIGALRM may come in the few instructions around it, when
    // the pointer is null or the home context not yet kept, and both are looked at below.
    let Some(session) = (unsafe { session.as_mut() }) else { return };
    // SAFETY: the kernel gives valid pointers to both, for the duration of the handler.
    let (info, context) = unsafe { (&*info, &mut *context) };
    let home = session.home.get_mut();
    let Some(home) = home else {
        if number == libc::SIGILL {
            let mut behind = *context;
            behind.set_pc(context.pc() + cpu::BEHIND_ENTRY);
            *home = Some(behind);
            let event = Event { number: 0, code: 0, addr: 0, context };
            if (session.callback)(event) == Next::Stop {
                *context = behind;
                session.home = UnsafeCell::new(None);
            }
        }
        return;
    };
    // SAFETY: `si_addr` is valid for the synchronous signals and harmless to read for SIGALRM.
    let addr = unsafe { info.si_addr() } as u64;
    let event = Event { number, code: info.si_code, addr, context };
    if (session.callback)(event) == Next::Stop {
        *context = *home;
    }
}
