//! Making processes and threads.

use crate::abi::CloneArgs;
use crate::errno::{Errno, SysResult};
use crate::layout::{GuestStruct, guest_struct};
use crate::process::{Args, Ctx, read_bytes};
use crate::{spawn, unsafe_fork};
use std::sync::Arc;
use tcg_mem::PAGE_SIZE;

const CLONE_VM: u64 = libc::CLONE_VM as u64;
const CLONE_VFORK: u64 = libc::CLONE_VFORK as u64;
const CLONE_THREAD: u64 = libc::CLONE_THREAD as u64;
const CLONE_SETTLS: u64 = libc::CLONE_SETTLS as u64;
const CLONE_PARENT_SETTID: u64 = libc::CLONE_PARENT_SETTID as u64;
const CLONE_CHILD_SETTID: u64 = libc::CLONE_CHILD_SETTID as u64;
const CLONE_CHILD_CLEARTID: u64 = libc::CLONE_CHILD_CLEARTID as u64;
const CLONE_PIDFD: u64 = libc::CLONE_PIDFD as u64;
const CLONE_SIGHAND: u64 = libc::CLONE_SIGHAND as u64;
const CLONE_PARENT: u64 = libc::CLONE_PARENT as u64;
const CLONE_DETACHED: u64 = libc::CLONE_DETACHED as u64;
const CLONE_CLEAR_SIGHAND: u64 = 1 << 32;
const CLONE_INTO_CGROUP: u64 = 1 << 33;
/// The signal that tells of the child's end, in the flags of `clone`.
const CSIGNAL: u64 = 0xff;
/// Flags that say what to write into guest memory or registers, which the emulator does.
pub(crate) const DONE_HERE: u64 = CLONE_SETTLS
    | CLONE_PARENT_SETTID
    | CLONE_CHILD_SETTID
    | CLONE_CHILD_CLEARTID
    | CLONE_CLEAR_SIGHAND;

/// `fork`.
pub fn fork(ctx: &mut Ctx<'_>, _: &Args) -> SysResult {
    do_fork(ctx, &simple(libc::SIGCHLD as u64))
}

/// `vfork`.
pub fn vfork(ctx: &mut Ctx<'_>, _: &Args) -> SysResult {
    spawn::vfork(ctx, &simple(CLONE_VM | CLONE_VFORK | libc::SIGCHLD as u64))
}

fn simple(flags: u64) -> CloneArgs {
    CloneArgs { flags, ..CloneArgs::default() }
}

/// `clone`.
pub fn clone(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let args = (ctx.process().abi.clone_args)(a);
    start(ctx, &args)
}

guest_struct! {
    /// `struct clone_args` (Linux include/uapi/linux/sched.h).
    Clone3 = 88 {
        flags: u64, pidfd: u64, child_tid: u64, parent_tid: u64, exit_signal: u64, stack: u64,
        stack_size: u64, tls: u64, set_tid: u64, set_tid_size: u64, cgroup: u64,
    }
}

/// Bytes of the first version of `struct clone_args`.
const CLONE3_LEAST: u64 = 64;
/// Most levels of name spaces (Linux MAX_PID_NS_LEVEL).
const MAX_TIDS: u64 = 32;

/// `clone3`.
pub fn clone3(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let size = a[1];
    if size > PAGE_SIZE {
        return Err(Errno::E2BIG);
    }
    if size < CLONE3_LEAST {
        return Err(Errno::EINVAL);
    }
    let bytes = read_bytes(a[0], size as usize)?;
    if bytes.iter().skip(Clone3::SIZE).any(|byte| *byte != 0) {
        return Err(Errno::E2BIG);
    }
    let args = Clone3::decode(ctx.endian(), &whole(bytes));
    check_clone3(&args)?;
    let top = args.stack.wrapping_add(args.stack_size);
    start(
        ctx,
        &CloneArgs {
            flags: args.flags | args.exit_signal,
            stack: top,
            parent_tid: args.parent_tid,
            child_tid: args.child_tid,
            pidfd: args.pidfd,
            tls: args.tls,
        },
    )
}

/// What an older program leaves out is zero.
fn whole(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(Clone3::SIZE, 0);
    bytes
}

/// What the kernel checks of the structure (Linux kernel/fork.c: `copy_clone_args_from_user`, `clone3_args_valid`).
fn check_clone3(args: &Clone3) -> Result<(), Errno> {
    let flags = args.flags;
    let knows_tids =
        args.set_tid_size <= MAX_TIDS && (args.set_tid == 0) == (args.set_tid_size == 0);
    let has_signal = args.exit_signal != 0;
    let is_valid = knows_tids
        && args.exit_signal <= crate::signal::N_SIGNALS as u64
        && flags >> 34 == 0
        && flags & (CLONE_DETACHED | CSIGNAL) == 0
        && flags & (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND) != CLONE_SIGHAND | CLONE_CLEAR_SIGHAND
        && !(has_signal && flags & (CLONE_THREAD | CLONE_PARENT) != 0)
        && (args.stack == 0) == (args.stack_size == 0);
    match () {
        () if !is_valid => Err(Errno::EINVAL),
        // Choosing the id takes a capability; it is not passed on to the host.
        () if args.set_tid != 0 => Err(Errno::EPERM),
        () if flags & CLONE_INTO_CGROUP != 0 => Err(Errno::EOPNOTSUPP),
        () => Ok(()),
    }
}

