//! Scalar floating point.

use super::{FLOATS, Maker, SIGNS};
use crate::random::RandomExt as _;
use rand::RngExt as _;
use tcg_ir::{FpMask, Round, Type};

impl Maker<'_> {
    pub(super) fn float(&mut self) {
        let ty = self.random.pick(&FLOATS);
        let (a, b) = (self.take(ty), self.take(ty));
        let round = self.random.pick(Round::ALL);
        let sign = self.random.pick(&SIGNS);
        let d = match self.random.random_range(0..21) {
            0 => self.b.fadd(ty, a, b),
            1 => self.b.fsub(ty, a, b),
            2 => self.b.fmul(ty, a, b),
            3 => self.b.fdiv(ty, a, b),
            4 => self.b.fsqrt(ty, a),
            5 => {
                let (sub, c) = (self.random.random_ratio(1, 2), self.take(ty));
                self.b.fmuladd(ty, sub, a, b, c)
            }
            6 => {
                let signs = (self.random.random_ratio(1, 2), self.random.random_ratio(1, 2));
                let c = self.take(ty);
                self.b.fnegmuladd(ty, signs, a, b, c)
            }
            7 => self.b.fneg(ty, a),
            8 => self.b.fabs(ty, a),
            9 => {
                let signaling = self.random.random_ratio(1, 2);
                self.b.fcmp(ty, signaling, a, b)
            }
            10 => {
                let mask = FpMask(self.random.random_range(0..16));
                self.b.fsetmask(ty, mask, a, b)
            }
            11 => {
                let to = if ty == Type::F32 { Type::F64 } else { Type::F32 };
                self.b.fcvt(to, a)
            }
            12 => {
                let ity = self.int_type();
                let v = self.take(ity);
                self.b.ffromint(ty, sign, v)
            }
            13..=14 => {
                let ity = self.int_type();
                let (d, class) = self.b.ftoint(ity, sign, round, a);
                self.give(class);
                d
            }
            15 => {
                let quiet = self.random.random_ratio(1, 2);
                self.b.fround(round, quiet, a)
            }
            16 => {
                let to = if ty == Type::F32 { Type::I32 } else { Type::I64 };
                self.b.bitcast(to, a)
            }
            17 => {
                let a = self.take(Type::F64);
                self.b.fhi(a)
            }
            18 => {
                let (a, b) = (self.take(Type::F64), self.take(Type::F32));
                self.b.fsethi(a, b)
            }
            19 => {
                let (max, num) = (self.random.random_ratio(1, 2), self.random.random_ratio(1, 2));
                self.b.fminmax(ty, max, num, a, b)
            }
            _ => return self.float_environment(),
        };
        self.give(d);
    }

    fn float_environment(&mut self) {
        match self.random.random_range(0..4) {
            0 => {
                let v = self.b.fpflags_get();
                self.give(v);
            }
            1 => {
                let flags = self.random.random_range(0..32);
                let v = self.b.i32(flags);
                self.b.fpflags_set(v);
            }
            _ => {
                // The modes of IEEE 754 hosts, which come first: see `fpround_set`.
                let mode = self.random.random_range(0..4);
                let v = self.b.i32(mode);
                self.b.fpround_set(v);
            }
        }
    }
}
