//! s390x.

use frontend_s390x::signal;
use frontend_s390x::trap::pic;
use frontend_s390x::{CpuState, S390x, Trap};
use risu_trace::{Signal, s390x as layout};
use tcg_ir::ExitCode;
use tcg_mem::{Fault, PAGE_SIZE};

use super::{ReplayGuest, unknown_exit};

impl ReplayGuest for S390x {
    type Words = [u64; layout::N_BASE];

    const N_WORDS: usize = layout::N_BASE;
    const CHECKPOINT_LEN: usize = 2;

    fn words(state: &CpuState) -> Self::Words {
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

    fn enter(state: &mut CpuState, pc: u64) {
        (state.env.pc, state.amode, state.execute) = (pc, 64, 0);
    }

    fn settle_exit(state: &mut CpuState, code: ExitCode) {
        state.settle_execute(code);
    }

    fn is_undefined(code: ExitCode) -> bool {
        Trap::from_exit(code).is_some_and(|trap| trap.code == pic::OPERATION)
    }

    fn take_trap(state: &mut CpuState, code: ExitCode) -> Option<Signal> {
        // The PSW comes to point behind the instruction; the signal tells where that is.
        let addr = state.env.pc;
        let Some(trap) = Trap::from_exit(code) else { return Some(unknown_exit(code, addr)) };
        let (number, code) = signal::take(state, trap)?;
        Some(Signal { number: number as u8, code, addr })
    }

    fn take_fault(_: &mut CpuState, fault: &Fault) -> Signal {
        let (number, code) = signal::of_cause(fault.cause);
        Signal { number: number as u8, code, addr: fault.addr.0 & !(PAGE_SIZE - 1) }
    }
}
