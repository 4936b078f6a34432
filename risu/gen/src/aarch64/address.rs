//! Making base and index registers point where an operand shall be.

use isa::row::{Access, Kind, Place, Row, Writeback};
use rand::RngExt as _;

use super::fields::{Insn, ZR};
use crate::place::{choose_address, is_inside, is_ours, random_index};
use crate::rng::Rng;

/// Storage that an instruction will access.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    /// Base register; 31 is SP.
    base: usize,
    /// Index register, how it is extended, and by how much it is shifted.
    index: Option<(usize, u64, u32)>,
    /// What is added to the base before the access.
    offset: u64,
    /// Length in bytes.
    pub(crate) len: u64,
    /// Alignment below which there may be an exception, in bytes.
    align: u64,
    /// Below it, what happens is open.
    strict: bool,
    /// Read or written.
    pub(crate) access: Access,
}

/// What storage an instruction accesses, if it does.
pub(crate) fn need(insn: &Insn) -> Option<Need> {
    let operand = insn.row.operands.iter().find(|o| matches!(o.place, Place::Memory { .. }))?;
    let Place::Memory { base, index, offset, unit, writeback } = operand.place else {
        return None;
    };
    let len = match operand.kind {
        Kind::Mem(len) => insn.length(len),
        _ => 1,
    };
    let unit = insn.length(unit);
    let immediate = offset.and_then(|name| insn.row.field(name)).map_or(0, |f| f.value(insn.word));
    let before = writeback != Writeback::After;
    let shift = if insn.raw("s") != 0 { unit.trailing_zeros() } else { 0 };
    let extended = |name| {
        let option = insn.row.field("option").map_or(3, |f| f.raw(insn.word));
        (insn.raw(name) as usize, option, shift)
    };
    let natural = alignment(insn.row, len);
    Some(Need {
        base: insn.raw(base) as usize,
        index: index.filter(|_| before).map(extended),
        offset: if before { (immediate as u64).wrapping_mul(unit) } else { 0 },
        len,
        align: natural.max(u64::from(operand.align)),
        strict: is_exclusive_store(insn.row),
        access: operand.access,
    })
}

/// Alignment in bytes of an access of `len` bytes: ordered and atomic ones below it fault unless
/// they lie within 16 aligned bytes (FEAT_LSE2, which references must have).
pub(crate) fn alignment(row: &Row, len: u64) -> u64 {
    if row.group.name == "atomic" { len } else { 1 }
}

/// Whether a row stores only if a load before it watches. Whether it finds that its address is not
/// aligned before it looks for that is open (Arm ARM DDI 0487, shared pseudocode
/// `AArch64.ExclusiveMonitorsPass`).
pub(super) fn is_exclusive_store(row: &Row) -> bool {
    row.group.name == "atomic" && (row.name.starts_with("stx") || row.name.starts_with("stlx"))
}

impl Need {
    /// Sets base and index so that the address becomes a good one; gives it.
    ///
    /// `None` if chance led out of our memory, or to a store that is only in part allowed: how
    /// much of it is done is open.
    pub(crate) fn solve(&self, rng: &mut Rng, x: &mut [Option<u64>; 32]) -> Option<u64> {
        let mut want = choose_address(rng, self.len, self.align, &[]);
        let aligned = self.align > 1 && (self.strict || !rng.random_ratio(1, 6));
        if aligned {
            want &= !(self.align - 1);
        }
        let index = match self.index {
            Some((number, option, shift)) if number != ZR => {
                let value = *x[number].get_or_insert_with(|| random_index(rng));
                extend(value, option) << shift
            }
            _ => 0,
        };
        let distance = self.offset.wrapping_add(index);
        let mut base = want.wrapping_sub(distance);
        if self.base == ZR {
            base &= !15;
        }
        x[self.base] = Some(base);
        let addr = base.wrapping_add(distance);
        let part = is_partial(addr, self.len) && self.len > 1;
        let good = !aligned || addr % self.align == 0;
        (is_ours(addr, self.len) && !part && good).then_some(addr)
    }
}

/// Whether a range is neither in one page nor in the scratch area.
fn is_partial(addr: u64, len: u64) -> bool {
    !is_inside(addr, len) && addr >> 12 != (addr + len - 1) >> 12
}

/// Arm ARM DDI 0487, pseudocode function `ExtendReg`, for the options of a register offset.
fn extend(value: u64, option: u64) -> u64 {
    match option {
        2 => value & 0xffff_ffff,
        6 => value as u32 as i32 as i64 as u64,
        _ => value,
    }
}
