//! Conditional select and compare, and what moves flags.
//!
//! Arm ARM DDI 0487, C4.1.95 "Conditional select", "Conditional compare", "Rotate right into flags", "Evaluate into flags".

use super::arith::Sum;
use super::cc::{Cc, Compare};
use super::{Translator, W};
use frontend_common::{Test, Tests};
use tcg_ir::{Sign, Type, Val};

impl Translator<'_> {
    /// CSEL, CSINC, CSINV, CSNEG: `rn` if the condition holds, else `rm` changed as `other` says.
    pub(super) fn conditional_select(
        &mut self,
        w: W,
        (rd, rn, rm): (u8, u8, u8),
        cond: u8,
        other: fn(&mut Self, W, Val) -> Val,
    ) {
        let tests = self.tests(cond);
        let (t, f) = (self.r(w, rn), self.r(w, rm));
        let f = other(self, w, f);
        let v = match (self.b.tb.constant(t), self.b.tb.constant(f)) {
            (Some(0), Some(1)) => self.condition_bit(w, tests.invert()),
            _ => tests.select(self.b, t, f),
        };
        self.set(w, rd, v);
    }

    /// 1 if the condition holds, else 0.
    fn condition_bit(&mut self, w: W, tests: Tests) -> Val {
        let bit = tests.value(self.b);
        match w {
            W::W => bit,
            W::X => self.b.extend(Sign::Unsigned, bit),
        }
    }

    pub(super) fn same(&mut self, _: W, v: Val) -> Val {
        v
    }

    pub(super) fn incremented(&mut self, w: W, v: Val) -> Val {
        match self.b.tb.constant(v) {
            Some(k) => self.imm(w, k.wrapping_add(1)),
            None => self.b.add_imm(w.ty(), v, 1),
        }
    }

    pub(super) fn inverted(&mut self, w: W, v: Val) -> Val {
        match self.b.tb.constant(v) {
            Some(k) => self.imm(w, !k),
            None => self.b.not(w.ty(), v),
        }
    }

    pub(super) fn negated(&mut self, w: W, v: Val) -> Val {
        match self.b.tb.constant(v) {
            Some(k) => self.imm(w, k.wrapping_neg()),
            None => self.b.neg(w.ty(), v),
        }
    }

    /// CCMP and CCMN: if the condition holds the comparison makes the flags, else they are `flags`.
    pub(super) fn conditional_compare(
        &mut self,
        kind: Sum,
        w: W,
        (a, b): (Val, Val),
        cond: u8,
        flags: u8,
    ) {
        let tests = self.tests(cond);
        let compare = self.comparison(kind, w, a, b);
        self.set_conditional(tests, compare, flags);
    }

    /// Sets the flags to those of a comparison if the condition holds, else to `flags`.
    pub(super) fn set_conditional(&mut self, tests: Tests, compare: Compare, flags: u8) {
        let cc = match tests.collapse(self.b) {
            Test::Always => Cc::Compare(compare),
            Test::Never => Cc::Const(flags),
            test => Cc::If(test, compare, flags),
        };
        self.set_cc(cc);
    }

    fn comparison(&mut self, kind: Sum, w: W, a: Val, b: Val) -> Compare {
        let ty = w.ty();
        if kind.sub {
            return Compare::Sub(ty, a, b);
        }
        match self.b.tb.constant(b) {
            // As in `Translator::sum`.
            Some(k) if k != 0 => Compare::Sub(ty, a, self.b.constant(ty, k.wrapping_neg())),
            _ => {
                let r = self.b.add(ty, a, b);
                Compare::Add(ty, a, b, r)
            }
        }
    }

    // --- flags as bits ------------------------------------------------------------------------

    /// RMIF: bits of `rn`, rotated right by `shift`, replace the flags that `mask` has.
    pub(super) fn rotate_into_flags(&mut self, rn: u8, shift: u8, mask: u8) {
        let old = self.flags_value();
        let v = self.x(rn);
        let v = self.rotr_imm(W::X, v, shift);
        let v = self.b.trunc(v);
        let v = self.b.and_imm(Type::I32, v, mask.into());
        let old = self.b.and_imm(Type::I32, old, (15 & !mask).into());
        let flags = self.b.or(Type::I32, old, v);
        self.set_cc(Cc::Value(flags));
    }

    /// SETF8 and SETF16: N and Z from the low `bits` of `rn`, V from the bit above and the sign; C stays.
    pub(super) fn set_flags_from(&mut self, rn: u8, bits: u8) {
        let c = self.flags_value();
        let c = self.b.and_imm(Type::I32, c, 2);
        let v = self.r(W::W, rn);
        let n = self.b.extract(Type::I32, Sign::Unsigned, v, bits - 1, 1);
        let above = self.b.extract(Type::I32, Sign::Unsigned, v, bits, 1);
        let overflow = self.b.xor(Type::I32, n, above);
        let low = self.b.extract(Type::I32, Sign::Unsigned, v, 0, bits);
        let zero = self.b.i32(0);
        let z = self.b.setcond(Type::I32, tcg_ir::Cond::Eq, low, zero);
        let n = self.b.shl_imm(Type::I32, n, 3);
        let z = self.b.shl_imm(Type::I32, z, 2);
        let flags = self.b.or(Type::I32, n, z);
        let flags = self.b.or(Type::I32, flags, overflow);
        let flags = self.b.or(Type::I32, flags, c);
        self.set_cc(Cc::Value(flags));
    }

    /// CFINV: C inverted.
    pub(super) fn invert_carry(&mut self) {
        let flags = self.flags_value();
        let c = self.b.i32(2);
        let flags = self.b.xor(Type::I32, flags, c);
        self.set_cc(Cc::Value(flags));
    }

    /// AXFLAG and XAFLAG: the flags of a comparison of floats to another form, by a table.
    pub(super) fn convert_flags(&mut self, convert: fn(u8) -> u8) {
        let table =
            (0..16u8).rev().fold(0u64, |table, flags| table << 4 | u64::from(convert(flags)));
        let flags = self.flags_value();
        let at = self.b.shl_imm(Type::I32, flags, 2);
        let at = self.b.extend(Sign::Unsigned, at);
        let table = self.b.i64(table);
        let flags = self.b.shr_u(Type::I64, table, at);
        let flags = self.b.trunc(flags);
        let flags = self.b.and_imm(Type::I32, flags, 15);
        self.set_cc(Cc::Value(flags));
    }
}

/// AXFLAG: Z becomes Z or V, C becomes C and not V, N and V zero.
///
/// Arm ARM DDI 0487, C6.2 "AXFLAG".
pub(super) const fn to_external(flags: u8) -> u8 {
    let (z, c, v) = (flags >> 2 & 1, flags >> 1 & 1, flags & 1);
    (z | v) << 2 | (c & (v ^ 1)) << 1
}

/// XAFLAG: the opposite.
///
/// Arm ARM DDI 0487, C6.2 "XAFLAG".
pub(super) const fn from_external(flags: u8) -> u8 {
    let (z, c) = (flags >> 2 & 1, flags >> 1 & 1);
    let n = (c ^ 1) & (z ^ 1);
    n << 3 | (z & c) << 2 | (c | z) << 1 | (c ^ 1) & z
}
