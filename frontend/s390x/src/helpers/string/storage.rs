//! SS instructions of one length: MVC and its relatives, NC/OC/XC, CLC, TR, TRT.

use super::super::{Done, probe, wrap};
use crate::state::CpuState;
use tcg_mem::{Access, GuestAddr};

type Bytes = [u8; 256];

/// The operands of an SS instruction: two addresses and a length of 1 to 256.
fn operands([first, second, len, _]: [u64; 4]) -> (GuestAddr, GuestAddr, usize) {
    (GuestAddr(first), GuestAddr(second), (len as usize).clamp(1, 256))
}

/// MOVE (MVC).
pub(crate) fn mvc(_: &mut CpuState, args: [u64; 4]) -> Done {
    let (to, from, len) = operands(args);
    let len = len as u64;
    if to.page_offset() + len > 4096 || from.page_offset() + len > 4096 {
        probe(from, len, Access::Read)?;
        probe(to, len, Access::Write)?;
    }
    tcg_mem::copy(to, from, len)?;
    Ok(0)
}

/// MOVE RIGHT TO LEFT (MVCRL): the length code is in bits 56–63 of general register 0.
pub(crate) fn mvcrl(cpu: &mut CpuState, [to, from, ..]: [u64; 4]) -> Done {
    let (to, from) = (GuestAddr(to), GuestAddr(from));
    let len = (cpu.gpr[0] & 0xff) + 1;
    probe(from, len, Access::Read)?;
    probe(to, len, Access::Write)?;
    for i in (0..len).rev() {
        let byte = tcg_mem::read_u8(from.wrapping_add(i))?;
        tcg_mem::write_u8(to.wrapping_add(i), byte)?;
    }
    Ok(0)
}

/// MOVE INVERSE (MVCIN): the second address designates the rightmost byte.
pub(crate) fn mvcin(_: &mut CpuState, args: [u64; 4]) -> Done {
    let (to, last, len) = operands(args);
    let mut bytes: Bytes = [0; 256];
    tcg_mem::copy_in(&mut bytes[..len], GuestAddr(last.0.wrapping_sub(len as u64 - 1)))?;
    bytes[..len].reverse();
    probe(to, len as u64, Access::Write)?;
    tcg_mem::copy_out(to, &bytes[..len])?;
    Ok(0)
}

/// Combines two operands byte by byte, left to right, as if each result were stored at once; the bytes of the result.
fn combine(args: [u64; 4], f: impl Fn(u8, u8) -> u8) -> Result<(Bytes, usize), super::super::Stop> {
    let (to, from, len) = operands(args);
    let (mut first, mut second): (Bytes, Bytes) = ([0; 256], [0; 256]);
    tcg_mem::copy_in(&mut second[..len], from)?;
    probe(to, len as u64, Access::Write)?;
    tcg_mem::copy_in(&mut first[..len], to)?;
    // Distance by which results reappear as bytes of the second operand.
    let distance = to.0.wrapping_sub(from.0) as usize;
    for i in 0..len {
        let operand = match i.checked_sub(distance) {
            Some(earlier) if distance != 0 => first[earlier],
            _ => second[i],
        };
        first[i] = f(first[i], operand);
    }
    tcg_mem::copy_out(to, &first[..len])?;
    Ok((first, len))
}

fn logical(args: [u64; 4], f: impl Fn(u8, u8) -> u8) -> Done {
    let (result, len) = combine(args, f)?;
    Ok(u64::from(result[..len].iter().any(|byte| *byte != 0)))
}

/// AND (NC).
pub(crate) fn nc(_: &mut CpuState, args: [u64; 4]) -> Done {
    logical(args, |a, b| a & b)
}

/// OR (OC).
pub(crate) fn oc(_: &mut CpuState, args: [u64; 4]) -> Done {
    logical(args, |a, b| a | b)
}

/// EXCLUSIVE OR (XC).
pub(crate) fn xc(_: &mut CpuState, args: [u64; 4]) -> Done {
    let (to, from, len) = operands(args);
    if to == from {
        probe(to, len as u64, Access::Write)?;
        tcg_mem::fill(to, 0, len as u64)?;
        return Ok(0);
    }
    logical(args, |a, b| a ^ b)
}

