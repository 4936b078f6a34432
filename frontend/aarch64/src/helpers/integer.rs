//! Section of integer and system instructions.

use super::{Done, atomic, crc, mops, system};
use crate::guest::Aarch64;
use crate::state::CpuState;

frontend_common::helpers! {
    Aarch64, 0;
    NZCV = nzcv;
    CRC32 = crc::crc32;
    CRC32C = crc::crc32c;
    ATOMIC_SMAX = atomic::signed_max;
    ATOMIC_SMIN = atomic::signed_min;
    ATOMIC_UMAX = atomic::unsigned_max;
    ATOMIC_UMIN = atomic::unsigned_min;
    LOAD_WITHIN_16 = atomic::load_within_16;
    GET_FPCR = system::get_fpcr;
    SET_FPCR = system::set_fpcr;
    @flags GET_FPSR = system::get_fpsr;
    COUNTER = system::counter;
    HOST_CLOCK = system::host_clock;
    RANDOM = system::random;
    COPY_PROLOGUE = mops::copy_prologue;
    COPY = mops::copy;
    FILL_PROLOGUE = mops::fill_prologue;
    FILL = mops::fill;
}

/// The condition flags of the CPU state: N, Z, C, V as bits 3 to 0.
fn nzcv(state: &mut CpuState, _: [u64; 4]) -> Done {
    Ok(state.flags().into())
}
