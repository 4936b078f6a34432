//! Signals and their codes as generic Linux numbers them (include/uapi/asm-generic), which is the same for every guest here.

use tcg_mem::Cause;

/// SIGILL.
pub const SIGILL: i32 = 4;
/// SIGTRAP.
pub const SIGTRAP: i32 = 5;
/// SIGBUS.
pub const SIGBUS: i32 = 7;
/// SIGFPE.
pub const SIGFPE: i32 = 8;
/// SIGSEGV.
pub const SIGSEGV: i32 = 11;

/// `si_code` of SIGILL: no such instruction.
pub const ILL_ILLOPC: i32 = 1;
/// `si_code` of SIGILL: wrong operand.
pub const ILL_ILLOPN: i32 = 2;
/// `si_code` of SIGILL: wrong address.
pub const ILL_ILLADR: i32 = 3;
/// `si_code` of SIGILL: privileged instruction.
pub const ILL_PRVOPC: i32 = 5;
/// `si_code` of SIGTRAP: breakpoint.
pub const TRAP_BRKPT: i32 = 1;
/// `si_code` of SIGBUS: misaligned address.
pub const BUS_ADRALN: i32 = 1;
/// `si_code` of SIGBUS: nothing behind the address.
pub const BUS_ADRERR: i32 = 2;
/// `si_code` of SIGFPE: integer division by zero.
pub const FPE_INTDIV: i32 = 1;
/// `si_code` of SIGFPE: integer overflow.
pub const FPE_INTOVF: i32 = 2;
/// `si_code` of SIGFPE: division by zero.
pub const FPE_FLTDIV: i32 = 3;
/// `si_code` of SIGFPE: overflow.
pub const FPE_FLTOVF: i32 = 4;
/// `si_code` of SIGFPE: underflow.
pub const FPE_FLTUND: i32 = 5;
/// `si_code` of SIGFPE: inexact result.
pub const FPE_FLTRES: i32 = 6;
/// `si_code` of SIGFPE: invalid operation.
pub const FPE_FLTINV: i32 = 7;
/// `si_code` of SIGSEGV: nothing is mapped there.
pub const SEGV_MAPERR: i32 = 1;
/// `si_code` of SIGSEGV: the mapping forbids it.
pub const SEGV_ACCERR: i32 = 2;

/// Signal and `si_code` of an access that the guest may not make.
#[must_use]
pub const fn of_cause(cause: Cause) -> (i32, i32) {
    match cause {
        Cause::Unmapped => (SIGSEGV, SEGV_MAPERR),
        Cause::Protected => (SIGSEGV, SEGV_ACCERR),
        Cause::Bus => (SIGBUS, BUS_ADRERR),
    }
}
