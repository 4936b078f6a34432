//! Ops on constants.

use super::Outcome;
use tcg_ir::{Op, Sign, Tb, Type, Val};

/// Evaluates an op whose inputs are all constant.
pub(super) fn eval(tb: &Tb, op: &Op) -> Outcome {
    let k = |v: Val| tb.constant(v);
    let known = match *op {
        Op::Add { a, b, .. } => both(k(a), k(b), u64::wrapping_add),
        Op::Sub { a, b, .. } => both(k(a), k(b), u64::wrapping_sub),
        Op::Mul { a, b, .. } => both(k(a), k(b), u64::wrapping_mul),
        Op::And { a, b, .. } => both(k(a), k(b), |a, b| a & b),
        Op::Or { a, b, .. } => both(k(a), k(b), |a, b| a | b),
        Op::Xor { a, b, .. } => both(k(a), k(b), |a, b| a ^ b),
        Op::AndNot { a, b, .. } => both(k(a), k(b), |a, b| a & !b),
        Op::Neg { a, .. } => k(a).map(u64::wrapping_neg),
        Op::Not { a, .. } => k(a).map(|a| !a),
        Op::Shl { ty, a, n, .. } => both(k(a), k(n), |a, n| a << count(ty, n)),
        Op::ShrU { ty, a, n, .. } => both(k(a), k(n), |a, n| a >> count(ty, n)),
        Op::ShrS { ty, a, n, .. } => {
            both(k(a), k(n), |a, n| (sext(ty, a) >> count(ty, n)).cast_unsigned())
        }
        Op::Rotl { ty, a, n, .. } => both(k(a), k(n), |a, n| rotl(ty, a, count(ty, n))),
        Op::Trunc { a, .. } => k(a).map(|a| a & 0xffff_ffff),
        Op::Hi32 { a, .. } => k(a).map(|a| a >> 32),
        Op::Extend { sign: Sign::Signed, a, .. } => {
            k(a).map(|a| sext(Type::I32, a).cast_unsigned())
        }
        Op::Extend { sign: Sign::Unsigned, a, .. } => k(a),
        Op::Concat { lo, hi, .. } => both(k(lo), k(hi), |lo, hi| hi << 32 | lo),
        Op::Bswap { ty, a, .. } => k(a).map(|a| a.swap_bytes() >> (64 - ty.bits())),
        Op::Extract { ty, pos, len, sign, a, .. } => {
            k(a).map(|a| extract(ty, a, u32::from(pos), u32::from(len), sign))
        }
        Op::Deposit { pos, len, a, b, .. } => {
            let mask = ones(u32::from(len)) << pos;
            both(k(a), k(b), |a, b| a & !mask | (b << pos) & mask)
        }
        Op::Clz { ty, a, .. } => k(a).map(|a| u64::from(a.leading_zeros() + ty.bits() - 64)),
        Op::Ctz { ty, a, .. } => k(a).map(|a| u64::from(a.trailing_zeros().min(ty.bits()))),
        Op::Popcnt { a, .. } => k(a).map(|a| u64::from(a.count_ones())),
        _ => None,
    };
    known.map_or(Outcome::Keep, Outcome::Const)
}

fn both(a: Option<u64>, b: Option<u64>, f: impl Fn(u64, u64) -> u64) -> Option<u64> {
    Some(f(a?, b?))
}

fn count(ty: Type, n: u64) -> u32 {
    (n & u64::from(ty.bits() - 1)) as u32
}

fn sext(ty: Type, a: u64) -> i64 {
    let shift = 64 - ty.bits();
    (a << shift).cast_signed() >> shift
}

fn rotl(ty: Type, a: u64, n: u32) -> u64 {
    if ty == Type::I32 { u64::from((a as u32).rotate_left(n)) } else { a.rotate_left(n) }
}

fn ones(len: u32) -> u64 {
    u64::MAX >> (64 - len)
}

fn extract(ty: Type, a: u64, pos: u32, len: u32, sign: Sign) -> u64 {
    let field = (a & ty.mask()) >> pos & ones(len);
    match sign {
        Sign::Unsigned => field,
        Sign::Signed => ((field << (64 - len)).cast_signed() >> (64 - len)).cast_unsigned(),
    }
}
