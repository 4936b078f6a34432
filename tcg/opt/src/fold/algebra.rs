//! Algebraic rules. Each function states the law it applies.

use super::{Fold, Outcome, condition, memory, vector};
use tcg_ir::{Op, Sign, Tb, Type, Val};

/// Applies the first rule that fits.
pub(super) fn simplify(fold: &mut Fold, tb: &mut Tb, op: &Op) -> Outcome {
    match *op {
        Op::Add { ty, d, a, b } => add(fold, tb, ty, d, (a, b)),
        Op::Sub { ty, d, a, b } => sub(fold, tb, ty, d, (a, b)),
        Op::Mul { ty, d, a, b } => mul(fold, tb, ty, d, (a, b)),
        Op::And { ty, d, a, b } => and(fold, tb, ty, d, (a, b)),
        Op::Or { ty, d, a, b } => or(tb, ty, d, (a, b)),
        Op::Xor { ty, d, a, b } => xor(tb, ty, d, (a, b)),
        Op::AndNot { ty, d, a, b } => andnot(fold, tb, ty, d, (a, b)),
        Op::Neg { a, .. } => neg(fold, tb, a),
        Op::Not { a, .. } => not(fold, tb, a),
        Op::Shl { ty, a, n, .. } | Op::Rotl { ty, a, n, .. } => shift_by_zero(tb, ty, a, n),
        Op::ShrU { ty, a, n, .. } | Op::ShrS { ty, a, n, .. } => shift_by_zero(tb, ty, a, n),
        Op::AddCarry { .. } | Op::SubBorrow { .. } => Outcome::Keep,
        Op::Trunc { a, .. } => trunc(fold, tb, a),
        Op::Hi32 { a, .. } => hi32(fold, tb, a),
        Op::Concat { d, lo, hi } => concat(fold, tb, d, lo, hi),
        Op::Extract { ty, pos, len, sign, d, a } => {
            extract(fold, tb, Field { ty, pos, len, sign }, d, a)
        }
        Op::Deposit { ty, len, b, .. } if u32::from(len) == ty.bits() => Outcome::Same(b),
        Op::Bitcast { a, from, to, d } => match vector::bitcast(fold, tb, to, d, a) {
            Outcome::Keep => bitcast(fold, tb, a, from, to),
            outcome => outcome,
        },
        Op::FNeg { a, .. } => fneg(fold, tb, a),
        Op::FHi { a, .. } => fhi(fold, tb, a),
        Op::VLow { ty, d, a } => vector::low(fold, tb, ty, d, a),
        Op::VZext { d, a, .. } => vector::zext(fold, tb, d, a),
        Op::VExtract { lane, index: 0, d, a } => vector::first(lane, d, a),
        Op::VCrypto { op, d, a, .. } => vector::crypto(fold, tb, op, d, a),
        Op::SetCond { .. }
        | Op::Select { .. }
        | Op::BrCond { .. }
        | Op::GotoIf { .. }
        | Op::TrapIf { .. }
        | Op::CallGotoIf { .. } => condition::simplify(fold, tb, op),
        Op::Ld { .. } | Op::St { .. } => memory::simplify(tb, op),
        _ => Outcome::Keep,
    }
}

/// The operands of a commutative op, a constant second; whether they were exchanged.
fn constant_second(tb: &Tb, (a, b): (Val, Val)) -> (Val, Val, bool) {
    let exchange = tb.constant(a).is_some() && tb.constant(b).is_none();
    if exchange { (b, a, true) } else { (a, b, false) }
}

fn rewrite_if(changed: bool, op: Op) -> Outcome {
    if changed { Outcome::Rewrite(op) } else { Outcome::Keep }
}

/// `x + 0 = x`; `(x + c) + k = x + (c + k)`; constants go right.
fn add(fold: &mut Fold, tb: &mut Tb, ty: Type, d: Val, operands: (Val, Val)) -> Outcome {
    let (a, b, exchanged) = constant_second(tb, operands);
    match tb.constant(b) {
        Some(0) => Outcome::Same(a),
        Some(k) => match plus_const(fold, tb, a) {
            Some((x, c)) if c.wrapping_add(k) & ty.mask() == 0 => Outcome::Same(x),
            Some((x, c)) => {
                let b = fold.new_const(tb, ty, c.wrapping_add(k));
                Outcome::Rewrite(Op::Add { ty, d, a: x, b })
            }
            None => rewrite_if(exchanged, Op::Add { ty, d, a, b }),
        },
        None => Outcome::Keep,
    }
}

