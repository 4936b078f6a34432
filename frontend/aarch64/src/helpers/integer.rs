//! Section of integer and system instructions.

use super::Done;
use crate::state::CpuState;

super::section! {
    0;
    NZCV = nzcv;
}

/// The condition flags of the CPU state: N, Z, C, V as bits 3 to 0.
fn nzcv(state: &mut CpuState, _: [u64; 4]) -> Done {
    Ok(state.flags().into())
}
