//! Signal actions, masks and stacks.

use super::poll::with_mask;
use crate::abi::AltStack;
use crate::errno::{Errno, SysResult};
use crate::layout::{guest_struct, kernel};
use crate::process::{Args, Ctx, read_bytes, write_bytes};
use crate::siginfo;
use crate::signal::{self as delivery, Action, altstack_flags, bit, on_altstack, quiet, sa};
use crate::unsafe_view::{bytes_of, zeroed};

fn change_action(ctx: &mut Ctx<'_>, signal: i32, new: Option<Action>) -> Result<Action, Errno> {
    let old = ctx.process().actions.get(signal)?;
    if let Some(action) = new {
        if matches!(signal, libc::SIGKILL | libc::SIGSTOP) {
            return Err(Errno::EINVAL);
        }
        // Between the host's handler and delivery the action must not change.
        quiet(ctx.task)?;
        let changed = ctx.process().actions.set(signal, action);
        delivery::set_host_mask(ctx.task.mask);
        changed?;
    }
    Ok(old)
}

guest_struct! {
    /// `struct sigaction` of guests with a restorer (Linux include/linux/signal_types.h).
    NewAction = 32 { handler: u64, flags: u64, restorer: u64, mask: u64 }
}

/// `rt_sigaction`.
pub fn rt_sigaction(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[3] != 8 {
        return Err(Errno::EINVAL);
    }
    let new = match a[1] {
        0 => None,
        addr => {
            let NewAction { handler, flags, restorer, mask } = ctx.get(addr)?;
            Some(Action { handler, flags, restorer, mask })
        }
    };
    let Action { handler, flags, restorer, mask } = change_action(ctx, a[0] as i32, new)?;
    if a[2] != 0 {
        ctx.put(a[2], &NewAction { handler, flags, restorer, mask })?;
    }
    Ok(0)
}

guest_struct! {
    /// `struct old_sigaction` (Linux kernel/signal.c, `CONFIG_OLD_SIGACTION`).
    OldAction = 32 { handler: u64, mask: u64, flags: u64, restorer: u64 }
}

/// `sigaction`, the old one.
pub fn sigaction(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let new = match a[1] {
        0 => None,
        addr => {
            let old: OldAction = ctx.get(addr)?;
            let OldAction { handler, mask, flags, restorer } = old;
            Some(Action { handler, flags, restorer, mask })
        }
    };
    let old = change_action(ctx, a[0] as i32, new)?;
    if a[2] != 0 {
        let Action { handler, flags, restorer, mask } = old;
        ctx.put(a[2], &OldAction { handler, mask, flags, restorer })?;
    }
    Ok(0)
}

/// `signal`.
pub fn signal(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let flags = sa::RESETHAND | sa::NODEFER;
    let new = Action { handler: a[1], flags, restorer: 0, mask: 0 };
    change_action(ctx, a[0] as i32, Some(new)).map(|old| old.handler)
}

fn change_mask(ctx: &mut Ctx<'_>, how: i32, set: u64) -> Result<(), Errno> {
    let mask = match how {
        libc::SIG_BLOCK => ctx.task.mask | set,
        libc::SIG_UNBLOCK => ctx.task.mask & !set,
        libc::SIG_SETMASK => set,
        _ => return Err(Errno::EINVAL),
    };
    quiet(ctx.task)?;
    ctx.task.mask = mask & !(bit(libc::SIGKILL) | bit(libc::SIGSTOP));
    delivery::set_host_mask(ctx.task.mask);
    Ok(())
}

/// `rt_sigprocmask`.
pub fn rt_sigprocmask(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[3] != 8 {
        return Err(Errno::EINVAL);
    }
    let old = ctx.task.mask;
    if a[1] != 0 {
        let set = ctx.get_u64(a[1])?;
        change_mask(ctx, a[0] as i32, set)?;
    }
    if a[2] != 0 {
        ctx.put_u64(a[2], old)?;
    }
    Ok(0)
}

/// `sigprocmask`, the old one: a mask of 64 bits as well.
pub fn sigprocmask(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    rt_sigprocmask(ctx, &[a[0], a[1], a[2], 8, 0, 0])
}

/// `rt_sigpending`.
pub fn rt_sigpending(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut mask = 0u64;
    ctx.blocking(libc::SYS_rt_sigpending, [&raw mut mask as u64, 8, 0, 0, 0, 0])?;
    // What the host cannot block waits here.
    let held = ctx.task.held.iter().fold(0, |held, (signal, _)| held | bit(*signal));
    ctx.put_u64(a[0], mask & ctx.task.mask | held)?;
    Ok(0)
}

/// `sigpending`, the old one.
pub fn sigpending(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    rt_sigpending(ctx, a)
}

fn suspend(ctx: &mut Ctx<'_>, mask: u64) -> SysResult {
    with_mask(ctx, Some(mask), |ctx, mask| {
        ctx.blocking(libc::SYS_rt_sigsuspend, [mask, 8, 0, 0, 0, 0])
    })
}

/// `rt_sigsuspend`.
pub fn rt_sigsuspend(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[1] != 8 {
        return Err(Errno::EINVAL);
    }
    let mask = ctx.get_u64(a[0])?;
    suspend(ctx, mask)
}

