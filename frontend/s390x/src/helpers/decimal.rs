//! Conversion between binary and packed decimal.
//!
//! PoP SA22-7832, "CONVERT TO BINARY", "CONVERT TO DECIMAL", and chapter 8, "Decimal-Number Formats".

use super::Stop;
use crate::state::CpuState;
use crate::trap::{Trap, dxc, pic};
use tcg_mem::{Endian, GuestAddr, read_u64, read_u128, write_u64, write_u128};

/// A packed decimal number of 31 digits at most, as its value; `None` if a digit or the sign is invalid.
fn from_packed(packed: u128) -> Option<i128> {
    let negative = match packed & 15 {
        0xb | 0xd => true,
        0xa | 0xc | 0xe | 0xf => false,
        _ => return None,
    };
    let mut value: i128 = 0;
    for digit in (1..32).rev() {
        let digit = (packed >> (digit * 4) & 15) as i128;
        if digit > 9 {
            return None;
        }
        value = value * 10 + digit;
    }
    Some(if negative { -value } else { value })
}

/// A number as packed decimal with the preferred sign codes.
fn to_packed(value: i64) -> u128 {
    let mut magnitude = value.unsigned_abs();
    let mut packed = if value < 0 { 0xd } else { 0xc };
    let mut shift = 4;
    while magnitude != 0 {
        packed |= u128::from(magnitude % 10) << shift;
        magnitude /= 10;
        shift += 4;
    }
    packed
}

const INVALID: Stop = Stop::Trap(Trap::data(dxc::DECIMAL));
const DIVIDE: Stop = Stop::Trap(Trap::new(pic::FIXED_DIVIDE));

/// CONVERT TO BINARY, 8 bytes to the right half of a register.
///
/// A value that does not fit: the register gets the rightmost bits, and a fixed-point-divide exception is recognized.
pub(super) fn cvb(state: &mut CpuState, [addr, r1, ..]: [u64; 4]) -> Result<u64, Stop> {
    let packed = read_u64(GuestAddr(addr), Endian::Big)?;
    let value = from_packed(packed.into()).ok_or(INVALID)?;
    let r = &mut state.gpr[r1 as usize & 15];
    *r = *r & !0xffff_ffff | u64::from(value as u32);
    i32::try_from(value).map_err(|_| DIVIDE)?;
    Ok(0)
}

/// CONVERT TO BINARY, 16 bytes to a register.
///
/// A value that does not fit suppresses the operation.
pub(super) fn cvbg(state: &mut CpuState, [addr, r1, ..]: [u64; 4]) -> Result<u64, Stop> {
    let packed = read_u128(GuestAddr(addr), Endian::Big)?;
    let value = from_packed(packed).ok_or(INVALID)?;
    let value = i64::try_from(value).map_err(|_| DIVIDE)?;
    state.gpr[r1 as usize & 15] = value.cast_unsigned();
    Ok(0)
}

/// CONVERT TO DECIMAL, 8 bytes.
pub(super) fn cvd(_: &mut CpuState, [addr, value, ..]: [u64; 4]) -> Result<u64, Stop> {
    write_u64(GuestAddr(addr), to_packed(value.cast_signed()) as u64, Endian::Big)?;
    Ok(0)
}

/// CONVERT TO DECIMAL, 16 bytes.
pub(super) fn cvdg(_: &mut CpuState, [addr, value, ..]: [u64; 4]) -> Result<u64, Stop> {
    write_u128(GuestAddr(addr), to_packed(value.cast_signed()), Endian::Big)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_survive() {
        for value in [0, 1, -1, 9, 10, i64::MAX, i64::MIN, i64::from(i32::MIN), -1_234_567] {
            assert_eq!(from_packed(to_packed(value)), Some(i128::from(value)), "{value}");
        }
        assert_eq!(to_packed(-123), 0x123d);
    }

    #[test]
    fn invalid_digits_and_signs() {
        assert_eq!(from_packed(0x1a3c), None);
        assert_eq!(from_packed(0x1239), None);
        assert_eq!(from_packed(0x123b), Some(-123));
        assert_eq!(from_packed(0x123f), Some(123));
    }
}
