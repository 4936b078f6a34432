//! CONVERT UTF-n TO UTF-m (CU12, CU14, CU21, CU24, CU41, CU42).

use super::super::{Done, Stop};
use super::{STEP_BYTES, address, advance, in_parts, length};
use crate::state::CpuState;
use tcg_mem::{Access, Endian, GuestAddr};

/// A Unicode encoding form, numbered as in the mnemonics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Utf8,
    Utf16,
    Utf32,
}

impl Form {
    fn numbered(n: u64) -> Form {
        match n {
            1 => Form::Utf8,
            2 => Form::Utf16,
            _ => Form::Utf32,
        }
    }
}

/// How looking at one source character ended.
enum Decoded {
    /// A character and its length in bytes.
    Character(u32, u64),
    /// The source ends before the character does.
    Exhausted,
    /// Not a character.
    Invalid,
}

/// Arguments: r1 (destination pair), r2 (source pair), source form << 4 | destination form, and 1 for the well-formedness check.
///
/// cc 0 source exhausted, 1 destination full, 2 invalid character, 3 more to do.
pub(crate) fn convert_unicode(cpu: &mut CpuState, [r1, r2, forms, check]: [u64; 4]) -> Done {
    let (r1, r2) = (r1 as u8, r2 as u8);
    let (from, to) = (Form::numbered(forms >> 4), Form::numbered(forms & 15));
    in_parts(cpu, [r1 | 1, r2 | 1], |cpu| convert(cpu, (to, r1), (from, r2), check != 0))
}

fn convert(cpu: &mut CpuState, (to, r1): (Form, u8), (from, r2): (Form, u8), check: bool) -> Done {
    let mut done = 0;
    while done < STEP_BYTES {
        let (source, source_len) = (address(cpu, r2), length(cpu, r2 | 1));
        let (character, used) = match decode(from, source, source_len, check)? {
            Decoded::Character(character, used) => (character, used),
            Decoded::Exhausted => return Ok(0),
            Decoded::Invalid => return Ok(2),
        };
        let mut bytes = [0; 4];
        // The length of a UTF-8 character decides, not its value: four bytes become a pair of surrogates.
        let supplementary = character >= 0x1_0000 || from == Form::Utf8 && used == 4;
        let encoded = encode(to, character, supplementary, &mut bytes);
        let len = encoded.len() as u64;
        if length(cpu, r1 | 1) < len {
            return Ok(1);
        }
        let destination = address(cpu, r1);
        super::super::probe(destination, len, Access::Write)?;
        tcg_mem::copy_out(destination, encoded)?;
        advance(cpu, r1, len);
        advance(cpu, r2, used);
        done += used;
    }
    Ok(3)
}

fn decode(form: Form, at: GuestAddr, len: u64, check: bool) -> Result<Decoded, Stop> {
    match form {
        Form::Utf8 => utf8(at, len, check),
        Form::Utf16 => utf16(at, len, check),
        Form::Utf32 => utf32(at, len),
    }
}

/// PoP "CONVERT UTF-8 TO UTF-16"; without the check, continuation bytes are taken as they are.
fn utf8(at: GuestAddr, len: u64, check: bool) -> Result<Decoded, Stop> {
    if len == 0 {
        return Ok(Decoded::Exhausted);
    }
    let first = tcg_mem::read_u8(at)?;
    let (used, bits) = match first {
        0x00..=0x7f => return Ok(Decoded::Character(u32::from(first), 1)),
        0x80..=0xbf => return Ok(Decoded::Invalid),
        0xc0..=0xc1 if check => return Ok(Decoded::Invalid),
        0xc0..=0xdf => (2, first & 0x1f),
        0xe0..=0xef => (3, first & 0x0f),
        0xf0..=0xf4 => (4, first & 0x07),
        0xf5..=0xf7 if !check => (4, first & 0x07),
        0xf5..=0xff => return Ok(Decoded::Invalid),
    };
    if len < used {
        return Ok(Decoded::Exhausted);
    }
    let mut rest = [0; 3];
    let rest = &mut rest[..used as usize - 1];
    tcg_mem::copy_in(rest, at.wrapping_add(1))?;
    if check && !well_formed(first, rest) {
        return Ok(Decoded::Invalid);
    }
    let character = rest.iter().fold(u32::from(bits), |c, byte| c << 6 | u32::from(byte & 0x3f));
    Ok(Decoded::Character(character, used))
}

