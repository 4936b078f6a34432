//! Guarded access to guest memory: the functions everybody else uses.
//!
//! Any thread may call them. A store to a page with translated code first drops the translations
//! (through the [`AddressSpace`](crate::AddressSpace) the thread is attached to) and is then
//! repeated. No alignment is needed except where a function says so; aligned accesses of 1, 2, 4, 8
//! and 16 bytes are single-copy atomic.

use crate::addr::{Access, Cause, Endian, Fault, GuestAddr, PAGE_SIZE};
use crate::guard::{self, CAUSE_BUS, CAUSE_NON_CANONICAL, CAUSE_PROTECTED, FIRST_OPERAND, Outcome};
use crate::thread::resolve_write_here;

/// First address above the lower canonical half.
const CANONICAL_END: u64 = 1 << 47;

/// Turns the outcome of a routine that reports the fault address itself into a `Fault`.
#[cold]
fn single_fault(outcome: Outcome, addr: GuestAddr, access: Access) -> Fault {
    if outcome.code == CAUSE_NON_CANONICAL {
        // An access that starts below the border fails at the border.
        let first = if addr.0 < CANONICAL_END { GuestAddr(CANONICAL_END) } else { addr };
        return Fault { addr: first, access, cause: Cause::Unmapped };
    }
    Fault { addr: GuestAddr(outcome.value), access, cause: cause_of(outcome.code) }
}

fn cause_of(code: u64) -> Cause {
    match code & 0xff {
        CAUSE_BUS => Cause::Bus,
        CAUSE_PROTECTED => Cause::Protected,
        _ => Cause::Unmapped,
    }
}

/// Repeats a storing routine for as long as its faults are code pages that could be released.
#[inline]
fn storing(addr: GuestAddr, run: impl Fn() -> Outcome) -> Result<u64, Fault> {
    loop {
        let outcome = run();
        if outcome.code == 0 {
            return Ok(outcome.value);
        }
        let fault = single_fault(outcome, addr, Access::Write);
        if !released(fault) {
            return Err(fault);
        }
    }
}

/// Whether a fault was a store to a code page, which is now open to stores.
#[cold]
fn released(fault: Fault) -> bool {
    fault.access == Access::Write
        && fault.cause == Cause::Protected
        && resolve_write_here(fault.addr)
}

macro_rules! loads_and_stores {
    ($($bits:literal $type:ty, $load:ident $ld:ident, $store:ident $st:ident;)*) => { $(
        #[doc = concat!("Loads ", $bits, " bits in byte order `endian`.")]
        ///
        /// # Errors
        /// The first byte that cannot be read.
        #[inline]
        pub fn $load(addr: GuestAddr, endian: Endian) -> Result<$type, Fault> {
            // SAFETY: GUARD-PAD: the routine reads guest memory only, and faults return.
            let outcome = unsafe { guard::$ld(addr.0) };
            if outcome.code != 0 {
                return Err(single_fault(outcome, addr, Access::Read));
            }
            let raw = outcome.value as $type;
            Ok(match endian {
                Endian::Big => raw.swap_bytes(),
                Endian::Little => raw,
            })
        }

        #[doc = concat!("Stores ", $bits, " bits in byte order `endian`, all or none.")]
        ///
        /// # Errors
        /// The first byte that cannot be written.
        #[inline]
        pub fn $store(addr: GuestAddr, value: $type, endian: Endian) -> Result<(), Fault> {
            let raw = match endian {
                Endian::Big => value.swap_bytes(),
                Endian::Little => value,
            };
            // SAFETY: GUARD-PAD, GUEST-RANGE: the routine writes guest memory, and faults return.
            storing(addr, || unsafe { guard::$st(addr.0, u64::from(raw)) }).map(|_| ())
        }
    )* };
}

loads_and_stores! {
    "16" u16, read_u16 tcg_mem_ld2, write_u16 tcg_mem_st2;
    "32" u32, read_u32 tcg_mem_ld4, write_u32 tcg_mem_st4;
    "64" u64, read_u64 tcg_mem_ld8, write_u64 tcg_mem_st8;
}

