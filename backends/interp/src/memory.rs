//! Guest memory accesses, with the width, sign and byte order of a `MemOp`.

use crate::int;
use std::sync::atomic::{Ordering, fence};
use tcg_ir::{Barriers, Endian, MemOp, RmwOp, Type};
use tcg_mem::{Access, Fault, GuestAddr};

/// A guest address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address(pub(crate) u64);

impl Address {
    fn guest(self) -> GuestAddr {
        GuestAddr(self.0)
    }
}

fn order(mem: MemOp) -> tcg_mem::Endian {
    match mem.endian {
        Endian::Big => tcg_mem::Endian::Big,
        Endian::Little => tcg_mem::Endian::Little,
    }
}

pub(crate) fn load(ty: Type, mem: MemOp, at: Address) -> Result<u64, Fault> {
    let (at, endian) = (at.guest(), order(mem));
    let bits = match mem.bytes {
        1 => u64::from(tcg_mem::read_u8(at)?),
        2 => u64::from(tcg_mem::read_u16(at, endian)?),
        4 => u64::from(tcg_mem::read_u32(at, endian)?),
        _ => tcg_mem::read_u64(at, endian)?,
    };
    let width = u8::try_from(ty.bits().min(u32::from(mem.bytes) * 8)).unwrap_or(64);
    Ok(int::extract(bits, 0, width, mem.sign))
}

pub(crate) fn store(mem: MemOp, at: Address, bits: u64) -> Result<(), Fault> {
    let (at, endian) = (at.guest(), order(mem));
    match mem.bytes {
        1 => tcg_mem::write_u8(at, bits as u8),
        2 => tcg_mem::write_u16(at, bits as u16, endian),
        4 => tcg_mem::write_u32(at, bits as u32, endian),
        _ => tcg_mem::write_u64(at, bits, endian),
    }
}

pub(crate) fn load_vector(at: Address) -> Result<u128, Fault> {
    tcg_mem::read_u128(at.guest(), tcg_mem::Endian::Little)
}

pub(crate) fn store_vector(at: Address, bits: u128) -> Result<(), Fault> {
    tcg_mem::write_u128(at.guest(), bits, tcg_mem::Endian::Little)
}

fn join((lo, hi): (u64, u64)) -> u128 {
    u128::from(hi) << 64 | u128::from(lo)
}

fn split(bits: u128) -> (u64, u64) {
    (bits as u64, (bits >> 64) as u64)
}

/// (low, high).
pub(crate) fn load_pair(mem: MemOp, at: Address) -> Result<(u64, u64), Fault> {
    Ok(split(tcg_mem::read_u128(at.guest(), order(mem))?))
}

pub(crate) fn store_pair(mem: MemOp, at: Address, pair: (u64, u64)) -> Result<(), Fault> {
    tcg_mem::write_u128(at.guest(), join(pair), order(mem))
}

/// Compare and swap; what was there.
pub(crate) fn cas(mem: MemOp, at: Address, expected: u64, new: u64) -> Result<u64, Fault> {
    let (at, endian) = (at.guest(), order(mem));
    Ok(match mem.bytes {
        1 => u64::from(tcg_mem::cas_u8(at, expected as u8, new as u8, endian)?),
        2 => u64::from(tcg_mem::cas_u16(at, expected as u16, new as u16, endian)?),
        4 => u64::from(tcg_mem::cas_u32(at, expected as u32, new as u32, endian)?),
        _ => tcg_mem::cas_u64(at, expected, new, endian)?,
    })
}

pub(crate) fn cas_pair(
    mem: MemOp,
    at: Address,
    expected: (u64, u64),
    new: (u64, u64),
) -> Result<(u64, u64), Fault> {
    Ok(split(tcg_mem::cas_u128(at.guest(), join(expected), join(new), order(mem))?))
}

/// Atomic read-modify-write; what was there.
pub(crate) fn rmw(op: RmwOp, mem: MemOp, at: Address, operand: u64) -> Result<u64, Fault> {
    let mut old = load(Type::I64, MemOp { sign: tcg_ir::Sign::Unsigned, ..mem }, at)?;
    loop {
        let found = cas(mem, at, old, apply(op, old, operand))?;
        if found == old {
            return Ok(old);
        }
        old = found;
    }
}

fn apply(op: RmwOp, old: u64, operand: u64) -> u64 {
    match op {
        RmwOp::Add => old.wrapping_add(operand),
        RmwOp::And => old & operand,
        RmwOp::Or => old | operand,
        RmwOp::Xor => old ^ operand,
        RmwOp::Xchg => operand,
    }
}

/// See `Op::Probe`: only what lies in two pages is looked at.
pub(crate) fn probe(at: Address, len: u32, write: bool) -> Result<(), Fault> {
    if at.guest().page_offset() + u64::from(len) <= tcg_mem::PAGE_SIZE {
        return Ok(());
    }
    let access = if write { Access::Write } else { Access::Read };
    tcg_mem::probe(at.guest(), u64::from(len), access)
}

/// Any order that is asked for is given by the strongest fence.
pub(crate) fn barrier(set: Barriers) {
    if !set.is_empty() {
        fence(Ordering::SeqCst);
    }
}
