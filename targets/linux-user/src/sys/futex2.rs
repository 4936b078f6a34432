//! The calls that replace `futex`: sizes and flags are arguments of their own.
//!
//! As for [`super::futex`] the kernel compares raw memory, so values are turned into the guest's byte order first.
//! Linux include/uapi/linux/futex.h, kernel/futex/syscalls.c.

use super::futex::raw;
use crate::errno::{Errno, SysResult};
use crate::layout::{Endian, GuestStruct, guest_struct, kernel};
use crate::process::{Args, Ctx, read_bytes};

guest_struct! {
    /// `struct futex_waitv`.
    Waiter = 24 { value: u64, address: u64, flags: u32, reserved: u32 }
}

/// Most futexes of one `futex_waitv`.
const MAX_WAITERS: u64 = 128;

/// `FUTEX2_SIZE_MASK`: the size of the word as a power of two, in bytes.
const SIZE_MASK: u64 = 3;
/// `FUTEX2_SIZE_U32`, the one size there is so far.
const SIZE_U32: u64 = 2;
/// `FUTEX2_NUMA`: behind the word stands the number of a memory node, which the kernel reads and writes.
const NUMA: u64 = 4;

// Numbers on every architecture; older C library headers lack the names.
const SYS_FUTEX_WAITV: i64 = 449;
const SYS_FUTEX_WAIT: i64 = 455;
const SYS_FUTEX_REQUEUE: i64 = 456;

/// Refuses what the host's kernel would read in its own byte order.
fn check(endian: Endian, flags: u64) -> Result<(), Errno> {
    let is_raw = flags & SIZE_MASK == SIZE_U32 && flags & NUMA == 0;
    if endian == Endian::Big && !is_raw { Err(Errno::EINVAL) } else { Ok(()) }
}

/// The value as it stands in memory. Bits that the word does not have stay where they are, so that the kernel refuses them.
fn in_memory(endian: Endian, value: u64) -> u64 {
    value & !0xffff_ffff | raw(endian, value & 0xffff_ffff)
}

/// `count` waiters as the host takes them.
fn waiters(ctx: &Ctx<'_>, addr: u64, count: u64) -> Result<Vec<u8>, Errno> {
    let mut bytes = read_bytes(addr, count as usize * Waiter::SIZE)?;
    for one in bytes.chunks_exact_mut(Waiter::SIZE) {
        let mut waiter = Waiter::decode(ctx.endian(), one);
        check(ctx.endian(), waiter.flags.into())?;
        waiter.value = in_memory(ctx.endian(), waiter.value);
        waiter.encode(Endian::Little, one);
    }
    Ok(bytes)
}

/// Address of a host `struct timespec` made from the guest's, or 0.
fn until(ctx: &Ctx<'_>, addr: u64) -> Result<Option<Vec<u8>>, Errno> {
    if addr == 0 { Ok(None) } else { ctx.get_layout(addr, kernel::TIMESPEC).map(Some) }
}

fn pointer(time: &Option<Vec<u8>>) -> u64 {
    time.as_ref().map_or(0, |time| time.as_ptr() as u64)
}

/// `futex_waitv`: waits for any of several.
pub fn waitv(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let count = u64::from(a[1] as u32);
    if a[0] == 0 || count == 0 || count > MAX_WAITERS {
        return Err(Errno::EINVAL);
    }
    let time = until(ctx, a[3])?;
    let waiters = waiters(ctx, a[0], count)?;
    let args = [waiters.as_ptr() as u64, count, a[2], pointer(&time), a[4], 0];
    ctx.blocking(SYS_FUTEX_WAITV, args)
}

/// `futex_wait`: address, value, mask, flags, time, clock.
pub fn wait(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    check(ctx.endian(), a[3])?;
    let time = until(ctx, a[4])?;
    let value = in_memory(ctx.endian(), a[1]);
    ctx.blocking(SYS_FUTEX_WAIT, [a[0], value, a[2], a[3], pointer(&time), a[5]])
}

/// `futex_requeue`: of two waiters the first is compared.
pub fn requeue(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[0] == 0 {
        return Err(Errno::EINVAL);
    }
    let waiters = waiters(ctx, a[0], 2)?;
    ctx.blocking(SYS_FUTEX_REQUEUE, [waiters.as_ptr() as u64, a[1], a[2], a[3], 0, 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_guest_memory() {
        assert_eq!(in_memory(Endian::Big, 0x1234_5678), 0x7856_3412);
        assert_eq!(in_memory(Endian::Little, 0x1234_5678), 0x1234_5678);
        // The kernel is to see that this is too great.
        assert_eq!(in_memory(Endian::Big, 1 << 32), 1 << 32);
    }

    #[test]
    fn what_the_kernel_would_read_by_itself_is_refused() {
        assert_eq!(check(Endian::Big, SIZE_U32 | 128), Ok(()));
        assert_eq!(check(Endian::Big, SIZE_U32 | NUMA), Err(Errno::EINVAL));
        assert_eq!(check(Endian::Little, SIZE_U32 | NUMA), Ok(()));
    }
}
