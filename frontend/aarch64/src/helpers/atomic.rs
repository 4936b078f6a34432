//! Atomic maximum and minimum in memory, and loads that are misaligned.

use super::Done;
use crate::state::CpuState;
use tcg_mem::{Access, Endian, Fault, GuestAddr};
use tcg_mem::{cas_u8, cas_u16, cas_u32, cas_u64};
use tcg_mem::{read_u8, read_u16, read_u32, read_u64, read_u128};

/// Replaces `bytes` bytes at an address by what `choose` says of them and `v`, both moved up to the top of 64 bits; what was
/// there before.
fn replace([at, v, bytes, _]: [u64; 4], choose: fn(u64, u64) -> bool) -> Done {
    let at = GuestAddr(at);
    let up = 64 - 8 * bytes as u32;
    let v = v << up >> up;
    let mut old = read(at, bytes).map_err(|fault| Fault { access: Access::Write, ..fault })?;
    loop {
        // True keeps the old value; it is written nevertheless, as memory must be writable.
        let new = if choose(old << up, v << up) { old } else { v };
        let found = swap(at, bytes, old, new)?;
        if found == old {
            return Ok(old);
        }
        old = found;
    }
}

fn read(at: GuestAddr, bytes: u64) -> Result<u64, Fault> {
    match bytes {
        1 => read_u8(at).map(u64::from),
        2 => read_u16(at, Endian::Little).map(u64::from),
        4 => read_u32(at, Endian::Little).map(u64::from),
        _ => read_u64(at, Endian::Little),
    }
}

fn swap(at: GuestAddr, bytes: u64, old: u64, new: u64) -> Result<u64, Fault> {
    match bytes {
        1 => cas_u8(at, old as u8, new as u8, Endian::Little).map(u64::from),
        2 => cas_u16(at, old as u16, new as u16, Endian::Little).map(u64::from),
        4 => cas_u32(at, old as u32, new as u32, Endian::Little).map(u64::from),
        _ => cas_u64(at, old, new, Endian::Little),
    }
}

/// `bytes` bytes at an address, all from one aligned block of 16 bytes: one access (FEAT_LSE2).
pub(super) fn load_within_16(_: &mut CpuState, [at, bytes, ..]: [u64; 4]) -> Done {
    let block = read_u128(GuestAddr(at & !15), Endian::Little)
        .map_err(|fault| Fault { addr: GuestAddr(at), ..fault })?;
    let above = 64 - 8 * bytes as u32;
    Ok((block >> (8 * (at & 15))) as u64 & u64::MAX >> above)
}

/// The maximum of signed numbers: address, operand, bytes.
///
/// Arm ARM DDI 0487, C6.2 "LDSMAX".
pub(super) fn signed_max(_: &mut CpuState, args: [u64; 4]) -> Done {
    replace(args, |old, v| old.cast_signed() > v.cast_signed())
}

/// The minimum of signed numbers.
pub(super) fn signed_min(_: &mut CpuState, args: [u64; 4]) -> Done {
    replace(args, |old, v| old.cast_signed() <= v.cast_signed())
}

/// The maximum of unsigned numbers.
pub(super) fn unsigned_max(_: &mut CpuState, args: [u64; 4]) -> Done {
    replace(args, |old, v| old > v)
}

/// The minimum of unsigned numbers.
pub(super) fn unsigned_min(_: &mut CpuState, args: [u64; 4]) -> Done {
    replace(args, |old, v| old <= v)
}
