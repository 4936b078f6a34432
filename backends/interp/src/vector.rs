//! Vector ops, lane by lane.

use crate::run::Frame;
use tcg_ir::{Lane, Narrow, Op, Sign, VecOp, VecShift, crypto};

/// Lane `index` of a vector.
pub(crate) fn get(lane: Lane, bits: u128, index: u8) -> u64 {
    (bits >> (u32::from(index) * lane.bits())) as u64 & lane.mask()
}

/// The vector with lane `index` replaced by the low bits of `value`.
fn replace(lane: Lane, bits: u128, index: u8, value: u64) -> u128 {
    let shift = u32::from(index) * lane.bits();
    let mask = u128::from(lane.mask()) << shift;
    bits & !mask | u128::from(value & lane.mask()) << shift
}

/// The vector whose lanes are given by their index.
pub(crate) fn generate(lane: Lane, mut value: impl FnMut(u8) -> u64) -> u128 {
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
        Op::VAndNot { d, a, b } => frame.set_vector(d, frame.vector(a) & !frame.vector(b)),
        Op::VSelect { d, m, a, b } => {
            let m = frame.vector(m);
            frame.set_vector(d, frame.vector(a) & m | frame.vector(b) & !m);
        }
        Op::VBinary { op, lane, d, a, b } => {
            frame.set_vector(d, binary(op, lane, frame.vector(a), frame.vector(b)));
        }
        Op::VAcross { op, lane, d, a } => {
            let a = frame.vector(a);
            let first = get(lane, a, 0);
            let all = (1..lane.count() as u8).map(|i| get(lane, a, i));
            frame.set_vector(d, u128::from(all.fold(first, |x, y| arithmetic(op, lane, x, y))));
        }
        Op::VShift { op, lane, n, d, a } => {
            let a = frame.vector(a);
            frame.set_vector(d, generate(lane, |i| shift(op, lane, get(lane, a, i), n.into())));
        }
        Op::VAbs { lane, d, a } => {
            let a = frame.vector(a);
            frame.set_vector(d, generate(lane, |i| signed(lane, get(lane, a, i)).unsigned_abs()));
        }
        Op::VPopcnt8 { d, a } => {
            let a = frame.vector(a);
            let ones = |i| u64::from(get(Lane::B, a, i).count_ones());
            frame.set_vector(d, generate(Lane::B, ones));
        }
        Op::VReverse { lane, within, d, a } => {
            let a = frame.vector(a);
            let last = (within.bytes() / lane.bytes() - 1) as u8;
            frame.set_vector(d, generate(lane, |i| get(lane, a, i ^ last)));
        }
        Op::VExt { n, d, a, b } => {
            let bytes = both(frame.vector(a), frame.vector(b));
            frame.set_vector(d, generate(Lane::B, |i| bytes(Lane::B, i + n)));
        }
        Op::VTable { d, a, index } => {
            let (a, index) = (frame.vector(a), frame.vector(index));
            let entry = |i: u64| if i < 16 { get(Lane::B, a, i as u8) } else { 0 };
            frame.set_vector(d, generate(Lane::B, |i| entry(get(Lane::B, index, i))));
        }
        Op::VWiden { lane, sign, high, d, a } => {
            let a = frame.vector(a);
            let first = if high { lane.count() as u8 / 2 } else { 0 };
            let wide = |i| match (get(lane, a, first + i), sign) {
                (x, Sign::Unsigned) => x,
                (x, Sign::Signed) => signed(lane, x).cast_unsigned(),
            };
            frame.set_vector(d, generate(twice(lane), wide));
        }
        Op::VNarrow { lane, how, d, a } => {
            let a = frame.vector(a);
            let bits = lane.bits() / 2;
            let half = |i| match how {
                Narrow::Wrap => get(lane, a, i),
                Narrow::Signed => {
                    let (min, max) = (-1 << (bits - 1), (1 << (bits - 1)) - 1);
                    signed(lane, get(lane, a, i)).clamp(min, max).cast_unsigned()
                }
                Narrow::Unsigned => {
                    signed(lane, get(lane, a, i)).clamp(0, (1 << bits) - 1).cast_unsigned()
                }
            };
            let count = lane.count() as u8;
            let bits = |i| half(i) & (lane.mask() >> bits);
            let low = (0..count).map(|i| bits(i) << (u32::from(i) * lane.bits() / 2));
            frame.set_vector(d, u128::from(low.fold(0, |x, y| x | y)));
        }
        Op::VCrypto { op, d, a, b, c } => {
            let [a, b, c] = [a, b, c].map(|v| frame.vector(v));
            frame.set_vector(d, crypto::compute(op, a, b, c));
        }
        _ => unreachable!("the caller passes vector ops only"),
    }
}

/// A lane as a signed number.
fn signed(lane: Lane, x: u64) -> i64 {
    let surplus = 64 - lane.bits();
    (x << surplus).cast_signed() >> surplus
}

/// The lanes of twice the width.
fn twice(lane: Lane) -> Lane {
    Lane::ALL[(lane as usize + 1).min(3)]
}

