//! The condition code while translating: who made it last, and branches on it.
//!
//! Every instruction that sets the condition code calls [`Translator::set_cc`], which keeps the lazy form in the CPU
//! state up to date (the back end drops what is overwritten) and remembers the producer.
//! A consumer asks [`Translator::tests`] for a mask and gets host conditions on the producer's operands.

use super::Translator;
use crate::cc::Kind;
use crate::helpers::id;
use crate::state::{CC_A, CC_B, CC_F, CC_G, CC_OP};
use tcg_ir::{Cond, FpMask, Global, Label, Sign, Type, Val};

/// The producer of the current condition code.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cc {
    /// Only the CPU state knows.
    Dynamic,
    /// A constant.
    Const(u8),
    /// An `i32` value, 0 to 3.
    Value(Val),
    /// Comparison of `a` and `b`: 0 equal, 1 low, 2 high.
    Cmp(Type, Sign, Val, Val),
    /// Signed result compared with zero.
    Sign(Type, Val),
    /// 0 if zero, else 1.
    Zero(Type, Val),
    /// 0 if equal, else 1.
    Ne(Type, Val, Val),
    /// Signed sum of two operands, and the sum.
    AddS(Type, Val, Val, Val),
    /// Signed difference of two operands, and the difference.
    SubS(Type, Val, Val, Val),
    /// Unsigned sum, and one of its operands.
    AddU(Type, Val, Val),
    /// Operands of an unsigned difference.
    SubU(Type, Val, Val),
    /// Result of an operation with carry, and the carry (no borrow) as `i32`.
    Carry(Type, Val, Val),
    /// Test under mask of a byte in memory: value and mask.
    Tm(Type, Val, u64),
    /// Test under mask of register bits.
    TmReg(Type, Val, u64),
    /// Absolute value.
    Abs(Type, Val),
    /// Comparison of floats: 0 equal, 1 low, 2 high, 3 unordered.
    FCmp(Type, Val, Val),
}

/// One host condition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Test {
    Never,
    Always,
    Int(Type, Cond, Val, Val),
    Fp(Type, FpMask, Val, Val),
}

