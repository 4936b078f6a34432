//! What the CPU has, as programs see it: identification registers and hardware capabilities.
//!
//! Linux lets programs read identification registers, but shows them only the fields that describe what they may use.

/// Frequency of the system counter: a tick is a nanosecond, as in all since Armv8.6.
pub const COUNTER_HZ: u64 = 1_000_000_000;

/// The value of an identification register, by its number (op0, op1, CRn, CRm, op2); `None` if there is no such register for
/// programs.
#[must_use]
pub(crate) fn id_register(number: u16) -> Option<u64> {
    // All of the space (3, 0, 0, 0..=7, 0..=7) can be read; what is not listed is zero.
    (number >> 6 == 0b11_0000_0000).then_some(0)
}
