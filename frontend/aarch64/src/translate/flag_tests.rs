//! What a condition of A64 asks of the producer of the flags: host conditions on its operands.
//!
//! Arm ARM DDI 0487, C1.2.4 "Condition code".

use super::Translator;
use super::cc::{Carry, Cc, Compare};
use crate::flags::{C, N, V, Z};
use frontend_common::{Test, Tests};
use tcg_ir::{Cond, FpMask, Type, Val};

const EQ: u8 = 0;
const CS: u8 = 2;
const MI: u8 = 4;
const VS: u8 = 6;
const HI: u8 = 8;
const GE: u8 = 10;
const GT: u8 = 12;

/// Whether a condition (0 EQ to 15 NV) holds for flags.
pub(crate) const fn holds(cond: u8, flags: u8) -> bool {
    let (n, z, c, v) = (flags & N != 0, flags & Z != 0, flags & C != 0, flags & V != 0);
    let base = match cond & 14 {
        EQ => z,
        CS => c,
        MI => n,
        VS => v,
        HI => c && !z,
        GE => n == v,
        GT => n == v && !z,
        _ => return true,
    };
    base != (cond & 1 != 0)
}

/// The flags for which a condition holds, a bit each.
const fn flags_with(cond: u8) -> u32 {
    let (mut set, mut flags) = (0, 0);
    while flags < 16 {
        set |= (holds(cond, flags) as u32) << flags;
        flags += 1;
    }
    set
}