impl Test {
    fn invert(self) -> Test {
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

const NEVER: Tests = Tests::One(Test::Never);
const ALWAYS: Tests = Tests::One(Test::Always);

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

const fn int(ty: Type, cond: Cond, a: Val, b: Val) -> Tests {
    Tests::One(Test::Int(ty, cond, a, b))
}

/// The relation of `a` and `b` that holds for the outcomes in `mask`: equal 4, low 2, high 1.
pub(super) fn relation(ty: Type, sign: Sign, a: Val, b: Val, mask: u8) -> Tests {
    let signed = sign == Sign::Signed;
    let cond = match mask & 7 {
        0 => return NEVER,
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
        _ => return ALWAYS,
    };
    int(ty, cond, a, b)
}

/// The bits of a branch mask (cc 0 is 8) for three condition codes, in the order equal, low, high.
const fn pick(mask: u8, eq: u8, lt: u8, gt: u8) -> u8 {
    (mask >> (3 - eq) & 1) << 2 | (mask >> (3 - lt) & 1) << 1 | (mask >> (3 - gt) & 1)
}

impl Translator<'_> {
    /// Makes `cc` the current condition code.
    pub(crate) fn set_cc(&mut self, cc: Cc) {
        match cc {
            Cc::Dynamic => self.known_cc_op = None,
            Cc::Const(value) => self.put_cc_op(u32::from(value)),
            Cc::Value(v) => self.put_cc_int(Kind::Value, Type::I32, v, None),
            Cc::Cmp(ty, Sign::Signed, a, b) => self.put_cc_int(Kind::CmpS, ty, a, Some(b)),
            Cc::Cmp(ty, Sign::Unsigned, a, b) => self.put_cc_int(Kind::CmpU, ty, a, Some(b)),
            Cc::Sign(ty, r) => self.put_cc_int(Kind::Sign, ty, r, None),
            Cc::Zero(ty, r) => self.put_cc_int(Kind::Zero, ty, r, None),
            Cc::Ne(ty, a, b) => self.put_cc_int(Kind::Ne, ty, a, Some(b)),
            Cc::AddS(ty, _, b, r) => self.put_cc_int(Kind::AddS, ty, r, Some(b)),
            Cc::SubS(ty, _, b, r) => self.put_cc_int(Kind::SubS, ty, r, Some(b)),
            Cc::AddU(ty, r, a) => self.put_cc_int(Kind::AddU, ty, r, Some(a)),
            Cc::SubU(ty, a, b) => self.put_cc_int(Kind::SubU, ty, a, Some(b)),
            Cc::Carry(ty, r, carry) => self.put_cc_int(Kind::Carry, ty, r, Some(carry)),
            Cc::Tm(ty, a, mask) => {
                let mask = self.b.konst(ty, mask);
                self.put_cc_int(Kind::Tm, ty, a, Some(mask));
            }
            Cc::TmReg(ty, a, mask) => {
                let mask = self.b.konst(ty, mask);
                self.put_cc_int(Kind::TmReg, ty, a, Some(mask));
            }
            Cc::Abs(ty, r) => self.put_cc_int(Kind::Abs, ty, r, None),
            Cc::FCmp(ty, a, b) => self.put_cc_fp(ty, a, b),
        }
        self.cc = cc;
    }

    fn put_cc_op(&mut self, op: u32) {
        if self.known_cc_op != Some(op) {
            let v = self.b.i32(op);
            self.b.put(CC_OP, v);
            self.known_cc_op = Some(op);
        }
    }

    fn put_cc_int(&mut self, kind: Kind, ty: Type, a: Val, b: Option<Val>) {
        let wide = ty == Type::I64;
        let konst = b.and_then(|b| kind.op_const(wide, self.b.tb.konst(b)?));
        self.put_cc_op(konst.unwrap_or(kind.op(wide)));
        self.put_any(CC_A, a);
        if let (Some(b), None) = (b, konst) {
            self.put_any(CC_B, b);
        }
    }

    fn put_any(&mut self, g: Global, v: Val) {
        match self.b.tb.ty(v) {
            Type::I32 => self.b.put_lo(g, v),
            _ => self.b.put(g, v),
        }
    }

    fn put_cc_fp(&mut self, ty: Type, a: Val, b: Val) {
        self.put_cc_op(Kind::FCmp.op(ty == Type::F64));
        for (g, v) in [(CC_F, a), (CC_G, b)] {
            let v = if ty == Type::F64 {
                v
            } else {
                let zero = self.b.konst(Type::F64, 0);
                self.b.fsethi(zero, v)
            };
            self.b.put(g, v);
        }
    }

    /// The condition code as an `i32` value.
    pub(crate) fn cc_value(&mut self) -> Val {
        match self.cc {
            Cc::Const(value) => self.b.i32(value.into()),
            Cc::Value(v) => v,
            Cc::Dynamic => {
                let v = self.b.call(id::CC_VALUE, &[]);
                let v = self.b.trunc(v);
                self.known_cc_op = None;
                self.set_cc(Cc::Value(v));
                v
            }
            Cc::FCmp(ty, a, b) => self.b.fcmp(ty, false, a, b),
            Cc::Zero(ty, r) => self.nonzero(ty, r),
            Cc::Ne(ty, a, b) => self.b.setcond(ty, Cond::Ne, a, b),
            Cc::AddU(ty, r, a) => {
                let carry = self.b.setcond(ty, Cond::LtU, r, a);
                self.carry_value(ty, r, carry)
            }
            Cc::Carry(ty, r, carry) => self.carry_value(ty, r, carry),
            _ => self.cc_value_by_tests(),
        }
    }

    fn nonzero(&mut self, ty: Type, r: Val) -> Val {
        let zero = self.b.konst(ty, 0);
        self.b.setcond(ty, Cond::Ne, r, zero)
    }

    fn carry_value(&mut self, ty: Type, r: Val, carry: Val) -> Val {
        let nonzero = self.nonzero(ty, r);
        let twice = self.b.shl_imm(Type::I32, carry, 1);
        self.b.or(Type::I32, twice, nonzero)
    }

    /// `2 * (cc in {2, 3}) + (cc in {1, 3})`.
    fn cc_value_by_tests(&mut self) -> Val {
        let high = self.tests(0b0011);
        let high = self.test_value(high);
        let low = self.tests(0b0101);
        let low = self.test_value(low);
        let high = self.b.shl_imm(Type::I32, high, 1);
        self.b.or(Type::I32, high, low)
    }

    /// The carry of the last unsigned addition, or 'no borrow' of the last subtraction: bit 0 of the condition code.
    pub(crate) fn carry(&mut self) -> Val {
        match self.cc {
            Cc::AddU(ty, r, a) => self.b.setcond(ty, Cond::LtU, r, a),
            Cc::SubU(ty, a, b) => self.b.setcond(ty, Cond::GeU, a, b),
            Cc::Carry(_, _, carry) => carry,
            Cc::Const(value) => self.b.i32(u32::from(value >> 1)),
            _ => {
                let cc = self.cc_value();
                self.b.shr_u_imm(Type::I32, cc, 1)
            }
        }
    }

    /// The borrow of the last unsigned subtraction: the opposite of [`Translator::carry`].
    pub(crate) fn borrow(&mut self) -> Val {
        if let Cc::SubU(ty, a, b) = self.cc {
            return self.b.setcond(ty, Cond::LtU, a, b);
        }
        let carry = self.carry();
        let one = self.b.i32(1);
        self.b.xor(Type::I32, carry, one)
    }

    /// The condition 'the condition code is in `mask`' (cc 0 is 8, 1 is 4, 2 is 2, 3 is 1).
    pub(crate) fn tests(&mut self, mask: u8) -> Tests {
        match mask & 15 {
            0 => return NEVER,
            15 => return ALWAYS,
            _ => {}
        }
        match self.cc {
            Cc::Const(value) if mask >> (3 - value) & 1 != 0 => ALWAYS,
            Cc::Const(_) => NEVER,
            Cc::Value(v) => self.value_tests(v, mask),
            Cc::Dynamic => {
                let v = self.cc_value();
                self.value_tests(v, mask)
            }
            Cc::Cmp(ty, sign, a, b) => relation(ty, sign, a, b, pick(mask, 0, 1, 2)),
            Cc::Sign(ty, r) => self.sign_tests(ty, r, pick(mask, 0, 1, 2)),
            Cc::Abs(ty, r) => self.sign_tests(ty, r, pick(mask, 0, 3, 2)),
            Cc::Zero(ty, r) => {
                let zero = self.b.konst(ty, 0);
                equality(ty, r, zero, mask)
            }
            Cc::Ne(ty, a, b) => equality(ty, a, b, mask),
            Cc::SubU(ty, a, b) => relation(ty, Sign::Unsigned, a, b, pick(mask, 2, 1, 3)),
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
                return int(Type::I32, Cond::TstNe, bit, one);
            }
        };
        let with = self.b.i32(with);
        int(Type::I32, cond, v, with)
    }