/// `x - x = 0`; `x - c = x + -c`; `0 - x = -x`.
fn sub(fold: &mut Fold, tb: &mut Tb, ty: Type, d: Val, (a, b): (Val, Val)) -> Outcome {
    if a == b {
        return Outcome::Const(0);
    }
    if tb.constant(a) == Some(0) {
        return Outcome::Rewrite(Op::Neg { ty, d, a: b });
    }
    match tb.constant(b) {
        Some(k) => {
            let b = fold.new_const(tb, ty, k.wrapping_neg());
            match add(fold, tb, ty, d, (a, b)) {
                Outcome::Keep => Outcome::Rewrite(Op::Add { ty, d, a, b }),
                outcome => outcome,
            }
        }
        None => Outcome::Keep,
    }
}

/// `x * 0 = 0`; `x * 1 = x`; `x * 2^n = x << n`.
fn mul(fold: &mut Fold, tb: &mut Tb, ty: Type, d: Val, operands: (Val, Val)) -> Outcome {
    let (a, b, exchanged) = constant_second(tb, operands);
    match tb.constant(b) {
        Some(0) => Outcome::Const(0),
        Some(1) => Outcome::Same(a),
        Some(k) if k.is_power_of_two() => {
            let n = fold.new_const(tb, ty, u64::from(k.trailing_zeros()));
            Outcome::Rewrite(Op::Shl { ty, d, a, n })
        }
        _ => rewrite_if(exchanged, Op::Mul { ty, d, a, b }),
    }
}

/// `x & x = x`; `x & 0 = 0`; `x & -1 = x`; `(x & c) & k = x & (c & k)`.
fn and(fold: &mut Fold, tb: &mut Tb, ty: Type, d: Val, operands: (Val, Val)) -> Outcome {
    let (a, b, exchanged) = constant_second(tb, operands);
    if a == b {
        return Outcome::Same(a);
    }
    let Some(k) = tb.constant(b) else { return Outcome::Keep };
    match fold.def_of(tb, a) {
        _ if k == 0 => Outcome::Const(0),
        _ if k == ty.mask() => Outcome::Same(a),
        Some(&Op::And { a: x, b: inner, .. }) => match tb.constant(inner) {
            Some(c) if c & k == c => Outcome::Same(a),
            Some(c) if c & k == 0 => Outcome::Const(0),
            Some(c) => {
                let b = fold.new_const(tb, ty, c & k);
                Outcome::Rewrite(Op::And { ty, d, a: x, b })
            }
            None => rewrite_if(exchanged, Op::And { ty, d, a, b }),
        },
        _ => rewrite_if(exchanged, Op::And { ty, d, a, b }),
    }
}

/// `x | x = x`; `x | 0 = x`; `x | -1 = -1`.
fn or(tb: &Tb, ty: Type, d: Val, operands: (Val, Val)) -> Outcome {
    let (a, b, exchanged) = constant_second(tb, operands);
    match tb.constant(b) {
        _ if a == b => Outcome::Same(a),
        Some(0) => Outcome::Same(a),
        Some(k) if k == ty.mask() => Outcome::Const(k),
        _ => rewrite_if(exchanged, Op::Or { ty, d, a, b }),
    }
}

/// `x ^ x = 0`; `x ^ 0 = x`; `x ^ -1 = !x`.
fn xor(tb: &Tb, ty: Type, d: Val, operands: (Val, Val)) -> Outcome {
    let (a, b, exchanged) = constant_second(tb, operands);
    match tb.constant(b) {
        _ if a == b => Outcome::Const(0),
        Some(0) => Outcome::Same(a),
        Some(k) if k == ty.mask() => Outcome::Rewrite(Op::Not { ty, d, a }),
        _ => rewrite_if(exchanged, Op::Xor { ty, d, a, b }),
    }
}

/// `x & !x = 0`; `x & !k` is an `and` with a constant.
fn andnot(fold: &mut Fold, tb: &mut Tb, ty: Type, d: Val, (a, b): (Val, Val)) -> Outcome {
    if a == b || tb.constant(a) == Some(0) {
        return Outcome::Const(0);
    }
    match tb.constant(b) {
        Some(k) => {
            let b = fold.new_const(tb, ty, !k);
            match and(fold, tb, ty, d, (a, b)) {
                Outcome::Keep => Outcome::Rewrite(Op::And { ty, d, a, b }),
                outcome => outcome,
            }
        }
        None => Outcome::Keep,
    }
}

/// `-(-x) = x`.
fn neg(fold: &Fold, tb: &Tb, a: Val) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::Neg { a: x, .. }) => Outcome::Same(x),
        _ => Outcome::Keep,
    }
}

/// `!!x = x`.
fn not(fold: &Fold, tb: &Tb, a: Val) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::Not { a: x, .. }) => Outcome::Same(x),
        _ => Outcome::Keep,
    }
}