impl Translator<'_> {
    /// The condition (0 EQ to 15 NV) on the current flags.
    pub(crate) fn tests(&mut self, cond: u8) -> Tests {
        if cond & 14 == 14 {
            return Tests::ALWAYS;
        }
        let tests = self.even_tests(cond & 14);
        if cond & 1 == 0 { tests } else { tests.invert() }
    }

    fn even_tests(&mut self, cond: u8) -> Tests {
        match self.cc {
            Cc::Const(flags) => constant(holds(cond, flags)),
            Cc::Value(v) => self.value_tests(v, cond),
            Cc::Dynamic => {
                let v = self.flags_value();
                self.value_tests(v, cond)
            }
            Cc::Compare(compare) => self.compare_tests(compare, cond),
            Cc::Sub(ty, a, b, r) => self.sub_tests(ty, a, b, Some(r), cond),
            Cc::Logic(ty, r) => self.logic_tests(ty, r, cond),
            Cc::Carry(sum) => self.carry_tests(sum, cond),
            Cc::If(test, compare, flags) => self.if_tests(test, compare, flags, cond),
        }
    }

    fn value_tests(&mut self, v: Val, cond: u8) -> Tests {
        let bit = |t: &mut Self, flag: u8| {
            let flag = t.b.i32(flag.into());
            Tests::int(Type::I32, Cond::TstNe, v, flag)
        };
        match cond {
            EQ => bit(self, Z),
            CS => bit(self, C),
            MI => bit(self, N),
            VS => bit(self, V),
            _ => {
                let set = self.b.i32(flags_with(cond));
                let set = self.b.shr_u(Type::I32, set, v);
                let one = self.b.i32(1);
                Tests::int(Type::I32, Cond::TstNe, set, one)
            }
        }
    }

    fn compare_tests(&mut self, compare: Compare, cond: u8) -> Tests {
        match compare {
            Compare::Sub(ty, a, b) => self.sub_tests(ty, a, b, None, cond),
            Compare::Add(ty, a, b, r) => self.add_tests(ty, a, b, r, cond),
            Compare::Float(ty, a, b) => {
                let mask = match cond {
                    EQ => FpMask::EQ,
                    // Not low.
                    CS => FpMask(11),
                    MI => FpMask::LT,
                    VS => FpMask::UN,
                    // High or unordered.
                    HI => FpMask(3),
                    // Equal or high.
                    GE => FpMask(10),
                    _ => FpMask::GT,
                };
                Tests::One(Test::Fp(ty, mask, a, b))
            }
        }
    }

    fn sub_tests(&mut self, ty: Type, a: Val, b: Val, result: Option<Val>, cond: u8) -> Tests {
        let zero = self.b.constant(ty, 0);
        match (cond, result) {
            (EQ, Some(r)) => Tests::int(ty, Cond::Eq, r, zero),
            (EQ, None) => Tests::int(ty, Cond::Eq, a, b),
            (CS, _) => Tests::int(ty, Cond::GeU, a, b),
            (MI, _) => {
                let r = result.unwrap_or_else(|| self.b.sub(ty, a, b));
                Tests::int(ty, Cond::LtS, r, zero)
            }
            (VS, _) => Tests::int(ty, Cond::OvSub, a, b),
            (HI, _) => Tests::int(ty, Cond::GtU, a, b),
            (GE, _) => Tests::int(ty, Cond::GeS, a, b),
            _ => Tests::int(ty, Cond::GtS, a, b),
        }
    }

    fn add_tests(&mut self, ty: Type, a: Val, b: Val, r: Val, cond: u8) -> Tests {
        let zero = self.b.constant(ty, 0);
        let carry = Test::Int(ty, Cond::LtU, r, a);
        let nonzero = Test::Int(ty, Cond::Ne, r, zero);
        match cond {
            EQ => Tests::One(nonzero.invert()),
            CS => Tests::One(carry),
            MI => Tests::int(ty, Cond::LtS, r, zero),
            VS => Tests::int(ty, Cond::OvAdd, a, b),
            HI => Tests::All(carry, nonzero),
            _ => {
                let overflow = self.add_overflow(ty, a, b, r);
                self.sign_tests(ty, r, overflow, cond)
            }
        }
    }

    /// A value that is negative exactly if `r`, the sum of `a` and `b` (and a carry), overflowed.
    fn add_overflow(&mut self, ty: Type, a: Val, b: Val, r: Val) -> Val {
        let (a, b) = (self.b.xor(ty, a, r), self.b.xor(ty, b, r));
        self.b.and(ty, a, b)
    }

    /// GE or GT, from a result and a value that is negative if it overflowed.
    fn sign_tests(&mut self, ty: Type, r: Val, overflow: Val, cond: u8) -> Tests {
        let zero = self.b.constant(ty, 0);
        let sign = self.b.xor(ty, r, overflow);
        let not_less = Test::Int(ty, Cond::GeS, sign, zero);
        match cond {
            GE => Tests::One(not_less),
            _ => Tests::All(not_less, Test::Int(ty, Cond::Ne, r, zero)),
        }
    }

    fn logic_tests(&mut self, ty: Type, r: Val, cond: u8) -> Tests {
        let zero = self.b.constant(ty, 0);
        match cond {
            EQ => Tests::int(ty, Cond::Eq, r, zero),
            MI => Tests::int(ty, Cond::LtS, r, zero),
            GE => Tests::int(ty, Cond::GeS, r, zero),
            GT => Tests::int(ty, Cond::GtS, r, zero),
            // C and V are zero.
            _ => Tests::NEVER,
        }
    }

    fn carry_tests(&mut self, sum: Carry, cond: u8) -> Tests {
        let (ty, r) = (sum.ty, sum.result);
        let (zero, none) = (self.b.constant(ty, 0), self.b.i32(0));
        // C is the opposite of a borrow.
        let carry = if sum.sub { Cond::Eq } else { Cond::Ne };
        let carry = Test::Int(Type::I32, carry, sum.carry, none);
        let nonzero = Test::Int(ty, Cond::Ne, r, zero);
        match cond {
            EQ => return Tests::One(nonzero.invert()),
            CS => return Tests::One(carry),
            MI => return Tests::int(ty, Cond::LtS, r, zero),
            HI => return Tests::All(carry, nonzero),
            _ => {}
        }
        let overflow = self.carry_overflow(sum);
        match cond {
            VS => Tests::int(ty, Cond::LtS, overflow, zero),
            _ => self.sign_tests(ty, r, overflow, cond),
        }
    }

    /// A value that is negative exactly if there was overflow.
    fn carry_overflow(&mut self, sum: Carry) -> Val {
        let Carry { ty, a, b, result, .. } = sum;
        if !sum.sub {
            return self.add_overflow(ty, a, b, result);
        }
        let (signs, moved) = (self.b.xor(ty, a, b), self.b.xor(ty, a, result));
        self.b.and(ty, signs, moved)
    }

    fn if_tests(&mut self, test: Test, compare: Compare, flags: u8, cond: u8) -> Tests {
        let inner = self.compare_tests(compare, cond);
        let inner = inner.collapse(self.b);
        if holds(cond, flags) { Tests::Any(test.invert(), inner) } else { Tests::All(test, inner) }
    }
}

const fn constant(holds: bool) -> Tests {
    if holds { Tests::ALWAYS } else { Tests::NEVER }
}
