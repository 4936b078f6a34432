//! System registers.

use super::Done;
use crate::state::CpuState;
use crate::trap::Trap;
use std::sync::OnceLock;
use std::time::Instant;

/// FPCR.
pub(super) fn get_fpcr(state: &mut CpuState, _: [u64; 4]) -> Done {
    Ok(state.fpcr().into())
}

/// Sets FPCR; the result is the rounding mode as the engine numbers it.
pub(super) fn set_fpcr(state: &mut CpuState, [v, ..]: [u64; 4]) -> Done {
    state.set_fpcr(v as u32);
    Ok(state.env.fp_round.into())
}

/// FPSR.
pub(super) fn get_fpsr(state: &mut CpuState, _: [u64; 4]) -> Done {
    Ok(state.fpsr().into())
}

/// The system counter, in ticks of [`crate::features::COUNTER_HZ`] since it was first read.
pub(super) fn counter(_: &mut CpuState, _: [u64; 4]) -> Done {
    static START: OnceLock<Instant> = OnceLock::new();
    Ok(START.get_or_init(Instant::now).elapsed().as_nanos() as u64)
}

/// A clock of the host, for the instruction at `pc`.
pub(super) fn host_clock(state: &mut CpuState, [pc, clock, ..]: [u64; 4]) -> Done {
    state.clocks.read_from(pc, clock).ok_or(Trap::Undefined.into())
}

/// A random number; 0 if there is none.
pub(super) fn random(state: &mut CpuState, _: [u64; 4]) -> Done {
    Ok(state.random.u64().unwrap_or(0))
}
