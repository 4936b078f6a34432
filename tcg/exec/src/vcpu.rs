//! One guest thread: its CPU state, and the loop that runs it.

use crate::epoch::{Member, REQUEST_USER, new_jump_table};
use crate::host_address::is_canonical;
use crate::interp::Interp;
use crate::jit::Jit;
use crate::machine::{Core, Engine, Machine};
use crate::sigsafe_fault::RunningGuard;
use crate::translate::{Translator, may_enter};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tcg_ir::{Env, ExitCode, Guest};
use tcg_mem::{Access, Cause, Fault, GuestAddr, ReportCodeWrites, WriteFault};

/// How often an instruction is repeated at one place though nothing stands in its way, before that
/// counts as a fault: another thread may have opened the page meanwhile.
const MAX_REPEATS: u32 = 64;
/// More than the longest guest instruction, bytes.
const MAX_GUEST_INSN: u64 = 16;

/// Why [`Vcpu::run`] came back. `Env::pc` is where the guest goes on, or the instruction at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// A system call with the guest's argument; `Env::pc` is the next instruction.
    Syscall(u64),
    /// Somebody called [`ExitHandle::request`].
    Interrupt,
    /// An access that the guest may not make; `Env::pc` is the instruction.
    Fault(Fault),
    /// A trap of the guest's own, with its argument.
    Trap(ExitCode, u64),
}

/// One guest thread. May move between host threads while it does not run.
pub struct Vcpu<G: Guest> {
    core: Arc<Core>,
    state: *mut G::State,
    member: Arc<Member>,
    translator: Translator,
    runner: Option<Runner>,
    /// Epoch of the last safe point.
    epoch: u64,
    /// Mode that the jump table is for.
    table_flags: u32,
    /// The next instruction may store to its own page: run it alone.
    alone: bool,
    /// Place and number of repeated stores.
    repeats: (u64, u64, u32),
    n_lookups: u64,
}

// SAFETY: the state and the jump table belong to the vCPU and are `Send`; the back end is `Send`.
unsafe impl<G: Guest> Send for Vcpu<G> {}

enum Runner {
    Jit(Box<Jit>),
    Interp(Box<Interp>),
}

/// Makes a vCPU leave guest code soon; any thread and any signal handler may use it.
#[derive(Clone, Debug)]
pub struct ExitHandle {
    member: Arc<Member>,
}

impl ExitHandle {
    /// Makes [`Vcpu::run`] return [`Exit::Interrupt`] at the next safe point; if the vCPU does not
    /// run, as soon as it is asked to. Async-signal-safe.
    pub fn request(&self) {
        self.member.request(REQUEST_USER);
    }
}

impl<G: Guest> std::fmt::Debug for Vcpu<G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vcpu").field("pc", &self.env().pc).finish_non_exhaustive()
    }
}

impl<G: Guest> Vcpu<G> {
    /// A vCPU of `machine` with the CPU state `state`.
    ///
    /// # Errors
    /// A machine that compiles but has no code cache, which [`Machine::new`] never makes.
    pub fn new(machine: &Machine<G>, state: Box<G::State>) -> io::Result<Vcpu<G>> {
        let core = &machine.core;
        let state = Box::into_raw(state);
        let env = state.cast::<Env>();
        let jump_table = Box::into_raw(new_jump_table());
        // SAFETY: STATE-LAYOUT: the `Env` is the head of the state, which was just leaked.
        unsafe { *(*env).jump_table.get_mut() = jump_table.cast() };
        // SAFETY: MEMBER-LIFE: both were just leaked, and the state is of the type to be freed.
        let member = unsafe { core.epochs.add(env, jump_table, free_state::<G>) };
        let mut vcpu = Vcpu {
            core: Arc::clone(core),
            state,
            member,
            translator: Translator::new::<G>(),
            runner: None,
            epoch: 0,
            table_flags: 0,
            alone: false,
            repeats: (0, 0, 0),
            n_lookups: 0,
        };
        let member = &vcpu.member;
        let runner = match &core.config.engine {
            Engine::Jit(_) => {
                // SAFETY: the engine is dropped before the state.
                let jit = unsafe { Jit::new(core, member, env) };
                Runner::Jit(Box::new(jit.ok_or_else(|| io::Error::other("no code cache"))?))
            }
            Engine::Interp(make) => {
                // SAFETY: as above.
                let interp = unsafe { Interp::new(core, make(G::layout()), env) };
                Runner::Interp(Box::new(interp))
            }
        };
        vcpu.runner = Some(runner);
        Ok(vcpu)
    }

    /// The CPU state.
    #[must_use]
    pub fn state(&self) -> &G::State {
        // SAFETY: STATE-OWNED: it is ours, and generated code does not run while we are borrowed.
        unsafe { &*self.state }
    }

