//! Delivery of signals. The folder has the actions.
//!
//! The host keeps what it can: pending signals, masks, queues, job control and the default
//! actions. A guest handler is a host handler ([`sigsafe::handle`]) that notes the signal;
//! [`finish`] then builds the guest's frame between two stretches of guest code.

mod action;

pub use action::{
    Action, Actions, DEFAULT, IGNORE, N_SIGNALS, bit, die, host_mask, sa, set_host_mask,
};

use crate::abi::{Delivery, Event, GuestCpu, Synchronous};
use crate::errno::{Errno, SysResult, to_kernel};
use crate::host;
use crate::process::Task;
use crate::siginfo;
use crate::sigsafe::{self, NEVER_BLOCKED};
use action::set_whole_mask;
use std::sync::atomic::Ordering;

/// `SS_AUTODISARM`.
const SS_AUTODISARM: i32 = i32::MIN;

/// Blocks all signals and says whether none waits for delivery, so that actions or masks may
/// be changed; else the call must be started over after delivery.
///
/// # Errors
/// [`Errno::NOT_BEGUN`].
pub fn quiet(task: &Task) -> Result<(), Errno> {
    set_host_mask(u64::MAX);
    if task.inbox.pending.load(Ordering::Acquire) != 0 {
        return Err(Errno::NOT_BEGUN);
    }
    Ok(())
}

/// How a run of the vCPU ended, as far as signals are concerned.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// After a system call with this result, which is not stored yet.
    Call(SysResult),
    /// Anything else.
    Other,
}

/// Stores the result of a call, delivers what is pending and sets the guest's mask.
pub fn finish(task: &mut Task, cpu: &mut dyn GuestCpu, stop: Stop) {
    let not_begun = matches!(stop, Stop::Call(Err(Errno::NOT_BEGUN)));
    let keep = std::mem::take(&mut task.keep_registers);
    match stop {
        Stop::Call(result) if !not_begun && !keep => {
            cpu.set_result(to_kernel(result));
        }
        _ => {}
    }
    if not_begun {
        cpu.rewind_call();
    }
    let is_quiet = task.inbox.pending.load(Ordering::Acquire) == 0 && task.held.is_empty();
    if !not_begun && is_quiet {
        return;
    }
    set_host_mask(u64::MAX);
    let endian = task.process.abi.endian;
    let mut arrived = std::mem::take(&mut task.held);
    arrived.extend(task.inbox.take().iter().map(|i| (i.si_signo, siginfo::to_guest(endian, i))));
    for (signal, info) in arrived {
        if NEVER_BLOCKED & task.mask & bit(signal) != 0 {
            task.held.push((signal, info));
            continue;
        }
        deliver(task, cpu, signal, info, None);
    }
    if let Some(mask) = task.saved_mask.take() {
        task.mask = mask;
    }
    set_host_mask(task.mask);
}

/// Delivers a signal that an instruction caused. It cannot be blocked or ignored.
pub fn deliver_fault(task: &mut Task, cpu: &mut dyn GuestCpu, fault: Synchronous) {
    let action = task.process.actions.get(fault.signal).unwrap_or_default();
    if action.handler <= IGNORE || task.mask & bit(fault.signal) != 0 {
        die(fault.signal);
    }
    let info = siginfo::of_fault(task.process.abi.endian, &fault);
    deliver(task, cpu, fault.signal, info, Some(fault));
    set_host_mask(task.mask);
}

fn deliver(
    task: &mut Task,
    cpu: &mut dyn GuestCpu,
    signal: i32,
    info: Vec<u8>,
    cause: Option<Synchronous>,
) {
    let action = task.process.actions.get(signal).unwrap_or_default();
    match action.handler {
        IGNORE => return,
        DEFAULT => {
            default_action(signal);
            return;
        }
        _ => {}
    }
    if task.process.config.strace {
        crate::strace::signal(task, signal, &info);
    }
    if action.flags & sa::RESETHAND != 0 {
        task.process.actions.reset(signal);
    }
    let delivery = Delivery {
        signal,
        handler: action.handler,
        flags: action.flags,
        restorer: action.restorer,
        info,
        mask: task.saved_mask.take().unwrap_or(task.mask),
        stack_top: alternate_stack(task, cpu.sp(), &action),
        altstack: crate::abi::AltStack { flags: altstack_flags(task, cpu.sp()), ..task.altstack },
        returns: task.process.returns,
        cause,
    };
    if task.altstack.flags & SS_AUTODISARM != 0 && delivery.stack_top.is_some() {
        task.altstack = crate::abi::AltStack::default();
    }
    if cpu.push_frame(&delivery).is_err() {
        // No stack for the handler: SIGSEGV, which then has none either unless it is another
        // stack (Linux kernel/signal.c:signal_setup_done).
        stack_failed(task, cpu, signal);
        return;
    }
    let own = if action.flags & sa::NODEFER != 0 { 0 } else { bit(signal) };
    task.mask |= action.mask | own;
}

