//! Integer ops.

use super::{FLOATS, Maker, SIGNS};
use crate::random::RandomExt as _;
use crate::toy::toy_layout;
use rand::RngExt as _;
use tcg_ir::{Sign, Type, Val};

impl Maker<'_> {
    pub(super) fn integer(&mut self) {
        let ty = self.int_type();
        let a = self.take(ty);
        let b = self.take(ty);
        let d = match self.random.random_range(0..21) {
            0 => self.b.add(ty, a, b),
            1 => self.b.sub(ty, a, b),
            2 => self.b.mul(ty, a, b),
            3 => self.b.and(ty, a, b),
            4 => self.b.or(ty, a, b),
            5 => self.b.xor(ty, a, b),
            6 => self.b.andnot(ty, a, b),
            7 => self.b.shl(ty, a, b),
            8 => self.b.shr_u(ty, a, b),
            9 => self.b.shr_s(ty, a, b),
            10 => self.b.rotl(ty, a, b),
            11 => self.b.neg(ty, a),
            12 => self.b.not(ty, a),
            13 => self.b.clz(ty, a),
            14 => self.b.ctz(ty, a),
            15 => self.b.popcnt(ty, a),
            16 => self.b.bswap(ty, a),
            17 => {
                let k = self.random.number();
                self.b.add_imm(ty, a, k as i64)
            }
            18 => {
                let k = self.random.number();
                self.b.and_imm(ty, a, k)
            }
            19 => {
                let a = self.take(Type::I32);
                let table = self.random.random_range(0..toy_layout().tables.len() as u32);
                self.b.lookup(table as u8, a)
            }
            _ => {
                let n = self.random.random_range(0..ty.bits());
                self.b.shl_imm(ty, a, n)
            }
        };
        self.give(d);
    }

    /// Ops of two results.
    pub(super) fn wide(&mut self) {
        let ty = self.int_type();
        let a = self.take(ty);
        let b = self.take(ty);
        let (first, second) = match self.random.random_range(0..6) {
            0 => self.b.mul_wide_u(ty, a, b),
            1 => self.b.mul_wide_s(ty, a, b),
            2 => {
                let one = self.b.constant(ty, 1);
                let divisor = self.b.or(ty, b, one);
                self.b.divrem(ty, Sign::Unsigned, a, divisor)
            }
            3 => {
                // A divisor from 1 on never overflows the quotient.
                let positive = self.b.shr_u_imm(ty, b, 1);
                let one = self.b.constant(ty, 1);
                let divisor = self.b.or(ty, positive, one);
                self.b.divrem(ty, Sign::Signed, a, divisor)
            }
            4 => self.wide_division(ty, a, b),
            _ => {
                let carry = self.carry();
                let (d, out) = if self.random.random_ratio(1, 2) {
                    self.b.add_carry(ty, a, b, carry)
                } else {
                    self.b.sub_borrow(ty, a, b, carry)
                };
                (d, out)
            }
        };
        self.give(first);
        self.give(second);
    }

    /// The high half of the dividend is a remainder by the divisor, so below it.
    fn wide_division(&mut self, ty: Type, a: Val, b: Val) -> (Val, Val) {
        let one = self.b.constant(ty, 1);
        let divisor = self.b.or(ty, b, one);
        let (_, hi) = self.b.divrem(ty, Sign::Unsigned, a, divisor);
        let lo = self.take(ty);
        self.b.divrem_wide_u(ty, hi, lo, divisor)
    }

    fn carry(&mut self) -> Val {
        if self.random.random_ratio(1, 3) {
            let bit = self.random.random_range(0..2);
            return self.b.i32(bit);
        }
        let ty = self.int_type();
        let (a, b, cond) = (self.take(ty), self.take(ty), self.cond());
        self.b.setcond(ty, cond, a, b)
    }

    pub(super) fn bit_field(&mut self) {
        let ty = self.int_type();
        let a = self.take(ty);
        let pos = self.random.random_range(0..ty.bits());
        let len = 1 + self.random.random_range(0..ty.bits() - pos);
        let (pos, len) = (pos as u8, len as u8);
        let sign = self.random.pick(&SIGNS);
        let d = match self.random.random_range(0..8) {
            0..=1 => self.b.extract(ty, sign, a, pos, len),
            2..=3 => {
                let b = self.take(ty);
                self.b.deposit(ty, a, b, pos, len)
            }
            4 => {
                let a = self.take(Type::I64);
                self.b.trunc(a)
            }
            5 => {
                let a = self.take(Type::I64);
                self.b.hi32(a)
            }
            6 => {
                let a = self.take(Type::I32);
                self.b.extend(sign, a)
            }
            _ => {
                let (lo, hi) = (self.take(Type::I32), self.take(Type::I32));
                self.b.concat(lo, hi)
            }
        };
        self.give(d);
    }

    pub(super) fn compare(&mut self) {
        let (ty, cty, cond) = (self.int_type(), self.int_type(), self.cond());
        let (a, b) = (self.take(cty), self.take(cty));
        let d = if self.random.random_ratio(1, 2) {
            self.b.setcond(cty, cond, a, b)
        } else {
            let ty = if self.random.random_ratio(1, 6) { self.random.pick(&FLOATS) } else { ty };
            let (t, f) = (self.take(ty), self.take(ty));
            self.b.select(cty, cond, (a, b), t, f)
        };
        self.give(d);
    }
}
