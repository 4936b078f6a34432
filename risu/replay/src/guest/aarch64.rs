//! aarch64.

use frontend_aarch64::{Aarch64, CpuState, Trap, signal};
use risu_trace::{Signal, aarch64 as layout};
use tcg_ir::ExitCode;
use tcg_mem::Fault;

use super::{ReplayGuest, unknown_exit};

impl ReplayGuest for Aarch64 {
    type Words = [u64; layout::N_WORDS];

    const N_WORDS: usize = layout::N_WORDS;
    const CHECKPOINT_LEN: usize = 4;

    fn words(state: &CpuState) -> Self::Words {
        let mut words = [0; layout::N_WORDS];
        words[layout::X..layout::SP].copy_from_slice(&state.x);
        words[layout::SP] = state.sp;
        words[layout::NZCV] = u64::from(state.flags());
        words[layout::FPCR] = u64::from(state.fpcr());
        words[layout::FPSR] = u64::from(state.fpsr());
        words[layout::V..].copy_from_slice(state.v.as_flattened());
        words
    }

    fn set_word(state: &mut CpuState, index: usize, value: u64) {
        match index {
            layout::X..layout::SP => state.x[index - layout::X] = value,
            layout::SP => state.sp = value,
            layout::NZCV => state.set_flags(value as u8),
            layout::FPCR => state.set_fpcr(value as u32),
            layout::FPSR => state.set_fpsr(value as u32),
            layout::V..layout::N_WORDS => {
                state.v.as_flattened_mut()[index - layout::V] = value;
            }
            _ => {}
        }
    }

    fn enter(state: &mut CpuState, pc: u64) {
        (state.env.pc, state.btype) = (pc, 0);
        state.exclusive_addr = frontend_aarch64::state::NO_EXCLUSIVE;
    }

    fn is_undefined(code: ExitCode) -> bool {
        Trap::from_exit(code) == Some(Trap::Undefined)
    }

    fn take_trap(state: &mut CpuState, code: ExitCode) -> Option<Signal> {
        let Some(trap) = Trap::from_exit(code) else {
            return Some(unknown_exit(code, state.env.pc));
        };
        Some(told(signal::of_trap(state, trap)))
    }

    fn take_fault(_: &mut CpuState, fault: &Fault) -> Signal {
        told(signal::of_fault(fault))
    }
}

fn told(signal: signal::Signal) -> Signal {
    Signal { number: signal.number as u8, code: signal.code, addr: signal.addr }
}
