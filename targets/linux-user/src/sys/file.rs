//! Reading, writing, opening, links and directories.

use crate::errno::{Errno, SysResult};
use crate::fdkind::{Kind, convert_contents};
use crate::layout::{Layout, Run, convert, kernel};
use crate::marshal;
use crate::path;
use crate::process::{Args, Ctx, read_bytes, write_bytes};
use crate::procfs;
use crate::sys::fanotify;
use crate::table::Arg;
use std::ffi::CString;

/// Longest read that is converted at once; special descriptors give far less.
const MAX_CONVERTED: u64 = 1 << 16;

/// `read`.
pub fn read(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let kind = ctx.process().fds.kind(a[0]);
    let done = ctx.blocking_into(libc::SYS_read, *a, a[1], a[2])?;
    if kind != Kind::Plain && done <= MAX_CONVERTED {
        let mut bytes = read_bytes(a[1], done as usize)?;
        convert_contents(ctx.endian(), kind, &mut bytes);
        write_bytes(a[1], &bytes)?;
    }
    Ok(done)
}

/// `write`.
pub fn write(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let data = match ctx.process().fds.kind(a[0]) {
        Kind::Counter if a[2] == 8 => ctx.get_layout(a[1], kernel::U64)?,
        Kind::Netlink => super::socket::netlink_to_host(ctx, a[1], a[2])?,
        Kind::Files if a[2] <= MAX_CONVERTED => {
            let mut bytes = read_bytes(a[1], a[2] as usize)?;
            fanotify::convert_response(ctx.endian(), &mut bytes);
            bytes
        }
        _ => return ctx.blocking(libc::SYS_write, *a),
    };
    ctx.blocking(libc::SYS_write, [a[0], data.as_ptr() as u64, a[2], 0, 0, 0])
}

/// `readv`; of special descriptors only the first buffer is used.
pub fn readv(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if ctx.process().fds.kind(a[0]) != Kind::Plain && a[2] > 0 {
        let (base, len) = (ctx.get_u64(a[1])?, ctx.get_u64_at(a[1], 8)?);
        return read(ctx, &[a[0], base, len, 0, 0, 0]);
    }
    marshal::pass(ctx, libc::SYS_readv, &[Arg::Fd, Arg::Scatter(2), Arg::Int], a)
}

/// `writev`.
pub fn writev(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[2] == 1 && ctx.process().fds.kind(a[0]) == Kind::Counter {
        let (base, len) = (ctx.get_u64(a[1])?, ctx.get_u64_at(a[1], 8)?);
        return write(ctx, &[a[0], base, len, 0, 0, 0]);
    }
    let kinds = [Arg::Fd, Arg::InArray(kernel::IOVEC, 2), Arg::Int];
    marshal::pass(ctx, libc::SYS_writev, &kinds, a)
}

fn open_path(ctx: &mut Ctx<'_>, dir: u64, path: u64, flags: u64, mode: u64) -> SysResult {
    let guest = ctx.get_path(path)?;
    let flags = (ctx.process().abi.open_flags)(flags);
    if guest.to_bytes().starts_with(b"/proc/")
        && let Some(contents) = procfs::contents(ctx.process(), guest.to_bytes())
    {
        return procfs::open(&contents, flags as i32).map(|fd| fd as u64);
    }
    let nofollow = flags & libc::O_NOFOLLOW as u64 != 0
        || flags & (libc::O_CREAT | libc::O_EXCL) as u64 == (libc::O_CREAT | libc::O_EXCL) as u64;
    let host = lookup(ctx, &guest, !nofollow);
    ctx.blocking(libc::SYS_openat, [dir, host.as_ptr() as u64, flags, mode, 0, 0])
}

fn lookup(ctx: &Ctx<'_>, guest: &CString, follow: bool) -> CString {
    if follow { ctx.resolve(guest) } else { path::resolve_link(ctx.process(), guest) }
}

