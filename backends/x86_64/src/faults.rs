//! The side table: for each host instruction that can fault, the guest instruction and the deferred puts.
//!
//! Encoding, one record after another: LEB128 distance of the host instruction from the last one; LEB128 (zigzag)
//! distance of the guest pc from the last one (the first from 0); number of deferred puts; each as a byte for the
//! source (0–31 register, 32 constant, 33 a pinned register whose home is right already) with bit 6 for 4-byte
//! and bit 7 for 16-byte stores, LEB128 byte offset of the home, and for a constant its LEB128 bits.

use crate::puts::{Snap, Source};
use tcg_ir::HostContext;

const CONST: u8 = 32;
const HOME: u8 = 33;
const FOUR_BYTES: u8 = 64;
const SIXTEEN_BYTES: u8 = 128;

/// Writes the table of one TB.
#[derive(Clone, Debug, Default)]
pub(crate) struct FaultWriter {
    last_at: u32,
    last_pc: u64,
}

impl FaultWriter {
    pub(crate) fn record(&mut self, out: &mut Vec<u8>, at: u32, pc: u64, puts: &[Snap]) {
        put_leb(out, u64::from(at - self.last_at));
        let delta = pc.wrapping_sub(self.last_pc) as i64;
        put_leb(out, ((delta << 1) ^ (delta >> 63)) as u64);
        self.last_at = at;
        self.last_pc = pc;
        put_leb(out, puts.len() as u64);
        for put in puts {
            let width = match put.ty.bytes() {
                4 => FOUR_BYTES,
                8 => 0,
                _ => SIXTEEN_BYTES,
            };
            match put.source {
                Source::Reg(r) => out.push(r | width),
                Source::Const(_) => out.push(CONST | width),
                Source::Home => out.push(HOME),
            }
            put_leb(out, put.offset as u64);
            if let Source::Const(bits) = put.source {
                put_leb(out, bits);
            }
        }
    }
}

/// What a record says besides its puts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) pc: u64,
    /// Offset of the home of a pinned register that is right while the register is not.
    pub(crate) at_home: Option<u32>,
}

/// Finds the record of host offset `at` and hands its puts to `write`.
pub(crate) fn find(
    table: &[u8],
    at: u64,
    host: &HostContext<'_>,
    write: &mut dyn FnMut(u32, u64, u32),
) -> Option<Found> {
    let mut reader = Reader { table };
    let (mut here, mut pc) = (0u64, 0u64);
    while !reader.table.is_empty() {
        here = here.wrapping_add(reader.leb()?);
        let delta = reader.leb()?;
        pc = pc.wrapping_add(delta >> 1 ^ (delta & 1).wrapping_neg());
        let hit = here == at;
        let mut at_home = None;
        for _ in 0..reader.leb()? {
            match reader.put(host)? {
                (offset, None, _) => at_home = Some(offset),
                (offset, Some(value), width) if hit => write_value(offset, value, width, write),
                _ => {}
            }
        }
        if hit {
            return Some(Found { pc, at_home });
        }
        if here > at {
            return None;
        }
    }
    None
}

/// Hands a value of up to 16 bytes to `write`.
pub(crate) fn write_value(
    offset: u32,
    [lo, hi]: [u64; 2],
    width: u32,
    write: &mut dyn FnMut(u32, u64, u32),
) {
    write(offset, lo, width.min(8));
    if width == 16 {
        write(offset + 8, hi, 8);
    }
}

struct Reader<'a> {
    table: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.table.split_first()?;
        self.table = rest;
        Some(*first)
    }

    fn leb(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// Offset, value (none if it is there already) and width of a put.
    fn put(&mut self, host: &HostContext<'_>) -> Option<(u32, Option<[u64; 2]>, u32)> {
        let head = self.byte()?;
        let width = match head & (FOUR_BYTES | SIXTEEN_BYTES) {
            0 => 8,
            FOUR_BYTES => 4,
            _ => 16,
        };
        let offset = self.leb()? as u32;
        let value = match head & !(FOUR_BYTES | SIXTEEN_BYTES) {
            HOME => return Some((offset, None, width)),
            CONST => [self.leb()?, 0],
            r @ 0..16 => [*host.gpr.get(usize::from(r))?, 0],
            r => *host.vec.get(usize::from(r & 15))?,
        };
        Some((offset, Some(value), width))
    }
}

fn put_leb(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pins::NO_PIN;
    use tcg_ir::Type;

    #[test]
    fn records_come_back() {
        let mut out = Vec::new();
        let mut writer = FaultWriter::default();
        let put = |source, ty| Snap { pin: NO_PIN, ty, offset: 1000, source };
        writer.record(&mut out, 5, 0x4000_1000, &[put(Source::Const(u64::MAX), Type::I64)]);
        writer.record(&mut out, 300, 0x4000_0ffe, &[put(Source::Reg(3), Type::I32)]);
        writer.record(&mut out, 400, 0x4000_1002, &[put(Source::Reg(18), Type::V128)]);
        let mut gpr = [0u64; 16];
        gpr[3] = 77;
        let host = HostContext { pc: 0, gpr: &gpr, vec: &[[5, 6]; 16] };
        let mut seen = Vec::new();
        let mut write = |o: u32, v: u64, w: u32| seen.push((o, v, w));
        let found = |pc| Some(Found { pc, at_home: None });
        assert_eq!(find(&out, 300, &host, &mut write), found(0x4000_0ffe));
        assert_eq!(find(&out, 5, &host, &mut write), found(0x4000_1000));
        assert_eq!(find(&out, 6, &host, &mut write), None);
        assert_eq!(find(&out, 400, &host, &mut write), found(0x4000_1002));
        assert_eq!(seen, [(1000, 77, 4), (1000, u64::MAX, 8), (1000, 5, 8), (1008, 6, 8)]);
    }
}
