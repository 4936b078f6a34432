//! Conditions on values: one or two host comparisons, and what can be done with them.

use super::Translator;
use tcg_ir::{Cond, FpMask, Type, Val};

/// One host condition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Test {
    Never,
    Always,
    Int(Type, Cond, Val, Val),
    Fp(Type, FpMask, Val, Val),
}

impl Test {
    pub(super) fn invert(self) -> Test {
        match self {
            Test::Never => Test::Always,
            Test::Always => Test::Never,
            Test::Int(ty, cond, a, b) => Test::Int(ty, cond.invert(), a, b),
            Test::Fp(ty, mask, a, b) => Test::Fp(ty, FpMask(mask.0 ^ 15), a, b),
        }
    }
}

/// What a mask asks of the producer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tests {
    One(Test),
    Any(Test, Test),
    All(Test, Test),
}

pub(super) const NEVER: Tests = Tests::One(Test::Never);
pub(super) const ALWAYS: Tests = Tests::One(Test::Always);

impl Tests {
    /// The opposite.
    pub(crate) fn invert(self) -> Tests {
        match self {
            Tests::One(a) => Tests::One(a.invert()),
            Tests::Any(a, b) => Tests::All(a.invert(), b.invert()),
            Tests::All(a, b) => Tests::Any(a.invert(), b.invert()),
        }
    }
}

pub(super) const fn int(ty: Type, cond: Cond, a: Val, b: Val) -> Tests {
    Tests::One(Test::Int(ty, cond, a, b))
}

impl Translator<'_> {
    /// 1 if the condition holds, else 0, as `i32`.
    pub(crate) fn test_value(&mut self, tests: Tests) -> Val {
        match tests {
            Tests::One(test) => self.one_value(test),
            Tests::Any(a, b) => {
                let (a, b) = (self.one_value(a), self.one_value(b));
                self.b.or(Type::I32, a, b)
            }
            Tests::All(a, b) => {
                let (a, b) = (self.one_value(a), self.one_value(b));
                self.b.and(Type::I32, a, b)
            }
        }
    }

    fn one_value(&mut self, test: Test) -> Val {
        match test {
            Test::Never => self.b.i32(0),
            Test::Always => self.b.i32(1),
            Test::Int(ty, cond, a, b) => self.b.setcond(ty, cond, a, b),
            Test::Fp(ty, mask, a, b) => self.b.fsetmask(ty, mask, a, b),
        }
    }

    /// The same condition as one test.
    pub(crate) fn collapse(&mut self, tests: Tests) -> Test {
        if let Tests::One(test) = tests {
            return test;
        }
        let v = self.test_value(tests);
        let zero = self.b.i32(0);
        Test::Int(Type::I32, Cond::Ne, v, zero)
    }

    /// The same condition on integers: type, condition, operands.
    pub(crate) fn as_int_test(&mut self, tests: Tests) -> (Type, Cond, Val, Val) {
        match self.collapse(tests) {
            Test::Int(ty, cond, a, b) => (ty, cond, a, b),
            other => {
                let v = self.one_value(other);
                let zero = self.b.i32(0);
                (Type::I32, Cond::Ne, v, zero)
            }
        }
    }

    /// `t` if the condition holds, else `f`.
    pub(crate) fn select(&mut self, tests: Tests, t: Val, f: Val) -> Val {
        match tests {
            Tests::One(Test::Always) => t,
            Tests::One(Test::Never) => f,
            _ => {
                let (ty, cond, a, b) = self.as_int_test(tests);
                self.b.select(ty, cond, (a, b), t, f)
            }
        }
    }
}