const AT_FDCWD: u64 = libc::AT_FDCWD as u64;

/// `open`.
pub fn open(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    open_path(ctx, AT_FDCWD, a[0], a[1], a[2])
}

/// `creat`.
pub fn creat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let flags = (libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC) as u64;
    open_path(ctx, AT_FDCWD, a[0], flags, a[1])
}

/// `openat`.
pub fn openat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    open_path(ctx, a[0], a[1], a[2], a[3])
}

/// `openat2`; a scoped lookup (`RESOLVE_IN_ROOT`, `RESOLVE_BENEATH`) stays as it is.
pub fn openat2(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[3] < crate::layout::size_of(kernel::OPEN_HOW) as u64 {
        return Err(Errno::EINVAL);
    }
    let how = ctx.get_layout(a[2], kernel::OPEN_HOW)?;
    let word = |at: usize| how[at..at + 8].iter().rev().fold(0, |v, b| v << 8 | u64::from(*b));
    let guest = ctx.get_path(a[1])?;
    let flags = (ctx.process().abi.open_flags)(word(0));
    let host = if word(16) & 0x18 != 0 {
        guest
    } else {
        lookup(ctx, &guest, flags & libc::O_NOFOLLOW as u64 == 0)
    };
    let host_how = [flags, word(8), word(16)];
    ctx.blocking(
        libc::SYS_openat2,
        [a[0], host.as_ptr() as u64, host_how.as_ptr() as u64, 24, 0, 0],
    )
}

/// Whether an `AT_*` flag argument lets the final link be followed.
pub(crate) fn follows(flags: u64) -> bool {
    flags & libc::AT_SYMLINK_NOFOLLOW as u64 == 0
}

/// The host path of an `…at` call; a null pointer stays one.
pub(crate) fn at_path(ctx: &Ctx<'_>, addr: u64, follow: bool) -> Result<Option<CString>, Errno> {
    if addr == 0 {
        return Ok(None);
    }
    let guest = ctx.get_path(addr)?;
    Ok(Some(lookup(ctx, &guest, follow)))
}

pub(crate) fn pointer(path: &Option<CString>) -> u64 {
    path.as_ref().map_or(0, |path| path.as_ptr() as u64)
}

/// `linkat`.
pub fn linkat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let follow = a[4] & libc::AT_SYMLINK_FOLLOW as u64 != 0;
    let old = at_path(ctx, a[1], follow)?;
    let new = at_path(ctx, a[3], false)?;
    ctx.blocking(libc::SYS_linkat, [a[0], pointer(&old), a[2], pointer(&new), a[4], 0])
}

/// `getxattrat`: the buffer is named in a structure.
pub fn getxattrat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let Some(row) = crate::table::find("getxattrat") else { return Err(Errno::ENOSYS) };
    if a[5] >= crate::layout::size_of(kernel::XATTR_ARGS) as u64 {
        ctx.open_for_host(ctx.get_u64(a[4])?, ctx.get_u32(a[4].wrapping_add(8))?.into());
    }
    // Number 464 on every architecture; older C library headers lack the name.
    marshal::pass(ctx, 464, row.args, a)
}

/// `umount`: `umount2` without flags.
pub fn umount(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let path = at_path(ctx, a[0], true)?;
    ctx.blocking(libc::SYS_umount2, [pointer(&path), 0, 0, 0, 0, 0])
}

/// `readlink`.
pub fn readlink(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    readlinkat(ctx, &[AT_FDCWD, a[0], a[1], a[2], 0, 0])
}

/// `readlinkat`.
pub fn readlinkat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let guest = ctx.get_path(a[1])?;
    if procfs::is_own_exe(guest.to_bytes()) {
        let link = procfs::exe_link(ctx.process());
        if a[3] as i32 <= 0 {
            return Err(Errno::EINVAL);
        }
        let len = link.len().min(a[3] as usize);
        write_bytes(a[2], &link[..len])?;
        return Ok(len as u64);
    }
    let host = lookup(ctx, &guest, false);
    ctx.blocking(libc::SYS_readlinkat, [a[0], host.as_ptr() as u64, a[2], a[3], 0, 0])
}

