//! Futexes that hold their owner (`FUTEX_LOCK_PI` and its kin), made from plain ones.
//!
//! The host kernel could not read the owner's number in a guest's byte order. What is missing is
//! the inheritance itself: an owner's priority is not raised for those who wait. Linux
//! Documentation/locking/pi-futex.rst; kernel/futex/pi.c.

use super::thread::{TID_MASK, WAITERS};
use crate::errno::{Errno, SysResult};
use crate::process::Ctx;
use tcg_mem::GuestAddr;

/// How a lock is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    /// `FUTEX_WAIT_BITSET` with its flags, for an absolute time; `None`: do not wait.
    pub(crate) how: Option<u64>,
    /// Address of a host `struct timespec`, or 0.
    pub(crate) until: u64,
}

/// All bits of a wake-up match.
const ANY: u64 = 0xffff_ffff;

/// Takes the lock.
///
/// # Errors
/// EDEADLK if the caller has it, ESRCH if its owner is gone, EAGAIN if it is not to wait,
/// ETIMEDOUT; those of an interrupted call.
pub(crate) fn lock(ctx: &mut Ctx<'_>, addr: u64, wait: Wait) -> SysResult {
    let tid = ctx.tid() as u32;
    // Who has waited does not know whether others do.
    let mut others = 0;
    loop {
        let owned = |word: u32| match word & TID_MASK {
            0 => word | tid | others,
            owner if owner == tid || wait.how.is_none() => word,
            _ => word | WAITERS,
        };
        let old = update(ctx, addr, owned)?;
        match old & TID_MASK {
            0 => return Ok(0),
            owner if owner == tid => return Err(Errno::EDEADLK),
            owner if is_gone(owner) => return Err(Errno::ESRCH),
            _ => {}
        }
        let how = wait.how.ok_or(Errno::EAGAIN)?;
        let seen = super::futex::raw(ctx.endian(), u64::from(old | WAITERS));
        match ctx.blocking(libc::SYS_futex, [addr, how, seen, wait.until, 0, ANY]) {
            Ok(_) | Err(Errno::EAGAIN) => others = WAITERS,
            Err(errno) => return Err(errno),
        }
    }
}

/// Gives the lock back and wakes one who waits, by `how`: `FUTEX_WAKE` with the flag that the
/// waiters have.
///
/// # Errors
/// EPERM if the caller does not have it.
pub(crate) fn unlock(ctx: &mut Ctx<'_>, addr: u64, how: u64) -> SysResult {
    let tid = ctx.tid() as u32;
    let old = update(ctx, addr, |word| if word & TID_MASK == tid { 0 } else { word })?;
    if old & TID_MASK != tid {
        return Err(Errno::EPERM);
    }
    if old & WAITERS != 0 {
        // Not begun anew after a signal: the lock is given back.
        crate::host::call(libc::SYS_futex, [addr, how, 1, 0, 0, 0])?;
    }
    Ok(0)
}

fn update(ctx: &Ctx<'_>, addr: u64, change: impl Fn(u32) -> u32) -> Result<u32, Errno> {
    tcg_mem::fetch_update_u32(GuestAddr(addr), ctx.endian(), change).map_err(|_| Errno::EFAULT)
}

fn is_gone(tid: u32) -> bool {
    let args = crate::host::args([u64::from(tid), 0]);
    crate::host::call(libc::SYS_tkill, args) == Err(Errno::ESRCH)
}
