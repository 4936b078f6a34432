//! Appending integer ops.

use super::{Builder, binary, unary};
use crate::ops::Op;
use crate::tb::Val;
use crate::types::{Cond, Sign, Type};

impl Builder {
    binary! {
        /// `a + b`.
        add = Add(a, b);
        /// `a - b`.
        sub = Sub(a, b);
        /// `a * b`, low half.
        mul = Mul(a, b);
        /// `a & b`.
        and = And(a, b);
        /// `a | b`.
        or = Or(a, b);
        /// `a ^ b`.
        xor = Xor(a, b);
        /// `a & !b`.
        andnot = AndNot(a, b);
        /// `a << n`, `n` modulo the width.
        shl = Shl(a, n);
        /// `a >> n` with zeros, `n` modulo the width.
        shr_u = ShrU(a, n);
        /// `a >> n` with the sign, `n` modulo the width.
        shr_s = ShrS(a, n);
        /// `a` rotated left by `n` modulo the width.
        rotl = Rotl(a, n);
    }

    unary! {
        /// `-a`.
        neg = Neg;
        /// `!a`.
        not = Not;
        /// Leading zeros; the width for zero.
        clz = Clz;
        /// Trailing zeros; the width for zero.
        ctz = Ctz;
        /// Number of one bits.
        popcnt = Popcnt;
        /// Bytes reversed.
        bswap = Bswap;
    }

    /// The byte that the low 8 bits of `a`, an `i32`, name in one of [`crate::GuestLayout::tables`].
    pub fn lookup(&mut self, table: u8, a: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::Lookup { table, d, a });
        d
    }

    /// `a + imm`; `a` itself for zero.
    pub fn add_imm(&mut self, ty: Type, a: Val, imm: i64) -> Val {
        if imm == 0 {
            return a;
        }
        let imm = self.constant(ty, imm.cast_unsigned());
        self.add(ty, a, imm)
    }

    /// `a & imm`.
    pub fn and_imm(&mut self, ty: Type, a: Val, imm: u64) -> Val {
        let imm = self.constant(ty, imm);
        self.and(ty, a, imm)
    }

    /// `a << n`; `a` itself for zero.
    pub fn shl_imm(&mut self, ty: Type, a: Val, n: u32) -> Val {
        if n == 0 {
            return a;
        }
        let n = self.constant(ty, u64::from(n));
        self.shl(ty, a, n)
    }

    /// `a >> n` with zeros; `a` itself for zero.
    pub fn shr_u_imm(&mut self, ty: Type, a: Val, n: u32) -> Val {
        if n == 0 {
            return a;
        }
        let n = self.constant(ty, u64::from(n));
        self.shr_u(ty, a, n)
    }

    /// `a >> n` with the sign; `a` itself for zero.
    pub fn shr_s_imm(&mut self, ty: Type, a: Val, n: u32) -> Val {
        if n == 0 {
            return a;
        }
        let n = self.constant(ty, u64::from(n));
        self.shr_s(ty, a, n)
    }

    /// `a` rotated left; `a` itself for zero.
    pub fn rotl_imm(&mut self, ty: Type, a: Val, n: u32) -> Val {
        if n == 0 {
            return a;
        }
        let n = self.constant(ty, u64::from(n));
        self.rotl(ty, a, n)
    }

    /// Unsigned double-width product: (low, high).
    pub fn mul_wide_u(&mut self, ty: Type, a: Val, b: Val) -> (Val, Val) {
        let (lo, hi) = self.pair(ty, ty);
        self.push(Op::MulWideU { ty, lo, hi, a, b });
        (lo, hi)
    }

    /// Signed double-width product: (low, high).
    pub fn mul_wide_s(&mut self, ty: Type, a: Val, b: Val) -> (Val, Val) {
        let (lo, hi) = self.pair(ty, ty);
        self.push(Op::MulWideS { ty, lo, hi, a, b });
        (lo, hi)
    }

    /// (quotient, remainder); the caller has excluded zero and overflow.
    pub fn divrem(&mut self, ty: Type, sign: Sign, a: Val, b: Val) -> (Val, Val) {
        let (q, r) = self.pair(ty, ty);
        self.push(Op::DivRem { ty, sign, q, r, a, b });
        (q, r)
    }

    /// (quotient, remainder) of `hi:lo / b`; the caller has made sure that `hi < b`.
    pub fn divrem_wide_u(&mut self, ty: Type, hi: Val, lo: Val, b: Val) -> (Val, Val) {
        let (q, r) = self.pair(ty, ty);
        self.push(Op::DivRemWideU { ty, q, r, hi, lo, b });
        (q, r)
    }

    /// (sum, carry out as `i32` 0 or 1).
    pub fn add_carry(&mut self, ty: Type, a: Val, b: Val, carry_in: Val) -> (Val, Val) {
        let (d, carry) = self.pair(ty, Type::I32);
        self.push(Op::AddCarry { ty, d, carry, a, b, carry_in });
        (d, carry)
    }

    /// (difference, borrow out as `i32` 0 or 1).
    pub fn sub_borrow(&mut self, ty: Type, a: Val, b: Val, borrow_in: Val) -> (Val, Val) {
        let (d, borrow) = self.pair(ty, Type::I32);
        self.push(Op::SubBorrow { ty, d, borrow, a, b, borrow_in });
        (d, borrow)
    }

    /// The low 32 bits.
    pub fn trunc(&mut self, a: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::Trunc { d, a });
        d
    }

    /// The high 32 bits.
    pub fn hi32(&mut self, a: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::Hi32 { d, a });
        d
    }

    /// 32 bits extended to 64.
    pub fn extend(&mut self, sign: Sign, a: Val) -> Val {
        let d = self.tb.new_val(Type::I64, None);
        self.push(Op::Extend { sign, d, a });
        d
    }

    /// `hi << 32 | lo`.
    pub fn concat(&mut self, lo: Val, hi: Val) -> Val {
        let d = self.tb.new_val(Type::I64, None);
        self.push(Op::Concat { d, lo, hi });
        d
    }

    /// `len` bits from bit `pos` (0 is the least significant), extended.
    pub fn extract(&mut self, ty: Type, sign: Sign, a: Val, pos: u8, len: u8) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::Extract { ty, pos, len, sign, d, a });
        d
    }

    /// `a` with `len` bits from bit `pos` replaced by the low bits of `b`.
    pub fn deposit(&mut self, ty: Type, a: Val, b: Val, pos: u8, len: u8) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::Deposit { ty, pos, len, d, a, b });
        d
    }

    /// 1 if `a cond b`, else 0, as `i32`.
    pub fn setcond(&mut self, cty: Type, cond: Cond, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::SetCond { cty, cond, d, a, b });
        d
    }

    /// `t` if `a cond b`, else `f`. `t` and `f` have one type, which is the result's.
    pub fn select(&mut self, cty: Type, cond: Cond, (a, b): (Val, Val), t: Val, f: Val) -> Val {
        let ty = self.tb.ty(t);
        let d = self.tb.new_val(ty, None);
        self.push(Op::Select { ty, cty, cond, d, a, b, t, f });
        d
    }
}
