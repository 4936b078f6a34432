//! PACK, UNPACK, MOVE WITH OFFSET, and their ASCII and Unicode relatives.
//!
//! Operands are processed right to left, byte by byte, so that overlaps behave as the manual says.

use super::super::{Done, probe};
use crate::state::CpuState;
use tcg_mem::{Access, Fault, GuestAddr};

/// A storage operand that is used up from its right end.
struct FromRight {
    addr: GuestAddr,
    left: u64,
}

impl FromRight {
    fn new(addr: u64, len: u64) -> FromRight {
        FromRight { addr: GuestAddr(addr), left: len }
    }

    /// Address of the next byte to the left, if there is one.
    fn next(&mut self) -> Option<GuestAddr> {
        self.left = self.left.checked_sub(1)?;
        Some(self.addr.wrapping_add(self.left))
    }

    /// The next byte, zero beyond the left end.
    fn byte(&mut self) -> Result<u8, Fault> {
        self.next().map_or(Ok(0), tcg_mem::read_u8)
    }
}

/// Two operands with two lengths: arguments are addresses, then lengths in bytes.
fn operands(
    [to, from, len1, len2]: [u64; 4],
) -> Result<(FromRight, FromRight), super::super::Stop> {
    probe(GuestAddr(from), len2, Access::Read)?;
    probe(GuestAddr(to), len1, Access::Write)?;
    Ok((FromRight::new(to, len1), FromRight::new(from, len2)))
}

/// PACK.
pub(crate) fn pack(_: &mut CpuState, args: [u64; 4]) -> Done {
    let (mut to, mut from) = operands(args)?;
    if let Some(at) = to.next() {
        tcg_mem::write_u8(at, from.byte()?.rotate_left(4))?;
    }
    while let Some(at) = to.next() {
        let low = from.byte()? & 0x0f;
        let high = from.byte()? << 4;
        tcg_mem::write_u8(at, high | low)?;
    }
    Ok(0)
}

/// UNPACK (UNPK): digits get the zone 1111.
pub(crate) fn unpk(_: &mut CpuState, args: [u64; 4]) -> Done {
    let (mut to, mut from) = operands(args)?;
    if let Some(at) = to.next() {
        tcg_mem::write_u8(at, from.byte()?.rotate_left(4))?;
    }
    while let Some(low) = to.next() {
        let byte = from.byte()?;
        tcg_mem::write_u8(low, byte & 0x0f | 0xf0)?;
        if let Some(high) = to.next() {
            tcg_mem::write_u8(high, byte >> 4 | 0xf0)?;
        }
    }
    Ok(0)
}

/// MOVE WITH OFFSET (MVO): the second operand moves left by half a byte, before the sign.
pub(crate) fn mvo(_: &mut CpuState, args: [u64; 4]) -> Done {
    let (mut to, mut from) = operands(args)?;
    let mut kept = match to.next() {
        Some(at) => {
            let byte = from.byte()?;
            let sign = tcg_mem::read_u8(at)? & 0x0f;
            tcg_mem::write_u8(at, byte << 4 | sign)?;
            byte >> 4
        }
        None => return Ok(0),
    };
    while let Some(at) = to.next() {
        let byte = from.byte()?;
        tcg_mem::write_u8(at, byte << 4 | kept)?;
        kept = byte >> 4;
    }
    Ok(0)
}

/// PACK ASCII (PKA): (first address, second address, second length).
pub(crate) fn pka(_: &mut CpuState, [to, from, len, _]: [u64; 4]) -> Done {
    pack_characters(to, from, len, 1)
}

/// PACK UNICODE (PKU): (first address, second address, second length in bytes).
pub(crate) fn pku(_: &mut CpuState, [to, from, len, _]: [u64; 4]) -> Done {
    pack_characters(to, from, len, 2)
}

/// Packs the digits of characters of `width` bytes into 16 bytes with a plus sign.
fn pack_characters(to: u64, from: u64, len: u64, width: u64) -> Done {
    let mut characters = [0; 64];
    let characters = &mut characters[..(len as usize).min(64)];
    tcg_mem::copy_in(characters, GuestAddr(from))?;
    let mut digits =
        characters.chunks(width as usize).rev().map(|c| c.last().map_or(0, |b| b & 0x0f));
    let mut result = [0; 16];
    result[15] = digits.next().unwrap_or(0) << 4 | 0x0c;
    for byte in result[..15].iter_mut().rev() {
        let low = digits.next().unwrap_or(0);
        *byte = digits.next().unwrap_or(0) << 4 | low;
    }
    probe(GuestAddr(to), 16, Access::Write)?;
    tcg_mem::copy_out(GuestAddr(to), &result)?;
    Ok(0)
}

/// UNPACK ASCII (UNPKA): (first address, second address, first length).
pub(crate) fn unpka(_: &mut CpuState, [to, from, len, _]: [u64; 4]) -> Done {
    unpack_characters(to, from, len, 1)
}

/// UNPACK UNICODE (UNPKU): (first address, second address, first length in bytes).
pub(crate) fn unpku(_: &mut CpuState, [to, from, len, _]: [u64; 4]) -> Done {
    unpack_characters(to, from, len, 2)
}

/// Unpacks 31 digits to characters of `width` bytes; cc 0 plus, 1 minus, 3 invalid sign.
fn unpack_characters(to: u64, from: u64, len: u64, width: u64) -> Done {
    let mut packed = [0; 16];
    tcg_mem::copy_in(&mut packed, GuestAddr(from))?;
    let digit = |i: usize| match i {
        0..=30 => {
            // Digit 0 is the rightmost one, in the high half of the last byte.
            let nibble = i + 1;
            packed[15 - nibble / 2] >> (4 * (nibble % 2)) & 0x0f
        }
        _ => 0,
    };
    let mut result = [0; 64];
    let result = &mut result[..(len as usize).min(64)];
    for (i, character) in result.rchunks_mut(width as usize).enumerate() {
        if let Some(last) = character.last_mut() {
            *last = 0x30 | digit(i);
        }
    }
    probe(GuestAddr(to), len, Access::Write)?;
    tcg_mem::copy_out(GuestAddr(to), result)?;
    Ok(match packed[15] & 0x0f {
        0x0a | 0x0c | 0x0e | 0x0f => 0,
        0x0b | 0x0d => 1,
        _ => 3,
    })
}