/// The table of well-formed byte sequences of the Unicode standard (3-7).
fn well_formed(first: u8, rest: &[u8]) -> bool {
    let second = match first {
        0xe0 => 0xa0..=0xbf,
        0xed => 0x80..=0x9f,
        0xf0 => 0x90..=0xbf,
        0xf4 => 0x80..=0x8f,
        _ => 0x80..=0xbf,
    };
    rest.first().is_some_and(|byte| second.contains(byte))
        && rest.iter().skip(1).all(|byte| (0x80..=0xbf).contains(byte))
}

fn utf16(at: GuestAddr, len: u64, check: bool) -> Result<Decoded, Stop> {
    if len < 2 {
        return Ok(Decoded::Exhausted);
    }
    let high = tcg_mem::read_u16(at, Endian::Big)?;
    match high {
        0xd800..=0xdbff => {}
        _ => return Ok(Decoded::Character(u32::from(high), 2)),
    }
    if len < 4 {
        return Ok(Decoded::Exhausted);
    }
    let low = tcg_mem::read_u16(at.wrapping_add(2), Endian::Big)?;
    if check && !(0xdc00..=0xdfff).contains(&low) {
        return Ok(Decoded::Invalid);
    }
    let character = 0x1_0000 + (u32::from(high & 0x3ff) << 10) + u32::from(low & 0x3ff);
    Ok(Decoded::Character(character, 4))
}

fn utf32(at: GuestAddr, len: u64) -> Result<Decoded, Stop> {
    if len < 4 {
        return Ok(Decoded::Exhausted);
    }
    let character = tcg_mem::read_u32(at, Endian::Big)?;
    Ok(match character {
        0xd800..=0xdbff | 0x11_0000.. => Decoded::Invalid,
        _ => Decoded::Character(character, 4),
    })
}

/// The bytes of a character; `supplementary` says whether it takes a pair of surrogates in UTF-16.
fn encode(form: Form, character: u32, supplementary: bool, bytes: &mut [u8; 4]) -> &[u8] {
    let low6 = |shift: u32| 0x80 | (character >> shift & 0x3f) as u8;
    let len = match form {
        Form::Utf32 => {
            *bytes = character.to_be_bytes();
            4
        }
        Form::Utf16 if !supplementary => {
            bytes[..2].copy_from_slice(&(character as u16).to_be_bytes());
            2
        }
        Form::Utf16 => {
            let above = character.wrapping_sub(0x1_0000);
            let high = 0xd800 | (above >> 10 & 0x3ff) as u16;
            let low = 0xdc00 | (above & 0x3ff) as u16;
            bytes[..2].copy_from_slice(&high.to_be_bytes());
            bytes[2..].copy_from_slice(&low.to_be_bytes());
            4
        }
        Form::Utf8 => match character {
            0..=0x7f => {
                bytes[0] = character as u8;
                1
            }
            0x80..=0x7ff => {
                bytes[..2].copy_from_slice(&[0xc0 | (character >> 6) as u8, low6(0)]);
                2
            }
            0x800..=0xffff => {
                bytes[..3].copy_from_slice(&[0xe0 | (character >> 12) as u8, low6(6), low6(0)]);
                3
            }
            _ => {
                let first = 0xf0 | (character >> 18 & 7) as u8;
                *bytes = [first, low6(12), low6(6), low6(0)];
                4
            }
        },
    };
    &bytes[..len]
}
