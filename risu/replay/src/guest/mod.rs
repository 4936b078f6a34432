//! A vCPU as the array of words that traces hold.

mod aarch64;
mod s390x;

use risu_trace::{Delta, Signal, State};
use tcg_exec::{Exit, Machine, Vcpu};
use tcg_ir::{ExitCode, Guest};
use tcg_mem::{Fault, GuestAddr};

/// What replaying asks of a guest beyond its translation.
pub(crate) trait ReplayGuest: Guest {
    /// The registers as words of a trace.
    type Words: AsRef<[u64]>;

    /// Number of words.
    const N_WORDS: usize;

    /// All registers.
    fn words(state: &Self::State) -> Self::Words;

    /// Sets one register; there is none behind the last.
    fn set_word(state: &mut Self::State, index: usize, value: u64);

    /// Makes the vCPU go on at `pc`, with nothing left over from the last step.
    fn enter(state: &mut Self::State, pc: u64);

    /// Called at every end of a run with a fault or trap, before the program counter is looked at.
    fn settle_exit(state: &mut Self::State, code: ExitCode) {
        let _ = (state, code);
    }

    /// What the kernel makes of an exit with a code of the guest, at a place that is no checkpoint:
    /// changes the state as the kernel does, and gives the signal; `None` if the program goes on.
    fn take_trap(state: &mut Self::State, code: ExitCode) -> Option<Signal>;

    /// The same for an access that is not allowed.
    fn take_fault(state: &mut Self::State, fault: &Fault) -> Signal;

    /// Whether this exit code says that an instruction is undefined.
    fn is_undefined(code: ExitCode) -> bool;

    /// Length of a checkpoint, whose bytes are all zero.
    const CHECKPOINT_LEN: usize;
}

/// Something to be done with any guest.
pub(crate) trait Use {
    /// What it gives.
    type Out;

    /// Does it.
    fn with<G: ReplayGuest>(self) -> Self::Out;
}

/// Does it with the guest of a trace.
pub(crate) fn for_guest<U: Use>(guest: risu_trace::Guest, user: U) -> U::Out {
    match guest {
        risu_trace::Guest::S390x => user.with::<frontend_s390x::S390x>(),
        risu_trace::Guest::Aarch64 => user.with::<frontend_aarch64::Aarch64>(),
    }
}

/// A vCPU that runs steps.
#[derive(Debug)]
pub(crate) struct Cpu<G: ReplayGuest> {
    pub(crate) vcpu: Vcpu<G>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) pc: u64,
    pub(crate) signal: Option<Signal>,
}

impl<G: ReplayGuest> Cpu<G> {
    pub(crate) fn new(machine: &Machine<G>) -> std::io::Result<Cpu<G>> {
        Ok(Cpu { vcpu: Vcpu::new(machine, G::new_state())? })
    }

    /// Sets the registers that a patch names.
    pub(crate) fn patch(&mut self, delta: &Delta) {
        let state = self.vcpu.state_mut();
        for &(index, value) in &delta.words {
            G::set_word(state, usize::from(index), value);
        }
    }

    /// Sets all registers.
    pub(crate) fn load(&mut self, from: &State) {
        let state = self.vcpu.state_mut();
        for (index, &value) in from.words.iter().enumerate() {
            G::set_word(state, index, value);
        }
    }

    /// Copies the registers out.
    pub(crate) fn save(&self, words: &mut [u64]) {
        words.copy_from_slice(G::words(self.vcpu.state()).as_ref());
    }

    /// Whether the registers have these values.
    pub(crate) fn has(&self, words: &[u64]) -> bool {
        words == G::words(self.vcpu.state()).as_ref()
    }

    /// Runs from `pc` to the end of the step.
    pub(crate) fn run(&mut self, pc: u64) -> Ended {
        G::enter(self.vcpu.state_mut(), pc);
        loop {
            let exit = self.vcpu.run();
            if let Some(ended) = self.end(exit) {
                return ended;
            }
        }
    }

    fn end(&mut self, exit: Exit) -> Option<Ended> {
        let state = self.vcpu.state_mut();
        match exit {
            Exit::Trap(code, _) => G::settle_exit(state, code),
            Exit::Fault(_) => G::settle_exit(state, ExitCode::FAULT_READ),
            Exit::Syscall(_) | Exit::Interrupt => {}
        }
        let at = G::env(state).pc;
        let signal = match exit {
            Exit::Trap(code, _) if G::is_undefined(code) && is_checkpoint::<G>(at) => None,
            Exit::Trap(code, _) => Some(G::take_trap(state, code)?),
            Exit::Fault(fault) => Some(G::take_fault(state, &fault)),
            Exit::Syscall(_) | Exit::Interrupt => {
                Some(Signal { number: Signal::HOST_FAILED, code: 0, addr: 0 })
            }
        };
        Some(Ended { pc: G::env(state).pc, signal })
    }
}

/// Whether the code at `pc` is zeros.
fn is_checkpoint<G: ReplayGuest>(pc: u64) -> bool {
    let mut code = [0; 8];
    let code = &mut code[..G::CHECKPOINT_LEN];
    tcg_mem::copy_in(code, GuestAddr(pc)).is_ok() && code.iter().all(|byte| *byte == 0)
}

/// The end of a step with an exit code that says nothing of the guest's.
fn unknown_exit(code: ExitCode, pc: u64) -> Signal {
    Signal { number: Signal::HOST_FAILED, code: code.0 as i32, addr: pc }
}
