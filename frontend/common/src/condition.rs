//! Conditions on values: one or two host comparisons, and what can be done with them.

use tcg_ir::{Builder, Cond, FpMask, Label, Sign, Type, Val};

/// One host condition.
#[derive(Clone, Copy, Debug)]
pub enum Test {
    /// Does not hold.
    Never,
    /// Holds.
    Always,
    /// A relation of two integers.
    Int(Type, Cond, Val, Val),
    /// The outcome of a quiet comparison of two floats is in the mask.
    Fp(Type, FpMask, Val, Val),
}

impl Test {
    /// The opposite.
    #[must_use]
    pub fn invert(self) -> Test {
        match self {
            Test::Never => Test::Always,
            Test::Always => Test::Never,
            Test::Int(ty, cond, a, b) => Test::Int(ty, cond.invert(), a, b),
            Test::Fp(ty, mask, a, b) => Test::Fp(ty, FpMask(mask.0 ^ 15), a, b),
        }
    }

    /// 1 if the condition holds, else 0, as `i32`.
    fn value(self, b: &mut Builder) -> Val {
        match self {
            Test::Never => b.i32(0),
            Test::Always => b.i32(1),
            Test::Int(ty, cond, x, y) => b.setcond(ty, cond, x, y),
            Test::Fp(ty, mask, x, y) => b.fsetmask(ty, mask, x, y),
        }
    }

    /// Leaves the block for `pc` if the condition holds.
    fn goto(self, b: &mut Builder, pc: u64) {
        match self {
            Test::Never => {}
            Test::Always => b.goto(pc),
            Test::Int(ty, cond, x, y) => b.goto_if(ty, cond, x, y, pc),
            Test::Fp(ty, mask, x, y) => b.goto_if_fp(ty, mask, x, y, pc),
        }
    }
}

/// What an instruction's condition asks of the operands of the instruction that set it.
#[derive(Clone, Copy, Debug)]
pub enum Tests {
    /// One condition.
    One(Test),
    /// One of them at least.
    Any(Test, Test),
    /// Both.
    All(Test, Test),
}

impl Tests {
    /// Does not hold.
    pub const NEVER: Tests = Tests::One(Test::Never);
    /// Holds.
    pub const ALWAYS: Tests = Tests::One(Test::Always);

    /// A relation of two integers.
    #[must_use]
    pub const fn int(ty: Type, cond: Cond, a: Val, b: Val) -> Tests {
        Tests::One(Test::Int(ty, cond, a, b))
    }

    /// The relation of two integers that holds for the outcomes in `mask`: equal 4, low 2, high 1.
    #[must_use]
    pub fn relation(ty: Type, sign: Sign, a: Val, b: Val, mask: u8) -> Tests {
        let signed = sign == Sign::Signed;
        let cond = match mask & 7 {
            0 => return Tests::NEVER,
            1 if signed => Cond::GtS,
            1 => Cond::GtU,
            2 if signed => Cond::LtS,
            2 => Cond::LtU,
            3 => Cond::Ne,
            4 => Cond::Eq,
            5 if signed => Cond::GeS,
            5 => Cond::GeU,
            6 if signed => Cond::LeS,
            6 => Cond::LeU,
            _ => return Tests::ALWAYS,
        };
        Tests::int(ty, cond, a, b)
    }

    /// The opposite.
    #[must_use]
    pub fn invert(self) -> Tests {
        match self {
            Tests::One(a) => Tests::One(a.invert()),
            Tests::Any(a, b) => Tests::All(a.invert(), b.invert()),
            Tests::All(a, b) => Tests::Any(a.invert(), b.invert()),
        }
    }

    /// 1 if the condition holds, else 0, as `i32`.
    pub fn value(self, b: &mut Builder) -> Val {
        match self {
            Tests::One(test) => test.value(b),
            Tests::Any(x, y) => {
                let (x, y) = (x.value(b), y.value(b));
                b.or(Type::I32, x, y)
            }
            Tests::All(x, y) => {
                let (x, y) = (x.value(b), y.value(b));
                b.and(Type::I32, x, y)
            }
        }
    }

    /// The same condition as one test.
    pub fn collapse(self, b: &mut Builder) -> Test {
        if let Tests::One(test) = self {
            return test;
        }
        let v = self.value(b);
        let zero = b.i32(0);
        Test::Int(Type::I32, Cond::Ne, v, zero)
    }

    /// The same condition on integers: type, condition, operands.
    pub fn as_int(self, b: &mut Builder) -> (Type, Cond, Val, Val) {
        match self.collapse(b) {
            Test::Int(ty, cond, x, y) => (ty, cond, x, y),
            other => {
                let v = other.value(b);
                let zero = b.i32(0);
                (Type::I32, Cond::Ne, v, zero)
            }
        }
    }

    /// `t` if the condition holds, else `f`.
    pub fn select(self, b: &mut Builder, t: Val, f: Val) -> Val {
        match self {
            Tests::One(Test::Always) => t,
            Tests::One(Test::Never) => f,
            _ => {
                let (ty, cond, x, y) = self.as_int(b);
                b.select(ty, cond, (x, y), t, f)
            }
        }
    }

    /// Jumps forward to a label of this block if the condition holds.
    pub fn brcond(self, b: &mut Builder, label: Label) {
        let (ty, cond, x, y) = self.as_int(b);
        b.brcond(ty, cond, x, y, label);
    }

    /// Leaves the block for `pc` if the condition holds; [`Builder::is_ended`] tells if it always does. How many conditional
    /// exits that made.
    pub fn goto(self, b: &mut Builder, pc: u64) -> u32 {
        match self {
            Tests::One(Test::Never | Test::Always) => {
                self.collapse(b).goto(b, pc);
                0
            }
            Tests::Any(x, y) => {
                x.goto(b, pc);
                if !b.is_ended() {
                    y.goto(b, pc);
                }
                2
            }
            Tests::One(_) | Tests::All(..) => {
                self.collapse(b).goto(b, pc);
                1
            }
        }
    }
}
