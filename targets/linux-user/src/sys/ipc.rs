//! System V and POSIX inter-process communication.

use crate::errno::{Errno, SysResult};
use crate::layout::{Layout, Run, convert_array, kernel};
use crate::process::{Args, Ctx, read_bytes, write_bytes};
use std::sync::Arc;
use tcg_mem::{Mapping, PAGE_SIZE, Prot};

/// `struct ipc64_perm` of the guests: key, uid, gid, cuid, cgid, mode (4 bytes each), pad (2),
/// sequence (2), two spare words. The host's has the mode in 2 bytes and the same size and
/// offsets otherwise but for that (asm-generic/ipcbuf.h).
const PERM: [Run; 4] = [Run(4, 6), Run(2, 2), Run(1, 4), Run(8, 2)];
/// `struct shmid64_ds`: perm, size, three times, two pids, attachments, two spare.
const SHMID: Layout = &[PERM[0], PERM[1], PERM[2], PERM[3], Run(8, 4), Run(4, 2), Run(8, 3)];
/// `struct msqid64_ds`: perm, three times, three counts, two pids, two spare.
const MSQID: Layout = &[PERM[0], PERM[1], PERM[2], PERM[3], Run(8, 6), Run(4, 2), Run(8, 2)];
/// `struct semid64_ds` of asm-generic: perm, two times, count, two spare. The host has two more
/// words, one after each time.
const SEMID_WORDS: usize = 5;
const SEMID_PERM: usize = 48;

/// `struct sembuf`.
const SEMBUF: Layout = &[Run(2, 3)];
/// Version bit of the commands.
const IPC_64: u64 = 0x100;

/// `ipc`: all of System V in one call (Linux ipc/syscall.c, arch/s390/kernel/sys_s390.c).
pub fn ipc(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let [call, first, second, third, ptr, _] = *a;
    let first = first as i32 as u64;
    let version = call >> 16 & 0xffff;
    match call & 0xffff {
        1 => semtimedop(ctx, &[first, ptr, second, 0, 0, 0]),
        2 => ctx.blocking(libc::SYS_semget, [first, second, third, 0, 0, 0]),
        3 => {
            let arg = ctx.get_u64(ptr)?;
            semctl(ctx, &[first, second, third, arg, 0, 0])
        }
        // On s390x the timeout is the third argument.
        4 => semtimedop(ctx, &[first, ptr, second, third, 0, 0]),
        11 => msgsnd(ctx, &[first, ptr, second, third, 0, 0]),
        12 if version == 0 => {
            let (text, kind) = (ctx.get_u64(ptr)?, ctx.get_u64_at(ptr, 8)?);
            msgrcv(ctx, &[first, text, second, kind, third, 0])
        }
        13 => ctx.blocking(libc::SYS_msgget, [first, second, 0, 0, 0, 0]),
        14 => msgctl(ctx, &[first, second, ptr, 0, 0, 0]),
        21 => {
            let addr = shmat(ctx, &[first, ptr, second, 0, 0, 0])?;
            ctx.put_u64(third, addr)?;
            Ok(0)
        }
        22 => shmdt(ctx, &[ptr, 0, 0, 0, 0, 0]),
        23 => ctx.blocking(libc::SYS_shmget, [first, second, third, 0, 0, 0]),
        24 => shmctl(ctx, &[first, second, ptr, 0, 0, 0]),
        _ => Err(Errno::ENOSYS),
    }
}

/// `semop`.
pub fn semop(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    semtimedop(ctx, &[a[0], a[1], a[2], 0, 0, 0])
}

/// `semtimedop`.
pub fn semtimedop(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let count = a[2] as u32 as usize;
    if count == 0 || count > 500 {
        return Err(if count == 0 { Errno::EINVAL } else { Errno::E2BIG });
    }
    let mut ops = read_bytes(a[1], count * 6)?;
    convert_array(ctx.endian(), SEMBUF, &mut ops);
    let time = if a[3] == 0 { None } else { Some(ctx.get_layout(a[3], kernel::TIMESPEC)?) };
    let time = time.as_ref().map_or(0, |t| t.as_ptr() as u64);
    ctx.blocking(libc::SYS_semtimedop, [a[0], ops.as_ptr() as u64, a[2], time, 0, 0])
}