/// A constant shift count, modulo the width.
fn shift_count(tb: &Tb, ty: Type, n: Val) -> Option<u64> {
    tb.constant(n).map(|n| n & u64::from(ty.bits() - 1))
}

/// `x shifted by 0 = x`; zero shifted is zero.
fn shift_by_zero(tb: &Tb, ty: Type, a: Val, n: Val) -> Outcome {
    match (tb.constant(a), shift_count(tb, ty, n)) {
        (_, Some(0)) => Outcome::Same(a),
        (Some(0), _) => Outcome::Const(0),
        _ => Outcome::Keep,
    }
}

/// `trunc(extend(x)) = x`; `trunc(concat(lo, hi)) = lo`.
fn trunc(fold: &Fold, tb: &Tb, a: Val) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::Extend { a: x, .. }) => Outcome::Same(x),
        Some(&Op::Concat { lo, .. }) => Outcome::Same(lo),
        _ => Outcome::Keep,
    }
}

/// `hi32(concat(lo, hi)) = hi`; `hi32(extend_u(x)) = 0`.
fn hi32(fold: &Fold, tb: &Tb, a: Val) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::Concat { hi, .. }) => Outcome::Same(hi),
        Some(Op::Extend { sign: Sign::Unsigned, .. }) => Outcome::Const(0),
        _ => Outcome::Keep,
    }
}

/// `concat(trunc(x), hi32(x)) = x`; `concat(x, 0) = extend_u(x)`.
fn concat(fold: &Fold, tb: &Tb, d: Val, lo: Val, hi: Val) -> Outcome {
    if tb.constant(hi) == Some(0) {
        return Outcome::Rewrite(Op::Extend { sign: Sign::Unsigned, d, a: lo });
    }
    match (fold.def_of(tb, lo), fold.def_of(tb, hi)) {
        (Some(&Op::Trunc { a: x, .. }), Some(&Op::Hi32 { a: y, .. })) if x == y => Outcome::Same(x),
        _ => Outcome::Keep,
    }
}

#[derive(Clone, Copy)]
struct Field {
    ty: Type,
    pos: u8,
    len: u8,
    sign: Sign,
}

impl Field {
    fn extract(self, d: Val, a: Val) -> Op {
        let Field { ty, pos, len, sign } = self;
        Op::Extract { ty, pos, len, sign, d, a }
    }
}

/// All bits are the value itself; a field of a field is one field; a field of what a load
/// zero-extended is the load, if it has all its bits.
fn extract(fold: &Fold, tb: &Tb, field: Field, d: Val, a: Val) -> Outcome {
    if u32::from(field.len) == field.ty.bits() {
        return Outcome::Same(a);
    }
    match fold.def_of(tb, a) {
        Some(&Op::Extract { pos, len, a: x, .. }) if field.pos + field.len <= len => {
            Outcome::Rewrite(Field { pos: pos + field.pos, ..field }.extract(d, x))
        }
        Some(&Op::ShrU { ty, a: x, n, .. }) => match shift_count(tb, ty, n) {
            Some(n) if n + u64::from(field.pos + field.len) <= u64::from(field.ty.bits()) => {
                Outcome::Rewrite(Field { pos: field.pos + n as u8, ..field }.extract(d, x))
            }
            _ => Outcome::Keep,
        },
        Some(Op::Ld { mem, .. })
            if mem.sign == Sign::Unsigned
                && field.sign == Sign::Unsigned
                && field.pos == 0
                && mem.bytes * 8 <= field.len =>
        {
            Outcome::Same(a)
        }
        _ => Outcome::Keep,
    }
}

/// A cast there and back is nothing.
fn bitcast(fold: &Fold, tb: &Tb, a: Val, from: Type, to: Type) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::Bitcast { a: x, from: origin, to: via, .. }) if origin == to && via == from => {
            Outcome::Same(x)
        }
        _ => Outcome::Keep,
    }
}

/// `-(-x) = x`.
fn fneg(fold: &Fold, tb: &Tb, a: Val) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::FNeg { a: x, .. }) => Outcome::Same(x),
        _ => Outcome::Keep,
    }
}

/// `fhi(fsethi(x, y)) = y`.
fn fhi(fold: &Fold, tb: &Tb, a: Val) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::FSetHi { b, .. }) => Outcome::Same(b),
        _ => Outcome::Keep,
    }
}

/// `(x, c)` if the value is `x + c`.
pub(super) fn plus_const(fold: &Fold, tb: &Tb, v: Val) -> Option<(Val, u64)> {
    if !v.is_some() {
        return None;
    }
    match fold.def_of(tb, v) {
        Some(&Op::Add { a, b, .. }) => tb.constant(b).map(|c| (a, c)),
        _ => None,
    }
}
