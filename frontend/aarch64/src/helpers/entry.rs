//! The C entry points by which generated code calls helpers.

use super::Stop;
use crate::state::CpuState;
use tcg_ir::Env;

/// Makes the entry point of a safe helper function.
macro_rules! entry {
    ($helper:path) => {{
        unsafe extern "C" fn entry(env: *mut tcg_ir::Env, a: u64, b: u64, c: u64, d: u64) -> u64 {
            // SAFETY: STATE-LAYOUT: generated code passes the address of its vCPU's state.
            unsafe { $crate::helpers::entry::run(env, [a, b, c, d], $helper) }
        }
        entry
    }};
}
pub(super) use entry;

/// Runs a helper. A panic in it ends the process: `extern "C"` functions do not unwind.
///
/// # Safety
/// `env` points to the `Env` at the start of a [`CpuState`] that nobody else uses during the call.
pub(super) unsafe fn run(
    env: *mut Env,
    args: [u64; 4],
    helper: fn(&mut CpuState, [u64; 4]) -> Result<u64, Stop>,
) -> u64 {
    // SAFETY: STATE-LAYOUT: the `Env` is the first field of the `#[repr(C)]` state; the caller says that it is ours alone.
    let state = unsafe { &mut *env.cast::<CpuState>() };
    match helper(state, args) {
        Ok(value) => value,
        Err(stop) => {
            stop.leave(&mut state.env);
            0
        }
    }
}
