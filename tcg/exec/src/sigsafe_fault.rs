//! What a signal handler does about a fault in generated code or in a guarded access.
//!
//! Async-signal-safe: allocates nothing, takes no lock, formats nothing.

use crate::chunk::{self, block_at};
use crate::machine::Core;
use libc::{c_int, siginfo_t, ucontext_t};
use std::cell::Cell;
use tcg_ir::{Backend, Env, ExitCode, HostContext};

/// `si_code` of a fault that the kernel raises without an address (Linux `SI_KERNEL`).
const SI_KERNEL: c_int = 0x80;
/// Bit of the x86 page-fault error code: the access was a write (Intel SDM volume 3, "Page-Fault
/// Exceptions").
const ERROR_WRITE: i64 = 2;

/// MXCSR.DE, DAZ and DM (Intel SDM volume 1, 10.2.3).
const CSR_DENORMAL: u32 = 1 << 1;
const CSR_DENORMALS_ARE_ZERO: u32 = 1 << 6;
const CSR_DENORMAL_MASKED: u32 = 1 << 8;

/// Places of the general registers in the ucontext, by the host's encoding number.
const GREGS: [c_int; 16] = [
    libc::REG_RAX,
    libc::REG_RCX,
    libc::REG_RDX,
    libc::REG_RBX,
    libc::REG_RSP,
    libc::REG_RBP,
    libc::REG_RSI,
    libc::REG_RDI,
    libc::REG_R8,
    libc::REG_R9,
    libc::REG_R10,
    libc::REG_R11,
    libc::REG_R12,
    libc::REG_R13,
    libc::REG_R14,
    libc::REG_R15,
];

/// What the handler must know of the vCPU that runs on this thread.
pub(crate) struct Running {
    pub(crate) core: *const Core,
    pub(crate) backend: *const dyn Backend,
    pub(crate) env: *mut Env,
    /// Where generated code leaves to after a fault.
    pub(crate) fault_exit: u64,
    /// Set when the host did not tell the address of a fault.
    pub(crate) unknown: Cell<Option<HostState>>,
    /// Whether the last fault came as SIGBUS.
    pub(crate) is_bus: Cell<bool>,
}

/// Host registers at a fault whose address is to be found out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostState {
    /// Instruction pointer.
    pub(crate) pc: u64,
    /// General registers by encoding number.
    pub(crate) gpr: [u64; 16],
}

thread_local! {
    static RUNNING: Cell<*const Running> = const { Cell::new(std::ptr::null()) };
}

/// Makes `running` the vCPU of this thread as long as the guard lives.
pub(crate) struct RunningGuard {
    before: *const Running,
}

impl RunningGuard {
    /// Forgets the vCPU of this thread, which does not run any more, though its guard was not dropped.
    pub(crate) fn abandon() {
        RUNNING.set(std::ptr::null());
    }

    /// # Safety
    /// `running` and what it points to stay valid while the guard lives.
    pub(crate) unsafe fn new(running: *const Running) -> RunningGuard {
        RunningGuard { before: RUNNING.replace(running) }
    }
}

impl Drop for RunningGuard {
    fn drop(&mut self) {
        RUNNING.set(self.before);
    }
}

/// If a fault belongs to a guest access, makes `context` resume where it is dealt with.
///
/// Call it first from the handler of SIGSEGV, SIGBUS and SIGFPE, with what the kernel passed; `true` means:
/// return from the handler now. `false`: sent by a process, or a fault of the emulator itself.
pub fn try_handle(signal: c_int, info: &siginfo_t, context: &mut ucontext_t) -> bool {
    if signal == libc::SIGFPE {
        return info.si_code > 0 && subnormal_operand(context);
    }
    // Signals sent by processes have codes of 0 and below (Linux `SI_FROMUSER`).
    info.si_code > 0
        && (tcg_mem::sigsafe_fixup::try_fixup(signal, info, context)
            || in_generated_code(signal, info, context))
}

