//! The instructions by which a stream is entered and left.

use std::arch::asm;
use std::sync::atomic::AtomicU64;

/// Bytes between the address that the entry's signal frame holds and the next instruction: the
/// PSW already designates that.
pub(crate) const BEHIND_ENTRY: u64 = 0;

/// Executes the undefined instruction that the handler takes as the entry.
#[inline(never)]
pub(crate) fn raise_entry() {
    // SAFETY: the handler restores every register before this continues behind the instruction;
    // memory may have changed, which the missing `nomem` says.
    unsafe { asm!(".short 0") };
}

/// Access registers 0 and 1.
pub(crate) fn thread_pointer() -> u64 {
    let (high, low): (u32, u32);
    // SAFETY: EXTRACT ACCESS reads an access register and nothing else.
    unsafe { asm!("ear {0}, %a0", "ear {1}, %a1", out(reg) high, out(reg) low, options(nomem)) };
    u64::from(high) << 32 | u64::from(low)
}

/// Gives Rust the processor state that its code relies on, of which the stream may have changed
/// the thread pointer, the program mask and the floating-point control.
#[inline(always)]
pub(crate) fn settle(thread_pointer: &AtomicU64) {
    // SAFETY: the thread pointer is what the caller read on this thread; a program mask and a
    // floating-point control of zero are what the ABI lets a function expect.
    unsafe {
        asm!(
            "lam %a0, %a1, 0({pointer})",
            "lhi {zero}, 0",
            "spm {zero}",
            "sfpc {zero}",
            pointer = in(reg_addr) thread_pointer.as_ptr(),
            zero = out(reg) _,
        );
    }
}

/// Instruction fetches see stores here without further ado.
pub(crate) fn publish_code(_code: &[u8]) {}
