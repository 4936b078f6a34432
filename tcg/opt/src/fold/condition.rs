//! Conditions: what is known of `a cond b`, and the ops that depend on it.

use super::{Fold, Outcome};
use tcg_ir::{Cond, Op, Tb, Type, Val};

/// A comparison of two integers of one type.
#[derive(Clone, Copy)]
pub(super) struct Test {
    pub(super) ty: Type,
    pub(super) cond: Cond,
    pub(super) a: Val,
    pub(super) b: Val,
}

/// What became of a comparison.
enum Known {
    Unchanged,
    Always(bool),
    Is(Test),
}

/// An op that depends on a condition.
pub(super) fn simplify(fold: &Fold, tb: &Tb, op: &Op) -> Outcome {
    match *op {
        Op::SetCond { cty, cond, d, a, b } => match test(fold, tb, cty, cond, a, b) {
            Known::Unchanged => Outcome::Keep,
            Known::Always(holds) => Outcome::Const(u64::from(holds)),
            Known::Is(Test { ty: cty, cond, a, b }) => {
                Outcome::Rewrite(Op::SetCond { cty, cond, d, a, b })
            }
        },
        Op::Select { t, f, .. } if t == f => Outcome::Same(t),
        Op::Select { ty, cty, cond, d, a, b, t, f } => match test(fold, tb, cty, cond, a, b) {
            Known::Unchanged => Outcome::Keep,
            Known::Always(holds) => Outcome::Same(if holds { t } else { f }),
            Known::Is(Test { ty: cty, cond, a, b }) => {
                Outcome::Rewrite(Op::Select { ty, cty, cond, d, a, b, t, f })
            }
        },
        Op::BrCond { cty, cond, label, a, b } => match test(fold, tb, cty, cond, a, b) {
            Known::Unchanged => Outcome::Keep,
            Known::Always(true) => Outcome::Rewrite(Op::Br { label }),
            Known::Always(false) => Outcome::Drop,
            Known::Is(Test { ty: cty, cond, a, b }) => {
                Outcome::Rewrite(Op::BrCond { cty, cond, label, a, b })
            }
        },
        Op::GotoIf { cty, cond, pc, a, b } => match test(fold, tb, cty, cond, a, b) {
            Known::Unchanged => Outcome::Keep,
            Known::Always(true) => Outcome::Rewrite(Op::Goto { pc }),
            Known::Always(false) => Outcome::Drop,
            Known::Is(Test { ty: cty, cond, a, b }) => {
                Outcome::Rewrite(Op::GotoIf { cty, cond, pc, a, b })
            }
        },
        Op::TrapIf { cty, cond, code, a, b } => match test(fold, tb, cty, cond, a, b) {
            // A certain trap stays: it needs its op.
            Known::Unchanged | Known::Always(true) => Outcome::Keep,
            Known::Always(false) => Outcome::Drop,
            Known::Is(Test { ty: cty, cond, a, b }) => {
                Outcome::Rewrite(Op::TrapIf { cty, cond, code, a, b })
            }
        },
        Op::CallGotoIf { cty, cond, h, arg, pc, a, b } => match test(fold, tb, cty, cond, a, b) {
            Known::Unchanged | Known::Always(true) => Outcome::Keep,
            Known::Always(false) => Outcome::Drop,
            Known::Is(Test { ty: cty, cond, a, b }) => {
                Outcome::Rewrite(Op::CallGotoIf { cty, cond, h, arg, pc, a, b })
            }
        },
        _ => Outcome::Keep,
    }
}

fn test(fold: &Fold, tb: &Tb, ty: Type, cond: Cond, a: Val, b: Val) -> Known {
    let mut test = Test { ty, cond, a, b };
    let mut changed = false;
    // Each step leads to the operands of an earlier op, so this ends; two are plenty.
    for _ in 0..4 {
        if let Some(holds) =
            constants(tb, test).or_else(|| itself(test)).or_else(|| limits(tb, test))
        {
            return Known::Always(holds);
        }
        let Some(simpler) = constant_right(tb, test).or_else(|| of_setcond(fold, tb, test)) else {
            break;
        };
        test = simpler;
        changed = true;
    }
    if changed { Known::Is(test) } else { Known::Unchanged }
}

/// A condition on two constants is known.
fn constants(tb: &Tb, test: Test) -> Option<bool> {
    Some(test.cond.holds(test.ty, tb.constant(test.a)?, tb.constant(test.b)?))
}

/// `x == x`, `x <= x`, `x >= x`; not `x != x`, `x < x`, `x > x`, and `x - x` does not overflow.
fn itself(test: Test) -> Option<bool> {
    if test.a != test.b {
        return None;
    }
    match test.cond {
        Cond::Eq | Cond::LeS | Cond::GeS | Cond::LeU | Cond::GeU | Cond::NoOvSub => Some(true),
        Cond::Ne | Cond::LtS | Cond::GtS | Cond::LtU | Cond::GtU | Cond::OvSub => Some(false),
        Cond::TstEq | Cond::TstNe | Cond::OvAdd | Cond::NoOvAdd => None,
    }
}

/// No `x` is below zero or above all ones, unsigned; nothing overflows with zero; no `x & 0` has bits.
fn limits(tb: &Tb, test: Test) -> Option<bool> {
    match (test.cond, tb.constant(test.b)?) {
        (Cond::LtU | Cond::TstNe | Cond::OvAdd | Cond::OvSub, 0) => Some(false),
        (Cond::GeU | Cond::TstEq | Cond::NoOvAdd | Cond::NoOvSub, 0) => Some(true),
        (Cond::GtU, k) if k == test.ty.mask() => Some(false),
        (Cond::LeU, k) if k == test.ty.mask() => Some(true),
        _ => None,
    }
}

/// `k cond x = x swapped-cond k`.
fn constant_right(tb: &Tb, test: Test) -> Option<Test> {
    let needed = tb.constant(test.a).is_some() && tb.constant(test.b).is_none();
    let cond = test.cond.swap().filter(|_| needed)?;
    Some(Test { cond, a: test.b, b: test.a, ..test })
}

/// `(a cond b) != 0 = a cond b`; with `== 0`, the inverse; with 1 instead of 0, the other way.
fn of_setcond(fold: &Fold, tb: &Tb, test: Test) -> Option<Test> {
    let truth = match (test.cond, tb.constant(test.b)?) {
        (Cond::Ne, 0) | (Cond::Eq | Cond::TstNe, 1) => true,
        (Cond::Eq, 0) | (Cond::Ne | Cond::TstEq, 1) => false,
        _ => return None,
    };
    match *fold.def_of(tb, test.a)? {
        Op::SetCond { cty, cond, a, b, .. } => {
            let cond = if truth { cond } else { cond.invert() };
            Some(Test { ty: cty, cond, a, b })
        }
        _ => None,
    }
}
