//! Vectors: of integers, of floats, and what goes between vectors and scalars.

use super::{Maker, SIGNS};
use crate::random::RandomExt as _;
use rand::RngExt as _;
use tcg_ir::{CryptoOp, Lane, Narrow, Round, Type, Val, VecFpCmp, VecFpOp, VecOp, VecShift};

impl Maker<'_> {
    pub(super) fn vector(&mut self) {
        let (a, b) = (self.take(Type::V128), self.take(Type::V128));
        let lane = self.random.pick(Lane::ALL);
        let d = match self.random.random_range(0..18) {
            0 => self.b.vand(a, b),
            1 => self.b.vor(a, b),
            2 => self.b.vxor(a, b),
            3 => self.b.vandnot(a, b),
            4 => {
                let m = self.take(Type::V128);
                self.b.vselect(m, a, b)
            }
            5 => {
                let n = self.random.random_range(0..16);
                self.b.vext(n, a, b)
            }
            6 => {
                // Most indices within the table.
                let mask = self.b.i32(0x1f);
                let mask = self.b.vdup(Lane::B, mask);
                let index = self.b.vand(b, mask);
                self.b.vtable(a, index)
            }
            7 => self.vector_unary(lane, a),
            8..=9 => {
                let op = self.random.pick(VecShift::ALL);
                let n = self.random.random_range(0..=lane.bits()) as u8;
                self.b.vshift(op, lane, n, a)
            }
            16..=17 => {
                let (op, c) = (self.random.pick(CryptoOp::ALL), self.take(Type::V128));
                self.b.vcrypto(op, [a, b, c])
            }
            _ => {
                let op = self.random.pick(VecOp::ALL);
                if !op.has(lane) {
                    return;
                }
                self.b.vbinary(op, lane, a, b)
            }
        };
        self.give(d);
    }

    fn vector_unary(&mut self, lane: Lane, a: Val) -> Val {
        let other = self.random.pick(Lane::ALL);
        let sign = self.random.pick(&SIGNS);
        let high = self.random.random_ratio(1, 2);
        let how = self.random.pick(Narrow::ALL);
        match self.random.random_range(0..5) {
            0 => self.b.vabs(lane, a),
            1 => self.b.vpopcnt8(a),
            2 if lane < other => self.b.vreverse(lane, other, a),
            3 if lane != Lane::D => self.b.vwiden(lane, sign, high, a),
            4 if lane == Lane::D => self.b.vnarrow(lane, Narrow::Wrap, a),
            4 if lane != Lane::B => self.b.vnarrow(lane, how, a),
            _ => {
                let ops = [VecOp::Add, VecOp::MinS, VecOp::MinU, VecOp::MaxS, VecOp::MaxU];
                let op = self.random.pick(&ops);
                let op = if op.has(lane) { op } else { VecOp::Add };
                self.b.vacross(op, lane, a)
            }
        }
    }

    /// Between vectors and scalars.
    pub(super) fn lanes(&mut self) {
        let lane = self.random.pick(Lane::ALL);
        let index = self.random.random_range(0..lane.count()) as u8;
        let a = self.take(Type::V128);
        let d = match self.random.random_range(0..9) {
            0..=1 => {
                let ty = self.random.pick(&[Type::I32, Type::I64, Type::F32, Type::F64]);
                self.b.vlow(ty, a)
            }
            2..=3 => {
                let ty = self.random.pick(&[Type::I32, Type::I64, Type::F32, Type::F64]);
                let v = self.take(ty);
                self.b.vzext(v)
            }
            4 => {
                let (lo, hi) = (self.take(Type::I64), self.take(Type::I64));
                self.b.vpair(lo, hi)
            }
            5 => self.b.vextract(lane, index, a),
            6 => {
                let v = self.take(lane.scalar());
                self.b.vinsert(lane, index, a, v)
            }
            7 => {
                let (b, from) =
                    (self.take(Type::V128), self.random.random_range(0..lane.count()) as u8);
                self.b.vmove(lane, index, from, a, b)
            }
            _ if self.random.random_ratio(1, 2) => {
                let v = self.take(lane.scalar());
                self.b.vdup(lane, v)
            }
            _ => self.b.vdup_lane(lane, index, a),
        };
        self.give(d);
    }

    /// A vector of interesting floats, or any.
    fn take_floats(&mut self, ty: Type) -> Val {
        if self.random.random_ratio(1, 2) {
            return self.take(Type::V128);
        }
        let mut half = || match ty {
            Type::F16 => (0..4).fold(0, |bits, _| bits << 16 | u64::from(self.random.half())),
            Type::F32 if self.random.random_ratio(1, 4) => {
                let (hi, lo) = (self.random.single_near_half(), self.random.single_near_half());
                u64::from(hi) << 32 | u64::from(lo)
            }
            Type::F64 if self.random.random_ratio(1, 4) => self.random.double_near_half(),
            Type::F32 => u64::from(self.random.single()) << 32 | u64::from(self.random.single()),
            _ => self.random.double(),
        };
        let (lo, hi) = (half(), half());
        let (lo, hi) = (self.b.i64(lo), self.b.i64(hi));
        self.b.vpair(lo, hi)
    }

    pub(super) fn vector_float(&mut self) {
        let ty = self.random.pick(&[Type::F16, Type::F32, Type::F64]);
        let (a, b) = (self.take_floats(ty), self.take_floats(ty));
        let round = self.random.pick(Round::ALL);
        let d = match self.random.random_range(0..14) {
            0..=4 => {
                let op = self.random.pick(VecFpOp::ALL);
                self.b.vfbinary(op, ty, a, b)
            }
            5 => self.b.vfsqrt(ty, a),
            6..=7 => {
                let (neg, c) = (self.random.random_ratio(1, 2), self.take_floats(ty));
                self.b.vfmuladd(ty, neg, a, b, c)
            }
            8 => {
                let op = self.random.pick(VecFpCmp::ALL);
                self.b.vfcmp(op, ty, a, b)
            }
            9 => {
                let quiet = self.random.random_ratio(1, 2);
                self.b.vfround(ty, round, quiet, a)
            }
            10 => {
                let sign = self.random.pick(&SIGNS);
                self.b.vffromint(ty, sign, a)
            }
            11 => {
                let sign = self.random.pick(&SIGNS);
                self.b.vftoint(ty, sign, round, a)
            }
            12 => {
                let high = self.random.random_ratio(1, 2);
                let from = self.random.pick(&[Type::F16, Type::F32]);
                let a = self.take_floats(from);
                self.b.vfwiden(from, high, a)
            }
            _ => {
                const NARROW: [(Type, Type); 3] =
                    [(Type::F64, Type::F32), (Type::F64, Type::F16), (Type::F32, Type::F16)];
                let (from, to) = self.random.pick(&NARROW);
                let a = self.take_floats(from);
                self.b.vfnarrow(from, to, a)
            }
        };
        self.give(d);
    }
}
