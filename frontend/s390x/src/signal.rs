//! What Linux makes of program interruptions: signal numbers and codes.
//!
//! Linux arch/s390/kernel/traps.c.

use crate::state::CpuState;
use crate::trap::{Trap, dxc, insn_len, pic};
pub use frontend_common::signal::of_cause;
use frontend_common::signal::*;
use tcg_mem::GuestAddr;

/// Takes a program interruption other than an access exception: the PSW comes to designate the next instruction, and a
/// data-exception code goes to the FPC. Signal and `si_code`; `None` for a monitor event, which a program does not see.
pub fn take(state: &mut CpuState, trap: Trap) -> Option<(i32, i32)> {
    // Nothing is known of an instruction that cannot be read (any more).
    let len = tcg_mem::read_u8(GuestAddr(state.env.pc)).map_or(0, insn_len);
    state.env.pc = state.env.pc.wrapping_add(u64::from(len));
    if trap.code == pic::DATA {
        state.set_dxc(trap.dxc);
    }
    signal_of_trap(trap)
}

/// Signal and `si_code` of a program interruption, as [`take`] gives them.
#[must_use]
pub const fn signal_of_trap(trap: Trap) -> Option<(i32, i32)> {
    Some(match trap.code {
        pic::OPERATION => (SIGILL, ILL_ILLOPC),
        pic::PRIVILEGED => (SIGILL, ILL_PRVOPC),
        pic::ADDRESSING => (SIGILL, ILL_ILLADR),
        pic::PROTECTION => (SIGSEGV, SEGV_ACCERR),
        pic::DATA => signal_of_data_exception(trap.dxc),
        pic::FIXED_OVERFLOW | pic::DECIMAL_OVERFLOW => (SIGFPE, FPE_INTOVF),
        pic::FIXED_DIVIDE | pic::DECIMAL_DIVIDE => (SIGFPE, FPE_INTDIV),
        0x0c => (SIGFPE, FPE_FLTOVF),
        0x0d => (SIGFPE, FPE_FLTUND),
        0x0e => (SIGFPE, FPE_FLTRES),
        0x0f => (SIGFPE, FPE_FLTDIV),
        0x1d => (SIGFPE, FPE_FLTINV),
        pic::MONITOR => return None,
        _ => (SIGILL, ILL_ILLOPN),
    })
}

/// Linux arch/s390/kernel/traps.c: `data_exception`, `do_fp_trap`.
const fn signal_of_data_exception(code: u8) -> (i32, i32) {
    if code == dxc::DECIMAL {
        return (SIGILL, ILL_ILLOPN);
    }
    // Only IEEE exceptions have bits 6 and 7 zero.
    let si_code = match code {
        _ if code & 3 != 0 => 0,
        _ if code & 0x80 != 0 => FPE_FLTINV,
        _ if code & 0x40 != 0 => FPE_FLTDIV,
        _ if code & 0x20 != 0 => FPE_FLTOVF,
        _ if code & 0x10 != 0 => FPE_FLTUND,
        _ if code & 0x08 != 0 => FPE_FLTRES,
        _ => 0,
    };
    (SIGFPE, si_code)
}