/// Loads a byte.
///
/// # Errors
/// The byte cannot be read.
#[inline]
pub fn read_u8(addr: GuestAddr) -> Result<u8, Fault> {
    // SAFETY: GUARD-PAD: the routine reads guest memory only, and faults return.
    let outcome = unsafe { guard::tcg_mem_ld1(addr.0) };
    if outcome.code != 0 {
        return Err(single_fault(outcome, addr, Access::Read));
    }
    Ok(outcome.value as u8)
}

/// Stores a byte.
///
/// # Errors
/// The byte cannot be written.
#[inline]
pub fn write_u8(addr: GuestAddr, value: u8) -> Result<(), Fault> {
    // SAFETY: GUARD-PAD, GUEST-RANGE: the routine writes guest memory, and faults return.
    storing(addr, || unsafe { guard::tcg_mem_st1(addr.0, u64::from(value)) }).map(|_| ())
}

/// Loads 128 bits in byte order `endian`.
///
/// # Errors
/// The first byte that cannot be read.
#[inline]
pub fn read_u128(addr: GuestAddr, endian: Endian) -> Result<u128, Fault> {
    let mut raw = 0u128;
    // SAFETY: GUARD-PAD: the routine reads guest memory and writes `raw`, and faults return.
    let outcome = unsafe { guard::tcg_mem_ld16(addr.0, &raw mut raw) };
    if outcome.code != 0 {
        return Err(single_fault(outcome, addr, Access::Read));
    }
    Ok(in_order_128(raw, endian))
}

/// Stores 128 bits in byte order `endian`, all or none.
///
/// # Errors
/// The first byte that cannot be written.
#[inline]
pub fn write_u128(addr: GuestAddr, value: u128, endian: Endian) -> Result<(), Fault> {
    let raw = in_order_128(value, endian);
    // SAFETY: GUARD-PAD, GUEST-RANGE: reads `raw`, writes guest memory, and faults return.
    storing(addr, || unsafe { guard::tcg_mem_st16(addr.0, &raw const raw) }).map(|_| ())
}

fn in_order_128(value: u128, endian: Endian) -> u128 {
    match endian {
        Endian::Big => value.swap_bytes(),
        Endian::Little => value,
    }
}

macro_rules! compare_and_swap {
    ($($bits:literal $type:ty, $name:ident $cas:ident;)*) => { $(
        #[doc = concat!("Atomically replaces ", $bits, " bits by `new` if they equal `expected`.")]
        ///
        /// Sequentially consistent. Returns what was there before. Needs write permission even
        /// when nothing is replaced. The caller has checked the guest's alignment rule.
        ///
        /// # Errors
        /// The first byte that cannot be written.
        #[inline]
        pub fn $name(
            addr: GuestAddr,
            expected: $type,
            new: $type,
            endian: Endian,
        ) -> Result<$type, Fault> {
            let order = |value: $type| match endian {
                Endian::Big => value.swap_bytes(),
                Endian::Little => value,
            };
            let (old, new) = (u64::from(order(expected)), u64::from(order(new)));
            // SAFETY: GUARD-PAD, GUEST-RANGE: updates guest memory, and faults return.
            let found = storing(addr, || unsafe { guard::$cas(addr.0, old, new) })?;
            Ok(order(found as $type))
        }
    )* };
}

compare_and_swap! {
    "8" u8, cas_u8 tcg_mem_cas1;
    "16" u16, cas_u16 tcg_mem_cas2;
    "32" u32, cas_u32 tcg_mem_cas4;
    "64" u64, cas_u64 tcg_mem_cas8;
}

