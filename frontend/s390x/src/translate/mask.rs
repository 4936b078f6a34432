//! What a mask of condition codes asks of the producer of the current one: host conditions on its operands.

use super::Translator;
use super::cc::Cc;
use frontend_common::{Test, Tests};
use tcg_ir::{Cond, FpMask, Sign, Type, Val};

/// The bits of a branch mask (cc 0 is 8) for three condition codes, in the order equal, low, high.
const fn pick(mask: u8, eq: u8, lt: u8, gt: u8) -> u8 {
    (mask >> (3 - eq) & 1) << 2 | (mask >> (3 - lt) & 1) << 1 | (mask >> (3 - gt) & 1)
}

impl Translator<'_> {
    /// The condition 'the condition code is in `mask`' (cc 0 is 8, 1 is 4, 2 is 2, 3 is 1).
    pub(crate) fn tests(&mut self, mask: u8) -> Tests {
        match mask & 15 {
            0 => return Tests::NEVER,
            15 => return Tests::ALWAYS,
            _ => {}
        }
        match self.cc {
            Cc::Const(value) if mask >> (3 - value) & 1 != 0 => Tests::ALWAYS,
            Cc::Const(_) => Tests::NEVER,
            Cc::Value(v) => self.value_tests(v, mask),
            Cc::Dynamic => {
                let v = self.cc_value();
                self.value_tests(v, mask)
            }
            Cc::Cmp(ty, sign, a, b) => Tests::relation(ty, sign, a, b, pick(mask, 0, 1, 2)),
            Cc::Sign(ty, r) => self.sign_tests(ty, r, pick(mask, 0, 1, 2)),
            Cc::Abs(ty, r) => self.sign_tests(ty, r, pick(mask, 0, 3, 2)),
            Cc::Zero(ty, r) => {
                let zero = self.b.constant(ty, 0);
                equality(ty, r, zero, mask)
            }
            Cc::Ne(ty, a, b) => equality(ty, a, b, mask),
            Cc::SubU(ty, a, b) => Tests::relation(ty, Sign::Unsigned, a, b, pick(mask, 2, 1, 3)),
            Cc::AddS(ty, a, b, r) => self.add_tests(ty, a, b, r, mask),
            Cc::SubS(ty, a, b, r) => self.sub_tests(ty, a, b, r, mask),
            Cc::AddU(ty, r, a) => self.add_u_tests(ty, r, a, mask),
            Cc::Carry(ty, r, carry) => self.carry_tests(ty, r, carry, mask),
            Cc::Tm(ty, a, bits) => self.tm_tests(ty, a, bits, mask, false),
            Cc::TmReg(ty, a, bits) => self.tm_tests(ty, a, bits, mask, true),
            Cc::FCmp(ty, a, b) => Tests::One(Test::Fp(ty, FpMask(mask & 15), a, b)),
        }
    }

    /// A computed condition code is in `mask`: one comparison where the outcomes are neighbours, else a bit test.
    fn value_tests(&mut self, v: Val, mask: u8) -> Tests {
        let (cond, with) = match mask & 15 {
            0b1000 => (Cond::Eq, 0),
            0b0100 => (Cond::Eq, 1),
            0b0010 => (Cond::Eq, 2),
            0b0001 => (Cond::Eq, 3),
            0b0111 => (Cond::Ne, 0),
            0b1011 => (Cond::Ne, 1),
            0b1101 => (Cond::Ne, 2),
            0b1110 => (Cond::Ne, 3),
            0b1100 => (Cond::LtU, 2),
            0b0011 => (Cond::GeU, 2),
            0b1010 => (Cond::TstEq, 1),
            0b0101 => (Cond::TstNe, 1),
            _ => {
                // 0b1001 and 0b0110: bit `v` of the mask read from the left.
                let bits = self.b.i32(u32::from(mask.reverse_bits() >> 4));
                let bit = self.b.shr_u(Type::I32, bits, v);
                let one = self.b.i32(1);
                return Tests::int(Type::I32, Cond::TstNe, bit, one);
            }
        };
        let with = self.b.i32(with);
        Tests::int(Type::I32, cond, v, with)
    }

    fn sign_tests(&mut self, ty: Type, r: Val, outcomes: u8) -> Tests {
        let zero = self.b.constant(ty, 0);
        Tests::relation(ty, Sign::Signed, r, zero, outcomes)
    }

    /// Signed sum. With a constant operand the overflow outcome goes with one sign, so that one comparison often does.
    fn add_tests(&mut self, ty: Type, a: Val, b: Val, r: Val, mask: u8) -> Tests {
        if let Some(bits) = self.b.tb.constant(b) {
            let bits = if ty == Type::I32 { i64::from(bits as u32 as i32) } else { bits as i64 };
            let minimum = if ty == Type::I32 { i64::from(i32::MIN) } else { i64::MIN };
            if bits != minimum && bits != 0 {
                return self.add_const_tests(ty, a, bits, (b, r), mask);
            }
        }
        self.overflow_tests(ty, r, mask, (a, b), (Cond::OvAdd, Cond::NoOvAdd))
    }

    fn add_const_tests(
        &mut self,
        ty: Type,
        a: Val,
        b: i64,
        (bv, r): (Val, Val),
        mask: u8,
    ) -> Tests {
        let overflow = mask & 1;
        // Overflow wraps to a negative result if `b` is positive, else to a positive one.
        let (wraps_to, other) =
            if b > 0 { (mask >> 2 & 1, mask >> 1 & 1) } else { (mask >> 1 & 1, mask >> 2 & 1) };
        if overflow == wraps_to {
            return self.sign_tests(ty, r, pick(mask, 0, 1, 2));
        }
        if overflow == other {
            // As if exact: `a + b` against zero is `a` against `-b`.
            let negated = self.b.constant(ty, b.wrapping_neg().cast_unsigned());
            return Tests::relation(ty, Sign::Signed, a, negated, pick(mask, 0, 1, 2));
        }
        self.overflow_tests(ty, r, mask, (a, bv), (Cond::OvAdd, Cond::NoOvAdd))
    }

    fn sub_tests(&mut self, ty: Type, a: Val, b: Val, r: Val, mask: u8) -> Tests {
        // Equal operands never overflow, and a zero difference is exact.
        match mask & 15 {
            0b1000 => return Tests::int(ty, Cond::Eq, a, b),
            0b0111 => return Tests::int(ty, Cond::Ne, a, b),
            _ => {}
        }
        self.overflow_tests(ty, r, mask, (a, b), (Cond::OvSub, Cond::NoOvSub))
    }

    /// The result's sign decides if there is no overflow.
    fn overflow_tests(
        &mut self,
        ty: Type,
        r: Val,
        mask: u8,
        (a, b): (Val, Val),
        (ov, no_ov): (Cond, Cond),
    ) -> Tests {
        let Tests::One(by_sign) = self.sign_tests(ty, r, pick(mask, 0, 1, 2)) else {
            return Tests::NEVER;
        };
        match (by_sign, mask & 1 != 0) {
            (Test::Never, true) => Tests::int(ty, ov, a, b),
            (Test::Always, false) => Tests::int(ty, no_ov, a, b),
            (sign, true) => Tests::Any(sign, Test::Int(ty, ov, a, b)),
            (sign, false) => Tests::All(sign, Test::Int(ty, no_ov, a, b)),
        }
    }

    fn add_u_tests(&mut self, ty: Type, r: Val, a: Val, mask: u8) -> Tests {
        let zero = self.b.constant(ty, 0);
        let carry = Test::Int(ty, Cond::LtU, r, a);
        let is_zero = Test::Int(ty, Cond::Eq, r, zero);
        carry_outcomes(is_zero, carry, mask).unwrap_or_else(|| self.by_value(mask))
    }

    fn carry_tests(&mut self, ty: Type, r: Val, carry: Val, mask: u8) -> Tests {
        let zero = self.b.constant(ty, 0);
        let none = self.b.i32(0);
        let carry = Test::Int(Type::I32, Cond::Ne, carry, none);
        let is_zero = Test::Int(ty, Cond::Eq, r, zero);
        carry_outcomes(is_zero, carry, mask).unwrap_or_else(|| self.by_value(mask))
    }

    fn by_value(&mut self, mask: u8) -> Tests {
        let v = self.cc_value();
        self.value_tests(v, mask)
    }

    /// Selected bits: all zero is 0, all ones 3; mixed is 1, or with `by_leftmost` 2 if the leftmost is one.
    fn tm_tests(&mut self, ty: Type, a: Val, bits: u64, mask: u8, by_leftmost: bool) -> Tests {
        if bits == 0 {
            return if mask & 8 != 0 { Tests::ALWAYS } else { Tests::NEVER };
        }
        let selected = self.b.constant(ty, bits);
        let none = Test::Int(ty, Cond::TstEq, a, selected);
        if bits.is_power_of_two() {
            return by_two(none, mask & 8 != 0, mask & 1 != 0);
        }
        let top = self.b.constant(ty, 1 << (63 - bits.leading_zeros()));
        let top_clear = Test::Int(ty, Cond::TstEq, a, top);
        if by_leftmost && mask >> 3 & 1 == mask >> 2 & 1 && mask >> 1 & 1 == mask & 1 {
            return by_two(top_clear, mask & 8 != 0, mask & 1 != 0);
        }
        let masked = self.b.and(ty, a, selected);
        let all = Test::Int(ty, Cond::Eq, masked, selected);
        let mixed_as_one = mask & 15 & !if by_leftmost { 0 } else { 2 };
        match (mixed_as_one, by_leftmost) {
            (0b1000, _) => Tests::One(none),
            (0b0111, true) | (0b0101, false) => Tests::One(none.invert()),
            (0b0001, _) => Tests::One(all),
            (0b1110, true) | (0b1100, false) => Tests::One(all.invert()),
            (0b1001, _) => Tests::Any(none, all),
            (0b0110, true) | (0b0100, false) => Tests::All(none.invert(), all.invert()),
            (0b0100, true) => Tests::All(top_clear, none.invert()),
            (0b0010, true) => Tests::All(top_clear.invert(), all.invert()),
            (0b1101, true) => Tests::Any(top_clear, all),
            (0b1011, true) => Tests::Any(top_clear.invert(), none),
            (0b1010, true) => {
                let right = self.tests(0b0010);
                let right = right.collapse(self.b);
                Tests::Any(none, right)
            }
            (0b0101, true) => {
                let right = self.tests(0b0100);
                let right = right.collapse(self.b);
                Tests::Any(all, right)
            }
            (0, _) => Tests::NEVER,
            _ => Tests::ALWAYS,
        }
    }
}

