//! Binary floating point, arithmetic and comparison: PoP SA22-7832, chapter 19.
//!
//! Short and long operations are IR ops while no trap is enabled and the rounding mode is one of the four of IEEE; everything else is one helper call per instruction.

use super::addr::be;
use super::cc::Cc;
use super::{Translator, rows};
use crate::helpers::bfp::{Insn, Operation, Size};
use crate::helpers::id;
use crate::state::{TB_FP_SLOW, fpr};
use isa::s390x::bfp::Translate;
use tcg_ir::{Type, Val};

/// The second operand of a floating-point instruction.
#[derive(Clone, Copy, Debug)]
pub(super) enum Second {
    Register(u8),
    /// Base, index, displacement.
    Storage(u8, u8, i32),
}

fn stored(f: isa::s390x::Rxe) -> Second {
    Second::Storage(f.b2, f.x2, f.d2)
}

use Operation::{
    Add, Compare, CompareSignal, Div, LoadAndTest, Mul, MulAdd, MulSub, MulWiden, Sqrt, Sub,
};
use Size::{Extended, Long, Short};

/// What a load of a sign does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SignOp {
    Positive,
    Negative,
    Complement,
}

impl Size {
    /// The IR type; none for the extended format.
    pub(super) const fn ty(self) -> Option<Type> {
        match self {
            Short => Some(Type::F32),
            Long => Some(Type::F64),
            Extended => None,
        }
    }

    const fn bytes(self) -> u8 {
        if matches!(self, Short) { 4 } else { 8 }
    }
}

