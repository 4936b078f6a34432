//! What a signal handler does about a fault in a guarded access.
//!
//! Everything here is async-signal-safe: it allocates nothing and takes no lock.

use crate::guard::{CAUSE_BUS, CAUSE_NON_CANONICAL, CAUSE_PROTECTED, CAUSE_UNMAPPED, landing_pad};
use libc::{REG_R10, REG_R11, REG_RIP, c_int, siginfo_t, ucontext_t};

/// `si_code` of a fault that the kernel raises without an address (Linux `SI_KERNEL`).
const SI_KERNEL: c_int = 0x80;
/// `si_code` values of SIGSEGV (Linux `asm-generic/siginfo.h`).
const SEGV_MAPERR: c_int = 1;

/// If the fault came from a guarded access, makes `context` resume at its landing pad.
///
/// Call it from the handler of SIGSEGV and SIGBUS; `true` means: return from the handler now.
/// `info` must be what the kernel passed.
pub fn try_fixup(signal: c_int, info: &siginfo_t, context: &mut ucontext_t) -> bool {
    let registers = &mut context.uc_mcontext.gregs;
    let Some(pad) = landing_pad(registers[REG_RIP as usize] as u64) else {
        return false;
    };
    let (cause, addr) = classify(signal, info);
    registers[REG_R10 as usize] = cause as i64;
    registers[REG_R11 as usize] = addr as i64;
    registers[REG_RIP as usize] = pad as i64;
    true
}

fn classify(signal: c_int, info: &siginfo_t) -> (u64, u64) {
    if info.si_code == SI_KERNEL {
        return (CAUSE_NON_CANONICAL, 0);
    }
    // SAFETY: SIGSEGV and SIGBUS with a si_code other than SI_KERNEL come with an address.
    let addr = unsafe { info.si_addr() } as u64;
    let cause = match (signal, info.si_code) {
        (libc::SIGBUS, _) => CAUSE_BUS,
        (_, SEGV_MAPERR) => CAUSE_UNMAPPED,
        _ => CAUSE_PROTECTED,
    };
    (cause, addr)
}

/// Installs a SIGSEGV and SIGBUS handler that knows guarded accesses and nothing else.
///
/// For tests and programs without an execution engine; `tcg-exec` has its own handler.
/// Any other fault is fatal as before: the default action is restored and the access repeated.
///
/// # Errors
/// The host's error when `sigaction` fails.
pub fn install() -> std::io::Result<()> {
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: all-zero is a valid sigaction (default handler, empty mask).
        let mut action: libc::sigaction = unsafe { core::mem::zeroed() };
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER | libc::SA_ONSTACK;
        // SAFETY: `action` is initialized and its handler has the SA_SIGINFO signature.
        if unsafe { libc::sigaction(signal, &action, core::ptr::null_mut()) } != 0 {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok(())
}

extern "C" fn handler(signal: c_int, info: *mut siginfo_t, context: *mut core::ffi::c_void) {
    // SAFETY: the kernel passes valid pointers that live as long as the handler.
    let info = unsafe { &*info };
    // SAFETY: as above; nobody else has this context.
    let context = unsafe { &mut *context.cast::<ucontext_t>() };
    if !try_fixup(signal, info, context) {
        // SAFETY: restoring the default action is async-signal-safe.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}
