//! `stat`, `statx` and `statfs`.

use super::file::{at_path, follows, pointer};
use crate::errno::{Errno, SysResult};
use crate::layout::kernel;
use crate::process::{Args, Ctx, write_bytes};
use crate::unsafe_view::zeroed;
use std::ptr::from_mut;

fn stat_into(ctx: &Ctx<'_>, to: u64, number: i64, mut args: Args, slot: usize) -> SysResult {
    let mut host = zeroed::<libc::stat64>();
    args[slot] = from_mut(&mut host) as u64;
    ctx.blocking(number, args)?;
    write_bytes(to, &(ctx.process().abi.stat)(&host))?;
    Ok(0)
}

/// `stat`.
pub fn stat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let path = at_path(ctx, a[0], true)?;
    stat_into(ctx, a[1], libc::SYS_stat, [pointer(&path), 0, 0, 0, 0, 0], 1)
}

/// `lstat`.
pub fn lstat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let path = at_path(ctx, a[0], false)?;
    stat_into(ctx, a[1], libc::SYS_lstat, [pointer(&path), 0, 0, 0, 0, 0], 1)
}

/// `fstat`.
pub fn fstat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    stat_into(ctx, a[1], libc::SYS_fstat, [a[0], 0, 0, 0, 0, 0], 1)
}

/// `newfstatat`.
pub fn newfstatat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let path = at_path(ctx, a[1], follows(a[3]))?;
    stat_into(ctx, a[2], libc::SYS_newfstatat, [a[0], pointer(&path), 0, a[3], 0, 0], 2)
}

/// `statx`.
pub fn statx(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let path = at_path(ctx, a[1], follows(a[2]))?;
    let mut bytes = [0u8; 256];
    let args = [a[0], pointer(&path), a[2], a[3], bytes.as_mut_ptr() as u64, 0];
    ctx.blocking(libc::SYS_statx, args)?;
    ctx.put_layout(a[4], kernel::STATX, &bytes)?;
    Ok(0)
}

fn statfs_into(ctx: &Ctx<'_>, to: u64, number: i64, what: u64) -> SysResult {
    let mut host = zeroed::<libc::statfs64>();
    ctx.blocking(number, [what, from_mut(&mut host) as u64, 0, 0, 0, 0])?;
    write_bytes(to, &(ctx.process().abi.statfs)(&host))?;
    Ok(0)
}

/// `statfs`.
pub fn statfs(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let path = at_path(ctx, a[0], true)?;
    statfs_into(ctx, a[1], libc::SYS_statfs, pointer(&path))
}

/// `fstatfs`.
pub fn fstatfs(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    statfs_into(ctx, a[1], libc::SYS_fstatfs, a[0])
}

/// Size of `struct statfs64`, which the caller tells; the structure is the same as `statfs`.
const STATFS64: u64 = 88;

/// `statfs64`.
pub fn statfs64(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[1] != STATFS64 {
        return Err(Errno::EINVAL);
    }
    statfs(ctx, &[a[0], a[2], 0, 0, 0, 0])
}

/// `fstatfs64`.
pub fn fstatfs64(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[1] != STATFS64 {
        return Err(Errno::EINVAL);
    }
    fstatfs(ctx, &[a[0], a[2], 0, 0, 0, 0])
}
