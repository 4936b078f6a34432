//! Ending and waiting for processes and threads; capabilities, limits.

use crate::errno::{Errno, SysResult};
use crate::layout::{convert, kernel};
use crate::limits::Limit;
use crate::marshal;
use crate::process::{Args, Ctx, read_bytes, write_bytes};
use crate::siginfo;
use crate::sys::thread;
use crate::table::Arg;
use crate::unsafe_view::zeroed;

/// `exit`: of this thread. The last one ends the process, with its status (Linux
/// kernel/exit.c:synchronize_group_exit).
pub fn exit(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    // Signals that have come are delivered while the thread still owns its stack.
    crate::signal::quiet(ctx.task)?;
    let tid = ctx.tid();
    thread::at_exit(ctx.task, tid);
    if ctx.process().count_threads(-1) == 0 {
        return exit_group(ctx, a);
    }
    if ctx.task.is_main {
        crate::signal::park();
    }
    ctx.task.exited = true;
    Ok(0)
}

/// `exit_group`.
pub fn exit_group(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let tid = ctx.tid();
    thread::at_exit(ctx.task, tid);
    if ctx.process().config.stats {
        crate::ui::line(&ctx.cpu.stats());
    }
    crate::host::call(libc::SYS_exit_group, [a[0], 0, 0, 0, 0, 0])
}

/// `waitid`.
pub fn waitid(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut info = zeroed::<libc::siginfo_t>();
    let mut usage = [0u8; crate::layout::size_of(kernel::RUSAGE)];
    let usage_to = if a[4] == 0 { 0 } else { usage.as_mut_ptr() as u64 };
    let args = [a[0], a[1], &raw mut info as u64, a[3], usage_to, 0];
    let result = ctx.blocking(libc::SYS_waitid, args)?;
    if a[2] != 0 {
        write_bytes(a[2], &siginfo::to_guest(ctx.endian(), &info))?;
    }
    // Without a child that has changed there is no usage (Linux kernel/exit.c).
    if a[4] != 0 && info.si_signo != 0 {
        ctx.put_layout(a[4], kernel::RUSAGE, &usage)?;
    }
    Ok(result)
}

/// Version 1 of the capability interface has one data element, the others two.
const CAPABILITY_V1: u32 = 0x1998_0330;

fn capability_bytes(header: &[u8]) -> usize {
    let version = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
    if version == CAPABILITY_V1 { 12 } else { 24 }
}

/// `capget`.
pub fn capget(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut header = ctx.get_layout(a[0], kernel::CAP_HEADER)?;
    let len = capability_bytes(&header);
    let mut data = [0u8; 24];
    let data_to = if a[1] == 0 { 0 } else { data.as_mut_ptr() as u64 };
    let result = ctx.blocking(libc::SYS_capget, [header.as_mut_ptr() as u64, data_to, 0, 0, 0, 0]);
    ctx.put_layout(a[0], kernel::CAP_HEADER, &header)?;
    if result.is_ok() && a[1] != 0 {
        convert(ctx.endian(), kernel::CAP_DATA, &mut data);
        write_bytes(a[1], &data[..len])?;
    }
    result
}

/// `capset`.
pub fn capset(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let header = ctx.get_layout(a[0], kernel::CAP_HEADER)?;
    let mut data = read_bytes(a[1], capability_bytes(&header))?;
    convert(ctx.endian(), kernel::CAP_DATA, &mut data);
    let args = [header.as_ptr() as u64, data.as_ptr() as u64, 0, 0, 0, 0];
    ctx.blocking(libc::SYS_capset, args)
}

/// Two words in the host's byte order.
fn limit_of(bytes: &[u8]) -> Limit {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |v, b| v << 8 | u64::from(*b));
    [word(&bytes[..8]), word(&bytes[8..])]
}

/// `getrlimit`.
pub fn getrlimit(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    prlimit64(ctx, &[0, a[0], 0, a[1], 0, 0])
}

/// `setrlimit`.
pub fn setrlimit(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[1] == 0 {
        return Err(Errno::EFAULT);
    }
    prlimit64(ctx, &[0, a[0], a[1], 0, 0, 0])
}

/// `prlimit64`; limits of memory are the process's own, and those of other processes are not changed.
pub fn prlimit64(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    const KINDS: &[Arg] = &[Arg::Int, Arg::Int, Arg::In(kernel::RLIMIT), Arg::Out(kernel::RLIMIT)];
    let resource = a[1] as u32;
    let Some(old) = ctx.process().limits.get(resource) else {
        return marshal::pass(ctx, libc::SYS_prlimit64, KINDS, a);
    };
    let pid = a[0] as i32;
    if pid != 0 && pid != std::process::id() as i32 && pid != ctx.tid() {
        return marshal::pass(ctx, libc::SYS_prlimit64, KINDS, &[a[0], a[1], 0, a[3], 0, 0]);
    }
    if a[2] != 0 {
        let new = limit_of(&ctx.get_layout(a[2], kernel::RLIMIT)?);
        ctx.process().limits.set(resource, new)?;
    }
    if a[3] != 0 {
        ctx.put_layout(a[3], kernel::RLIMIT, &old.map(u64::to_le_bytes).concat())?;
    }
    Ok(0)
}

/// `nice` of the guests that have it.
pub fn nice(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let which = u64::from(libc::PRIO_PROCESS);
    let now = 20 - ctx.blocking(libc::SYS_getpriority, [which, 0, 0, 0, 0, 0])? as i64;
    let new = (now + i64::from(a[0] as i32).clamp(-40, 40)).clamp(-20, 19);
    let result = ctx.blocking(libc::SYS_setpriority, [which, 0, new as u64, 0, 0, 0]);
    // nice(2) reports EPERM where setpriority reports EACCES.
    result.map_err(|errno| if errno == Errno::EACCES { Errno::EPERM } else { errno })
}

/// `unshare`.
pub fn unshare(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    super::exec::keep_self(ctx);
    ctx.blocking(libc::SYS_unshare, *a)
}