    fn sign_tests(&mut self, ty: Type, r: Val, outcomes: u8) -> Tests {
        let zero = self.b.konst(ty, 0);
        relation(ty, Sign::Signed, r, zero, outcomes)
    }

    /// Signed sum. With a constant operand the overflow outcome goes with one sign, so that one comparison often does.
    fn add_tests(&mut self, ty: Type, a: Val, b: Val, r: Val, mask: u8) -> Tests {
        if let Some(bits) = self.b.tb.konst(b) {
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
            let negated = self.b.konst(ty, b.wrapping_neg().cast_unsigned());
            return relation(ty, Sign::Signed, a, negated, pick(mask, 0, 1, 2));
        }
        self.overflow_tests(ty, r, mask, (a, bv), (Cond::OvAdd, Cond::NoOvAdd))
    }

    fn sub_tests(&mut self, ty: Type, a: Val, b: Val, r: Val, mask: u8) -> Tests {
        // Equal operands never overflow, and a zero difference is exact.
        match mask & 15 {
            0b1000 => return int(ty, Cond::Eq, a, b),
            0b0111 => return int(ty, Cond::Ne, a, b),
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
        let Tests::One(by_sign) = self.sign_tests(ty, r, pick(mask, 0, 1, 2)) else { return NEVER };
        match (by_sign, mask & 1 != 0) {
            (Test::Never, true) => int(ty, ov, a, b),
            (Test::Always, false) => int(ty, no_ov, a, b),
            (sign, true) => Tests::Any(sign, Test::Int(ty, ov, a, b)),
            (sign, false) => Tests::All(sign, Test::Int(ty, no_ov, a, b)),
        }
    }

    fn add_u_tests(&mut self, ty: Type, r: Val, a: Val, mask: u8) -> Tests {
        let zero = self.b.konst(ty, 0);
        let carry = Test::Int(ty, Cond::LtU, r, a);
        let is_zero = Test::Int(ty, Cond::Eq, r, zero);
        carry_outcomes(is_zero, carry, mask).unwrap_or_else(|| self.by_value(mask))
    }

    fn carry_tests(&mut self, ty: Type, r: Val, carry: Val, mask: u8) -> Tests {
        let zero = self.b.konst(ty, 0);
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
            return if mask & 8 != 0 { ALWAYS } else { NEVER };
        }
        let selected = self.b.konst(ty, bits);
        let none = Test::Int(ty, Cond::TstEq, a, selected);
        if bits.is_power_of_two() {
            return by_two(none, mask & 8 != 0, mask & 1 != 0);
        }
        let top = self.b.konst(ty, 1 << (63 - bits.leading_zeros()));
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
                let right = self.collapse(right);
                Tests::Any(none, right)
            }
            (0b0101, true) => {
                let right = self.tests(0b0100);
                let right = self.collapse(right);
                Tests::Any(all, right)
            }
            (0, _) => NEVER,
            _ => ALWAYS,
        }
    }

    // --- use of tests ------------------------------------------------------------------------

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

    /// Jumps forward to a label of this TB if the condition holds.
    pub(crate) fn brcond(&mut self, tests: Tests, label: Label) {
        let (ty, cond, a, b) = self.as_int_test(tests);
        self.b.brcond(ty, cond, a, b, label);
    }

    /// After a label: what came before is known by the CPU state only.
    pub(crate) fn forget_cc_values(&mut self) {
        self.cc = Self::cc_at_label(self.cc);
        self.known_cc_op = None;
    }

    /// Places a label: what came before is known by the CPU state only.
    pub(crate) fn set_label(&mut self, label: Label) {
        self.b.set_label(label);
        self.forget_cc_values();
    }
}

/// `first` decides between two outcomes.
fn by_two(first: Test, if_true: bool, if_false: bool) -> Tests {
    match (if_true, if_false) {
        (true, true) => ALWAYS,
        (true, false) => Tests::One(first),
        (false, true) => Tests::One(first.invert()),
        (false, false) => NEVER,
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
