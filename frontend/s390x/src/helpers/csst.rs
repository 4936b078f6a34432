//! COMPARE AND SWAP AND STORE.

use super::{Done, SPECIFICATION, Stop, probe, wrap};
use crate::state::CpuState;
use tcg_mem::{
    Access, Endian, GuestAddr, cas_u32, cas_u64, cas_u128, read_u8, read_u16, read_u32, read_u64,
    read_u128, write_u8, write_u16, write_u32, write_u64, write_u128,
};

const BE: Endian = Endian::Big;

/// Compares register `r3` with the first operand; if equal, replaces that and stores to the second operand, both from
/// the parameter list at register 1. The result is the condition code.
///
/// PoP SA22-7832, "COMPARE AND SWAP AND STORE".
pub(super) fn compare_swap_store(state: &mut CpuState, [first, second, r3, _]: [u64; 4]) -> Done {
    let (function, stored) = (state.gpr[0] & 0xff, state.gpr[0] >> 8 & 0xff);
    let r3 = r3 as usize & 15;
    if function > 2 || stored > 4 || (function == 2 && r3 & 1 != 0) {
        return Err(SPECIFICATION);
    }
    let (first, second) = (wrap(state, first), wrap(state, second));
    // Bits 60-63 are ignored.
    let list = wrap(state, state.gpr[1] & !15);
    let aligned = |addr: GuestAddr, bytes: u64| addr.0.is_multiple_of(bytes);
    if !aligned(first, 4 << function) || !aligned(second, 1 << stored) {
        return Err(SPECIFICATION);
    }
    probe(first, 4 << function, Access::Write)?;
    probe(second, 1 << stored, Access::Write)?;
    probe(list, 32, Access::Read)?;
    if !swap(state, function, first, r3, list)? {
        return Ok(1);
    }
    store(stored, second, list.wrapping_add(16))?;
    Ok(0)
}

/// True if the operand was equal and is replaced.
fn swap(
    state: &mut CpuState,
    function: u64,
    at: GuestAddr,
    r3: usize,
    list: GuestAddr,
) -> Result<bool, Stop> {
    let expected = state.gpr[r3];
    Ok(match function {
        0 => {
            let found = cas_u32(at, expected as u32, read_u32(list, BE)?, BE)?;
            state.gpr[r3] = expected & !0xffff_ffff | u64::from(found);
            found == expected as u32
        }
        1 => {
            let found = cas_u64(at, expected, read_u64(list, BE)?, BE)?;
            state.gpr[r3] = found;
            found == expected
        }
        _ => {
            let expected = u128::from(expected) << 64 | u128::from(state.gpr[r3 + 1]);
            let found = cas_u128(at, expected, read_u128(list, BE)?, BE)?;
            state.gpr[r3] = (found >> 64) as u64;
            state.gpr[r3 + 1] = found as u64;
            found == expected
        }
    })
}

/// Copies 1, 2, 4, 8 or 16 bytes, each as one access.
fn store(log_bytes: u64, to: GuestAddr, from: GuestAddr) -> Result<(), Stop> {
    match log_bytes {
        0 => write_u8(to, read_u8(from)?)?,
        1 => write_u16(to, read_u16(from, BE)?, BE)?,
        2 => write_u32(to, read_u32(from, BE)?, BE)?,
        3 => write_u64(to, read_u64(from, BE)?, BE)?,
        _ => write_u128(to, read_u128(from, BE)?, BE)?,
    }
    Ok(())
}
