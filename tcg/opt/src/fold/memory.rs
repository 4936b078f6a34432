//! Addresses of loads and stores.

use super::Outcome;
use tcg_ir::{Op, Tb, Val};

/// `base + index + disp` as a memory op has it.
type Parts = (Val, Val, i32);

/// A load or store.
pub(super) fn simplify(tb: &Tb, op: &Op) -> Outcome {
    match *op {
        Op::Ld { ty, mem, disp, d, base, index } => match address(tb, (base, index, disp)) {
            Some((base, index, disp)) => Outcome::Rewrite(Op::Ld { ty, mem, disp, d, base, index }),
            None => Outcome::Keep,
        },
        Op::St { ty, mem, disp, base, index, v } => match address(tb, (base, index, disp)) {
            Some((base, index, disp)) => Outcome::Rewrite(Op::St { ty, mem, disp, base, index, v }),
            None => Outcome::Keep,
        },
        _ => Outcome::Keep,
    }
}

/// Whether a rule may apply to an address with these parts.
#[inline]
pub(super) fn may_be_simpler(tb: &Tb, base: Val, index: Val) -> bool {
    index.is_some() && (!base.is_some() || tb.constant(index).or(tb.constant(base)).is_some())
}

/// Applies the rules until none fits; none if none did. Each makes the address simpler.
///
/// There is no rule `[(x + c) + disp] = [x + (c + disp)]`: mostly `x + c` has been put into the register that held `x`
/// (loops that step a pointer), and keeping `x` for the address costs back ends a register and two moves.
fn address(tb: &Tb, parts: Parts) -> Option<Parts> {
    if !may_be_simpler(tb, parts.0, parts.1) {
        return None;
    }
    let step = |parts| index_alone(parts).or_else(|| constant(tb, parts));
    let mut simpler = step(parts)?;
    for _ in 0..4 {
        match step(simpler) {
            Some(next) => simpler = next,
            None => break,
        }
    }
    Some(simpler)
}

/// `[_ + x + disp] = [x + _ + disp]`.
fn index_alone((base, index, disp): Parts) -> Option<Parts> {
    (!base.is_some() && index.is_some()).then_some((index, Val::NONE, disp))
}

/// `[x + c + disp] = [x + (c + disp)]`, `[c + x + disp]` likewise, where the displacement fits 32 bits.
fn constant(tb: &Tb, (base, index, disp): Parts) -> Option<Parts> {
    if let Some(disp) = tb.constant(index).and_then(|c| sum(c, disp)) {
        return Some((base, Val::NONE, disp));
    }
    if !index.is_some() {
        return None;
    }
    tb.constant(base).and_then(|c| sum(c, disp)).map(|disp| (index, Val::NONE, disp))
}

fn sum(c: u64, disp: i32) -> Option<i32> {
    i32::try_from(c.cast_signed().checked_add(i64::from(disp))?).ok()
}
