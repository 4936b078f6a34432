//! Vector ops, lane by lane.

use crate::run::Frame;
use tcg_ir::{Lane, Op};

/// Lane `index` of a vector.
fn get(lane: Lane, bits: u128, index: u8) -> u64 {
    (bits >> (u32::from(index) * lane.bits())) as u64 & lane.mask()
}

/// The vector with lane `index` replaced by the low bits of `value`.
fn replace(lane: Lane, bits: u128, index: u8, value: u64) -> u128 {
    let shift = u32::from(index) * lane.bits();
    let mask = u128::from(lane.mask()) << shift;
    bits & !mask | u128::from(value & lane.mask()) << shift
}

/// The vector whose lanes are given by their index.
fn generate(lane: Lane, mut value: impl FnMut(u8) -> u64) -> u128 {
    (0..lane.count() as u8).fold(0, |bits, index| replace(lane, bits, index, value(index)))
}

/// Runs a vector op.
pub(crate) fn op(frame: &mut Frame<'_>, op: &Op) {
    match *op {
        Op::VAnd { d, a, b } => frame.set_vector(d, frame.vector(a) & frame.vector(b)),
        Op::VOr { d, a, b } => frame.set_vector(d, frame.vector(a) | frame.vector(b)),
        Op::VXor { d, a, b } => frame.set_vector(d, frame.vector(a) ^ frame.vector(b)),
        Op::VLow { d, a, .. } => frame.set(d, frame.vector(a) as u64),
        Op::VZext { d, a, .. } => frame.set_vector(d, u128::from(frame.val(a))),
        Op::VPair { d, lo, hi } => {
            frame.set_vector(d, u128::from(frame.val(hi)) << 64 | u128::from(frame.val(lo)));
        }
        Op::VExtract { lane, index, d, a } => frame.set(d, get(lane, frame.vector(a), index)),
        Op::VInsert { lane, index, d, a, v } => {
            frame.set_vector(d, replace(lane, frame.vector(a), index, frame.val(v)));
        }
        Op::VMove { lane, index, from, d, a, b } => {
            let moved = get(lane, frame.vector(b), from);
            frame.set_vector(d, replace(lane, frame.vector(a), index, moved));
        }
        Op::VDup { lane, d, v } => frame.set_vector(d, generate(lane, |_| frame.val(v))),
        Op::VDupLane { lane, index, d, a } => {
            let moved = get(lane, frame.vector(a), index);
            frame.set_vector(d, generate(lane, |_| moved));
        }
        _ => unreachable!("the caller passes vector ops only"),
    }
}
