//! The instructions by which a stream is entered and left.

use std::arch::asm;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes between the address that the entry's signal frame holds and the next instruction: it is
/// the address of the undefined instruction.
pub(crate) const BEHIND_ENTRY: u64 = 4;

/// Executes the undefined instruction that the handler takes as the entry.
#[inline(never)]
pub(crate) fn raise_entry() {
    // SAFETY: the handler restores every register before this continues behind the instruction;
    // memory may have changed, which the missing `nomem` says.
    unsafe { asm!("udf #0") };
}

/// TPIDR_EL0.
pub(crate) fn thread_pointer() -> u64 {
    let pointer: u64;
    // SAFETY: reads a register and nothing else.
    unsafe { asm!("mrs {0}, tpidr_el0", out(reg) pointer, options(nomem, nostack)) };
    pointer
}

/// Gives Rust the processor state that its code relies on: the stream may have changed the thread
/// pointer and the floating-point control, which Linux does not reset for a handler.
#[inline(always)]
pub(crate) fn settle(thread_pointer: &AtomicU64) {
    // Relaxed: the same thread stored it.
    let pointer = thread_pointer.load(Ordering::Relaxed);
    // SAFETY: the thread pointer is what the caller read on this thread; a floating-point control
    // of zero is what the procedure call standard lets a function expect.
    unsafe { asm!("msr tpidr_el0, {0}", "msr fpcr, xzr", in(reg) pointer, options(nostack)) };
}

/// Makes instruction fetches see what was stored there.
///
/// Arm ARM DDI 0487, B2.7.4.2 "Synchronization and coherency issues between data and instruction
/// accesses".
pub(crate) fn publish_code(code: &[u8]) {
    let sizes: u64;
    // SAFETY: reads a register and nothing else.
    unsafe { asm!("mrs {0}, ctr_el0", out(reg) sizes, options(nomem, nostack)) };
    // DminLine and IminLine: the logarithm of the number of words.
    let (data, insn) = (4usize << (sizes >> 16 & 15), 4usize << (sizes & 15));
    for line in code.chunks(data) {
        // SAFETY: cleans a line of mapped memory.
        unsafe { asm!("dc cvau, {0}", in(reg) line.as_ptr(), options(nostack)) };
    }
    // SAFETY: orders what was cleaned before what follows.
    unsafe { asm!("dsb ish", options(nostack)) };
    for line in code.chunks(insn) {
        // SAFETY: drops a line of mapped memory from the instruction cache.
        unsafe { asm!("ic ivau, {0}", in(reg) line.as_ptr(), options(nostack)) };
    }
    // SAFETY: orders the instruction cache before what is fetched from here on.
    unsafe { asm!("dsb ish", "isb", options(nostack)) };
}