/// `semctl`.
pub fn semctl(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let command = a[2] & !IPC_64;
    let with = |arg: u64| [a[0], a[1], command, arg, 0, 0];
    match command as i32 {
        // A union: the number is its first 32 bits, the high half on a big-endian guest.
        libc::SETVAL => {
            let value = match ctx.endian() {
                tcg_mem::Endian::Big => a[3] >> 32,
                tcg_mem::Endian::Little => a[3],
            };
            ctx.blocking(libc::SYS_semctl, with(value))
        }
        libc::GETALL | libc::SETALL => all_values(ctx, a, command),
        libc::IPC_STAT | libc::IPC_SET | 18 | 20 => {
            let mut host = [0u8; SEMID_PERM + 7 * 8];
            if command as i32 == libc::IPC_SET {
                let perm = ctx.get_layout(a[3], &PERM)?;
                host[..SEMID_PERM].copy_from_slice(&perm);
            }
            let result = ctx.blocking(libc::SYS_semctl, with(host.as_mut_ptr() as u64))?;
            if command as i32 != libc::IPC_SET {
                put_semid(ctx, a[3], &host)?;
            }
            Ok(result)
        }
        _ => ctx.blocking(libc::SYS_semctl, with(a[3])),
    }
}

/// The host's otime, spare, ctime, spare, nsems, two spare become otime, ctime, nsems, spare.
fn put_semid(ctx: &Ctx<'_>, to: u64, host: &[u8]) -> Result<(), Errno> {
    ctx.put_layout(to, &PERM, &host[..SEMID_PERM])?;
    let mut words = vec![0u8; SEMID_WORDS * 8];
    for (i, from) in [0usize, 2, 4].into_iter().enumerate() {
        let at = SEMID_PERM + from * 8;
        words[i * 8..i * 8 + 8].copy_from_slice(&host[at..at + 8]);
    }
    convert_array(ctx.endian(), kernel::U64, &mut words);
    write_bytes(to.wrapping_add(SEMID_PERM as u64), &words)
}

fn all_values(ctx: &mut Ctx<'_>, a: &Args, command: u64) -> SysResult {
    let mut state = [0u8; SEMID_PERM + 7 * 8];
    let stat = [a[0], 0, libc::IPC_STAT as u64, state.as_mut_ptr() as u64, 0, 0];
    ctx.blocking(libc::SYS_semctl, stat)?;
    let at = SEMID_PERM + 4 * 8;
    let count = state[at..at + 8].iter().rev().fold(0usize, |v, b| v << 8 | usize::from(*b));
    let is_set = command as i32 == libc::SETALL;
    let mut values =
        if is_set { read_bytes(a[3], count * 2)? } else { vec![0; count.min(1 << 16) * 2] };
    convert_array(ctx.endian(), kernel::U16, &mut values);
    let args = [a[0], 0, command, values.as_mut_ptr() as u64, 0, 0];
    let result = ctx.blocking(libc::SYS_semctl, args)?;
    if !is_set {
        convert_array(ctx.endian(), kernel::U16, &mut values);
        write_bytes(a[3], &values)?;
    }
    Ok(result)
}

fn control(ctx: &mut Ctx<'_>, number: i64, a: &Args, layout: Layout) -> SysResult {
    let command = a[1] & !IPC_64;
    match command as i32 {
        libc::IPC_SET => {
            let host = ctx.get_layout(a[2], layout)?;
            ctx.blocking(number, [a[0], command, host.as_ptr() as u64, 0, 0, 0])
        }
        // IPC_STAT and the statistics by index (SHM_STAT, MSG_STAT and their _ANY).
        libc::IPC_STAT | 11 | 13 | 15 => {
            let mut host = vec![0u8; crate::layout::size_of(layout)];
            let args = [a[0], command, host.as_mut_ptr() as u64, 0, 0, 0];
            let result = ctx.blocking(number, args)?;
            ctx.put_layout(a[2], layout, &host)?;
            Ok(result)
        }
        libc::IPC_INFO | 12 | 14 => Err(Errno::EINVAL),
        _ => ctx.blocking(number, [a[0], command, a[2], 0, 0, 0]),
    }
}

/// `shmctl`.
pub fn shmctl(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    // 11 and 12 lock and unlock here, without a structure.
    if matches!(a[1] & !IPC_64, 11 | 12) {
        return ctx.blocking(libc::SYS_shmctl, [a[0], a[1] & !IPC_64, 0, 0, 0, 0]);
    }
    control(ctx, libc::SYS_shmctl, a, SHMID)
}

/// `msgctl`.
pub fn msgctl(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    control(ctx, libc::SYS_msgctl, a, MSQID)
}

/// What names of attached segments begin with, as in the kernel's `/proc/self/maps`.
const SEGMENT: &str = "/SYSV";

