//! The C entry points by which generated code calls helpers.

use crate::helper::{Done, Trap};
use tcg_ir::{Env, Guest};

/// Makes the entry point of a safe helper function.
#[doc(hidden)]
#[macro_export]
macro_rules! helper_entry {
    ($guest:ty, $helper:path) => {{
        unsafe extern "C" fn entry(env: *mut tcg_ir::Env, a: u64, b: u64, c: u64, d: u64) -> u64 {
            // SAFETY: STATE-LAYOUT: generated code passes the address of its vCPU's state.
            unsafe { $crate::entry::run::<$guest, _>(env, [a, b, c, d], $helper) }
        }
        entry
    }};
}

/// Runs a helper. A panic in it ends the process: `extern "C"` functions do not unwind.
///
/// # Safety
/// `env` points to the `Env` at the start of a state of the guest that nobody else uses during the call.
#[inline]
pub unsafe fn run<G: Guest, T: Trap>(
    env: *mut Env,
    args: [u64; 4],
    helper: fn(&mut G::State, [u64; 4]) -> Done<T>,
) -> u64 {
    // SAFETY: STATE-LAYOUT: the `Env` is the first field of the `#[repr(C)]` state; the caller says that it is ours alone.
    let state = unsafe { &mut *env.cast::<G::State>() };
    match helper(state, args) {
        Ok(value) => value,
        Err(stop) => {
            stop.leave(G::env_mut(state));
            0
        }
    }
}
