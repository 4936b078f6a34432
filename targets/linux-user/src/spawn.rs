//! New threads, and children that borrow their parent's memory.

use crate::abi::CloneArgs;
use crate::errno::{Errno, SysResult};
use crate::process::{Ctx, Process, Task};
use crate::signal;
use crate::sys::clone::{DONE_HERE, enter_child, tell_parent};
use crate::unsafe_fork;
use std::sync::{Arc, mpsc};

/// Bytes of host stack for a guest thread or a vfork child. Generated code may use some of it for
/// the returns it predicts.
pub const HOST_STACK: usize = 1 << 20;

/// Starts a thread of the process.
///
/// # Errors
/// EAGAIN if the host has none to give; [`Errno::NOT_BEGUN`].
pub fn thread(ctx: &mut Ctx<'_>, args: &CloneArgs) -> SysResult {
    signal::quiet(ctx.task)?;
    let result = start_thread(ctx, args);
    signal::set_host_mask(ctx.task.mask);
    result
}

fn start_thread(ctx: &mut Ctx<'_>, args: &CloneArgs) -> SysResult {
    let mut cpu = ctx.cpu.for_thread(true)?;
    let mut task = Task::new(Arc::clone(ctx.process()));
    task.mask = ctx.task.mask;
    task.is_main = false;
    let args = *args;
    let (send, receive) = mpsc::sync_channel(1);
    ctx.process().count_threads(1);
    let body = move || {
        let tid = {
            let mut ctx = Ctx { task: &mut task, cpu: &mut *cpu };
            cpu_result(&mut ctx);
            // Bad addresses are ignored, as by the kernel.
            let _ = enter_child(&mut ctx, &args);
            ctx.tid()
        };
        // The parent waits for this and cannot be gone.
        let _ = send.send(tid);
        signal::run(&mut task, &mut *cpu);
    };
    let spawned = std::thread::Builder::new().stack_size(HOST_STACK).spawn(body);
    let tid = spawned.ok().and_then(|_| receive.recv().ok());
    if tid.is_none() {
        ctx.process().count_threads(-1);
    }
    tid.map(|tid| tid as u64).ok_or(Errno::EAGAIN)
}

/// The child of a clone sees the result 0.
fn cpu_result(ctx: &mut Ctx<'_>) {
    ctx.cpu.set_result(0);
}

/// `vfork`: the child runs in this process's memory until it executes a program or ends.
///
/// # Errors
/// The host's; [`Errno::NOT_BEGUN`].
pub fn vfork(ctx: &mut Ctx<'_>, args: &CloneArgs) -> SysResult {
    signal::quiet(ctx.task)?;
    let result = start_vfork(ctx, args);
    signal::set_host_mask(ctx.task.mask);
    result
}

fn start_vfork(ctx: &mut Ctx<'_>, args: &CloneArgs) -> SysResult {
    let mut cpu = ctx.cpu.for_thread(false)?;
    let mut task = Task::new(Arc::new(Process::for_vfork(ctx.process())));
    task.mask = ctx.task.mask;
    task.altstack = ctx.task.altstack;
    let mut child = || {
        {
            let mut ctx = Ctx { task: &mut task, cpu: &mut *cpu };
            cpu_result(&mut ctx);
            let _ = enter_child(&mut ctx, args);
        }
        signal::run(&mut task, &mut *cpu);
    };
    // The child's actions are a copy of its own.
    let flags = (args.flags & !DONE_HERE) as i32 & !libc::CLONE_SIGHAND;
    let mut pidfd = -1;
    let pid = unsafe_fork::vfork(flags, &mut pidfd, &mut child);
    ctx.task.inbox.reenter();
    tcg_exec::after_vfork_in_parent();
    let pid = pid?;
    tell_parent(ctx, args, pid, pidfd)?;
    Ok(pid as u64)
}
