//! What Linux makes of exceptions: signal numbers and codes.
//!
//! Linux arch/arm64/kernel/traps.c, entry-common.c and arch/arm64/mm/fault.c.

use crate::state::CpuState;
use crate::trap::Trap;
use tcg_mem::{Cause, Fault};

/// SIGILL.
pub const SIGILL: i32 = 4;
/// SIGTRAP.
pub const SIGTRAP: i32 = 5;
/// SIGBUS.
pub const SIGBUS: i32 = 7;
/// SIGSEGV.
pub const SIGSEGV: i32 = 11;

const ILL_ILLOPC: i32 = 1;
const ILL_ILLOPN: i32 = 2;
const TRAP_BRKPT: i32 = 1;
const SEGV_MAPERR: i32 = 1;
const SEGV_ACCERR: i32 = 2;
const BUS_ADRALN: i32 = 1;
const BUS_ADRERR: i32 = 2;

/// A signal that an instruction raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Number.
    pub number: i32,
    /// `si_code`.
    pub code: i32,
    /// `si_addr`.
    pub addr: u64,
}

/// The signal of an exception other than a memory abort; the state is that of its exit.
#[must_use]
pub fn of_trap(state: &CpuState, trap: Trap) -> Signal {
    let at = state.env.pc;
    let (number, code, addr) = match trap {
        Trap::Undefined | Trap::BranchTarget => (SIGILL, ILL_ILLOPC, at),
        Trap::PointerAuthentication | Trap::MemoryCopy => (SIGILL, ILL_ILLOPN, at),
        Trap::Breakpoint => (SIGTRAP, TRAP_BRKPT, at),
        Trap::PcAlignment => (SIGBUS, BUS_ADRALN, at),
        Trap::SpAlignment => (SIGBUS, BUS_ADRALN, state.sp),
        Trap::Alignment => (SIGBUS, BUS_ADRALN, state.env.exit_arg),
    };
    Signal { number, code, addr }
}

/// The signal of an access that the guest may not make.
#[must_use]
pub const fn of_fault(fault: &Fault) -> Signal {
    let (number, code) = match fault.cause {
        Cause::Unmapped => (SIGSEGV, SEGV_MAPERR),
        Cause::Protected => (SIGSEGV, SEGV_ACCERR),
        Cause::Bus => (SIGBUS, BUS_ADRERR),
    };
    Signal { number, code, addr: fault.addr.0 }
}
