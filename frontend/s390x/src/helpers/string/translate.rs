//! TRANSLATE EXTENDED, and the four TRANSLATE … TO … instructions.

use super::super::{Done, SPECIFICATION, wrap};
use super::{STEP_BYTES, address, advance, in_parts, length, set_address, set_length};
use crate::state::CpuState;
use tcg_mem::{Endian, GuestAddr};

/// TRANSLATE EXTENDED (TRE): arguments r1, r2; stops at the test byte in general register 0.
pub(crate) fn tre(cpu: &mut CpuState, [r1, r2, ..]: [u64; 4]) -> Done {
    let (r1, table) = (r1 as u8, address(cpu, r2 as u8));
    in_parts(cpu, [r1 | 1; 2], |cpu| translate_in_place(cpu, r1, table))
}

fn translate_in_place(cpu: &mut CpuState, r1: u8, table: GuestAddr) -> Done {
    let test = cpu.gpr[0] as u8;
    for _ in 0..STEP_BYTES {
        if length(cpu, r1 | 1) == 0 {
            return Ok(0);
        }
        let at = address(cpu, r1);
        let byte = tcg_mem::read_u8(at)?;
        if byte == test {
            return Ok(1);
        }
        tcg_mem::write_u8(at, tcg_mem::read_u8(table.wrapping_add(u64::from(byte)))?)?;
        advance(cpu, r1, 1);
    }
    Ok(if length(cpu, r1 | 1) == 0 { 0 } else { 3 })
}

/// What tells the four TRANSLATE … TO … instructions apart, and their common operands.
struct Wide {
    two_from: bool,
    two_to: bool,
    /// The result at which to stop.
    test: Option<u16>,
    table: GuestAddr,
}

/// TRANSLATE ONE/TWO TO ONE/TWO (TROO, TROT, TRTO, TRTT).
///
/// Arguments: r1 (destination, and length of the source in r1 + 1), r2 (source), and flags:
/// bit 0 two-byte source, bit 1 two-byte result, bit 2 no test character. The table is at general register 1; the test
/// character, as wide as the result, in 0.
pub(crate) fn translate_wide(cpu: &mut CpuState, [r1, r2, flags, _]: [u64; 4]) -> Done {
    let (r1, r2) = (r1 as u8, r2 as u8);
    let [two_from, two_to, no_test] = [0, 1, 2].map(|bit| flags >> bit & 1 != 0);
    if two_from && length(cpu, r1 | 1) & 1 != 0 {
        return Err(SPECIFICATION);
    }
    let test = if two_to { cpu.gpr[0] as u16 } else { u16::from(cpu.gpr[0] as u8) };
    let table = GuestAddr(wrap(cpu, cpu.gpr[1]).0 & !7);
    let wide = Wide { two_from, two_to, test: (!no_test).then_some(test), table };
    in_parts(cpu, [r1 | 1; 2], |cpu| translate_units(cpu, r1, r2, &wide))
}

fn translate_units(cpu: &mut CpuState, r1: u8, r2: u8, wide: &Wide) -> Done {
    let (from_width, to_width) = (1 + u64::from(wide.two_from), 1 + u64::from(wide.two_to));
    let mut done = 0;
    while length(cpu, r1 | 1) != 0 {
        if done >= STEP_BYTES {
            return Ok(3);
        }
        let (to, from) = (address(cpu, r1), address(cpu, r2));
        let argument = u64::from(read(from, wide.two_from)?);
        let function = read(wide.table.wrapping_add(argument * to_width), wide.two_to)?;
        if wide.test == Some(function) {
            return Ok(1);
        }
        if wide.two_to {
            tcg_mem::write_u16(to, function, Endian::Big)?;
        } else {
            tcg_mem::write_u8(to, function as u8)?;
        }
        set_address(cpu, r1, to.wrapping_add(to_width));
        set_address(cpu, r2, from.wrapping_add(from_width));
        let left = length(cpu, r1 | 1).wrapping_sub(from_width);
        set_length(cpu, r1 | 1, left);
        done += from_width;
    }
    Ok(0)
}

fn read(at: GuestAddr, two: bool) -> Result<u16, tcg_mem::Fault> {
    if two { tcg_mem::read_u16(at, Endian::Big) } else { tcg_mem::read_u8(at).map(u16::from) }
}
