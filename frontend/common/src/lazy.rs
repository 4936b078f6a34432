//! The lazy condition code in a CPU state: a word `cc_op` that says what made it, and the operands `cc_a` and `cc_b`.
//!
//! The lowest bit of the word is the width of the operands, above it is the kind, whose numbers are the guest's (but the
//! smallest words are condition codes themselves). A small constant in the place of `cc_b` is in the upper 24 bits (bit 7
//! says so): one store less where blocks end.

use std::cmp::Ordering;
use tcg_ir::{Builder, Global, Type, Val};

/// Bit of the word: the second operand is a constant in the bits from `CONST_SHIFT` on.
const HAS_CONST: u32 = 1 << 7;
const CONST_SHIFT: u32 = 8;

/// The word of a kind (less than 64), for operands of 64 bits (`wide`) or 32.
#[must_use]
pub const fn op(kind: u32, wide: bool) -> u32 {
    kind << 1 | wide as u32
}

/// The word with a constant in the place of `cc_b`: bits of a signed number of the operands' width. `None` if it is too big.
#[must_use]
pub const fn op_const(kind: u32, wide: bool, b: u64) -> Option<u32> {
    let b = if wide { b as i64 } else { b as u32 as i32 as i64 };
    if b < -(1 << 23) || b >= 1 << 23 {
        return None;
    }
    Some(op(kind, wide) | HAS_CONST | (b as u32) << CONST_SHIFT)
}

/// The kind in a word.
#[must_use]
pub const fn kind(op: u32) -> u32 {
    (op & (HAS_CONST - 1)) >> 1
}

/// Whether the operands are of 64 bits.
#[must_use]
pub const fn is_wide(op: u32) -> bool {
    op & 1 != 0
}

/// The second operand: the constant in the word, or else `cc_b`.
#[must_use]
pub const fn second(op: u32, cc_b: u64) -> u64 {
    if op & HAS_CONST != 0 { (op.cast_signed() >> CONST_SHIFT) as i64 as u64 } else { cc_b }
}

/// How two floats compare, of which the bits are given; short ones are in the left halves, and the right halves do not count.
/// `None` if they are unordered.
///
/// By the bits: helpers run in the guest's floating-point environment, where a comparison of floats would raise its exception
/// a second time.
#[must_use]
pub fn compare_floats(wide: bool, a: u64, b: u64) -> Option<Ordering> {
    let (significant, infinity) =
        if wide { (u64::MAX, 0x7ff0 << 48) } else { (u64::MAX << 32, 0x7f80 << 48) };
    let (a, b) = (a & significant, b & significant);
    let is_nan = |bits: u64| bits & !SIGN > infinity;
    if is_nan(a) || is_nan(b) { None } else { Some(in_order(a).cmp(&in_order(b))) }
}

const SIGN: u64 = 1 << 63;

/// A number that orders like the float with these bits: both zeros are 0.
fn in_order(bits: u64) -> i64 {
    let magnitude = (bits & !SIGN).cast_signed();
    if bits & SIGN != 0 { -magnitude } else { magnitude }
}

/// Writes the lazy condition code while translating, and knows what its word holds.
#[derive(Clone, Copy, Debug)]
pub struct Puts {
    op: Global,
    a: Global,
    b: Global,
    /// What `op` is known to hold.
    known: Option<u32>,
}

impl Puts {
    /// For the globals `cc_op`, `cc_a` and `cc_b`, of which nothing is known.
    #[must_use]
    pub const fn new(op: Global, a: Global, b: Global) -> Puts {
        Puts { op, a, b, known: None }
    }

    /// Nothing is known of the word.
    pub fn forget(&mut self) {
        self.known = None;
    }

    /// Sets the word to a constant.
    pub fn op(&mut self, b: &mut Builder, op: u32) {
        if self.known != Some(op) {
            let v = b.i32(op);
            b.put(self.op, v);
            self.known = Some(op);
        }
    }

    /// The word.
    pub fn get_op(&self, b: &mut Builder) -> Val {
        b.get(self.op)
    }

    /// Sets the word to a value.
    pub fn op_value(&mut self, b: &mut Builder, op: Val) {
        b.put(self.op, op);
        self.known = None;
    }

    /// Sets the operands; the word for them and the kind.
    pub fn operands(&self, b: &mut Builder, kind: u32, ty: Type, x: Val, y: Option<Val>) -> u32 {
        let wide = ty == Type::I64;
        let folded = y.and_then(|y| op_const(kind, wide, b.tb.constant(y)?));
        put(b, self.a, x);
        if let (Some(y), None) = (y, folded) {
            put(b, self.b, y);
        }
        folded.unwrap_or(op(kind, wide))
    }
}

fn put(b: &mut Builder, g: Global, v: Val) {
    match b.tb.ty(v) {
        Type::I32 => b.put_lo(g, v),
        _ => b.put(g, v),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_constant_stands_in_the_word() {
        let word = op_const(9, true, u64::MAX).expect("small");
        assert_eq!((kind(word), is_wide(word), second(word, 77)), (9, true, u64::MAX));
        let word = op_const(9, false, 0xffff_ffff).expect("small");
        assert_eq!((kind(word), is_wide(word), second(word, 77)), (9, false, u64::MAX));
        assert_eq!(second(op(9, true), 77), 77);
        assert_eq!(op_const(9, true, 1 << 23), None);
        assert!(op_const(9, true, (1 << 23) - 1).is_some());
    }

    #[test]
    fn floats_compare_by_their_bits() {
        let values = [f64::NEG_INFINITY, -2.0, -f64::MIN_POSITIVE / 4.0, -0.0, 0.0, 1.0, f64::NAN];
        for a in values {
            for b in values {
                assert_eq!(compare_floats(true, a.to_bits(), b.to_bits()), a.partial_cmp(&b));
                let (a, b) = (a as f32, b as f32);
                let left = |x: f32| u64::from(x.to_bits()) << 32;
                assert_eq!(compare_floats(false, left(a) | 1, left(b)), a.partial_cmp(&b));
            }
        }
    }
}