/// `sigsuspend`, the old one: the mask is the third argument.
pub fn sigsuspend(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    suspend(ctx, a[2])
}

/// `rt_sigtimedwait`.
pub fn rt_sigtimedwait(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[3] != 8 {
        return Err(Errno::EINVAL);
    }
    let set = ctx.get_u64(a[0])?;
    if let Some(at) = ctx.task.held.iter().position(|(signal, _)| set & bit(*signal) != 0) {
        let (signal, info) = ctx.task.held.remove(at);
        if a[1] != 0 {
            write_bytes(a[1], &info)?;
        }
        return Ok(signal as u64);
    }
    let time = if a[2] == 0 { None } else { Some(ctx.get_layout(a[2], kernel::TIMESPEC)?) };
    let time = time.as_ref().map_or(0, |t| t.as_ptr() as u64);
    let mut info = zeroed::<libc::siginfo_t>();
    let args = [&raw const set as u64, &raw mut info as u64, time, 8, 0, 0];
    let result = ctx.blocking(libc::SYS_rt_sigtimedwait, args)?;
    if a[1] != 0 {
        write_bytes(a[1], &siginfo::to_guest(ctx.endian(), &info))?;
    }
    Ok(result)
}

fn get_info(ctx: &Ctx<'_>, signal: i32, addr: u64) -> Result<libc::siginfo_t, Errno> {
    Ok(siginfo::from_guest(ctx.endian(), signal, &read_bytes(addr, siginfo::SIZE)?))
}

/// `rt_sigqueueinfo`.
pub fn rt_sigqueueinfo(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let info = get_info(ctx, a[1] as i32, a[2])?;
    let pointer = bytes_of(&info).as_ptr() as u64;
    ctx.blocking(libc::SYS_rt_sigqueueinfo, [a[0], a[1], pointer, 0, 0, 0])
}

/// `rt_tgsigqueueinfo`.
pub fn rt_tgsigqueueinfo(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let info = get_info(ctx, a[2] as i32, a[3])?;
    let pointer = bytes_of(&info).as_ptr() as u64;
    ctx.blocking(libc::SYS_rt_tgsigqueueinfo, [a[0], a[1], a[2], pointer, 0, 0])
}

/// `pidfd_send_signal`.
pub fn pidfd_send_signal(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let info = if a[2] == 0 { None } else { Some(get_info(ctx, a[1] as i32, a[2])?) };
    let pointer = info.as_ref().map_or(0, |info| bytes_of(info).as_ptr() as u64);
    ctx.blocking(libc::SYS_pidfd_send_signal, [a[0], a[1], pointer, a[3], 0, 0])
}

fn return_from(ctx: &mut Ctx<'_>, rt: bool) -> SysResult {
    quiet(ctx.task)?;
    ctx.task.keep_registers = true;
    match ctx.cpu.pop_frame(rt) {
        Ok(restored) => {
            ctx.task.mask = restored.mask & !(bit(libc::SIGKILL) | bit(libc::SIGSTOP));
            if let Some(stack) = restored.altstack {
                let flags = stack.flags & !libc::SS_ONSTACK;
                ctx.task.altstack = AltStack { flags, ..stack };
            }
            delivery::set_host_mask(ctx.task.mask);
        }
        Err(_) => {
            let fault = ctx.cpu.bad_frame();
            delivery::deliver_fault(ctx.task, ctx.cpu, fault);
        }
    }
    Ok(0)
}

/// `rt_sigreturn`.
pub fn rt_sigreturn(ctx: &mut Ctx<'_>, _: &Args) -> SysResult {
    return_from(ctx, true)
}

/// `sigreturn`.
pub fn sigreturn(ctx: &mut Ctx<'_>, _: &Args) -> SysResult {
    return_from(ctx, false)
}

guest_struct! {
    /// `stack_t`.
    Stack = 24 { base: u64, flags: i32, pad: u32, size: u64 }
}

/// `sigaltstack`.
pub fn sigaltstack(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let sp = ctx.cpu.sp();
    let AltStack { base, size, .. } = ctx.task.altstack;
    let old = Stack { base, flags: altstack_flags(ctx.task, sp), pad: 0, size };
    if a[0] != 0 {
        let new: Stack = ctx.get(a[0])?;
        if on_altstack(ctx.task, sp) {
            return Err(Errno::EPERM);
        }
        ctx.task.altstack = checked_stack(&new, ctx.process().abi.min_altstack)?;
    }
    if a[1] != 0 {
        ctx.put(a[1], &old)?;
    }
    Ok(0)
}

fn checked_stack(new: &Stack, least: u64) -> Result<AltStack, Errno> {
    const AUTODISARM: i32 = i32::MIN;
    match new.flags & !AUTODISARM {
        libc::SS_DISABLE => Ok(AltStack { flags: new.flags, ..AltStack::default() }),
        0 | libc::SS_ONSTACK if new.size < least => Err(Errno::ENOMEM),
        0 | libc::SS_ONSTACK => {
            Ok(AltStack { base: new.base, flags: new.flags & AUTODISARM, size: new.size })
        }
        _ => Err(Errno::EINVAL),
    }
}