fn start(ctx: &mut Ctx<'_>, args: &CloneArgs) -> SysResult {
    let has = |flag: u64| args.flags & flag != 0;
    let is_wrong = has(CLONE_THREAD) && !has(CLONE_SIGHAND)
        || has(CLONE_SIGHAND) && !has(CLONE_VM)
        || has(CLONE_PIDFD) && has(CLONE_THREAD | CLONE_DETACHED)
        || has(CLONE_PIDFD) && has(CLONE_PARENT_SETTID) && args.pidfd == args.parent_tid;
    if is_wrong {
        return Err(Errno::EINVAL);
    }
    if args.flags & CLONE_THREAD != 0 {
        return spawn::thread(ctx, args);
    }
    if args.flags & (CLONE_VM | CLONE_VFORK) == CLONE_VM | CLONE_VFORK {
        return spawn::vfork(ctx, args);
    }
    if args.flags & CLONE_VM != 0 {
        // A process that runs beside its parent in the same memory: nobody does this.
        return Err(Errno::EINVAL);
    }
    do_fork(ctx, args)
}

fn do_fork(ctx: &mut Ctx<'_>, args: &CloneArgs) -> SysResult {
    crate::signal::quiet(ctx.task)?;
    let flags = args.flags;
    let kernel_flags = flags & !(DONE_HERE | CLONE_VFORK);
    let is_plain = kernel_flags == libc::SIGCHLD as u64;
    let mut pidfd = -1;
    let mut fork = || match is_plain {
        true => unsafe_fork::fork(),
        false => unsafe_fork::raw(kernel_flags, &mut pidfd),
    };
    let process = Arc::clone(ctx.process());
    let pid = process.actions.with_quiet_lock(|| ctx.cpu.fork(&mut fork));
    if pid == Ok(0) {
        enter_child(ctx, args)?;
    }
    crate::signal::set_host_mask(ctx.task.mask);
    let pid = pid?;
    if pid > 0 {
        tell_parent(ctx, args, pid, pidfd)?;
    }
    Ok(pid as u64)
}

/// The words that the parent of a clone gets.
pub(crate) fn tell_parent(
    ctx: &Ctx<'_>,
    args: &CloneArgs,
    pid: i32,
    pidfd: i32,
) -> Result<(), Errno> {
    if args.flags & CLONE_PIDFD != 0 {
        ctx.put_u32(args.pidfd, pidfd as u32)?;
    }
    if args.flags & CLONE_PARENT_SETTID != 0 {
        ctx.put_u32(args.parent_tid, pid as u32)?;
    }
    Ok(())
}

/// The child's side of a clone: stack, thread pointer, id words.
pub(crate) fn enter_child(ctx: &mut Ctx<'_>, args: &CloneArgs) -> Result<(), Errno> {
    let tid = ctx.tid() as u32;
    if args.stack != 0 {
        ctx.cpu.set_sp(args.stack);
    }
    if args.flags & CLONE_CLEAR_SIGHAND != 0 {
        ctx.process().actions.clear_handlers();
    }
    if args.flags & CLONE_SETTLS != 0 {
        ctx.cpu.set_tls(args.tls);
    }
    // The kernel ignores a bad address here.
    if args.flags & CLONE_PARENT_SETTID != 0 {
        let _ = ctx.put_u32(args.parent_tid, tid);
    }
    if args.flags & CLONE_CHILD_SETTID != 0 {
        let _ = ctx.put_u32(args.child_tid, tid);
    }
    let clears = args.flags & CLONE_CHILD_CLEARTID != 0;
    ctx.task.clear_tid = if clears { args.child_tid } else { 0 };
    ctx.task.robust_list = 0;
    if args.flags & CLONE_THREAD == 0 {
        ctx.task.is_main = true;
        ctx.process().only_thread();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_of_clone3_are_checked_as_by_the_kernel() {
        let fork = Clone3 { exit_signal: 17, ..Clone3::default() };
        let thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
        let check = |args: Clone3, expected: Result<(), Errno>| {
            assert_eq!(check_clone3(&args), expected, "{args:?}");
        };
        check(fork, Ok(()));
        check(
            Clone3 { flags: thread, stack: 0x1000, stack_size: 0x1000, ..Clone3::default() },
            Ok(()),
        );
        check(Clone3 { flags: CLONE_CLEAR_SIGHAND, ..fork }, Ok(()));
        let bad = Err(Errno::EINVAL);
        check(Clone3 { flags: CLONE_CLEAR_SIGHAND | CLONE_SIGHAND, ..fork }, bad);
        check(Clone3 { flags: thread, ..fork }, bad);
        check(Clone3 { flags: CLONE_PARENT, ..fork }, bad);
        check(Clone3 { flags: 17, ..fork }, bad);
        check(Clone3 { flags: 1 << 34, ..fork }, bad);
        check(Clone3 { exit_signal: 65, ..fork }, bad);
        check(Clone3 { stack: 0x1000, ..fork }, bad);
        check(Clone3 { stack_size: 0x1000, ..fork }, bad);
        check(Clone3 { set_tid_size: 1, ..fork }, bad);
        check(Clone3 { set_tid: 0x1000, set_tid_size: 1, ..fork }, Err(Errno::EPERM));
        check(Clone3 { flags: CLONE_INTO_CGROUP, ..fork }, Err(Errno::EOPNOTSUPP));
    }
}