/// Lanes of two vectors, `b` above `a`.
fn both(a: u128, b: u128) -> impl Fn(Lane, u8) -> u64 {
    move |lane, i| {
        let count = lane.count() as u8;
        if i < count { get(lane, a, i) } else { get(lane, b, i - count) }
    }
}

fn shift(op: VecShift, lane: Lane, x: u64, n: u64) -> u64 {
    let n = n.min(u64::from(lane.bits())) as u32;
    match op {
        VecShift::Shl => x.checked_shl(n).unwrap_or(0),
        VecShift::ShrU => x.checked_shr(n).unwrap_or(0),
        VecShift::ShrS => (signed(lane, x) >> n.min(63)).cast_unsigned(),
        VecShift::Rotl => {
            let back = lane.bits() - n.min(lane.bits());
            x.checked_shl(n).unwrap_or(0) | x.checked_shr(back).unwrap_or(0)
        }
    }
}

fn binary(op: VecOp, lane: Lane, a: u128, b: u128) -> u128 {
    if op == VecOp::MulAddPairs {
        return multiply_add_pairs(lane, a, b);
    }
    let (at, half) = (both(a, b), lane.count() as u8 / 2);
    let count = lane.count() as u8;
    // Even lanes of the result from `a`, odd ones from `b`.
    let turns = |i: u8, from: u8| at(lane, from + i % 2 * count);
    generate(lane, |i| match op {
        VecOp::ZipLow => turns(i, i / 2),
        VecOp::ZipHigh => turns(i, half + i / 2),
        VecOp::UnzipEven => at(lane, 2 * i),
        VecOp::UnzipOdd => at(lane, 2 * i + 1),
        VecOp::TransposeEven => turns(i, i & !1),
        VecOp::TransposeOdd => turns(i, i | 1),
        VecOp::AddPairs => at(lane, 2 * i).wrapping_add(at(lane, 2 * i + 1)),
        _ => arithmetic(op, lane, get(lane, a, i), get(lane, b, i)),
    })
}

/// The sums of products of neighbours, in lanes of twice the width.
fn multiply_add_pairs(lane: Lane, a: u128, b: u128) -> u128 {
    let product = |i| signed(lane, get(lane, a, i)) * signed(lane, get(lane, b, i));
    generate(twice(lane), |i| (product(2 * i) + product(2 * i + 1)).cast_unsigned())
}

/// An operation on one lane; surplus high bits may be anything.
fn arithmetic(op: VecOp, lane: Lane, a: u64, b: u64) -> u64 {
    let (sa, sb) = (signed(lane, a), signed(lane, b));
    let (max, smax) = (lane.mask(), (lane.mask() >> 1).cast_signed());
    let saturated = |x: i64| x.clamp(-smax - 1, smax).cast_unsigned();
    let truth = |holds: bool| if holds { u64::MAX } else { 0 };
    match op {
        VecOp::Add => a.wrapping_add(b) & max,
        VecOp::Sub => a.wrapping_sub(b),
        VecOp::Mul => a.wrapping_mul(b),
        VecOp::MinS => {
            if sa < sb {
                a
            } else {
                b
            }
        }
        VecOp::MinU => a.min(b),
        VecOp::MaxS => {
            if sa > sb {
                a
            } else {
                b
            }
        }
        VecOp::MaxU => a.max(b),
        VecOp::AddSatS => saturated(sa + sb),
        VecOp::AddSatU => (a + b).min(max),
        VecOp::SubSatS => saturated(sa - sb),
        VecOp::SubSatU => a.saturating_sub(b),
        VecOp::AvgU => (a + b + 1) >> 1,
        VecOp::Eq => truth(a == b),
        VecOp::GtS => truth(sa > sb),
        VecOp::GtU => truth(a > b),
        VecOp::GeS => truth(sa >= sb),
        VecOp::GeU => truth(a >= b),
        VecOp::Tst => truth(a & b != 0),
        VecOp::Shl => shift(VecShift::Shl, lane, a, b),
        VecOp::ShrU => shift(VecShift::ShrU, lane, a, b),
        VecOp::ShrS => shift(VecShift::ShrS, lane, a, b),
        VecOp::MulLowU => u64::from(a as u32) * u64::from(b as u32),
        VecOp::MulLowS => (i64::from(a as i32) * i64::from(b as i32)).cast_unsigned(),
        VecOp::MulHighS => ((sa * sb) >> lane.bits()).cast_unsigned(),
        VecOp::MulHighRoundS => {
            ((sa * sb + (1 << (lane.bits() - 2))) >> (lane.bits() - 1)).cast_unsigned()
        }
        VecOp::MulAddPairs
        | VecOp::ZipLow
        | VecOp::ZipHigh
        | VecOp::UnzipEven
        | VecOp::UnzipOdd
        | VecOp::TransposeEven
        | VecOp::TransposeOdd
        | VecOp::AddPairs => unreachable!("the caller moves lanes itself"),
    }
}
