//! Descriptors that are not plain files: made here, so that their kind is known.

use crate::errno::SysResult;
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

/// `dup`.
pub fn dup(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    duplicate(ctx, libc::SYS_dup, *a)
}

/// `dup2`.
pub fn dup2(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    duplicate(ctx, libc::SYS_dup2, *a)
}

/// `dup3`.
pub fn dup3(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
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
