//! An s390x vCPU as the array of words that traces hold.

use frontend_s390x::signal::{self, signal_of_fault};
use frontend_s390x::trap::pic;
use frontend_s390x::{CpuState, S390x, Trap};
use risu_trace::{Delta, Signal, State, s390x as layout};
use tcg_exec::{Exit, Machine, Vcpu};
use tcg_ir::{ExitCode, Guest};
use tcg_mem::{Fault, GuestAddr, PAGE_SIZE};

/// Opcode of a checkpoint word.
const CHECKPOINT: [u8; 2] = [0, 0];

/// A vCPU that runs steps.
#[derive(Debug)]
pub(crate) struct Cpu {
    pub(crate) vcpu: Vcpu<S390x>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) pc: u64,
    pub(crate) signal: Option<Signal>,
}

/// Stands in the place of a signal number when a step does not end or leaves the guest.
const NO_SIGNAL: u8 = 0;

impl Cpu {
    pub(crate) fn new(machine: &Machine<S390x>) -> std::io::Result<Cpu> {
        let mut state = S390x::new_state();
        state.amode = 64;
        Ok(Cpu { vcpu: Vcpu::new(machine, state)? })
    }

    /// Sets the registers that a patch names.
    pub(crate) fn patch(&mut self, delta: &Delta) {
        let state = self.vcpu.state_mut();
        for &(index, value) in &delta.words {
            set_word(state, usize::from(index), value);
        }
    }

    /// Sets all registers.
    pub(crate) fn load(&mut self, from: &State) {
        let state = self.vcpu.state_mut();
        for (index, &value) in from.words.iter().enumerate() {
            set_word(state, index, value);
        }
    }

    /// Copies the registers out.
    pub(crate) fn save(&self, words: &mut [u64]) {
        words.copy_from_slice(&self.words());
    }

    /// Whether the registers have these values.
    pub(crate) fn has(&self, words: &[u64]) -> bool {
        words == self.words()
    }

    fn words(&self) -> [u64; layout::N_BASE] {
        let state = self.vcpu.state();
        let mut words = [0; layout::N_BASE];
        words[layout::GPR..layout::GPR + 16].copy_from_slice(&state.gpr);
        for (word, vr) in words[layout::FPR..layout::FPR + 16].iter_mut().zip(&state.vr) {
            *word = vr[0];
        }
        for (word, access) in words[layout::AR..layout::AR + 16].iter_mut().zip(&state.ar) {
            *word = u64::from(*access);
        }
        words[layout::FPC] = u64::from(state.fpc());
        words[layout::PSW] = layout::psw_word(state.cc(), state.program_mask as u8);
        words
    }

    /// Runs from `pc` to the end of the step.
    pub(crate) fn run(&mut self, pc: u64) -> Ended {
        let state = self.vcpu.state_mut();
        (state.env.pc, state.amode, state.execute) = (pc, 64, 0);
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
            Exit::Trap(code, _) => {
                state.settle_execute(code);
                end_of_trap(state, code)
            }
            Exit::Fault(fault) => {
                state.settle_execute(ExitCode::FAULT_READ);
                Some(end_of_fault(state, &fault))
            }
            Exit::Syscall(_) | Exit::Interrupt => {
                let signal = Signal { number: NO_SIGNAL, code: 0, addr: 0 };
                Some(Ended { pc: state.env.pc, signal: Some(signal) })
            }
        }
    }
}

fn set_word(state: &mut CpuState, index: usize, value: u64) {
    match index {
        layout::GPR..layout::FPR => state.gpr[index - layout::GPR] = value,
        layout::FPR..layout::AR => state.vr[index - layout::FPR][0] = value,
        layout::AR..layout::FPC => state.ar[index - layout::AR] = value as u32,
        layout::FPC => state.set_fpc(value as u32),
        layout::PSW => {
            let (cc, program_mask) = layout::psw_parts(value);
            state.set_cc(cc);
            state.program_mask = u32::from(program_mask);
        }
        _ => {}
    }
}

/// The PSW points behind the instruction; an undefined zero halfword is a checkpoint.
fn end_of_trap(state: &mut CpuState, code: ExitCode) -> Option<Ended> {
    let at = state.env.pc;
    let mut opcode = [0; 2];
    let first = match tcg_mem::copy_in(&mut opcode, GuestAddr(at)) {
        Ok(()) => Some(opcode),
        Err(_) => None,
    };
    let Some(trap) = Trap::from_exit(code) else {
        let signal = Signal { number: NO_SIGNAL, code: code.0 as i32, addr: at };
        return Some(Ended { pc: at, signal: Some(signal) });
    };
    if trap.code == pic::OPERATION && first == Some(CHECKPOINT) {
        return Some(Ended { pc: at, signal: None });
    }
    let (number, code) = signal::take(state, trap)?;
    let signal = Signal { number: number as u8, code, addr: at };
    Some(Ended { pc: state.env.pc, signal: Some(signal) })
}

fn end_of_fault(state: &CpuState, fault: &Fault) -> Ended {
    let (number, code) = signal_of_fault(fault.cause);
    let addr = fault.addr.0 & !(PAGE_SIZE - 1);
    Ended { pc: state.env.pc, signal: Some(Signal { number: number as u8, code, addr }) }
}