/// Atomically replaces 128 bits by `new` if they equal `expected`; returns what was there.
///
/// As the narrower ones, but `addr` must be a multiple of 16.
///
/// # Errors
/// The first byte that cannot be written; `Cause::Bus` when `addr` is not aligned.
pub fn cas_u128(addr: GuestAddr, expected: u128, new: u128, endian: Endian) -> Result<u128, Fault> {
    if !addr.0.is_multiple_of(16) {
        return Err(Fault { addr, access: Access::Write, cause: Cause::Bus });
    }
    let expected = in_order_128(expected, endian);
    let new = in_order_128(new, endian);
    let found = std::cell::Cell::new(expected);
    storing(addr, || {
        found.set(expected);
        // SAFETY: GUARD-PAD, GUEST-RANGE: updates guest memory and `found`, and faults return.
        unsafe { guard::tcg_mem_cas16(addr.0, found.as_ptr(), &raw const new) }
    })?;
    Ok(in_order_128(found.get(), endian))
}

macro_rules! fetch_update {
    ($($bits:literal $type:ty, $name:ident, $read:expr, $cas:expr;)*) => { $(
        #[doc = concat!("Atomically replaces ", $bits, " bits by `f` of them; returns the old ones.")]
        ///
        /// Sequentially consistent. `f` may run several times.
        ///
        /// # Errors
        /// The first byte that cannot be written.
        #[inline]
        pub fn $name(
            addr: GuestAddr,
            endian: Endian,
            f: impl Fn($type) -> $type,
        ) -> Result<$type, Fault> {
            // A pure store-type access must fault as a write also where reading would fault.
            let mut seen: $type = $read(addr, endian)
                .map_err(|fault: Fault| Fault { access: Access::Write, ..fault })?;
            loop {
                let found = $cas(addr, seen, f(seen), endian)?;
                if found == seen {
                    return Ok(seen);
                }
                seen = found;
            }
        }
    )* };
}

fetch_update! {
    "8" u8, fetch_update_u8, |addr, _| read_u8(addr), cas_u8;
    "32" u32, fetch_update_u32, read_u32, cas_u32;
    "64" u64, fetch_update_u64, read_u64, cas_u64;
}

/// The fault behind a routine that reports bytes left: `start` is the operand that failed.
#[cold]
fn bulk_fault(outcome: Outcome, start: GuestAddr, len: u64, access: Access) -> Fault {
    let addr = start.wrapping_add(len - outcome.value);
    Fault { addr, access, cause: cause_of(outcome.code) }
}

/// Copies `len` bytes of guest memory as if byte by byte from left to right.
///
/// A destination that starts inside the source is thus filled with repetitions, as MOVE does
/// (PoP SA22-7832, "MOVE (MVC)").
///
/// # Errors
/// The first byte that cannot be read or written; all bytes before it have been copied.
pub fn copy(to: GuestAddr, from: GuestAddr, len: u64) -> Result<(), Fault> {
    if to == from.wrapping_add(1) && len > 8 {
        // The usual way to fill: byte by byte each load would wait for the store before.
        let byte = read_u8(from)?;
        return fill(to, byte, len);
    }
    let mut done = 0;
    loop {
        let (to, from) = (to.wrapping_add(done), from.wrapping_add(done));
        let left = len - done;
        // SAFETY: GUARD-PAD, GUEST-RANGE: reads and writes guest memory, and faults return.
        let outcome = unsafe { guard::tcg_mem_copy(to.0, from.0, left) };
        if outcome.code == 0 {
            return Ok(());
        }
        if outcome.code & FIRST_OPERAND == 0 {
            return Err(bulk_fault(outcome, from, left, Access::Read));
        }
        let fault = bulk_fault(outcome, to, left, Access::Write);
        if !released(fault) {
            return Err(fault);
        }
        done = len - outcome.value;
    }
}

/// Copies guest memory into `buffer`.
///
/// # Errors
/// The first byte that cannot be read; the bytes before it have been copied.
pub fn copy_in(buffer: &mut [u8], from: GuestAddr) -> Result<(), Fault> {
    copy(GuestAddr(buffer.as_mut_ptr() as u64), from, buffer.len() as u64)
}