/// A vCPU that flushes has met its first subnormal operand since the flag for it was cleared: notes that, and repeats the
/// instruction so that it and those that follow take such operands as zeros.
fn subnormal_operand(context: &mut ucontext_t) -> bool {
    let running = RUNNING.get();
    if running.is_null() || context.uc_mcontext.fpregs.is_null() {
        return false;
    }
    // SAFETY: RUNNING-LIFE: valid while registered, by `RunningGuard::new`; this thread owns the state.
    let env = unsafe { &mut *(*running).env };
    // SAFETY: the kernel stores the floating-point state in the frame of every signal.
    let csr = unsafe { &mut (*context.uc_mcontext.fpregs).mxcsr };
    if env.fp_mode & Env::FP_FLUSH == 0 || *csr & CSR_DENORMAL == 0 {
        return false;
    }
    env.fp_flags |= Env::FP_INPUT_DENORMAL;
    *csr = *csr & !CSR_DENORMAL | CSR_DENORMALS_ARE_ZERO | CSR_DENORMAL_MASKED;
    true
}

fn in_generated_code(signal: c_int, info: &siginfo_t, context: &mut ucontext_t) -> bool {
    let running = RUNNING.get();
    if running.is_null() {
        return false;
    }
    // SAFETY: RUNNING-LIFE: valid while registered, by `RunningGuard::new`.
    let running = unsafe { &*running };
    // SAFETY: as above.
    let core = unsafe { &*running.core };
    let Some(cache) = &core.cache else { return false };
    let pc = context.uc_mcontext.gregs[libc::REG_RIP as usize] as u64;
    let Some(offset) = cache.memory().offset(pc) else { return false };
    let Some(block) = block_at(cache.memory(), offset) else { return false };
    let gpr = GREGS.map(|reg| context.uc_mcontext.gregs[reg as usize] as u64);
    // SAFETY: the kernel stores the floating-point state in the frame of every signal, and the
    // XMM registers in it are 16 aligned groups of 16 bytes.
    let vec = unsafe { &*(&raw const (*context.uc_mcontext.fpregs)._xmm).cast::<[[u64; 2]; 16]>() };
    let host = HostContext { pc, gpr: &gpr, vec };
    let state = running.env.cast::<u8>();
    let mut write = |offset: u32, value: u64, width: u32| {
        let bytes = value.to_le_bytes();
        // SAFETY: STATE-LAYOUT: the back end names offsets inside the CPU state; this thread owns
        // the state and is stopped in generated code.
        unsafe {
            let to = state.add(offset as usize);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, width.min(8) as usize);
        }
    };
    let faults = chunk::faults(cache.memory(), block);
    let code_at = cache.memory().address(block.0);
    // SAFETY: RUNNING-LIFE; the back end is not compiling, since this thread runs generated code.
    let backend = unsafe { &*running.backend };
    let Some(guest_pc) = backend.recover(faults, code_at, &host, &mut write) else { return false };
    let is_write = context.uc_mcontext.gregs[libc::REG_ERR as usize] & ERROR_WRITE != 0;
    let unknown = info.si_code == SI_KERNEL;
    running.is_bus.set(signal == libc::SIGBUS);
    running.unknown.set(unknown.then_some(HostState { pc, gpr }));
    // SAFETY: as for the state above.
    let env = unsafe { &mut *running.env };
    env.pc = guest_pc;
    env.exit_code = if is_write { ExitCode::FAULT_WRITE } else { ExitCode::FAULT_READ };
    // SAFETY: faults of the kernel's carry an address unless the code is SI_KERNEL.
    env.exit_arg = if unknown { 0 } else { unsafe { info.si_addr() as u64 } };
    core.stats.count_fault();
    context.uc_mcontext.gregs[libc::REG_RIP as usize] = running.fault_exit as i64;
    true
}

/// Installs a handler of SIGSEGV, SIGBUS and SIGFPE that calls [`try_handle`], and dies of anything else.
///
/// For programs that have no signal handling of their own (tests, replay).
///
/// # Errors
/// The host's error when `sigaction` fails.
pub fn install() -> std::io::Result<()> {
    for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE] {
        // SAFETY: all-zero is a valid sigaction (default handler, empty mask).
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER | libc::SA_ONSTACK;
        // SAFETY: `action` is initialized and its handler has the SA_SIGINFO signature.
        if unsafe { libc::sigaction(signal, &action, std::ptr::null_mut()) } != 0 {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok(())
}

extern "C" fn handler(signal: c_int, info: *mut siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes valid pointers that live as long as the handler.
    let info = unsafe { &*info };
    // SAFETY: as above; nobody else has this context.
    let context = unsafe { &mut *context.cast::<ucontext_t>() };
    if !try_handle(signal, info, context) {
        // SAFETY: restoring the default action is async-signal-safe; the access is repeated.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}
