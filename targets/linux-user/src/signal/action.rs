//! What the process does about signals, as the host is told: actions, masks, and the end by a signal.

use crate::errno::Errno;
use crate::host;
use crate::process::lock;
use crate::sigsafe::{self, NEVER_BLOCKED};
use std::arch::global_asm;
use std::sync::Mutex;

/// Number of signals; they are 1 to this.
pub const N_SIGNALS: i32 = 64;

/// `SIG_DFL`.
pub const DEFAULT: u64 = 0;

/// `SIG_IGN`.
pub const IGNORE: u64 = 1;

/// `SA_*` flags, the same on all our guests and the host.
pub mod sa {
    /// No SIGCHLD when children stop.
    pub const NOCLDSTOP: u64 = 1;
    /// Children become no zombies.
    pub const NOCLDWAIT: u64 = 2;
    /// The handler takes three arguments.
    pub const SIGINFO: u64 = 4;
    /// The guest gave a restorer.
    pub const RESTORER: u64 = 0x0400_0000;
    /// Use the alternate stack.
    pub const ONSTACK: u64 = 0x0800_0000;
    /// Restart interrupted calls.
    pub const RESTART: u64 = 0x1000_0000;
    /// Do not block the signal in its handler.
    pub const NODEFER: u64 = 0x4000_0000;
    /// Back to the default action at delivery.
    pub const RESETHAND: u64 = 0x8000_0000;
}

/// What the guest does about a signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// Guest address, [`DEFAULT`] or [`IGNORE`].
    pub handler: u64,
    /// [`sa`] flags.
    pub flags: u64,
    /// Return address of the handler, with [`sa::RESTORER`].
    pub restorer: u64,
    /// Signals blocked meanwhile.
    pub mask: u64,
}

/// The actions of a process, by signal number.
#[derive(Debug)]
pub struct Actions(Mutex<[Action; N_SIGNALS as usize + 1]>);

impl Default for Actions {
    fn default() -> Self {
        Actions(Mutex::new([Action::default(); N_SIGNALS as usize + 1]))
    }
}

/// `struct sigaction` of the host kernel.
#[repr(C)]
struct KernelAction {
    handler: u64,
    flags: u64,
    restorer: u64,
    mask: u64,
}

global_asm!(
    ".text",
    ".hidden momonga_sigreturn",
    ".globl momonga_sigreturn",
    "momonga_sigreturn:",
    "mov eax, 15",
    "syscall",
);

unsafe extern "C" {
    fn momonga_sigreturn();
}

fn index(signal: i32) -> Result<usize, Errno> {
    if (1..=N_SIGNALS).contains(&signal) { Ok(signal as usize) } else { Err(Errno::EINVAL) }
}

/// The mask bit of a signal.
pub fn bit(signal: i32) -> u64 {
    1 << ((signal - 1) & 63)
}

impl Actions {
    /// The action of a signal.
    ///
    /// # Errors
    /// EINVAL if there is no such signal.
    pub fn get(&self, signal: i32) -> Result<Action, Errno> {
        Ok(lock(&self.0)[index(signal)?])
    }

    /// Changes an action, and the host's accordingly.
    ///
    /// # Errors
    /// EINVAL for SIGKILL, SIGSTOP and what is no signal.
    pub fn set(&self, signal: i32, action: Action) -> Result<(), Errno> {
        if matches!(signal, libc::SIGKILL | libc::SIGSTOP) {
            return Err(Errno::EINVAL);
        }
        let index = index(signal)?;
        // Held until the host knows, too: of two threads the same one is the last for both.
        let mut actions = lock(&self.0);
        actions[index] = action;
        set_host_action(signal, &action)
    }

    /// Reads which signals the process was started with ignored, and takes SIGSEGV, SIGBUS and SIGFPE.
    pub fn inherit(&self) {
        for signal in 1..=N_SIGNALS {
            if host_action(signal).is_some_and(|action| action.handler == IGNORE) {
                lock(&self.0)[signal as usize].handler = IGNORE;
            }
        }
        for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE] {
            // Cannot fail for these.
            let _ = set_host_action(signal, &Action::default());
        }
    }

    /// A copy, for a child with actions of its own.
    pub fn duplicate(&self) -> Actions {
        Actions(Mutex::new(*lock(&self.0)))
    }

    /// Back to the default action for all signals but those that are ignored, as with `CLONE_CLEAR_SIGHAND`.
    pub fn clear_handlers(&self) {
        for signal in 1..=N_SIGNALS {
            if self.get(signal).is_ok_and(|action| action.handler > IGNORE) {
                self.reset(signal);
            }
        }
    }

    /// Back to the default action, at delivery with `SA_RESETHAND`.
    pub(super) fn reset(&self, signal: i32) {
        if let Ok(index) = index(signal) {
            let mut actions = lock(&self.0);
            actions[index].handler = DEFAULT;
            let _ = set_host_action(signal, &Action::default());
        }
    }

    /// Runs `fork` while no other thread holds the lock, so that the child finds it usable.
    pub fn with_quiet_lock<R>(&self, fork: impl FnOnce() -> R) -> R {
        let actions = lock(&self.0);
        let result = fork();
        drop(actions);
        result
    }
}

