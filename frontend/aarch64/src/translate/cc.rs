//! The condition flags while translating: who made them last.
//!
//! Every instruction that sets the flags calls [`Translator::set_cc`], which keeps the lazy form in the CPU state up to date
//! (the back end drops what is overwritten) and remembers the producer.
//! A consumer asks [`Translator::tests`] for a condition (`flag_tests.rs`) and gets host conditions on the producer's operands.

use super::Translator;
use crate::flags::{C, CARRY_UNKNOWN, FLOAT_OUTCOMES, Kind};
use crate::helpers::integer::id;
use frontend_common::{Test, Tests};
use tcg_ir::{Cond, Label, Type, Val};

/// The producer of the current flags.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cc {
    /// Only the CPU state knows.
    Dynamic,
    /// Constant flags: N, Z, C, V as bits 3 to 0.
    Const(u8),
    /// An `i32` value with the flags in bits 3 to 0 and zeros above.
    Value(Val),
    /// What a comparison says.
    Compare(Compare),
    /// Difference that went to a register: both operands and the result.
    Sub(Type, Val, Val, Val),
    /// Logical result.
    Logic(Type, Val),
    /// Sum or difference with a carry.
    Carry(Carry),
    /// If the test holds the comparison, else constant flags.
    If(Test, Compare, u8),
}

/// A sum `a + b + carry_in`, or a difference `a - b - carry_in`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carry {
    pub(crate) sub: bool,
    pub(crate) ty: Type,
    pub(crate) a: Val,
    pub(crate) b: Val,
    /// 0 or 1 as `i32`: carry, of a difference borrow.
    pub(crate) carry_in: Val,
    pub(crate) result: Val,
    /// What is carried or borrowed from above, 0 or 1 as `i32`.
    pub(crate) carry: Val,
}

/// A comparison of two values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Compare {
    /// Difference of integers.
    Sub(Type, Val, Val),
    /// Sum of integers: operands and result.
    Add(Type, Val, Val, Val),
    /// Floats.
    Float(Type, Val, Val),
}

impl Translator<'_> {
    /// Makes `cc` the current flags.
    pub(crate) fn set_cc(&mut self, cc: Cc) {
        self.cc = cc;
        match cc {
            Cc::Dynamic => self.lazy.forget(),
            Cc::Const(flags) => self.lazy.op(self.b, u32::from(flags)),
            Cc::Compare(compare) => {
                let op = self.put_compare(compare);
                self.lazy.op(self.b, op);
            }
            Cc::Sub(ty, _, b, r) => {
                let op = self.put_operands(Kind::Sub, ty, r, b);
                self.lazy.op(self.b, op);
            }
            Cc::Logic(ty, r) => {
                let op = self.lazy.operands(self.b, Kind::Logic as u32, ty, r, None);
                self.lazy.op(self.b, op);
            }
            Cc::Value(flags) => self.lazy.op_value(self.b, flags),
            Cc::Carry(sum) => {
                let op = self.put_carry(sum);
                self.lazy.op_value(self.b, op);
            }
            Cc::If(test, compare, flags) => {
                let op = self.put_compare(compare);
                let (op, flags) = (self.b.i32(op), self.b.i32(flags.into()));
                let op = Tests::One(test).select(self.b, op, flags);
                self.lazy.op_value(self.b, op);
            }
        }
    }

    /// Stores the operands of a comparison; its `cc_op`.
    fn put_compare(&mut self, compare: Compare) -> u32 {
        match compare {
            Compare::Sub(ty, a, b) => self.put_operands(Kind::Cmp, ty, a, b),
            Compare::Add(ty, _, b, r) => self.put_operands(Kind::Add, ty, r, b),
            Compare::Float(ty, a, b) => {
                let int = if ty == Type::F64 { Type::I64 } else { Type::I32 };
                let (a, b) = (self.b.bitcast(int, a), self.b.bitcast(int, b));
                self.put_operands(Kind::FCmp, int, a, b)
            }
        }
    }

    /// Stores the operands of a sum or difference with a carry; its `cc_op`.
    fn put_carry(&mut self, sum: Carry) -> Val {
        let kind = if sum.sub { Kind::SubBorrow } else { Kind::AddCarry };
        let op = self.put_operands(kind, sum.ty, sum.result, sum.b);
        // C is the opposite of a borrow.
        let op = self.b.i32(if sum.sub { op ^ u32::from(C) } else { op });
        let carry_in = self.b.shl_imm(Type::I32, sum.carry_in, 2);
        let carry = self.b.shl_imm(Type::I32, sum.carry, 1);
        let carries = self.b.xor(Type::I32, carry_in, carry);
        self.b.xor(Type::I32, carries, op)
    }

    /// Sees to it that the flags that only the CPU state knows tell C at its place. Values of the instruction so far are lost.
    pub(crate) fn settle_carry(&mut self) {
        if !matches!(self.cc, Cc::Dynamic) {
            return;
        }
        let known = self.b.new_label();
        let op = self.lazy.get_op(self.b);
        let unknown = self.b.i32(CARRY_UNKNOWN);
        self.b.brcond(Type::I32, Cond::TstEq, op, unknown, known);
        let flags = self.b.call(id::NZCV, &[]);
        let flags = self.b.trunc(flags);
        self.lazy.op_value(self.b, flags);
        self.set_label(known);
    }

    fn put_operands(&mut self, kind: Kind, ty: Type, a: Val, b: Val) -> u32 {
        self.lazy.operands(self.b, kind as u32, ty, a, Some(b))
    }

    /// The flags as an `i32` value: N, Z, C, V as bits 3 to 0.
    pub(crate) fn flags_value(&mut self) -> Val {
        match self.cc {
            Cc::Const(flags) => self.b.i32(flags.into()),
            Cc::Value(v) => v,
            Cc::Dynamic => {
                let v = self.b.call(id::NZCV, &[]);
                let v = self.b.trunc(v);
                self.lazy.forget();
                self.set_cc(Cc::Value(v));
                v
            }
            Cc::Compare(Compare::Float(ty, a, b)) => {
                let outcome = self.b.fcmp(ty, false, a, b);
                self.float_outcome_flags(outcome)
            }
            _ => self.flags_by_tests(),
        }
    }

    /// The flags of the outcome of a comparison of floats, as `fcmp` numbers it.
    pub(crate) fn float_outcome_flags(&mut self, outcome: Val) -> Val {
        let table = FLOAT_OUTCOMES.iter().rev().fold(0, |all, flags| all << 4 | u32::from(*flags));
        let table = self.b.i32(table);
        let at = self.b.shl_imm(Type::I32, outcome, 2);
        let flags = self.b.shr_u(Type::I32, table, at);
        self.b.and_imm(Type::I32, flags, 15)
    }

    fn flags_by_tests(&mut self) -> Val {
        let mut flags = self.b.i32(0);
        // MI, EQ, CS, VS: the conditions that are one flag each.
        for cond in [4, 0, 2, 6] {
            let tests = self.tests(cond);
            let bit = tests.value(self.b);
            flags = self.b.shl_imm(Type::I32, flags, 1);
            flags = self.b.or(Type::I32, flags, bit);
        }
        flags
    }

    /// After a label: what came before is known by the CPU state only.
    pub(crate) fn forget_cc_values(&mut self) {
        self.cc = match self.cc {
            Cc::Const(flags) => Cc::Const(flags),
            _ => Cc::Dynamic,
        };
        self.lazy.forget();
    }

    /// Places a label: what came before is known by the CPU state only.
    pub(crate) fn set_label(&mut self, label: Label) {
        self.b.set_label(label);
        self.forget_cc_values();
    }
}
