//! MOVE LONG in its three forms, and CHECKSUM.

use super::super::Done;
use super::{STEP_BYTES, address, advance, in_parts, length, set_address};
use crate::state::CpuState;
use tcg_mem::Endian;

const LOW_24: u64 = 0x00ff_ffff;

/// MOVE LONG (MVCL): arguments r1, r2. Lengths are 24 bits, the pad byte stands above the second.
pub(crate) fn mvcl(cpu: &mut CpuState, [r1, r2, ..]: [u64; 4]) -> Done {
    let (r1, r2) = (r1 as u8, r2 as u8);
    let len = |cpu: &CpuState, r: u8| cpu.gpr[usize::from(r | 1)] & LOW_24;
    let (len1, len2) = (len(cpu, r1), len(cpu, r2));
    let pad = (cpu.gpr[usize::from(r2 | 1)] >> 24) as u8;
    let cc = three_way(len1, len2);
    // Even an empty move normalizes the addresses.
    let (to, from) = (address(cpu, r1), address(cpu, r2));
    set_address(cpu, r1, to);
    set_address(cpu, r2, from);
    let moved = len1.min(len2);
    let distance = super::super::wrap(cpu, to.0.wrapping_sub(from.0)).0;
    if distance != 0 && distance < moved {
        return Ok(3);
    }
    move_part(cpu, moved, r1, Some(r2), pad, step_24)?;
    move_part(cpu, len1 - moved, r1, None, pad, step_24)?;
    Ok(cc)
}

/// Moves a 24-bit operand on; the other bits of the length register stay.
fn step_24(cpu: &mut CpuState, r: u8, bytes: u64) {
    let addr = address(cpu, r).wrapping_add(bytes);
    set_address(cpu, r, addr);
    let register = &mut cpu.gpr[usize::from(r | 1)];
    *register = *register & !LOW_24 | (*register & LOW_24).wrapping_sub(bytes) & LOW_24;
}

/// Moves `len` bytes from the second operand, or pads; updates the registers for what was done, fault or not.
fn move_part(
    cpu: &mut CpuState,
    len: u64,
    r1: u8,
    from: Option<u8>,
    pad: u8,
    step: fn(&mut CpuState, u8, u64),
) -> Result<(), super::super::Stop> {
    let mut left = len;
    while left != 0 {
        let to = address(cpu, r1);
        let source = from.map(|r2| address(cpu, r2));
        // Pieces end at page borders, so that what a fault leaves undone is whole pieces.
        let room = |at: tcg_mem::GuestAddr| tcg_mem::PAGE_SIZE - at.page_offset();
        let piece = left.min(room(to)).min(source.map_or(u64::MAX, room));
        match source {
            Some(source) => tcg_mem::copy(to, source, piece)?,
            None => tcg_mem::fill(to, pad, piece)?,
        }
        step(cpu, r1, piece);
        if let Some(r2) = from {
            step(cpu, r2, piece);
        }
        left -= piece;
    }
    Ok(())
}

fn three_way(len1: u64, len2: u64) -> u64 {
    match len1.cmp(&len2) {
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Less => 1,
        std::cmp::Ordering::Greater => 2,
    }
}

/// MOVE LONG EXTENDED (MVCLE): arguments r1, r3, pad.
pub(crate) fn mvcle(cpu: &mut CpuState, [r1, r3, pad, _]: [u64; 4]) -> Done {
    let (r1, r3) = (r1 as u8, r3 as u8);
    in_parts(cpu, [r1 | 1, r3 | 1], |cpu| move_extended(cpu, r1, r3, pad as u8))
}

fn move_extended(cpu: &mut CpuState, r1: u8, r3: u8, pad: u8) -> Done {
    let (len1, len2) = (length(cpu, r1 | 1), length(cpu, r3 | 1));
    let cc = three_way(len1, len2);
    let moved = len1.min(len2);
    move_part(cpu, moved.min(STEP_BYTES), r1, Some(r3), 0, advance)?;
    if moved > STEP_BYTES {
        return Ok(3);
    }
    let padded = len1 - moved;
    move_part(cpu, padded.min(STEP_BYTES), r1, None, pad, advance)?;
    Ok(if padded > STEP_BYTES { 3 } else { cc })
}

/// MOVE LONG UNICODE (MVCLU): arguments r1, r3, two-byte pad.
pub(crate) fn mvclu(cpu: &mut CpuState, [r1, r3, pad, _]: [u64; 4]) -> Done {
    let (r1, r3) = (r1 as u8, r3 as u8);
    in_parts(cpu, [r1 | 1, r3 | 1], |cpu| move_unicode(cpu, r1, r3, pad as u16))
}

fn move_unicode(cpu: &mut CpuState, r1: u8, r3: u8, pad: u16) -> Done {
    let (len1, len2) = (length(cpu, r1 | 1), length(cpu, r3 | 1));
    if (len1 | len2) & 1 != 0 {
        return Err(crate::helpers::SPECIFICATION);
    }
    let cc = three_way(len1, len2);
    let moved = len1.min(len2);
    move_part(cpu, moved.min(STEP_BYTES), r1, Some(r3), 0, advance)?;
    if moved > STEP_BYTES {
        return Ok(3);
    }
    let padded = len1 - moved;
    let mut left = padded.min(STEP_BYTES);
    while left != 0 {
        tcg_mem::write_u16(address(cpu, r1), pad, Endian::Big)?;
        advance(cpu, r1, 2);
        left -= 2;
    }
    Ok(if padded > STEP_BYTES { 3 } else { cc })
}

/// CHECKSUM (CKSM): arguments r1, r2. Adds words with end-around carry to bits 32–63 of r1.
pub(crate) fn cksm(cpu: &mut CpuState, [r1, r2, ..]: [u64; 4]) -> Done {
    let (r1, r2) = (r1 as u8 & 15, r2 as u8);
    let (at, len) = (address(cpu, r2), length(cpu, r2 | 1).min(STEP_BYTES));
    let mut sum = cpu.gpr[usize::from(r1)] as u32;
    for offset in (0..len).step_by(4) {
        // A last word that is cut is continued with zeros.
        let mut word = [0; 4];
        let bytes = (len - offset).min(4) as usize;
        tcg_mem::copy_in(&mut word[..bytes], at.wrapping_add(offset))?;
        let (next, carry) = sum.overflowing_add(u32::from_be_bytes(word));
        sum = next.wrapping_add(u32::from(carry));
    }
    let register = &mut cpu.gpr[usize::from(r1)];
    *register = *register & !0xffff_ffff | u64::from(sum);
    advance(cpu, r2, len);
    Ok(if length(cpu, r2 | 1) != 0 { 3 } else { 0 })
}
