//! Where image and memory are, and addresses in it.

use crate::rng::Rng;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

/// Address of the image. Far from where Linux puts programs, and within the reach of relative-long
/// addressing from the scratch area.
pub(crate) const IMAGE: u64 = 0x20_0000_0000;
/// Address of the scratch area.
pub(crate) const SCRATCH: u64 = IMAGE + 0x1000_0000;
/// Length of the scratch area in bytes: two pages, so that operands can cross one.
pub(crate) const SCRATCH_LEN: u64 = 0x2000;
/// Length of the read-only area behind it, in bytes.
pub(crate) const READ_ONLY_LEN: u64 = 0x1000;
/// Length of each guard in bytes: more than any index reaches that the generator lets loose.
pub(crate) const GUARD_LEN: u64 = 0x10_0000;

/// Free bytes around a block that may branch; all of them are checkpoints.
pub(crate) const LANDING: u32 = 128;

/// Places that a branch block may go to: each of them is more code to translate.
const N_LANDINGS: u64 = 8;

/// One of a few addresses near the instruction and not in it, others for each block, in units of
/// the code.
pub(crate) fn landing(rng: &mut Rng, entry: u32, len: u32, unit: u64) -> u64 {
    let before = (u64::from(LANDING) - 4 * unit) / unit;
    let apart = 2 * before / N_LANDINGS;
    let n = rng.random_range(0..N_LANDINGS) * apart + u64::from(entry) / unit % apart;
    let entry = u64::from(entry);
    IMAGE
        + if n < before {
            entry - unit * (n + 1)
        } else {
            entry + u64::from(len) + unit * (n - before)
        }
}

/// Whether a range lies in the mapped areas, or in the guards where it faults.
pub(crate) fn is_ours(addr: u64, len: u64) -> bool {
    let low = SCRATCH - GUARD_LEN + 0x1000;
    let high = SCRATCH + SCRATCH_LEN + READ_ONLY_LEN + GUARD_LEN - 0x1000;
    addr >= low && addr.checked_add(len).is_some_and(|end| end <= high)
}

/// Whether a range lies in the scratch area.
pub(crate) fn is_inside(addr: u64, len: u64) -> bool {
    addr >= SCRATCH && addr.checked_add(len).is_some_and(|end| end <= SCRATCH + SCRATCH_LEN)
}

/// An address for an operand of `len` bytes that should be aligned to `align`: in the scratch
/// area, now and then where it crosses a page, overlaps one of `others`, or faults.
pub(crate) fn choose_address(rng: &mut Rng, len: u64, align: u64, others: &[u64]) -> u64 {
    let end = SCRATCH + SCRATCH_LEN;
    let addr = match rng.random_range(0..96) {
        0..4 => end + READ_ONLY_LEN - rng.random_range(0..len.max(1)),
        4..6 => end + READ_ONLY_LEN + rng.random_range(0..0x8000),
        6..9 => end - rng.random_range(0..=len),
        9 => SCRATCH - rng.random_range(0..=len),
        10..22 => SCRATCH + 0x1000 - rng.random_range(0..=len),
        22..40 => match others.choose(rng) {
            Some(other) => other.wrapping_add(rng.random_range(0..=2 * len)).wrapping_sub(len),
            None => anywhere(rng, len),
        },
        _ => anywhere(rng, len),
    };
    let keep_unaligned = rng.random_ratio(1, if align > 1 { 24 } else { 2 });
    if keep_unaligned { addr } else { addr & !(align.max(8) - 1) }
}

/// Any address in the scratch area.
pub(crate) fn anywhere(rng: &mut Rng, len: u64) -> u64 {
    SCRATCH + rng.random_range(0..=SCRATCH_LEN.saturating_sub(len))
}

/// A number to be added to an address.
pub(crate) fn random_index(rng: &mut Rng) -> u64 {
    match rng.random_range(0..4) {
        0 => 0,
        1 => rng.random_range(0..4096),
        2 => rng.random_range(0u64..4096).wrapping_neg(),
        _ => rng.random(),
    }
}

/// Cuts bytes at `addr` to those that lie in the scratch area; with the address of the first.
pub(crate) fn inside(addr: u64, bytes: &[u8]) -> Option<(u64, &[u8])> {
    let start = addr.max(SCRATCH);
    let end = (addr + bytes.len() as u64).min(SCRATCH + SCRATCH_LEN);
    let piece = bytes.get((start - addr) as usize..end.checked_sub(addr)? as usize)?;
    (!piece.is_empty()).then_some((start, piece))
}