    /// The CPU state.
    pub fn state_mut(&mut self) -> &mut G::State {
        // SAFETY: as in `state`, and borrowed exclusively.
        unsafe { &mut *self.state }
    }

    /// The shared head of the CPU state.
    #[must_use]
    pub fn env(&self) -> &Env {
        G::env(self.state())
    }

    /// The shared head of the CPU state.
    pub fn env_mut(&mut self) -> &mut Env {
        G::env_mut(self.state_mut())
    }

    /// What makes this vCPU leave guest code; without effect once the vCPU is gone.
    #[must_use]
    pub fn exit_handle(&self) -> ExitHandle {
        ExitHandle { member: Arc::clone(&self.member) }
    }

    /// Runs guest code from `Env::pc` on, until something needs the caller.
    pub fn run(&mut self) -> Exit {
        let running = match &self.runner {
            Some(Runner::Jit(jit)) => jit.running(),
            _ => std::ptr::null(),
        };
        // SAFETY: RUNNING-LIFE: the engine outlives this call.
        let _running = unsafe { RunningGuard::new(running) };
        let _reports = ReportCodeWrites::begin();
        self.member.announce(self.core.epochs.now());
        // The caller may have sent the guest elsewhere (to a signal handler) since the last exit:
        // where that exit led to is not where the guest goes on.
        if let Some(Runner::Jit(jit)) = &mut self.runner {
            jit.forget();
        }
        let exit = loop {
            if let Some(exit) = self.round() {
                break exit;
            }
        };
        self.member.leave();
        self.core.stats.count_lookups(std::mem::take(&mut self.n_lookups));
        exit
    }

    /// In the child of a `fork`, on the vCPU that forked: makes the machine the child's own.
    ///
    /// # Errors
    /// The host's, when there is no memory for code; nothing can run then.
    pub fn after_fork_in_child(&mut self) -> io::Result<()> {
        self.core.epochs.keep_only(&self.member);
        if let Some(cache) = &self.core.cache {
            let chunk = match &self.runner {
                Some(Runner::Jit(jit)) => jit.open_chunk_number(),
                _ => None,
            };
            cache.after_fork_in_child(chunk, &self.core.epochs)?;
        }
        self.core.space.after_fork_in_child();
        Ok(())
    }

    /// Finds and runs one TB with all that is chained to it.
    fn round(&mut self) -> Option<Exit> {
        if self.env().exit_request.load(Ordering::Relaxed) != 0 {
            // Acquire: what was written before the request is seen after it.
            let request = self.env().exit_request.swap(0, Ordering::Acquire);
            if request & REQUEST_USER != 0 {
                return Some(Exit::Interrupt);
            }
        }
        self.safe_point();
        self.n_lookups += 1;
        let key = (self.env().pc, G::tb_flags(self.state()));
        if key.1 != self.table_flags && !G::is_transient(key.1) {
            self.change_mode(key.1);
        }
        let branch_type = G::branch_type(self.state());
        if branch_type != 0 {
            if let Err(trap) = may_enter::<G>(&self.core, key.0, branch_type) {
                return Some(Exit::Trap(trap, key.0));
            }
            G::set_branch_type(self.state_mut(), 0);
        }
        let alone = std::mem::take(&mut self.alone);
        let translator = &mut self.translator;
        let outcome = match (&mut self.runner, alone) {
            (Some(Runner::Jit(jit)), false) => jit.run::<G>(translator, key, branch_type),
            (Some(Runner::Jit(jit)), true) => jit.run_once::<G>(translator, key),
            (Some(Runner::Interp(interp)), false) => interp.run::<G>(translator, key),
            (Some(Runner::Interp(interp)), true) => interp.run_once::<G>(translator, key),
            (None, _) => unreachable!("a vCPU has an engine from `new` on"),
        };
        match outcome {
            Ok(()) => self.after_exit(),
            Err(fault) => {
                let state = self.state_mut();
                G::set_branch_type(state, branch_type);
                let settled = !is_canonical(fault.addr.0) && G::settle_fetch(state);
                (!settled).then_some(Exit::Fault(fault))
            }
        }
    }

    /// Passes a safe point: afterwards no pointer to code from before is held.
    fn safe_point(&mut self) {
        let now = self.core.epochs.now();
        if self.epoch == now {
            return;
        }
        self.epoch = now;
        match &mut self.runner {
            Some(Runner::Jit(jit)) => jit.pass_safe_point(),
            Some(Runner::Interp(interp)) => interp.forget(),
            None => {}
        }
        self.member.announce(now);
    }