/// Copies `buffer` to guest memory.
///
/// # Errors
/// The first byte that cannot be written; the bytes before it have been copied.
pub fn copy_out(to: GuestAddr, buffer: &[u8]) -> Result<(), Fault> {
    copy(to, GuestAddr(buffer.as_ptr() as u64), buffer.len() as u64)
}

/// Sets `len` bytes to `byte`, left to right.
///
/// # Errors
/// The first byte that cannot be written; the bytes before it have been set.
pub fn fill(to: GuestAddr, byte: u8, len: u64) -> Result<(), Fault> {
    let mut done = 0;
    loop {
        let (to, left) = (to.wrapping_add(done), len - done);
        // SAFETY: GUARD-PAD, GUEST-RANGE: writes guest memory, and faults return.
        let outcome = unsafe { guard::tcg_mem_fill(to.0, u64::from(byte), left) };
        if outcome.code == 0 {
            return Ok(());
        }
        let fault = bulk_fault(outcome, to, left, Access::Write);
        if !released(fault) {
            return Err(fault);
        }
        done = len - outcome.value;
    }
}

/// Offset of the first byte at which two ranges differ, `None` when they are equal.
///
/// # Errors
/// The first byte that cannot be read, if no earlier one differs.
pub fn compare(left: GuestAddr, right: GuestAddr, len: u64) -> Result<Option<u64>, Fault> {
    // SAFETY: GUARD-PAD: reads guest memory only, and faults return.
    let outcome = unsafe { guard::tcg_mem_compare(left.0, right.0, len) };
    if outcome.code != 0 {
        let operand = if outcome.code & FIRST_OPERAND == 0 { right } else { left };
        return Err(bulk_fault(outcome, operand, len, Access::Read));
    }
    Ok((outcome.value != 0).then(|| len - outcome.value))
}

/// Offset of the first `byte` within `len` bytes, `None` when there is none.
///
/// # Errors
/// The first byte that cannot be read, if `byte` does not come before it.
pub fn find_byte(start: GuestAddr, byte: u8, len: u64) -> Result<Option<u64>, Fault> {
    // SAFETY: GUARD-PAD: reads guest memory only, and faults return.
    let outcome = unsafe { guard::tcg_mem_find(start.0, u64::from(byte), len) };
    if outcome.code != 0 {
        return Err(bulk_fault(outcome, start, len, Access::Read));
    }
    Ok((outcome.value != 0).then(|| len - outcome.value))
}

/// Length of the zero-terminated string at `start`, `None` when `max` bytes hold no zero.
///
/// # Errors
/// The first byte that cannot be read, if no zero comes before it.
pub fn strnlen(start: GuestAddr, max: u64) -> Result<Option<u64>, Fault> {
    find_byte(start, 0, max)
}

/// Checks that `len` bytes can be read or written, by touching each page; changes nothing.
///
/// For `Access::Write` this also releases code pages, so that the host kernel can write there.
/// `Access::Execute` checks for reading. A range that wraps around 2^64 is checked as such.
///
/// # Errors
/// The first byte that cannot be accessed.
pub fn probe(start: GuestAddr, len: u64, access: Access) -> Result<(), Fault> {
    if len == 0 {
        return Ok(());
    }
    let mut offset = 0;
    while offset < len {
        let addr = start.wrapping_add(offset);
        touch(addr, access)?;
        offset += PAGE_SIZE - addr.page_offset();
    }
    Ok(())
}

fn touch(addr: GuestAddr, access: Access) -> Result<(), Fault> {
    match access {
        Access::Read | Access::Execute => {
            read_u8(addr).map(|_| ()).map_err(|fault| Fault { access, ..fault })
        }
        // SAFETY: GUARD-PAD: an atomic OR of zero leaves guest memory as it is; faults return.
        Access::Write => storing(addr, || unsafe { guard::tcg_mem_touch(addr.0) }).map(|_| ()),
    }
}
