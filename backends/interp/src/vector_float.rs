//! Floating-point ops on vectors, lane by lane through `softfp`.

use crate::float::{by_type, compare, convert, fused, sign_bit, within};
use crate::run::Frame;
use crate::vector::{generate, get};
use softfp::{F16, F32, F64, Rules};
use tcg_ir::{Lane, Op, Round, Sign, Type, Val, VecFpCmp, VecFpOp};

/// Runs a floating-point op on vectors.
pub(crate) fn op(frame: &mut Frame<'_>, rules: &'static Rules, op: &Op) {
    match *op {
        Op::VFBinary { op, ty, d, a, b } => {
            map(frame, rules, Round::Dynamic, ty, (d, [a, b, b]), |e, [a, b, _]| match op {
                VecFpOp::Add => by_type!(ty, add(e, a, b)),
                VecFpOp::Sub => by_type!(ty, sub(e, a, b)),
                VecFpOp::Mul => by_type!(ty, mul(e, a, b)),
                VecFpOp::Div => by_type!(ty, div(e, a, b)),
                VecFpOp::Max => by_type!(ty, max(e, a, b)),
                VecFpOp::Min => by_type!(ty, min(e, a, b)),
                VecFpOp::MaxNum => by_type!(ty, max_num(e, a, b)),
                VecFpOp::MinNum => by_type!(ty, min_num(e, a, b)),
            });
        }
        Op::VFSqrt { ty, d, a } => {
            map(frame, rules, Round::Dynamic, ty, (d, [a; 3]), |e, [a, ..]| {
                by_type!(ty, sqrt(e, a))
            });
        }
        Op::VFMulAdd { ty, neg, d, a, b, c } => {
            map(frame, rules, Round::Dynamic, ty, (d, [a, b, c]), |e, [a, b, c]| {
                let a = if neg { a ^ sign_bit(ty) } else { a };
                fused(e, ty, false, [a, b, c])
            });
        }
        Op::VFRound { ty, round, quiet, d, a } => {
            map(frame, rules, round, ty, (d, [a; 3]), |e, [a, ..]| {
                e.inexact_suppressed = quiet;
                by_type!(ty, round_to_integral(e, a))
            });
        }
        Op::VFFromInt { ty, sign, d, a } => {
            map(frame, rules, Round::Dynamic, ty, (d, [a; 3]), |e, [a, ..]| match (ty, sign) {
                (Type::F16, Sign::Signed) => softfp::from_i32::<F16>(e, (a as i16).into()).into(),
                (Type::F16, Sign::Unsigned) => softfp::from_u32::<F16>(e, a as u32).into(),
                (Type::F32, Sign::Signed) => softfp::from_i32::<F32>(e, a as i32).into(),
                (Type::F32, Sign::Unsigned) => softfp::from_u32::<F32>(e, a as u32).into(),
                (_, Sign::Signed) => softfp::from_i64::<F64>(e, a.cast_signed()),
                (_, Sign::Unsigned) => softfp::from_u64::<F64>(e, a),
            });
        }
        Op::VFToInt { ty, sign, round, d, a } => {
            map(frame, rules, round, ty, (d, [a; 3]), |e, [a, ..]| match (ty, sign) {
                (Type::F16, Sign::Signed) => {
                    softfp::to_fixed_signed::<F16>(e, a as u16, 16, 0).cast_unsigned()
                }
                (Type::F16, Sign::Unsigned) => softfp::to_fixed_unsigned::<F16>(e, a as u16, 16, 0),
                (Type::F32, Sign::Signed) => {
                    softfp::to_i32::<F32>(e, a as u32).cast_unsigned().into()
                }
                (Type::F32, Sign::Unsigned) => softfp::to_u32::<F32>(e, a as u32).into(),
                (_, Sign::Signed) => softfp::to_i64::<F64>(e, a).cast_unsigned(),
                (_, Sign::Unsigned) => softfp::to_u64::<F64>(e, a),
            });
        }
        Op::VFCmp { op, ty, d, a, b } => {
            let (lane, a, b) = (Lane::of_float(ty), frame.vector(a), frame.vector(b));
            let env = frame.state.env();
            let signaling = op != VecFpCmp::Eq;
            let result = generate(lane, |i| {
                let (a, b) = (get(lane, a, i), get(lane, b, i));
                let holds = match compare(env, rules, ty, signaling, a, b) {
                    0 => op != VecFpCmp::Gt,
                    2 => op != VecFpCmp::Eq,
                    _ => false,
                };
                if holds { u64::MAX } else { 0 }
            });
            frame.set_vector(d, result);
        }
        Op::VFWiden { from, high, d, a } => {
            let a = frame.vector(a);
            let to = if from == Type::F16 { Type::F32 } else { Type::F64 };
            let (lane, wide) = (Lane::of_float(from), Lane::of_float(to));
            let first = if high { wide.count() as u8 } else { 0 };
            let env = frame.state.env();
            let result = generate(wide, |i| {
                let a = get(lane, a, first + i);
                within(env, rules, Round::Dynamic, |e| convert(e, from, to, a))
            });
            frame.set_vector(d, result);
        }
        Op::VFNarrow { from, to, d, a } => {
            let a = frame.vector(a);
            let (lane, short) = (Lane::of_float(from), Lane::of_float(to));
            let env = frame.state.env();
            let result = generate(short, |i| {
                if u32::from(i) >= lane.count() {
                    return 0;
                }
                let a = get(lane, a, i);
                within(env, rules, Round::Dynamic, |e| convert(e, from, to, a))
            });
            frame.set_vector(d, result);
        }
        _ => unreachable!("the caller passes floating-point ops on vectors only"),
    }
}

/// Sets `d` to what `f` makes of the lanes of its inputs.
fn map(
    frame: &mut Frame<'_>,
    rules: &'static Rules,
    round: Round,
    ty: Type,
    (d, inputs): (Val, [Val; 3]),
    f: impl Fn(&mut softfp::Env, [u64; 3]) -> u64,
) {
    let lane = Lane::of_float(ty);
    let inputs = inputs.map(|v| frame.vector(v));
    let env = frame.state.env();
    let result = generate(lane, |i| {
        let lanes = inputs.map(|v| get(lane, v, i));
        within(env, rules, round, |e| f(e, lanes))
    });
    frame.set_vector(d, result);
}
