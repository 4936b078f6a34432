//! `epoll`: the guests' `struct epoll_event` is not packed, the host's is.

use super::poll::{get_mask, with_mask};
use crate::errno::{Errno, SysResult};
use crate::layout::{GuestStruct, guest_struct, kernel};
use crate::process::{Args, Ctx, write_bytes};

guest_struct! {
    /// `struct epoll_event` (Linux include/uapi/linux/eventpoll.h, without EPOLL_PACKED).
    Event = 16 { events: u32, pad: u32, data: u64 }
}

/// Bytes of the host's packed event.
const HOST_EVENT: usize = 12;
/// Most events at once: what the kernel allows.
const MAX_EVENTS: u64 = i32::MAX as u64 / HOST_EVENT as u64;

/// `epoll_ctl`.
pub fn ctl(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut host = [0u8; HOST_EVENT];
    let mut pointer = 0;
    if a[3] != 0 && a[1] as i32 != libc::EPOLL_CTL_DEL {
        let event: Event = ctx.get(a[3])?;
        host[..4].copy_from_slice(&event.events.to_le_bytes());
        host[4..].copy_from_slice(&event.data.to_le_bytes());
        pointer = host.as_ptr() as u64;
    }
    ctx.blocking(libc::SYS_epoll_ctl, [a[0], a[1], a[2], pointer, 0, 0])
}

fn wait_for(
    ctx: &mut Ctx<'_>,
    a: &Args,
    call: impl FnOnce(&mut Ctx<'_>, u64) -> SysResult,
) -> SysResult {
    let max = u64::from(a[2] as u32);
    if a[2] as i32 <= 0 || max > MAX_EVENTS {
        return Err(Errno::EINVAL);
    }
    let max = limit(a) as usize;
    let mut host = vec![0u8; max * HOST_EVENT];
    let count = call(ctx, host.as_mut_ptr() as u64)? as usize;
    let mut guest = vec![0u8; count * Event::SIZE];
    for (from, to) in host.chunks_exact(HOST_EVENT).zip(guest.chunks_exact_mut(Event::SIZE)) {
        let word = |range: std::ops::Range<usize>| {
            from[range].iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b))
        };
        Event { events: word(0..4) as u32, pad: 0, data: word(4..12) }.encode(ctx.endian(), to);
    }
    write_bytes(a[1], &guest)?;
    Ok(count as u64)
}

/// As many events as are fetched at once; the kernel may always give fewer than asked for.
fn limit(a: &Args) -> u64 {
    u64::from(a[2] as u32).min(1 << 16)
}

/// `epoll_wait`.
pub fn wait(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    wait_for(ctx, a, |ctx, to| ctx.blocking(libc::SYS_epoll_wait, [a[0], to, limit(a), a[3], 0, 0]))
}

/// `epoll_pwait`.
pub fn pwait(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mask = get_mask(ctx, a[4], a[5])?;
    with_mask(ctx, mask, |ctx, mask| {
        wait_for(ctx, a, |ctx, to| {
            ctx.blocking(libc::SYS_epoll_pwait, [a[0], to, limit(a), a[3], mask, 8])
        })
    })
}

/// `epoll_pwait2`.
pub fn pwait2(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mask = get_mask(ctx, a[4], a[5])?;
    let time = if a[3] == 0 { None } else { Some(ctx.get_layout(a[3], kernel::TIMESPEC)?) };
    let time = time.as_ref().map_or(0, |t| t.as_ptr() as u64);
    with_mask(ctx, mask, |ctx, mask| {
        wait_for(ctx, a, |ctx, to| {
            ctx.blocking(libc::SYS_epoll_pwait2, [a[0], to, limit(a), time, mask, 8])
        })
    })
}