    /// The TBs to come are for another mode: forgets where those of the last one are.
    fn change_mode(&mut self, flags: u32) {
        self.table_flags = flags;
        if let Some(Runner::Jit(jit)) = &mut self.runner {
            jit.forget();
            jit.forget_jumps();
        }
    }

    fn after_exit(&mut self) -> Option<Exit> {
        let env = self.env_mut();
        let (code, arg) = (env.exit_code, env.exit_arg);
        match code {
            ExitCode::NONE | ExitCode::INTERRUPT | ExitCode::LOOKUP => None,
            ExitCode::STALE => {
                self.discard_stale();
                None
            }
            ExitCode::ENTER => {
                G::set_branch_type(self.state_mut(), arg as u32);
                None
            }
            ExitCode::LOOKUP_AT => {
                env.pc = arg;
                None
            }
            ExitCode::SYSCALL => Some(Exit::Syscall(arg)),
            ExitCode::FAULT_READ => self.fault(arg, Access::Read),
            ExitCode::FAULT_WRITE => self.fault(arg, Access::Write),
            ExitCode::FAULT_FETCH => self.fault(arg, Access::Execute),
            trap if G::settle(self.state_mut(), trap) => None,
            trap => Some(Exit::Trap(trap, arg)),
        }
    }

    /// Drops the TB at `Env::pc`, which has found that its guest code changed.
    fn discard_stale(&mut self) {
        let key = (self.env().pc, G::tb_flags(self.state()));
        match &mut self.runner {
            Some(Runner::Jit(jit)) => jit.discard(key),
            Some(Runner::Interp(interp)) => interp.discard(key),
            None => {}
        }
        self.core.stats.count_code_write();
    }

    fn fault(&mut self, addr: u64, access: Access) -> Option<Exit> {
        let unknown = match &mut self.runner {
            Some(Runner::Jit(jit)) => jit.unknown_fault(),
            _ => None,
        };
        let (addr, access) = unknown.unwrap_or((addr, access));
        let settles = access != Access::Execute && !is_canonical(addr);
        if settles && G::settle_fault(self.state_mut(), addr) {
            return None;
        }
        let addr = GuestAddr(addr);
        if access == Access::Write && self.may_repeat(addr) {
            return None;
        }
        let is_bus = match &self.runner {
            Some(Runner::Jit(jit)) => jit.was_bus_error(),
            _ => true,
        };
        let cause = match self.core.space.check(addr, access) {
            Some(cause) => cause,
            // Allowed by now: another thread has changed the mapping since the host's SIGSEGV.
            None if !is_bus && self.repeat_again(addr) => return None,
            None => Cause::Bus,
        };
        Some(Exit::Fault(Fault { addr, access, cause }))
    }

    /// Whether to run an instruction again though nothing seems to be in its way: yes, so many
    /// times at one place.
    fn repeat_again(&mut self, addr: GuestAddr) -> bool {
        let pc = self.env().pc;
        let (last_pc, last_addr, n) = self.repeats;
        let n = if (last_pc, last_addr) == (pc, addr.0) { n + 1 } else { 1 };
        self.repeats = if n > MAX_REPEATS { (0, 0, 0) } else { (pc, addr.0, n) };
        n <= MAX_REPEATS
    }

    /// Deals with a store that may have met translated code; `true`: run the instruction again.
    fn may_repeat(&mut self, addr: GuestAddr) -> bool {
        let pc = self.env().pc;
        match self.core.space.resolve_write(addr) {
            WriteFault::Denied => return false,
            WriteFault::CodeDropped => self.core.stats.count_code_write(),
            WriteFault::NoCode if self.repeat_again(addr) => {}
            WriteFault::NoCode => return false,
        }
        let pages = [pc, pc.wrapping_add(MAX_GUEST_INSN - 1)].map(|pc| GuestAddr(pc).page());
        // Translating the instruction for keeps would close its page again, for ever.
        self.alone = pages.contains(&addr.page());
        true
    }
}

/// To be called in the parent of a `vfork`, whose memory the child shared, when the child is gone.
///
/// A child that was killed while it ran guest code has not taken back what [`Vcpu::run`] noted in the variables of the thread,
/// which are the parent's, too.
pub fn after_vfork_in_parent() {
    RunningGuard::abandon();
    ReportCodeWrites::abandon();
}

impl<G: Guest> Drop for Vcpu<G> {
    fn drop(&mut self) {
        self.runner = None;
        self.core.epochs.remove(&self.member);
    }
}

/// # Safety
/// `env` is the head of a state that `Box::into_raw` gave away.
unsafe fn free_state<G: Guest>(env: *mut Env) {
    // SAFETY: passed on to our caller.
    drop(unsafe { Box::from_raw(env.cast::<G::State>()) });
}
