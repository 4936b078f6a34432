//! What belongs to one thread: its id word, robust list, affinity.

use super::futex::wake_one;
use crate::errno::{Errno, SysResult};
use crate::layout::{Endian, convert, convert_array, kernel, size_of};
use crate::process::{Args, Ctx, Task, read_bytes, write_bytes};
use tcg_mem::GuestAddr;

/// `set_tid_address`.
pub fn set_tid_address(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    ctx.task.clear_tid = a[0];
    Ok(ctx.tid() as u64)
}

/// Bytes of `struct robust_list_head`.
const ROBUST_HEAD: u64 = 24;
/// Most robust futexes that are looked at (Linux ROBUST_LIST_LIMIT).
const ROBUST_LIMIT: usize = 2048;

/// `set_robust_list`. A list in the host's byte order is the host's, too, whose kernel then sees to it however the thread ends.
pub fn set_robust_list(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[1] != ROBUST_HEAD {
        return Err(Errno::EINVAL);
    }
    ctx.task.robust_list = a[0];
    set_host_list(ctx.endian(), a[0]);
    Ok(0)
}

/// Makes the list the host's. The C library of the emulator has one for each thread, which is empty.
fn set_host_list(endian: Endian, head: u64) {
    if endian == Endian::Little {
        // Cannot fail with this size.
        let _ = crate::host::call(libc::SYS_set_robust_list, [head, ROBUST_HEAD, 0, 0, 0, 0]);
    }
}

/// `get_robust_list`, of the calling thread only.
pub fn get_robust_list(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[0] != 0 && a[0] as i32 != ctx.tid() {
        return Err(Errno::EPERM);
    }
    ctx.put_u64(a[1], ctx.task.robust_list)?;
    ctx.put_u64(a[2], ROBUST_HEAD)?;
    Ok(0)
}

const OWNER_DIED: u32 = 0x4000_0000;
pub(crate) const WAITERS: u32 = 0x8000_0000;
pub(crate) const TID_MASK: u32 = 0x3fff_ffff;

/// What the kernel does when a thread ends: robust futexes, then the id word.
pub fn at_exit(task: &mut Task, tid: i32) {
    if task.robust_list != 0 {
        // A list that cannot be read ends the walk, as in the kernel.
        let _ = release_robust(task, tid);
        task.robust_list = 0;
        set_host_list(task.process.abi.endian, 0);
    }
    if task.clear_tid != 0 {
        let _ = write_bytes(task.clear_tid, &[0; 4]);
        wake_one(task.clear_tid);
        task.clear_tid = 0;
    }
}

/// Walks the list (Linux kernel/futex/core.c:exit_robust_list).
fn release_robust(task: &Task, tid: i32) -> Result<(), Errno> {
    let endian = task.process.abi.endian;
    let word = |base: u64, offset: u64| {
        tcg_mem::read_u64(GuestAddr(base.wrapping_add(offset)), endian).map_err(|_| Errno::EFAULT)
    };
    let head = task.robust_list;
    let offset = word(head, 8)?;
    let pending = word(head, 16)? & !1;
    let mut entry = word(head, 0)? & !1;
    for _ in 0..ROBUST_LIMIT {
        if entry == head {
            break;
        }
        let next = word(entry, 0)? & !1;
        if entry != pending {
            release_one(task, entry.wrapping_add(offset), tid)?;
        }
        entry = next;
    }
    if pending != 0 {
        release_one(task, pending.wrapping_add(offset), tid)?;
    }
    Ok(())
}

fn release_one(task: &Task, futex: u64, tid: i32) -> Result<(), Errno> {
    let is_mine = |word: u32| word & TID_MASK == tid as u32;
    let update = |word: u32| if is_mine(word) { word & WAITERS | OWNER_DIED } else { word };
    let old = tcg_mem::fetch_update_u32(GuestAddr(futex), task.process.abi.endian, update)
        .map_err(|_| Errno::EFAULT)?;
    if is_mine(old) && old & WAITERS != 0 {
        wake_one(futex);
    }
    Ok(())
}

/// `sched_getaffinity`: a mask of 64-bit words.
pub fn sched_getaffinity(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut mask = vec![0u8; (a[1] as u32 as usize).min(1024)];
    let args = [a[0], mask.len() as u64, mask.as_mut_ptr() as u64, 0, 0, 0];
    let len = ctx.blocking(libc::SYS_sched_getaffinity, args)? as usize;
    convert_array(ctx.endian(), kernel::U64, &mut mask[..len]);
    write_bytes(a[2], &mask[..len])?;
    Ok(len as u64)
}

/// `sched_setaffinity`.
pub fn sched_setaffinity(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut mask = read_bytes(a[2], (a[1] as u32 as usize).min(1024))?;
    convert_array(ctx.endian(), kernel::U64, &mut mask);
    ctx.blocking(
        libc::SYS_sched_setaffinity,
        [a[0], mask.len() as u64, mask.as_ptr() as u64, 0, 0, 0],
    )
}

/// Bytes of the first version of `struct sched_attr` (`SCHED_ATTR_SIZE_VER0`).
const SCHED_ATTR: u32 = size_of(kernel::SCHED_ATTR) as u32;

/// `sched_setattr`: the structure tells its own size; zero stands for that of the first version, which is all that is
/// passed on.
pub fn sched_setattr(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if !matches!(ctx.get_u32(a[1])?, 0 | SCHED_ATTR..=4096) {
        return Err(Errno::E2BIG);
    }
    let mut attr = ctx.get_layout(a[1], kernel::SCHED_ATTR)?;
    attr[..4].copy_from_slice(&SCHED_ATTR.to_le_bytes());
    ctx.blocking(libc::SYS_sched_setattr, [a[0], attr.as_ptr() as u64, a[2], 0, 0, 0])
}

/// `sched_getattr`.
pub fn sched_getattr(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut attr = [0u8; SCHED_ATTR as usize];
    let size = u64::from((a[2] as u32).min(SCHED_ATTR));
    ctx.blocking(libc::SYS_sched_getattr, [a[0], attr.as_mut_ptr() as u64, size, a[3], 0, 0])?;
    convert(ctx.endian(), kernel::SCHED_ATTR, &mut attr);
    write_bytes(a[1], &attr[..size as usize])?;
    Ok(0)
}