fn stack_failed(task: &mut Task, cpu: &mut dyn GuestCpu, signal: i32) {
    let segv = task.process.actions.get(libc::SIGSEGV).unwrap_or_default();
    let is_usable =
        segv.handler > IGNORE && signal != libc::SIGSEGV && task.mask & bit(libc::SIGSEGV) == 0;
    if !is_usable {
        die(libc::SIGSEGV);
    }
    // SI_KERNEL, no address.
    let fault = Synchronous { signal: libc::SIGSEGV, code: 0x80, addr: 0, trap: 0 };
    deliver_fault(task, cpu, fault);
}

/// Whether `sp` is on the alternate stack.
pub fn on_altstack(task: &Task, sp: u64) -> bool {
    let stack = task.altstack;
    stack.flags & (libc::SS_DISABLE | SS_AUTODISARM) == 0
        && sp.wrapping_sub(stack.base) <= stack.size
        && sp != stack.base
}

/// `ss_flags` as the guest sees them now.
pub fn altstack_flags(task: &Task, sp: u64) -> i32 {
    if task.altstack.size == 0 {
        return libc::SS_DISABLE;
    }
    let on = if on_altstack(task, sp) { libc::SS_ONSTACK } else { 0 };
    task.altstack.flags & SS_AUTODISARM | task.altstack.flags & libc::SS_DISABLE | on
}

fn alternate_stack(task: &Task, sp: u64, action: &Action) -> Option<u64> {
    let stack = task.altstack;
    let is_wanted = action.flags & sa::ONSTACK != 0
        && stack.size != 0
        && stack.flags & libc::SS_DISABLE == 0
        && !on_altstack(task, sp);
    is_wanted.then(|| stack.base.wrapping_add(stack.size))
}

/// Signals whose default action is nothing.
fn is_ignored_by_default(signal: i32) -> bool {
    matches!(signal, libc::SIGCHLD | libc::SIGURG | libc::SIGWINCH | libc::SIGCONT)
}

fn default_action(signal: i32) {
    match signal {
        _ if is_ignored_by_default(signal) => {}
        libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU | libc::SIGSTOP => {
            let pid = u64::from(std::process::id());
            let _ = host::call(libc::SYS_kill, host::args([pid, libc::SIGSTOP as u64]));
        }
        _ => die(signal),
    }
}

/// Runs a thread until it ends.
pub fn run(task: &mut Task, cpu: &mut dyn GuestCpu) {
    let space = std::sync::Arc::clone(&task.process.space);
    let _attached = space.attach_thread();
    let previous = task.inbox.enter(cpu.exit_handle());
    set_host_mask(task.mask);
    while !task.exited {
        crate::sys::guarded::follow(task, cpu);
        match cpu.run() {
            Event::Call => {
                let result = crate::dispatch::call(task, cpu);
                if !task.exited {
                    finish(task, cpu, Stop::Call(result));
                }
            }
            Event::Fault(fault) => {
                if task.process.config.strace {
                    crate::strace::fault(task, cpu.pc(), &fault);
                }
                deliver_fault(task, cpu, fault);
                finish(task, cpu, Stop::Other);
            }
            Event::Interrupted => finish(task, cpu, Stop::Other),
        }
    }
    // What is sent to the process from now on is for its other threads.
    set_whole_mask(u64::MAX);
    sigsafe::Inbox::leave(previous);
}

/// Stays for ever in a thread that the guest has ended, and takes no signal.
///
/// For the first one: were it to end, the kernel would show the process as a zombie, without
/// `/proc/self/exe`, `fd` and `maps`.
pub fn park() -> ! {
    set_whole_mask(u64::MAX);
    loop {
        // Cannot be interrupted.
        let _ = host::call(libc::SYS_pause, [0; 6]);
    }
}
