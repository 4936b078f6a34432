//! `ppoll`, `select`, `pselect6`: waiting with a signal mask.

use crate::errno::{Errno, SysResult};
use crate::layout::{convert_array, kernel};
use crate::marshal;
use crate::process::{Args, Ctx, read_bytes, write_bytes};
use crate::sigsafe::NEVER_BLOCKED;
use crate::table::Arg;
use std::sync::atomic::Ordering;

/// Runs a waiting call under another signal mask, as `sigsuspend` and its kin do.
///
/// `call` gets the address of the host's mask. A signal that ends the wait is delivered under
/// the new mask; the old one comes back when the handler returns.
pub(crate) fn with_mask(
    ctx: &mut Ctx<'_>,
    mask: Option<u64>,
    call: impl FnOnce(&mut Ctx<'_>, u64) -> SysResult,
) -> SysResult {
    let Some(mask) = mask else { return call(ctx, 0) };
    let host_mask = mask & !NEVER_BLOCKED;
    let result = call(ctx, &raw const host_mask as u64);
    if result == Err(Errno::EINTR) && ctx.task.inbox.pending.load(Ordering::Acquire) != 0 {
        ctx.task.saved_mask = Some(ctx.task.mask);
        ctx.task.mask = mask;
    }
    result
}

/// Reads a signal mask argument; a null pointer is none.
pub(crate) fn get_mask(ctx: &Ctx<'_>, addr: u64, size: u64) -> Result<Option<u64>, Errno> {
    if addr == 0 {
        return Ok(None);
    }
    if size != 8 {
        return Err(Errno::EINVAL);
    }
    ctx.get_u64(addr).map(Some)
}

/// `ppoll`.
pub fn ppoll(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    const KINDS: &[Arg] = &[
        Arg::InOutArray(kernel::POLLFD, 1),
        Arg::Int,
        Arg::InOut(kernel::TIMESPEC),
        Arg::Ptr,
        Arg::Int,
    ];
    let mask = get_mask(ctx, a[3], a[4])?;
    with_mask(ctx, mask, |ctx, mask| {
        marshal::pass(ctx, libc::SYS_ppoll, KINDS, &[a[0], a[1], a[2], mask, 8, 0])
    })
}

/// `select` of s390x with direct arguments is `pselect6` with a `timeval`.
pub fn select_pointer(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    select_sets(ctx, a, |ctx, n, sets| {
        let mut args = [n, sets[0], sets[1], sets[2], 0, 0];
        let mut time = [0u8; 16];
        if a[4] != 0 {
            time.copy_from_slice(&ctx.get_layout(a[4], kernel::TIMEVAL)?);
            args[4] = time.as_mut_ptr() as u64;
        }
        let result = ctx.blocking(libc::SYS_select, args);
        if a[4] != 0 && result != Err(Errno::NOT_BEGUN) {
            ctx.put_layout(a[4], kernel::TIMEVAL, &time)?;
        }
        result
    })
}

/// `pselect6`.
pub fn pselect6(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mask = match a[5] {
        0 => None,
        pair => {
            let (addr, size) = (ctx.get_u64(pair)?, ctx.get_u64_at(pair, 8)?);
            get_mask(ctx, addr, size)?
        }
    };
    with_mask(ctx, mask, |ctx, mask| {
        select_sets(ctx, a, |ctx, n, sets| {
            let mut time = [0u8; 16];
            let mut args = [n, sets[0], sets[1], sets[2], 0, 0];
            if a[4] != 0 {
                time.copy_from_slice(&ctx.get_layout(a[4], kernel::TIMESPEC)?);
                args[4] = time.as_mut_ptr() as u64;
            }
            let pair = [mask, 8];
            args[5] = pair.as_ptr() as u64;
            let result = ctx.blocking(libc::SYS_pselect6, args);
            if a[4] != 0 && result != Err(Errno::NOT_BEGUN) {
                ctx.put_layout(a[4], kernel::TIMESPEC, &time)?;
            }
            result
        })
    })
}

/// Converts the three sets: arrays of 64-bit words.
fn select_sets(
    ctx: &mut Ctx<'_>,
    a: &Args,
    call: impl FnOnce(&mut Ctx<'_>, u64, [u64; 3]) -> SysResult,
) -> SysResult {
    let n = a[0] as i32;
    if !(0..=1 << 20).contains(&n) {
        return Err(Errno::EINVAL);
    }
    let bytes = (n as usize).div_ceil(64) * 8;
    let endian = ctx.endian();
    let mut sets: [Vec<u8>; 3] = Default::default();
    let mut pointers = [0; 3];
    for i in 0..3 {
        if a[1 + i] != 0 {
            sets[i] = read_bytes(a[1 + i], bytes)?;
            convert_array(endian, kernel::U64, &mut sets[i]);
            pointers[i] = sets[i].as_ptr() as u64;
        }
    }
    let result = call(ctx, n as u64, pointers)?;
    for i in 0..3 {
        convert_array(endian, kernel::U64, &mut sets[i]);
        if a[1 + i] != 0 {
            write_bytes(a[1 + i], &sets[i])?;
        }
    }
    Ok(result)
}