/// `shmat`: room is made by the address space, the segment put over it.
///
/// Linux ipc/shm.c:do_shmat. A segment is recorded as a file: two that follow each other stay
/// two, and pieces of one know their offset.
pub fn shmat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut state = vec![0u8; crate::layout::size_of(SHMID)];
    let stat = [a[0], libc::IPC_STAT as u64, state.as_mut_ptr() as u64, 0, 0, 0];
    ctx.blocking(libc::SYS_shmctl, stat)?;
    let key = u32::from_le_bytes([state[0], state[1], state[2], state[3]]);
    let size = state[48..56].iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b));
    let has = |flag: i32| a[2] & flag as u64 != 0;
    let write = if has(libc::SHM_RDONLY) { Prot::NONE } else { Prot::WRITE };
    let code = if has(libc::SHM_EXEC) { Prot::EXEC } else { Prot::NONE };
    let prot = Prot::READ.union(write).union(code);
    let wanted = if has(libc::SHM_RND) { a[1] & !(PAGE_SIZE - 1) } else { a[1] };
    let at = place_segment(ctx, wanted, size, has(libc::SHM_REMAP))?;
    // Not to be started over when a signal is pending: the place is taken.
    let flags = (libc::SHM_REMAP | if has(libc::SHM_RDONLY) { libc::SHM_RDONLY } else { 0 }) as u64;
    let space = &ctx.process().space;
    let attached = crate::host::call(libc::SYS_shmat, crate::host::args([a[0], at, flags]));
    let addr = attached.inspect_err(|_| {
        // Cannot fail on what has just been mapped.
        let _ = space.munmap(tcg_mem::GuestAddr(at), size);
    })?;
    let range = addr..addr + size.next_multiple_of(PAGE_SIZE);
    let name = Some(Arc::from(format!("{SEGMENT}{key:08x}")));
    space.adopt(Mapping { range, prot, shared: true, name, offset: 0, file: true });
    Ok(addr)
}

fn place_segment(ctx: &Ctx<'_>, wanted: u64, size: u64, remaps: bool) -> SysResult {
    let fixed = match (wanted, remaps) {
        (0, true) => return Err(Errno::EINVAL),
        (0, false) => 0,
        (_, true) => libc::MAP_FIXED,
        (_, false) => libc::MAP_FIXED_NOREPLACE,
    };
    let mut request = tcg_mem::MapRequest::anonymous(tcg_mem::GuestAddr(wanted), size, Prot::NONE);
    request.flags |= fixed;
    let placed = ctx.process().space.mmap(&request);
    // The kernel says EINVAL when something is in the way.
    placed
        .map(|addr| addr.0)
        .map_err(|e| if e.0 == libc::EEXIST { Errno::EINVAL } else { Errno(e.0) })
}

/// `shmdt`: what is left of the segment goes, wherever parts have other permissions.
pub fn shmdt(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let result = ctx.blocking(libc::SYS_shmdt, *a)?;
    let space = &ctx.process().space;
    let is_segment = |name: Option<&str>| name.is_some_and(|name| name.starts_with(SEGMENT));
    for part in space.mappings() {
        if is_segment(part.name.as_deref()) && part.range.start.wrapping_sub(part.offset) == a[0] {
            space.forget(part.range);
        }
    }
    Ok(result)
}

/// Longest message text that is passed on.
const MAX_TEXT: u64 = 1 << 20;

/// `msgsnd`: a message is its type and its text.
pub fn msgsnd(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[2] > MAX_TEXT {
        return Err(Errno::EINVAL);
    }
    let mut message = read_bytes(a[1], 8 + a[2] as usize)?;
    crate::layout::convert(ctx.endian(), kernel::U64, &mut message);
    ctx.blocking(libc::SYS_msgsnd, [a[0], message.as_ptr() as u64, a[2], a[3], 0, 0])
}

/// `msgrcv`.
pub fn msgrcv(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[2] > MAX_TEXT {
        return Err(Errno::EINVAL);
    }
    let mut message = vec![0u8; 8 + a[2] as usize];
    let args = [a[0], message.as_mut_ptr() as u64, a[2], a[3], a[4], 0];
    let len = ctx.blocking(libc::SYS_msgrcv, args)?;
    crate::layout::convert(ctx.endian(), kernel::U64, &mut message);
    write_bytes(a[1], &message[..8 + (len as usize).min(a[2] as usize)])?;
    Ok(len)
}

/// `mq_open`: the attributes count only when a queue is made.
pub fn mq_open(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let name = ctx.get_path(a[0])?;
    let flags = (ctx.process().abi.open_flags)(a[1]);
    let creates = flags & libc::O_CREAT as u64 != 0 && a[3] != 0;
    let attr = if creates { Some(ctx.get_layout(a[3], kernel::MQ_ATTR)?) } else { None };
    let attr = attr.as_ref().map_or(0, |attr| attr.as_ptr() as u64);
    ctx.blocking(libc::SYS_mq_open, [name.as_ptr() as u64, flags, a[2], attr, 0, 0])
}
