//! Algebraic rules. Each function states the law it applies.

use super::{Fold, Outcome};
use tcg_ir::{Op, Sign, Tb, Type, Val};

/// Applies the first rule that fits.
pub(super) fn simplify(fold: &mut Fold, tb: &mut Tb, op: &Op) -> Outcome {
    match *op {
        Op::Add { ty, d, a, b } => add(fold, tb, ty, d, (a, b)),
        Op::Sub { ty, d, a, b } => sub(fold, tb, ty, d, (a, b)),
        Op::Mul { ty, d, a, b } => mul(fold, tb, ty, d, (a, b)),
        Op::And { ty, a, b, .. } => and(tb, ty, a, b),
        Op::Or { a, b, .. } => or(tb, a, b),
        Op::Xor { a, b, .. } => xor(tb, a, b),
        Op::Shl { ty, a, n, .. }
        | Op::ShrU { ty, a, n, .. }
        | Op::ShrS { ty, a, n, .. }
        | Op::Rotl { ty, a, n, .. } => shift_by_zero(tb, ty, a, n),
        Op::Trunc { a, .. } => trunc(fold, tb, a),
        Op::Hi32 { a, .. } => hi32(fold, tb, a),
        Op::Bitcast { a, from, to, .. } => bitcast(fold, tb, a, from, to),
        Op::Select { t, f, .. } if t == f => Outcome::Same(t),
        Op::Ld { ty, mem, disp, d, base, index } => match address(fold, tb, base, index, disp) {
            Some((base, index, disp)) => Outcome::Rewrite(Op::Ld { ty, mem, disp, d, base, index }),
            None => Outcome::Keep,
        },
        Op::St { ty, mem, disp, base, index, v } => match address(fold, tb, base, index, disp) {
            Some((base, index, disp)) => Outcome::Rewrite(Op::St { ty, mem, disp, base, index, v }),
            None => Outcome::Keep,
        },
        _ => Outcome::Keep,
    }
}

/// `x + 0 = x`; `(x + c) + k = x + (c + k)`; constants go right.
fn add(fold: &mut Fold, tb: &mut Tb, ty: Type, d: Val, (a, b): (Val, Val)) -> Outcome {
    if tb.konst(a).is_some() {
        return Outcome::Rewrite(Op::Add { ty, d, a: b, b: a });
    }
    match tb.konst(b) {
        Some(0) => Outcome::Same(a),
        Some(k) => match plus_const(fold, tb, a) {
            Some((x, c)) => {
                let b = fold.new_const(tb, ty, c.wrapping_add(k));
                Outcome::Rewrite(Op::Add { ty, d, a: x, b })
            }
            None => Outcome::Keep,
        },
        None => Outcome::Keep,
    }
}

/// `x - x = 0`; `x - c = x + -c`.
fn sub(fold: &mut Fold, tb: &mut Tb, ty: Type, d: Val, (a, b): (Val, Val)) -> Outcome {
    if a == b {
        return Outcome::Const(0);
    }
    match tb.konst(b) {
        Some(0) => Outcome::Same(a),
        Some(k) => {
            let b = fold.new_const(tb, ty, k.wrapping_neg());
            Outcome::Rewrite(Op::Add { ty, d, a, b })
        }
        None => Outcome::Keep,
    }
}

/// `x * 0 = 0`; `x * 1 = x`; `x * 2^n = x << n`.
fn mul(fold: &mut Fold, tb: &mut Tb, ty: Type, d: Val, (a, b): (Val, Val)) -> Outcome {
    if tb.konst(a).is_some() {
        return Outcome::Rewrite(Op::Mul { ty, d, a: b, b: a });
    }
    match tb.konst(b) {
        Some(0) => Outcome::Const(0),
        Some(1) => Outcome::Same(a),
        Some(k) if k.is_power_of_two() => {
            let n = fold.new_const(tb, ty, u64::from(k.trailing_zeros()));
            Outcome::Rewrite(Op::Shl { ty, d, a, n })
        }
        _ => Outcome::Keep,
    }
}

/// `x & x = x`; `x & 0 = 0`; `x & -1 = x`.
fn and(tb: &Tb, ty: Type, a: Val, b: Val) -> Outcome {
    if a == b {
        return Outcome::Same(a);
    }
    for (x, k) in [(a, tb.konst(b)), (b, tb.konst(a))] {
        match k {
            Some(0) => return Outcome::Const(0),
            Some(k) if k == ty.mask() => return Outcome::Same(x),
            _ => {}
        }
    }
    Outcome::Keep
}

/// `x | x = x`; `x | 0 = x`.
fn or(tb: &Tb, a: Val, b: Val) -> Outcome {
    if a == b || tb.konst(b) == Some(0) {
        return Outcome::Same(a);
    }
    if tb.konst(a) == Some(0) { Outcome::Same(b) } else { Outcome::Keep }
}

/// `x ^ x = 0`; `x ^ 0 = x`.
fn xor(tb: &Tb, a: Val, b: Val) -> Outcome {
    if a == b {
        return Outcome::Const(0);
    }
    if tb.konst(b) == Some(0) {
        return Outcome::Same(a);
    }
    if tb.konst(a) == Some(0) { Outcome::Same(b) } else { Outcome::Keep }
}

/// `x shifted by 0 = x`.
fn shift_by_zero(tb: &Tb, ty: Type, a: Val, n: Val) -> Outcome {
    match tb.konst(n) {
        Some(n) if n & u64::from(ty.bits() - 1) == 0 => Outcome::Same(a),
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

/// A cast there and back is nothing.
fn bitcast(fold: &Fold, tb: &Tb, a: Val, from: Type, to: Type) -> Outcome {
    match fold.def_of(tb, a) {
        Some(&Op::Bitcast { a: x, from: origin, to: via, .. }) if origin == to && via == from => {
            Outcome::Same(x)
        }
        _ => Outcome::Keep,
    }
}

/// `[(x + c) + index + disp] = [x + index + (c + disp)]` where the displacement fits 32 bits.
fn address(fold: &Fold, tb: &Tb, base: Val, index: Val, disp: i32) -> Option<(Val, Val, i32)> {
    let fits = |c: u64| i32::try_from(c.cast_signed().checked_add(i64::from(disp))?).ok();
    if let Some((x, disp)) = plus_const(fold, tb, base).and_then(|(x, c)| Some((x, fits(c)?))) {
        return Some((x, index, disp));
    }
    let (x, disp) = plus_const(fold, tb, index).and_then(|(x, c)| Some((x, fits(c)?)))?;
    Some((base, x, disp))
}

/// `(x, c)` if the value is `x + c`.
fn plus_const(fold: &Fold, tb: &Tb, v: Val) -> Option<(Val, u64)> {
    if !v.is_some() {
        return None;
    }
    match fold.def_of(tb, v) {
        Some(&Op::Add { a, b, .. }) => tb.konst(b).map(|c| (a, c)),
        _ => None,
    }
}
