//! Descriptors that are not plain files: made here, so that their kind is known.

use crate::errno::{Errno, SysResult};
use crate::layout::kernel;
use crate::process::{Args, Ctx};

fn marked(ctx: &Ctx<'_>, fd: SysResult) -> SysResult {
    let fd = fd?;
    ctx.process().fds.mark(fd);
    Ok(fd)
}

fn duplicate(ctx: &Ctx<'_>, number: i64, args: Args) -> SysResult {
    let fd = ctx.blocking(number, args);
    marked(ctx, fd)
}

/// The emulator's own descriptor is not there for the guest.
fn not_own(ctx: &Ctx<'_>, fd: u64) -> Result<(), Errno> {
    if ctx.process().self_exe.get() == Some(fd as i32) { Err(Errno::EBADF) } else { Ok(()) }
}

/// `close`.
pub fn close(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    not_own(ctx, a[0])?;
    ctx.blocking(libc::SYS_close, *a)
}

/// `close_range`, around the emulator's own descriptor.
pub fn close_range(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let (first, last) = (a[0] as u32, a[1] as u32);
    let own = ctx.process().self_exe.get().map(|fd| fd as u32);
    let Some(own) = own.filter(|own| (first..=last).contains(own)) else {
        return ctx.blocking(libc::SYS_close_range, *a);
    };
    let part = |from: u32, to: u32| [u64::from(from), u64::from(to), a[2], 0, 0, 0];
    if own > first {
        ctx.blocking(libc::SYS_close_range, part(first, own - 1))?;
    }
    if own < last {
        ctx.blocking(libc::SYS_close_range, part(own + 1, last))?;
    }
    Ok(0)
}

/// `dup`.
pub fn dup(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    duplicate(ctx, libc::SYS_dup, *a)
}

/// `dup2`.
pub fn dup2(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    not_own(ctx, a[1])?;
    duplicate(ctx, libc::SYS_dup2, *a)
}

/// `dup3`.
pub fn dup3(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    not_own(ctx, a[1])?;
    duplicate(ctx, libc::SYS_dup3, *a)
}

/// `eventfd`.
pub fn eventfd(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    duplicate(ctx, libc::SYS_eventfd, *a)
}

/// `eventfd2`.
pub fn eventfd2(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    duplicate(ctx, libc::SYS_eventfd2, *a)
}

/// `timerfd_create`.
pub fn timerfd_create(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    duplicate(ctx, libc::SYS_timerfd_create, *a)
}

/// `inotify_init`.
pub fn inotify_init(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    duplicate(ctx, libc::SYS_inotify_init, *a)
}

/// `inotify_init1`.
pub fn inotify_init1(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    duplicate(ctx, libc::SYS_inotify_init1, *a)
}

/// `signalfd`.
pub fn signalfd(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    signalfd4(ctx, &[a[0], a[1], a[2], 0, 0, 0])
}

/// `signalfd4`.
pub fn signalfd4(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mask = ctx.get_layout(a[1], kernel::U64)?;
    duplicate(ctx, libc::SYS_signalfd4, [a[0], mask.as_ptr() as u64, a[2], a[3], 0, 0])
}
