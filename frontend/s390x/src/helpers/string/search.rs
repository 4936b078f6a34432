//! MOVE STRING, SEARCH STRING, SEARCH STRING UNICODE.

use super::super::{Done, SPECIFICATION};
use super::chunk::Reader;
use super::{STEP_BYTES, address, set_address};
use crate::state::CpuState;
use tcg_mem::PAGE_SIZE;

/// MOVE STRING (MVST): arguments r1, r2; the ending character is in general register 0.
///
/// With condition code 1, r1 designates the ending character and r2 stays. With 3, both go on: that is where a page of one
/// of the operands ends.
pub(crate) fn mvst(cpu: &mut CpuState, [r1, r2, ..]: [u64; 4]) -> Done {
    let (r1, r2) = (r1 as u8, r2 as u8);
    if cpu.gpr[0] as u32 > 0xff {
        return Err(SPECIFICATION);
    }
    let (to, from, end) = (address(cpu, r1), address(cpu, r2), cpu.gpr[0] as u8);
    let room = (PAGE_SIZE - from.page_offset()).min(PAGE_SIZE - to.page_offset());
    let found = tcg_mem::find_byte(from, end, room)?;
    tcg_mem::copy(to, from, found.map_or(room, |at| at + 1))?;
    set_address(cpu, r1, to.wrapping_add(found.unwrap_or(room)));
    if found.is_some() {
        return Ok(1);
    }
    set_address(cpu, r2, from.wrapping_add(room));
    Ok(3)
}

/// SEARCH STRING (SRST): arguments r1 (end), r2 (start); the character is in general register 0.
pub(crate) fn srst(cpu: &mut CpuState, [r1, r2, ..]: [u64; 4]) -> Done {
    let (r1, r2) = (r1 as u8, r2 as u8);
    if cpu.gpr[0] as u32 > 0xff {
        return Err(SPECIFICATION);
    }
    let (end, start) = (address(cpu, r1), address(cpu, r2));
    let all = super::super::wrap(cpu, end.0.wrapping_sub(start.0)).0;
    let looked = all.min(STEP_BYTES);
    match tcg_mem::find_byte(start, cpu.gpr[0] as u8, looked)? {
        Some(at) => {
            set_address(cpu, r1, start.wrapping_add(at));
            Ok(1)
        }
        None if looked == all => Ok(2),
        None => {
            set_address(cpu, r2, start.wrapping_add(looked));
            Ok(3)
        }
    }
}

/// SEARCH STRING UNICODE (SRSTU): arguments r1 (end), r2 (start); the two-byte character is in general register 0.
///
/// When the addresses differ in their lowest bit, one byte beyond the end may be looked at.
pub(crate) fn srstu(cpu: &mut CpuState, [r1, r2, ..]: [u64; 4]) -> Done {
    let (r1, r2) = (r1 as u8, r2 as u8);
    if cpu.gpr[0] as u32 > 0xffff {
        return Err(SPECIFICATION);
    }
    let (end, start) = (address(cpu, r1), address(cpu, r2));
    let adjusted = end.wrapping_add((end.0 ^ start.0) & 1);
    let all = super::super::wrap(cpu, adjusted.0.wrapping_sub(start.0)).0;
    let mut reader = Reader::new();
    let mut at = 0;
    while at < STEP_BYTES {
        if at == all {
            return Ok(2);
        }
        if reader.halfword(start.wrapping_add(at))? == cpu.gpr[0] as u16 {
            set_address(cpu, r1, start.wrapping_add(at));
            return Ok(1);
        }
        at += 2;
    }
    set_address(cpu, r2, start.wrapping_add(at));
    Ok(3)
}