/// Head of `struct linux_dirent64`: inode, offset, record length, type.
const DIRENT64: Layout = &[Run(8, 2), Run(2, 1)];

/// `getdents64`.
pub fn getdents64(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    directory(ctx, libc::SYS_getdents64, a)
}

/// `getdents`: the same head, with the type at the end of the record.
pub fn getdents(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    directory(ctx, libc::SYS_getdents, a)
}

fn directory(ctx: &mut Ctx<'_>, number: i64, a: &Args) -> SysResult {
    let mut bytes = vec![0u8; (a[2] as u32 as usize).min(1 << 20)];
    let args = [a[0], bytes.as_mut_ptr() as u64, bytes.len() as u64, 0, 0, 0];
    let done = ctx.blocking(number, args)? as usize;
    let endian = ctx.endian();
    let mut rest = &mut bytes[..done];
    while rest.len() >= 18 {
        let len = usize::from(u16::from_le_bytes([rest[16], rest[17]])).clamp(18, rest.len());
        let (record, later) = rest.split_at_mut(len);
        convert(endian, DIRENT64, record);
        rest = later;
    }
    write_bytes(a[1], &bytes[..done])?;
    Ok(done as u64)
}

/// `AT_HANDLE_MNT_ID_UNIQUE` of `name_to_handle_at`: the mount id has 64 bits (linux/fcntl.h, Linux 6.12).
const AT_HANDLE_MNT_ID_UNIQUE: u64 = 1;
/// Bytes of `struct file_handle` before the handle itself, and the most that follow (`MAX_HANDLE_SZ`).
const HANDLE_HEAD: usize = 8;
const MAX_HANDLE: usize = 128;

/// `name_to_handle_at`: the handle's two words are swapped, its bytes are the file system's.
///
/// With too little room for the handle the kernel still gives the head, which has the size that it takes, and the mount
/// (Linux fs/fhandle.c:do_sys_name_to_handle).
pub fn name_to_handle_at(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let path = at_path(ctx, a[1], a[4] & libc::AT_SYMLINK_FOLLOW as u64 != 0)?;
    let room = ctx.get_u32(a[2])?;
    let mut handle = vec![0u8; HANDLE_HEAD + (room as usize).min(MAX_HANDLE)];
    handle[..4].copy_from_slice(&room.to_le_bytes());
    let mut mount = 0u64;
    let args = [a[0], pointer(&path), handle.as_mut_ptr() as u64, &raw mut mount as u64, a[4], 0];
    let result = ctx.blocking(libc::SYS_name_to_handle_at, args);
    if result.is_err() && result != Err(Errno::EOVERFLOW) {
        return result;
    }
    let used = if result.is_ok() { handle.len() } else { HANDLE_HEAD };
    convert(ctx.endian(), kernel::FILE_HANDLE, &mut handle);
    write_bytes(a[2], &handle[..used])?;
    if a[4] & AT_HANDLE_MNT_ID_UNIQUE != 0 {
        ctx.put_u64(a[3], mount)?;
    } else {
        ctx.put_u32(a[3], mount as u32)?;
    }
    result
}

/// `open_by_handle_at`.
pub fn open_by_handle_at(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let len = (ctx.get_u32(a[1])? as usize).min(MAX_HANDLE);
    let mut handle = read_bytes(a[1], HANDLE_HEAD + len)?;
    convert(ctx.endian(), kernel::FILE_HANDLE, &mut handle);
    let flags = (ctx.process().abi.open_flags)(a[2]);
    ctx.blocking(libc::SYS_open_by_handle_at, [a[0], handle.as_ptr() as u64, flags, 0, 0, 0])
}
