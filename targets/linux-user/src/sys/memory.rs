//! `mmap` and its relatives, by way of the address space.

use crate::errno::{Errno, SysResult};
use crate::layout::kernel::IOVEC;
use crate::limits::Growth;
use crate::marshal;
use crate::process::{Args, Ctx};
use crate::table::Arg;
use std::sync::Arc;
use tcg_mem::{GuestAddr, MapRequest, PAGE_SIZE, Prot};

fn host_errno(errno: tcg_mem::Errno) -> Errno {
    Errno(errno.0)
}

/// `mmap` of old: one pointer to the six arguments (Linux mm/mmap.c:old_mmap).
pub fn old_mmap(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut args = [0; 6];
    for (i, arg) in args.iter_mut().enumerate() {
        *arg = ctx.get_u64_at(a[0], 8 * i as u64)?;
    }
    mmap(ctx, &args)
}

/// `mmap`.
pub fn mmap(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let flags = a[3] as i32;
    let fd = if flags & libc::MAP_ANONYMOUS != 0 { -1 } else { a[4] as i32 };
    let request = MapRequest {
        addr: GuestAddr(a[0]),
        len: a[1],
        prot: prot(ctx, a[2]),
        flags,
        fd,
        offset: a[5],
        name: file_name(fd),
    };
    let process = ctx.process();
    if !process.limits.allow(&process.space, &growth(&request)) {
        return Err(Errno::ENOMEM);
    }
    process.space.mmap(&request).map(|addr| addr.0).map_err(host_errno)
}

/// What a mapping adds, if it is one.
fn growth(request: &MapRequest) -> Growth {
    let bytes = request.len.checked_next_multiple_of(PAGE_SIZE).unwrap_or(0);
    let is_private = request.flags & libc::MAP_TYPE == libc::MAP_PRIVATE;
    let is_fixed = request.flags & libc::MAP_FIXED != 0;
    let start = request.addr.0;
    Growth {
        bytes,
        is_data: is_private && request.prot.allows(Prot::WRITE),
        replaces: if is_fixed { start..start.saturating_add(bytes) } else { 0..0 },
    }
}

/// Permissions from the bits of a system call.
fn prot(ctx: &Ctx<'_>, bits: u64) -> Prot {
    let prot = Prot::from_bits(bits as i32);
    let guards = ctx.process().abi.guards_code && bits & PROT_BTI != 0;
    if guards { prot.union(Prot::GUARDED) } else { prot }
}

/// The path of a mapped file, for `/proc/self/maps`.
fn file_name(fd: i32) -> Option<Arc<str>> {
    if fd < 0 {
        return None;
    }
    let link = std::fs::read_link(format!("/proc/self/fd/{fd}")).ok()?;
    Some(Arc::from(link.to_string_lossy()))
}

/// `munmap`.
pub fn munmap(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    ctx.process().space.munmap(GuestAddr(a[0]), a[1]).map_err(host_errno)?;
    Ok(0)
}

/// `PROT_BTI` of aarch64.
const PROT_BTI: u64 = 0x10;
/// `PROT_READ`, `PROT_WRITE`, `PROT_EXEC`, and `PROT_SEM`, which has no effect.
const PROT_GENERIC: u64 = 15;
/// `PROT_GROWSDOWN`: from the start of a stack's mapping on.
const GROWS_DOWN: u64 = 0x0100_0000;

/// `mprotect`.
pub fn mprotect(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let guard = if ctx.process().abi.guards_code { PROT_BTI } else { 0 };
    if a[2] & !(PROT_GENERIC | GROWS_DOWN | guard) != 0 {
        return Err(Errno::EINVAL);
    }
    let prot = prot(ctx, a[2]);
    let space = &ctx.process().space;
    let (mut addr, mut len) = (a[0], a[1]);
    if a[2] & GROWS_DOWN != 0 {
        let mapping = space.find(GuestAddr(addr)).ok_or(Errno::ENOMEM)?;
        len = len.wrapping_add(addr - mapping.range.start);
        addr = mapping.range.start;
    }
    let range = addr..addr.saturating_add(len);
    if prot.allows(Prot::WRITE) && !ctx.process().limits.allow_data(space, &range) {
        return Err(Errno::ENOMEM);
    }
    space.mprotect(GuestAddr(addr), len, prot).map_err(host_errno)?;
    Ok(0)
}

/// `mremap`.
pub fn mremap(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let process = ctx.process();
    let space = &process.space;
    let is_data = space
        .find(GuestAddr(a[0]))
        .is_some_and(|mapping| mapping.prot.allows(Prot::WRITE) && !mapping.shared);
    let growth = Growth { bytes: a[2].saturating_sub(a[1]), is_data, replaces: 0..0 };
    if growth.bytes != 0 && !process.limits.allow(space, &growth) {
        return Err(Errno::ENOMEM);
    }
    let moved = space.mremap(GuestAddr(a[0]), a[1], a[2], a[3] as i32, GuestAddr(a[4]));
    moved.map(|addr| addr.0).map_err(host_errno)
}

/// `brk`.
pub fn brk(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let process = ctx.process();
    let now = process.space.brk(GuestAddr(0)).0;
    let bytes = a[0].saturating_sub(now.next_multiple_of(PAGE_SIZE));
    let growth = Growth { bytes, is_data: true, replaces: 0..0 };
    if bytes != 0 && !process.limits.allow(&process.space, &growth) {
        return Ok(now);
    }
    Ok(process.space.brk(GuestAddr(a[0])).0)
}

/// `mseal`.
pub fn mseal(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[2] != 0 {
        return Err(Errno::EINVAL);
    }
    ctx.process().space.seal(GuestAddr(a[0]), a[1]).map_err(host_errno)?;
    Ok(0)
}

/// `madvise`.
pub fn madvise(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    ctx.process().space.madvise(GuestAddr(a[0]), a[1], a[2] as i32).map_err(host_errno)?;
    Ok(0)
}

/// Not among the C library's bindings (asm-generic/mman-common.h).
const MADV_COLLAPSE: i32 = 25;

/// `process_madvise`, as before Linux 6.13: what would change memory, which is for the process itself only, is refused.
pub fn process_madvise(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    const KINDS: &[Arg] = &[Arg::Fd, Arg::InArray(IOVEC, 2), Arg::Int, Arg::Int, Arg::Hex];
    match a[3] as i32 {
        libc::MADV_COLD | libc::MADV_PAGEOUT | libc::MADV_WILLNEED | MADV_COLLAPSE => {
            marshal::pass(ctx, libc::SYS_process_madvise, KINDS, a)
        }
        _ => Err(Errno::EINVAL),
    }
}
