//! Addition and subtraction.
//!
//! Arm ARM DDI 0487, C4.1.92 and C4.1.95, and the pseudocode function `AddWithCarry`.

use super::cc::{Carry, Cc, Compare};
use super::{Translator, W};
use crate::flags::C;
use tcg_ir::{Cond, Sign, Type, Val};

/// Which of the additions an instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    /// Subtraction.
    pub(super) sub: bool,
    /// Sets the flags.
    pub(super) flags: bool,
}

impl Sum {
    pub(super) const ADD: Sum = Sum { sub: false, flags: false };
    pub(super) const ADDS: Sum = Sum { sub: false, flags: true };
    pub(super) const SUB: Sum = Sum { sub: true, flags: false };
    pub(super) const SUBS: Sum = Sum { sub: true, flags: true };
}

/// How a register operand is shifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    /// 0 LSL, 1 LSR, 2 ASR, 3 ROR.
    pub(super) kind: u8,
    /// By how many bits; less than the width.
    pub(super) amount: u8,
}

impl Translator<'_> {
    /// A register shifted by a constant.
    pub(super) fn shifted(&mut self, w: W, r: u8, shift: Shift) -> Val {
        let (ty, v) = (w.ty(), self.r(w, r));
        let n = u32::from(shift.amount);
        match shift.kind {
            0 => self.b.shl_imm(ty, v, n),
            1 => self.b.shr_u_imm(ty, v, n),
            2 => self.b.shr_s_imm(ty, v, n),
            _ => self.rotr_imm(w, v, shift.amount),
        }
    }

    /// Rotated right by a constant.
    pub(super) fn rotr_imm(&mut self, w: W, v: Val, n: u8) -> Val {
        let left = (w.bits() - n % w.bits()) % w.bits();
        self.b.rotl_imm(w.ty(), v, left.into())
    }

    /// A register extended (`option`: UXTB, UXTH, UXTW, UXTX, SXTB …) and shifted left, as the second operand of arithmetic.
    pub(super) fn extended(&mut self, w: W, r: u8, option: u8, shift: u8) -> Val {
        let sign = if option & 4 != 0 { Sign::Signed } else { Sign::Unsigned };
        let len = 8 << (option & 3);
        let v = match (w, len) {
            (W::X, 32) => {
                let lo = self.r(W::W, r);
                self.b.extend(sign, lo)
            }
            (W::X, 64) | (W::W, 32 | 64) => self.r(w, r),
            _ => {
                let v = self.r(w, r);
                self.b.extract(w.ty(), sign, v, 0, len)
            }
        };
        self.b.shl_imm(w.ty(), v, shift.into())
    }

    /// ADD, ADDS, SUB, SUBS of two values: the result, after the flags are set. With `used` false nobody wants it.
    pub(super) fn sum(&mut self, kind: Sum, ty: Type, a: Val, b: Val, used: bool) -> Val {
        let r = if kind.sub { self.b.sub(ty, a, b) } else { self.b.add(ty, a, b) };
        if kind.flags {
            let cc = self.sum_cc(kind.sub, ty, a, b, r, used);
            self.set_cc(cc);
        }
        r
    }

    fn sum_cc(&mut self, sub: bool, ty: Type, a: Val, b: Val, r: Val, used: bool) -> Cc {
        let b = match (sub, self.b.tb.constant(b)) {
            (true, _) => b,
            // Adding a constant other than zero or the minimum sets the flags as subtracting its opposite.
            (false, Some(k)) if k != 0 && k != (ty.mask() >> 1) + 1 => {
                self.b.constant(ty, k.wrapping_neg())
            }
            (false, _) => return Cc::Compare(Compare::Add(ty, a, b, r)),
        };
        if used { Cc::Sub(ty, a, b, r) } else { Cc::Compare(Compare::Sub(ty, a, b)) }
    }

    /// ADD, ADDS, SUB, SUBS with an immediate; register 31 is SP, but the target of one that sets flags is not.
    pub(super) fn sum_imm(&mut self, kind: Sum, w: W, rd: u8, rn: u8, imm: u64) {
        let (a, b) = (self.r_sp(w, rn), self.imm(w, imm));
        if !kind.flags && imm == 0 {
            return self.set_sp_checked(w, rd, a);
        }
        let r = self.sum(kind, w.ty(), a, b, rd != 31);
        if kind.flags {
            self.set(w, rd, r);
        } else if rd == 31 && rn == 31 && w == W::X && imm.is_multiple_of(16) {
            self.set_sp(w, rd, r);
        } else {
            self.set_sp_checked(w, rd, r);
        }
    }

    /// ADD, ADDS, SUB, SUBS of registers, the second one shifted.
    pub(super) fn sum_shifted(&mut self, kind: Sum, w: W, rd: u8, rn: u8, rm: u8, shift: Shift) {
        let (a, b) = (self.r(w, rn), self.shifted(w, rm, shift));
        let r = if kind == Sum::SUB && rn == 31 {
            self.b.neg(w.ty(), b)
        } else {
            self.sum(kind, w.ty(), a, b, rd != 31)
        };
        self.set(w, rd, r);
    }

    /// ADD, ADDS, SUB, SUBS of registers, the second one extended.
    pub(super) fn sum_extended(
        &mut self,
        kind: Sum,
        w: W,
        rd: u8,
        rn: u8,
        rm: u8,
        (option, shift): (u8, u8),
    ) {
        let (a, b) = (self.r_sp(w, rn), self.extended(w, rm, option, shift));
        let r = self.sum(kind, w.ty(), a, b, rd != 31);
        if kind.flags {
            self.set(w, rd, r);
        } else {
            self.set_sp_checked(w, rd, r);
        }
    }

    /// ADC, ADCS, SBC, SBCS.
    pub(super) fn sum_carry(&mut self, kind: Sum, w: W, rd: u8, rn: u8, rm: u8) {
        let ty = w.ty();
        self.settle_carry();
        let (a, b) = (self.r(w, rn), self.r(w, rm));
        let carry_in = self.carry_in(kind.sub);
        let (result, carry) = if kind.sub {
            self.b.sub_borrow(ty, a, b, carry_in)
        } else {
            self.b.add_carry(ty, a, b, carry_in)
        };
        if kind.flags {
            let sum = Carry { sub: kind.sub, ty, a, b, carry_in, result, carry };
            self.set_cc(Cc::Carry(sum));
        }
        self.set(w, rd, result);
    }

    /// C as 0 or 1, or its opposite, the borrow into a subtraction.
    fn carry_in(&mut self, sub: bool) -> Val {
        match self.cc {
            // As it came out, which the back end may still have in the host's flag.
            Cc::Carry(sum) if sum.sub == sub => sum.carry,
            Cc::Dynamic => {
                let (op, c) = (self.lazy.get_op(self.b), self.b.i32(C.into()));
                let cond = if sub { Cond::TstEq } else { Cond::TstNe };
                self.b.setcond(Type::I32, cond, op, c)
            }
            _ => {
                let tests = self.tests(if sub { 3 } else { 2 });
                tests.value(self.b)
            }
        }
    }

    /// Signed or unsigned maximum or minimum (FEAT_CSSC).
    pub(super) fn extreme(&mut self, w: W, cond: Cond, rd: u8, a: Val, b: Val) {
        let v = self.b.select(w.ty(), cond, (a, b), a, b);
        self.set(w, rd, v);
    }

    /// ABS (FEAT_CSSC).
    pub(super) fn absolute(&mut self, w: W, rd: u8, rn: u8) {
        let (v, zero) = (self.r(w, rn), self.imm(w, 0));
        let negated = self.b.neg(w.ty(), v);
        let v = self.b.select(w.ty(), Cond::LtS, (v, zero), negated, v);
        self.set(w, rd, v);
    }
}