/// `first` decides between two outcomes.
fn by_two(first: Test, if_true: bool, if_false: bool) -> Tests {
    match (if_true, if_false) {
        (true, true) => Tests::ALWAYS,
        (true, false) => Tests::One(first),
        (false, true) => Tests::One(first.invert()),
        (false, false) => Tests::NEVER,
    }
}

fn equality(ty: Type, a: Val, b: Val, mask: u8) -> Tests {
    by_two(Test::Int(ty, Cond::Eq, a, b), mask & 8 != 0, mask & 4 != 0)
}

/// Outcomes of unsigned sums: 0 zero, 1 not zero, 2 and 3 the same with carry. `None` for exclusive-or shapes.
fn carry_outcomes(zero: Test, carry: Test, mask: u8) -> Option<Tests> {
    Some(match mask & 15 {
        0b1010 => Tests::One(zero),
        0b0101 => Tests::One(zero.invert()),
        0b0011 => Tests::One(carry),
        0b1100 => Tests::One(carry.invert()),
        0b1000 => Tests::All(zero, carry.invert()),
        0b0100 => Tests::All(zero.invert(), carry.invert()),
        0b0010 => Tests::All(zero, carry),
        0b0001 => Tests::All(zero.invert(), carry),
        0b0111 => Tests::Any(zero.invert(), carry),
        0b1011 => Tests::Any(zero, carry),
        0b1101 => Tests::Any(zero.invert(), carry.invert()),
        0b1110 => Tests::Any(zero, carry.invert()),
        _ => return None,
    })
}