fn host_action(signal: i32) -> Option<KernelAction> {
    let mut old = KernelAction { handler: 0, flags: 0, restorer: 0, mask: 0 };
    let args = [signal as u64, 0, &raw mut old as u64, 8, 0, 0];
    host::call(libc::SYS_rt_sigaction, args).ok().map(|_| old)
}

/// The host's action for a guest's: what the kernel does by default it does itself, and whether
/// an interrupted call begins again it decides by the guest's `SA_RESTART`.
fn set_host_action(signal: i32, action: &Action) -> Result<(), Errno> {
    let is_ours = NEVER_BLOCKED & bit(signal) != 0;
    let handler = match action.handler {
        DEFAULT | IGNORE if !is_ours => action.handler,
        _ => sigsafe::handle as *const () as u64,
    };
    let from_guest = action.flags & (sa::NOCLDSTOP | sa::NOCLDWAIT | sa::RESTART);
    // SA_NODEFER for the emulator's own two: a guarded access may fault in a handler. What the
    // guest does not handle interrupts no call of it.
    let own = if is_ours { sa::NODEFER } else { 0 };
    let restart = if action.handler <= IGNORE { sa::RESTART } else { 0 };
    let new = KernelAction {
        handler,
        flags: from_guest | own | restart | sa::SIGINFO | sa::RESTORER,
        restorer: momonga_sigreturn as *const () as u64,
        mask: if is_ours { 0 } else { !NEVER_BLOCKED },
    };
    let args = [signal as u64, &raw const new as u64, 0, 8, 0, 0];
    host::call(libc::SYS_rt_sigaction, args).map(|_| ())
}

/// Sets the host's mask of this thread.
pub fn set_host_mask(mask: u64) {
    set_whole_mask(mask & !NEVER_BLOCKED);
}

/// Sets the host's mask of a thread that touches no guest memory any more.
pub(super) fn set_whole_mask(mask: u64) {
    // Cannot fail with valid arguments.
    let _ = host::call(
        libc::SYS_rt_sigprocmask,
        [libc::SIG_SETMASK as u64, &raw const mask as u64, 0, 8, 0, 0],
    );
}

/// The host's mask of this thread.
pub fn host_mask() -> u64 {
    let mut mask = 0u64;
    let _ = host::call(
        libc::SYS_rt_sigprocmask,
        [libc::SIG_SETMASK as u64, 0, &raw mut mask as u64, 8, 0, 0],
    );
    mask
}

/// Ends the process by a signal, as its parent should see it. No core of the emulator is left.
pub fn die(signal: i32) -> ! {
    let no_core = [0u64; 2];
    let _ = host::call(
        libc::SYS_setrlimit,
        host::args([u64::from(libc::RLIMIT_CORE), &raw const no_core as u64]),
    );
    let default = KernelAction { handler: DEFAULT, flags: 0, restorer: 0, mask: 0 };
    let args = [signal as u64, &raw const default as u64, 0, 8, 0, 0];
    let _ = host::call(libc::SYS_rt_sigaction, args);
    let pid = u64::from(std::process::id());
    let tid = host::call(libc::SYS_gettid, [0; 6]).unwrap_or(pid);
    let mask = !bit(signal);
    let set = [libc::SIG_SETMASK as u64, &raw const mask as u64, 0, 8, 0, 0];
    let _ = host::call(libc::SYS_tgkill, host::args([pid, tid, signal as u64]));
    let _ = host::call(libc::SYS_rt_sigprocmask, set);
    // Only reached if the signal does not kill after all.
    let _ = host::call(libc::SYS_exit_group, host::args([128 + signal as u64]));
    unreachable!("exit_group does not return")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_restarts_what_the_guest_wants_restarted() {
        let actions = Actions::default();
        let check = |signal: i32, handler: u64, flags: u64, restarts: bool| {
            actions.set(signal, Action { handler, flags, ..Action::default() }).unwrap();
            let host = host_action(signal).unwrap();
            assert_eq!(host.flags & sa::RESTART != 0, restarts, "{signal} {handler:#x} {flags:#x}");
        };
        check(libc::SIGUSR2, 0x1000, 0, false);
        check(libc::SIGUSR2, 0x1000, sa::RESTART, true);
        check(libc::SIGBUS, 0x1000, 0, false);
        // The emulator's own handler for a signal that the guest does not handle.
        check(libc::SIGBUS, IGNORE, 0, true);
        check(libc::SIGBUS, DEFAULT, 0, true);
        check(libc::SIGUSR2, DEFAULT, 0, true);
    }
}