/// MOVE NUMERICS (MVN).
pub(crate) fn mvn(_: &mut CpuState, args: [u64; 4]) -> Done {
    combine(args, |a, b| a & 0xf0 | b & 0x0f)?;
    Ok(0)
}

/// MOVE ZONES (MVZ).
pub(crate) fn mvz(_: &mut CpuState, args: [u64; 4]) -> Done {
    combine(args, |a, b| a & 0x0f | b & 0xf0)?;
    Ok(0)
}

/// COMPARE LOGICAL (CLC): cc 0 equal, 1 first low, 2 first high.
pub(crate) fn clc(_: &mut CpuState, args: [u64; 4]) -> Done {
    let (a, b, len) = operands(args);
    let Some(at) = tcg_mem::compare(a, b, len as u64)? else { return Ok(0) };
    let (a, b) = (tcg_mem::read_u8(a.wrapping_add(at))?, tcg_mem::read_u8(b.wrapping_add(at))?);
    Ok(if a < b { 1 } else { 2 })
}

/// A table of 256 function bytes, read as a whole if it can be, else entry by entry.
enum Table {
    Whole(Box<Bytes>),
    At(GuestAddr),
}

impl Table {
    fn at(addr: GuestAddr) -> Table {
        let mut bytes = [0; 256];
        match tcg_mem::copy_in(&mut bytes, addr) {
            Ok(()) => Table::Whole(Box::new(bytes)),
            Err(_) => Table::At(addr),
        }
    }

    fn function(&self, argument: u8) -> Result<u8, tcg_mem::Fault> {
        match self {
            Table::Whole(bytes) => Ok(bytes[usize::from(argument)]),
            Table::At(addr) => tcg_mem::read_u8(addr.wrapping_add(u64::from(argument))),
        }
    }
}

/// TRANSLATE (TR).
pub(crate) fn tr(_: &mut CpuState, args: [u64; 4]) -> Done {
    let (string, table, len) = operands(args);
    probe(string, len as u64, Access::Write)?;
    let distance = string.0.wrapping_sub(table.0);
    let overlaps = distance < 256 || distance.wrapping_neg() < len as u64;
    // A table that the result changes is read anew for each byte.
    let table = if overlaps { Table::At(table) } else { Table::at(table) };
    let mut bytes: Bytes = [0; 256];
    tcg_mem::copy_in(&mut bytes[..len], string)?;
    for (i, byte) in bytes[..len].iter_mut().enumerate() {
        *byte = table.function(*byte)?;
        if overlaps {
            tcg_mem::write_u8(string.wrapping_add(i as u64), *byte)?;
        }
    }
    tcg_mem::copy_out(string, &bytes[..len])?;
    Ok(0)
}

/// TRANSLATE AND TEST (TRT): left to right.
pub(crate) fn trt(cpu: &mut CpuState, args: [u64; 4]) -> Done {
    let (string, table, len) = operands(args);
    find_function(cpu, table, len, |i| string.wrapping_add(i))
}

/// TRANSLATE AND TEST REVERSE (TRTR): the first address designates the rightmost byte.
pub(crate) fn trtr(cpu: &mut CpuState, args: [u64; 4]) -> Done {
    let (string, table, len) = operands(args);
    find_function(cpu, table, len, |i| GuestAddr(string.0.wrapping_sub(i)))
}

/// Looks for the first argument byte with a non-zero function byte: its address goes to r1, the function byte to r2.
fn find_function(
    cpu: &mut CpuState,
    table: GuestAddr,
    len: usize,
    place: impl Fn(u64) -> GuestAddr,
) -> Done {
    let table = Table::at(table);
    for i in 0..len {
        let at = place(i as u64);
        let function = table.function(tcg_mem::read_u8(at)?)?;
        if function == 0 {
            continue;
        }
        cpu.gpr[1] = match cpu.amode {
            24 => cpu.gpr[1] & !0x00ff_ffff | wrap(cpu, at.0).0,
            31 => cpu.gpr[1] & !0xffff_ffff | wrap(cpu, at.0).0,
            _ => at.0,
        };
        cpu.gpr[2] = cpu.gpr[2] & !0xff | u64::from(function);
        return Ok(if i + 1 == len { 2 } else { 1 });
    }
    Ok(0)
}
