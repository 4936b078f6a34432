//! Storage-to-storage and string instructions.
//!
//! Helpers of SS instructions take (first operand address, second operand address, length, …) with effective addresses;
//! those of register-pair instructions take (r1, r2, …) and update the registers as the manual says, also when an access stops
//! an interruptible one (MVCL, CLCL) half-way.
//! The result is the condition code where there is one.
//! PoP SA22-7832, chapter 7.

mod chunk;
mod compare;
mod long;
mod pack;
mod search;
mod storage;
mod translate;
mod unicode;

pub(crate) use compare::{clcl, clcle, clclu, clst};
pub(crate) use long::{cksm, mvcl, mvcle, mvclu};
pub(crate) use pack::{mvo, pack, pka, pku, unpk, unpka, unpku};
pub(crate) use search::{mvst, srst, srstu};
pub(crate) use storage::{clc, mvc, mvcin, mvcrl, mvn, mvz, nc, oc, tr, trt, trtr, xc};
pub(crate) use translate::{translate_wide, tre};
pub(crate) use unicode::convert_unicode;

use super::{Done, Stop};
use crate::state::CpuState;
use tcg_mem::GuestAddr;

/// Bytes that an instruction with condition code 3 ('CPU-determined amount') processes at a time.
const STEP_BYTES: u64 = 0x1_0000;

/// Runs an instruction that may end with condition code 3 after any part of its work.
///
/// An access exception nullifies: registers are as before. So where a part is done, as the two registers that count it
/// tell, the instruction ends there; the exception is met when the program goes on.
fn in_parts(
    cpu: &mut CpuState,
    counters: [u8; 2],
    part: impl FnOnce(&mut CpuState) -> Done,
) -> Done {
    let count = |cpu: &CpuState| counters.map(|r| cpu.gpr[usize::from(r & 15)]);
    let before = count(cpu);
    match part(cpu) {
        Err(Stop::Fault(_)) if count(cpu) != before => Ok(3),
        result => result,
    }
}

/// Address in general register `r`, by the addressing mode.
fn address(cpu: &CpuState, r: u8) -> GuestAddr {
    super::wrap(cpu, cpu.gpr[usize::from(r & 15)])
}

/// Puts an address into general register `r`: in the 24- and 31-bit modes bits 0–31 stay and the rest is zero-filled.
fn set_address(cpu: &mut CpuState, r: u8, addr: GuestAddr) {
    let wrapped = super::wrap(cpu, addr.0).0;
    let register = &mut cpu.gpr[usize::from(r & 15)];
    *register = if cpu.amode == 64 { wrapped } else { *register & !0xffff_ffff | wrapped };
}

/// Length in general register `r`: 64 bits in the 64-bit mode, else 32.
fn length(cpu: &CpuState, r: u8) -> u64 {
    let register = cpu.gpr[usize::from(r & 15)];
    if cpu.amode == 64 { register } else { register & 0xffff_ffff }
}

fn set_length(cpu: &mut CpuState, r: u8, len: u64) {
    let register = &mut cpu.gpr[usize::from(r & 15)];
    *register = if cpu.amode == 64 { len } else { *register & !0xffff_ffff | len & 0xffff_ffff };
}

/// Moves the operand in the pair (`r`, `r + 1`) on by `bytes`.
fn advance(cpu: &mut CpuState, r: u8, bytes: u64) {
    let addr = address(cpu, r).wrapping_add(bytes);
    let len = length(cpu, r | 1).wrapping_sub(bytes);
    set_address(cpu, r, addr);
    set_length(cpu, r | 1, len);
}