impl Translator<'_> {
    /// The IR type to compute in inline; none when the helper must do it.
    pub(super) fn inline_type(&self, size: Size) -> Option<Type> {
        size.ty().filter(|_| self.b.tb.flags & TB_FP_SLOW == 0)
    }

    /// A short or long register operand.
    pub(super) fn fp(&mut self, ty: Type, r: u8) -> Val {
        let long = self.b.get(fpr(r));
        if ty == Type::F64 { long } else { self.b.fhi(long) }
    }

    /// Sets a register, or its left half for a short result.
    pub(super) fn set_fp(&mut self, ty: Type, r: u8, v: Val) {
        let v = if ty == Type::F64 {
            v
        } else {
            let old = self.b.get(fpr(r));
            self.b.fsethi(old, v)
        };
        self.b.put(fpr(r), v);
    }

    /// The bits of an operand in storage, as an integer.
    pub(super) fn fp_bits_in_storage(&mut self, size: Size, second: Second) -> Option<Val> {
        let Second::Storage(b, x, d) = second else { return None };
        let addr = self.addr(b, x, d);
        let ty = if size == Short { Type::I32 } else { Type::I64 };
        Some(self.b.ld(ty, be(size.bytes()), addr))
    }

    /// The second operand as a float.
    pub(super) fn fp_second(&mut self, ty: Type, second: Second) -> Val {
        let size = if ty == Type::F32 { Short } else { Long };
        match (self.fp_bits_in_storage(size, second), second) {
            (Some(bits), _) => self.b.bitcast(ty, bits),
            (None, Second::Register(r)) => self.fp(ty, r),
            (None, Second::Storage(..)) => unreachable!("a storage operand has bits"),
        }
    }

    /// Checks that registers can hold an extended operand (0, 1, 4, 5, 8, 9, 12, 13); else a specification exception.
    pub(super) fn not_pairs(&mut self, registers: &[u8]) -> bool {
        let bad = registers.iter().any(|r| r & 2 != 0);
        if bad {
            self.specification();
        }
        bad
    }

    /// Does an instruction out of line; `from` is the format of an operand in storage.
    pub(super) fn bfp_call(&mut self, insn: Insn, from: Size, second: Second) {
        let bits = self.fp_bits_in_storage(from, second);
        let packed = Insn { in_storage: bits.is_some(), ..insn }.pack();
        let packed = self.b.i64(packed);
        match bits {
            Some(bits) => self.b.call(id::BFP, &[packed, bits]),
            None => self.b.call(id::BFP, &[packed]),
        };
    }

    /// The condition code of a result: zero, negative, positive, NaN.
    pub(super) fn set_cc_fp(&mut self, ty: Type, result: Val) {
        let zero = self.b.constant(ty, 0);
        self.set_cc(Cc::FCmp(ty, result, zero));
    }

    /// A two-operand operation.
    fn arithmetic(
        &mut self,
        operation: Operation,
        size: Size,
        r1: u8,
        second: Second,
        sets_cc: bool,
    ) {
        let r2 = match second {
            Second::Register(r2) => r2,
            Second::Storage(..) => 0,
        };
        if size == Extended && self.not_pairs(&[r1, r2]) {
            return;
        }
        let Some(ty) = self.inline_type(size) else {
            self.bfp_call(Insn { sets_cc, ..Insn::new(operation, size, r1, r2) }, size, second);
            if sets_cc {
                self.set_cc(Cc::Dynamic);
            }
            return;
        };
        let b = self.fp_second(ty, second);
        let result = match operation {
            Sqrt => self.b.fsqrt(ty, b),
            _ => {
                let a = self.fp(ty, r1);
                match operation {
                    Add => self.b.fadd(ty, a, b),
                    Sub => self.b.fsub(ty, a, b),
                    Mul => self.b.fmul(ty, a, b),
                    _ => self.b.fdiv(ty, a, b),
                }
            }
        };
        self.set_fp(ty, r1, result);
        if sets_cc {
            self.set_cc_fp(ty, result);
        }
    }

    /// MULTIPLY with a result one format above its operands.
    fn multiply_longer(&mut self, size: Size, from: Size, r1: u8, second: Second) {
        let r2 = match second {
            Second::Register(r2) => r2,
            Second::Storage(..) => 0,
        };
        if size == Extended && self.not_pairs(&[r1]) {
            return;
        }
        self.bfp_call(Insn { from, ..Insn::new(MulWiden, size, r1, r2) }, from, second);
    }

    /// MULTIPLY AND ADD, MULTIPLY AND SUBTRACT: `r1 ← r3 × second ± r1`.
    fn multiply_add(&mut self, operation: Operation, size: Size, r1: u8, r3: u8, second: Second) {
        let Some(ty) = self.inline_type(size) else {
            let r2 = match second {
                Second::Register(r2) => r2,
                Second::Storage(..) => 0,
            };
            self.bfp_call(Insn { r3, ..Insn::new(operation, size, r1, r2) }, size, second);
            return;
        };
        let b = self.fp_second(ty, second);
        let (c, addend) = (self.fp(ty, r3), self.fp(ty, r1));
        let result = self.b.fmuladd(ty, operation == MulSub, c, b, addend);
        self.set_fp(ty, r1, result);
    }

    fn compare_fp(&mut self, operation: Operation, size: Size, r1: u8, second: Second) {
        let r2 = match second {
            Second::Register(r2) => r2,
            Second::Storage(..) => 0,
        };
        if size == Extended && self.not_pairs(&[r1, r2]) {
            return;
        }
        let Some(ty) = self.inline_type(size) else {
            self.bfp_call(Insn::new(operation, size, r1, r2), size, second);
            self.set_cc(Cc::Dynamic);
            return;
        };
        let b = self.fp_second(ty, second);
        let a = self.fp(ty, r1);
        // For its exceptions; who tests the condition code compares again, fused with the branch.
        self.b.fcmp(ty, operation == CompareSignal, a, b);
        self.set_cc(Cc::FCmp(ty, a, b));
    }

    /// LOAD AND TEST: a signaling NaN is invalid and becomes quiet.
    fn load_and_test_fp(&mut self, size: Size, r1: u8, r2: u8) {
        if size == Extended && self.not_pairs(&[r1, r2]) {
            return;
        }
        let Some(ty) = self.inline_type(size) else {
            let insn = Insn { sets_cc: true, ..Insn::new(LoadAndTest, size, r1, r2) };
            self.bfp_call(insn, size, Second::Register(r2));
            self.set_cc(Cc::Dynamic);
            return;
        };
        // Multiplication by one is exact, but for what it does to a signaling NaN.
        let one =
            self.b.constant(ty, if ty == Type::F32 { 0x3f80_0000 } else { 0x3ff0_0000_0000_0000 });
        let x = self.fp(ty, r2);
        let result = self.b.fmul(ty, x, one);
        self.set_fp(ty, r1, result);
        self.set_cc_fp(ty, result);
    }

    /// LOAD POSITIVE, NEGATIVE, COMPLEMENT: the sign alone, no exceptions.
    fn load_sign(&mut self, op: SignOp, size: Size, r1: u8, r2: u8) {
        if size == Extended {
            if !self.not_pairs(&[r1, r2]) {
                self.load_sign_extended(op, r1, r2);
            }
            return;
        }
        let ty = size.ty().unwrap_or(Type::F64);
        let x = self.fp(ty, r2);
        let result = self.with_sign(op, ty, x);
        self.set_fp(ty, r1, result);
        // A signaling NaN must not raise anything here, so the code is made from the bits.
        let cc = self.class_by_bits(ty, result, None);
        self.set_cc(Cc::Value(cc));
    }

    fn with_sign(&mut self, op: SignOp, ty: Type, x: Val) -> Val {
        match op {
            SignOp::Complement => self.b.fneg(ty, x),
            SignOp::Positive => self.b.fabs(ty, x),
            SignOp::Negative => {
                let positive = self.b.fabs(ty, x);
                self.b.fneg(ty, positive)
            }
        }
    }

    fn load_sign_extended(&mut self, op: SignOp, r1: u8, r2: u8) {
        let (high, low) = (self.b.get(fpr(r2)), self.b.get(fpr(r2 | 2)));
        let high = self.with_sign(op, Type::F64, high);
        self.b.put(fpr(r1), high);
        self.b.put(fpr(r1 | 2), low);
        let cc = self.class_by_bits(Type::F64, high, Some(low));
        self.set_cc(Cc::Value(cc));
    }

    /// 0 zero, 1 negative, 2 positive, 3 NaN, without exceptions; `low` is the right half of an extended number.
    fn class_by_bits(&mut self, ty: Type, x: Val, low: Option<Val>) -> Val {
        let int = if ty == Type::F32 { Type::I32 } else { Type::I64 };
        let (width, infinity) = match (ty, low) {
            (Type::F32, _) => (32, 0x7f80_0000),
            (_, None) => (64, 0x7ff0_0000_0000_0000),
            (_, Some(_)) => (64, 0x7fff_0000_0000_0000),
        };
        let bits = self.b.bitcast(int, x);
        let magnitude = self.b.and_imm(int, bits, (1 << (width - 1)) - 1);
        // A set bit in the right half counts as one in the last place of the left half, which decides nothing else.
        let magnitude = match low {
            None => magnitude,
            Some(low) => {
                let low = self.b.bitcast(Type::I64, low);
                let zero = self.b.i64(0);
                let sticky = self.b.setcond(Type::I64, tcg_ir::Cond::Ne, low, zero);
                let sticky = self.b.extend(tcg_ir::Sign::Unsigned, sticky);
                self.b.or(Type::I64, magnitude, sticky)
            }
        };
        let (one, two, three) = (self.b.i32(1), self.b.i32(2), self.b.i32(3));
        let zero = self.b.constant(int, 0);
        let infinity = self.b.constant(int, infinity);
        let none = self.b.i32(0);
        let signed = self.b.select(int, tcg_ir::Cond::LtS, (bits, zero), one, two);
        let cc = self.b.select(int, tcg_ir::Cond::Eq, (magnitude, zero), none, signed);
        self.b.select(int, tcg_ir::Cond::GtU, (magnitude, infinity), three, cc)
    }

    /// TEST DATA CLASS: cc 1 if the operand's class is selected by the low 12 bits of the second operand address.
    fn test_data_class(&mut self, size: Size, f: isa::s390x::Rxe) {
        if size == Extended && self.not_pairs(&[f.r1]) {
            return;
        }
        let mask = self.ea(f.b2, f.x2, f.d2);
        let packed = self.b.i64(u64::from(f.r1) | (size as u64) << 4);
        let cc = self.b.call(id::BFP_TEST_DATA_CLASS, &[packed, mask]);
        self.set_cc_result(cc);
    }

    fn divide_to_integer(&mut self, long: bool, f: isa::s390x::RrfB) {
        let packed = u64::from(f.r1)
            | u64::from(f.r3) << 4
            | u64::from(f.r2) << 8
            | u64::from(f.m4) << 12
            | u64::from(long) << 16;
        let packed = self.b.i64(packed);
        self.b.call(id::BFP_DIVIDE_TO_INTEGER, &[packed]);
        self.set_cc(Cc::Dynamic);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        aebr: Rre = self.arithmetic(Add, Short, f.r1, Second::Register(f.r2), true);
        adbr: Rre = self.arithmetic(Add, Long, f.r1, Second::Register(f.r2), true);
        axbr: Rre = self.arithmetic(Add, Extended, f.r1, Second::Register(f.r2), true);
        aeb: Rxe = self.arithmetic(Add, Short, f.r1, stored(f), true);
        adb: Rxe = self.arithmetic(Add, Long, f.r1, stored(f), true);
        sebr: Rre = self.arithmetic(Sub, Short, f.r1, Second::Register(f.r2), true);
        sdbr: Rre = self.arithmetic(Sub, Long, f.r1, Second::Register(f.r2), true);
        sxbr: Rre = self.arithmetic(Sub, Extended, f.r1, Second::Register(f.r2), true);
        seb: Rxe = self.arithmetic(Sub, Short, f.r1, stored(f), true);
        sdb: Rxe = self.arithmetic(Sub, Long, f.r1, stored(f), true);
        meebr: Rre = self.arithmetic(Mul, Short, f.r1, Second::Register(f.r2), false);
        mdbr: Rre = self.arithmetic(Mul, Long, f.r1, Second::Register(f.r2), false);
        mxbr: Rre = self.arithmetic(Mul, Extended, f.r1, Second::Register(f.r2), false);
        mdebr: Rre = self.multiply_longer(Long, Short, f.r1, Second::Register(f.r2));
        mxdbr: Rre = self.multiply_longer(Extended, Long, f.r1, Second::Register(f.r2));
        meeb: Rxe = self.arithmetic(Mul, Short, f.r1, stored(f), false);
        mdb: Rxe = self.arithmetic(Mul, Long, f.r1, stored(f), false);
        mdeb: Rxe = self.multiply_longer(Long, Short, f.r1, stored(f));
        mxdb: Rxe = self.multiply_longer(Extended, Long, f.r1, stored(f));
        debr: Rre = self.arithmetic(Div, Short, f.r1, Second::Register(f.r2), false);
        ddbr: Rre = self.arithmetic(Div, Long, f.r1, Second::Register(f.r2), false);
        dxbr: Rre = self.arithmetic(Div, Extended, f.r1, Second::Register(f.r2), false);
        deb: Rxe = self.arithmetic(Div, Short, f.r1, stored(f), false);
        ddb: Rxe = self.arithmetic(Div, Long, f.r1, stored(f), false);
        diebr: RrfB = self.divide_to_integer(false, f);
        didbr: RrfB = self.divide_to_integer(true, f);
        maebr: Rrd = self.multiply_add(MulAdd, Short, f.r1, f.r3, Second::Register(f.r2));
        madbr: Rrd = self.multiply_add(MulAdd, Long, f.r1, f.r3, Second::Register(f.r2));
        maeb: Rxf = self.multiply_add(MulAdd, Short, f.r1, f.r3, Second::Storage(f.b2, f.x2, f.d2));
        madb: Rxf = self.multiply_add(MulAdd, Long, f.r1, f.r3, Second::Storage(f.b2, f.x2, f.d2));
        msebr: Rrd = self.multiply_add(MulSub, Short, f.r1, f.r3, Second::Register(f.r2));
        msdbr: Rrd = self.multiply_add(MulSub, Long, f.r1, f.r3, Second::Register(f.r2));
        mseb: Rxf = self.multiply_add(MulSub, Short, f.r1, f.r3, Second::Storage(f.b2, f.x2, f.d2));
        msdb: Rxf = self.multiply_add(MulSub, Long, f.r1, f.r3, Second::Storage(f.b2, f.x2, f.d2));
        sqebr: Rre = self.arithmetic(Sqrt, Short, f.r1, Second::Register(f.r2), false);
        sqdbr: Rre = self.arithmetic(Sqrt, Long, f.r1, Second::Register(f.r2), false);
        sqxbr: Rre = self.arithmetic(Sqrt, Extended, f.r1, Second::Register(f.r2), false);
        sqeb: Rxe = self.arithmetic(Sqrt, Short, f.r1, stored(f), false);
        sqdb: Rxe = self.arithmetic(Sqrt, Long, f.r1, stored(f), false);
        cebr: Rre = self.compare_fp(Compare, Short, f.r1, Second::Register(f.r2));
        cdbr: Rre = self.compare_fp(Compare, Long, f.r1, Second::Register(f.r2));
        cxbr: Rre = self.compare_fp(Compare, Extended, f.r1, Second::Register(f.r2));
        ceb: Rxe = self.compare_fp(Compare, Short, f.r1, stored(f));
        cdb: Rxe = self.compare_fp(Compare, Long, f.r1, stored(f));
        kebr: Rre = self.compare_fp(CompareSignal, Short, f.r1, Second::Register(f.r2));
        kdbr: Rre = self.compare_fp(CompareSignal, Long, f.r1, Second::Register(f.r2));
        kxbr: Rre = self.compare_fp(CompareSignal, Extended, f.r1, Second::Register(f.r2));
        keb: Rxe = self.compare_fp(CompareSignal, Short, f.r1, stored(f));
        kdb: Rxe = self.compare_fp(CompareSignal, Long, f.r1, stored(f));
        ltebr: Rre = self.load_and_test_fp(Short, f.r1, f.r2);
        ltdbr: Rre = self.load_and_test_fp(Long, f.r1, f.r2);
        ltxbr: Rre = self.load_and_test_fp(Extended, f.r1, f.r2);
        lcebr: Rre = self.load_sign(SignOp::Complement, Short, f.r1, f.r2);
        lcdbr: Rre = self.load_sign(SignOp::Complement, Long, f.r1, f.r2);
        lcxbr: Rre = self.load_sign(SignOp::Complement, Extended, f.r1, f.r2);
        lnebr: Rre = self.load_sign(SignOp::Negative, Short, f.r1, f.r2);
        lndbr: Rre = self.load_sign(SignOp::Negative, Long, f.r1, f.r2);
        lnxbr: Rre = self.load_sign(SignOp::Negative, Extended, f.r1, f.r2);
        lpebr: Rre = self.load_sign(SignOp::Positive, Short, f.r1, f.r2);
        lpdbr: Rre = self.load_sign(SignOp::Positive, Long, f.r1, f.r2);
        lpxbr: Rre = self.load_sign(SignOp::Positive, Extended, f.r1, f.r2);
        tceb: Rxe = self.test_data_class(Short, f);
        tcdb: Rxe = self.test_data_class(Long, f);
        tcxb: Rxe = self.test_data_class(Extended, f);
    }
}
