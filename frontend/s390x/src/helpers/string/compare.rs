//! COMPARE LOGICAL LONG in its three forms, and COMPARE LOGICAL STRING.

use super::super::{Done, SPECIFICATION, Stop};
use super::chunk::Reader;
use super::{STEP_BYTES, address, advance, in_parts, length, set_address};
use crate::state::CpuState;
use tcg_mem::GuestAddr;

const LOW_24: u64 = 0x00ff_ffff;

/// What one comparison of two padded operands found.
struct Compared {
    /// Bytes that were equal, counted in the longer operand.
    equal: u64,
    /// 0 equal as far as looked, 1 first low, 2 first high.
    cc: u64,
}

/// Compares operands of units of `width` bytes, the shorter one continued with `pad`.
fn compare_padded(
    (a, len_a): (GuestAddr, u64),
    (b, len_b): (GuestAddr, u64),
    width: u64,
    pad: u16,
) -> (Compared, Result<(), Stop>) {
    let (mut reader_a, mut reader_b) = (Reader::new(), Reader::new());
    let unit = |reader: &mut Reader, at: GuestAddr, len: u64, offset: u64| {
        if offset < len { reader.unit(at.wrapping_add(offset), width) } else { Ok(pad) }
    };
    let mut equal = 0;
    let end = len_a.max(len_b);
    while equal < end {
        let x = unit(&mut reader_a, a, len_a, equal);
        let y = unit(&mut reader_b, b, len_b, equal);
        match (x, y) {
            (Ok(x), Ok(y)) if x == y => equal += width,
            (Ok(x), Ok(y)) => return (Compared { equal, cc: if x < y { 1 } else { 2 } }, Ok(())),
            (Err(fault), _) | (_, Err(fault)) => {
                return (Compared { equal, cc: 0 }, Err(fault.into()));
            }
        }
    }
    (Compared { equal, cc: 0 }, Ok(()))
}

/// COMPARE LOGICAL LONG (CLCL): arguments r1, r2.
pub(crate) fn clcl(cpu: &mut CpuState, [r1, r2, ..]: [u64; 4]) -> Done {
    let (r1, r2) = (r1 as u8, r2 as u8);
    let len = |cpu: &CpuState, r: u8| cpu.gpr[usize::from(r | 1)] & LOW_24;
    let (len1, len2) = (len(cpu, r1), len(cpu, r2));
    let pad = (cpu.gpr[usize::from(r2 | 1)] >> 24) as u8;
    let (found, result) =
        compare_padded((address(cpu, r1), len1), (address(cpu, r2), len2), 1, u16::from(pad));
    for (r, len) in [(r1, len1), (r2, len2)] {
        let done = found.equal.min(len);
        let addr = address(cpu, r).wrapping_add(done);
        set_address(cpu, r, addr);
        let register = &mut cpu.gpr[usize::from(r | 1)];
        *register = *register & !LOW_24 | (len - done);
    }
    result?;
    Ok(found.cc)
}

/// COMPARE LOGICAL LONG EXTENDED (CLCLE): arguments r1, r3, pad.
pub(crate) fn clcle(cpu: &mut CpuState, [r1, r3, pad, _]: [u64; 4]) -> Done {
    let (r1, r3) = (r1 as u8, r3 as u8);
    in_parts(cpu, [r1 | 1, r3 | 1], |cpu| compare_extended(cpu, r1, r3, 1, u16::from(pad as u8)))
}

/// COMPARE LOGICAL LONG UNICODE (CLCLU): arguments r1, r3, two-byte pad.
pub(crate) fn clclu(cpu: &mut CpuState, [r1, r3, pad, _]: [u64; 4]) -> Done {
    let (r1, r3) = (r1 as u8, r3 as u8);
    if (length(cpu, r1 | 1) | length(cpu, r3 | 1)) & 1 != 0 {
        return Err(SPECIFICATION);
    }
    in_parts(cpu, [r1 | 1, r3 | 1], |cpu| compare_extended(cpu, r1, r3, 2, pad as u16))
}

fn compare_extended(cpu: &mut CpuState, r1: u8, r3: u8, width: u64, pad: u16) -> Done {
    let (len1, len2) = (length(cpu, r1 | 1), length(cpu, r3 | 1));
    let look = |len: u64| len.min(STEP_BYTES);
    // Operands that go on beyond this step are not padded in it: both are cut at the same place.
    let (found, result) =
        compare_padded((address(cpu, r1), look(len1)), (address(cpu, r3), look(len2)), width, pad);
    let done = found.equal.min(STEP_BYTES);
    advance(cpu, r1, done.min(len1));
    advance(cpu, r3, done.min(len2));
    result?;
    let more = length(cpu, r1 | 1) | length(cpu, r3 | 1) != 0;
    Ok(if found.cc == 0 && more { 3 } else { found.cc })
}

/// COMPARE LOGICAL STRING (CLST): arguments r1, r2; the ending character is in general register 0.
pub(crate) fn clst(cpu: &mut CpuState, [r1, r2, ..]: [u64; 4]) -> Done {
    let (r1, r2) = (r1 as u8, r2 as u8);
    if cpu.gpr[0] as u32 > 0xff {
        return Err(SPECIFICATION);
    }
    let end = cpu.gpr[0] as u8;
    let (a, b) = (address(cpu, r1), address(cpu, r2));
    let (mut reader_a, mut reader_b) = (Reader::new(), Reader::new());
    let mut cc = 3;
    let mut at = 0;
    while at < STEP_BYTES {
        let x = reader_a.byte(a.wrapping_add(at))?;
        let y = reader_b.byte(b.wrapping_add(at))?;
        match (x == end, y == end) {
            (true, true) => return Ok(0),
            (true, false) => cc = 1,
            (false, true) => cc = 2,
            (false, false) if x == y => {
                at += 1;
                continue;
            }
            (false, false) => cc = if x < y { 1 } else { 2 },
        }
        break;
    }
    set_address(cpu, r1, a.wrapping_add(at));
    set_address(cpu, r2, b.wrapping_add(at));
    Ok(cc)
}
