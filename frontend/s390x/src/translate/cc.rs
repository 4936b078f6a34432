//! The condition code while translating: who made it last.
//!
//! Every instruction that sets the condition code calls [`Translator::set_cc`], which keeps the lazy form in the CPU
//! state up to date (the back end drops what is overwritten) and remembers the producer.
//! A consumer asks [`Translator::tests`] for a mask (`mask.rs`) and gets host conditions on the producer's operands
//! ([`frontend_common::Tests`]).

use super::Translator;
use crate::cc::Kind;
use crate::helpers::id;
use crate::state::{CC_B, CC_F, CC_G};
use tcg_ir::{Cond, Label, Sign, Type, Val};

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

impl Translator<'_> {
    /// Makes `cc` the current condition code.
    pub(crate) fn set_cc(&mut self, cc: Cc) {
        match cc {
            Cc::Dynamic => self.lazy.forget(),
            Cc::Const(value) => self.lazy.op(self.b, u32::from(value)),
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
                let mask = self.b.constant(ty, mask);
                self.put_cc_int(Kind::Tm, ty, a, Some(mask));
            }
            Cc::TmReg(ty, a, mask) => {
                let mask = self.b.constant(ty, mask);
                self.put_cc_int(Kind::TmReg, ty, a, Some(mask));
            }
            Cc::Abs(ty, r) => self.put_cc_int(Kind::Abs, ty, r, None),
            Cc::FCmp(ty, a, b) => self.put_cc_fp(ty, a, b),
        }
        self.cc = cc;
    }

    fn put_cc_int(&mut self, kind: Kind, ty: Type, a: Val, b: Option<Val>) {
        let op = self.lazy.operands(self.b, kind as u32, ty, a, b);
        self.lazy.op(self.b, op);
    }

    fn put_cc_fp(&mut self, ty: Type, a: Val, b: Val) {
        self.lazy.op(self.b, Kind::FCmp.op(ty == Type::F64));
        for (g, v) in [(CC_F, a), (CC_G, b)] {
            let v = if ty == Type::F64 {
                v
            } else {
                let zero = self.b.constant(Type::F64, 0);
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
                self.lazy.forget();
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
        let zero = self.b.constant(ty, 0);
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
        let high = high.value(self.b);
        let low = self.tests(0b0101);
        let low = low.value(self.b);
        let high = self.b.shl_imm(Type::I32, high, 1);
        self.b.or(Type::I32, high, low)
    }

    /// Before [`Translator::carry`] and [`Translator::borrow`], at the start of an instruction: sees to it that a condition
    /// code that only the CPU state knows is of [`Kind::Carry`] there.
    pub(crate) fn settle_carry(&mut self) {
        if !matches!(self.cc, Cc::Dynamic) {
            return;
        }
        let settled = self.b.new_label();
        let (op, any_width) = (self.lazy.get_op(self.b), self.b.i32(1));
        let op = self.b.or(Type::I32, op, any_width);
        let kind = self.b.i32(Kind::Carry.op(true));
        self.b.brcond(Type::I32, Cond::Eq, op, kind, settled);
        let cc = self.cc_value();
        let (carry, nonzero) =
            (self.b.shr_u_imm(Type::I32, cc, 1), self.b.and_imm(Type::I32, cc, 1));
        self.set_cc(Cc::Carry(Type::I32, nonzero, carry));
        self.set_label(settled);
    }

    /// The carry of the last unsigned addition, or 'no borrow' of the last subtraction: bit 0 of the condition code.
    pub(crate) fn carry(&mut self) -> Val {
        match self.cc {
            Cc::AddU(ty, r, a) => self.b.setcond(ty, Cond::LtU, r, a),
            Cc::SubU(ty, a, b) => self.b.setcond(ty, Cond::GeU, a, b),
            Cc::Carry(_, _, carry) => carry,
            Cc::Const(value) => self.b.i32(u32::from(value >> 1)),
            Cc::Dynamic => {
                let carry = self.b.get(CC_B);
                self.b.trunc(carry)
            }
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

    /// After a label: what came before is known by the CPU state only.
    pub(crate) fn forget_cc_values(&mut self) {
        self.cc = Self::cc_at_label(self.cc);
        self.lazy.forget();
    }

    /// Places a label: what came before is known by the CPU state only.
    pub(crate) fn set_label(&mut self, label: Label) {
        self.b.set_label(label);
        self.forget_cc_values();
    }
}
