//! Cryptographic instructions as IR ops.

use super::Translator;
use crate::state::v;
use tcg_ir::{CryptoOp, Lane, Type, Val, VecOp, VecShift};

impl Translator<'_> {
    fn step(&mut self, op: CryptoOp, inputs: [Val; 3]) -> Val {
        self.b.vcrypto(op, inputs)
    }

    /// AESE, AESD: the key is added first.
    pub(super) fn aes_substitute(&mut self, op: CryptoOp, rd: u8, rn: u8) {
        let (state, key) = (self.v(rd), self.v(rn));
        let state = self.b.vxor(state, key);
        let result = self.step(op, [state; 3]);
        self.set_v(rd, result);
    }

    /// AESMC, AESIMC.
    pub(super) fn aes_mix(&mut self, op: CryptoOp, rd: u8, rn: u8) {
        let state = self.v(rn);
        let result = self.step(op, [state; 3]);
        self.set_v(rd, result);
    }

    /// A step of the destination and two other vectors.
    pub(super) fn hash_step(&mut self, op: CryptoOp, rd: u8, inputs: [u8; 3]) {
        let inputs = inputs.map(|r| self.b.get(v(r)));
        let result = self.step(op, inputs);
        self.set_v(rd, result);
    }

    /// Each lane rotated left.
    pub(super) fn rotated(&mut self, lane: Lane, left: u8, x: Val) -> Val {
        self.b.vshift(VecShift::Rotl, lane, left, x)
    }

    /// SHA1H.
    pub(super) fn sha1_rotate(&mut self, rd: u8, rn: u8) {
        let n = self.v(rn);
        let word = self.b.vlow(Type::I32, n);
        let word = self.b.rotl_imm(Type::I32, word, 30);
        self.set_scalar(rd, word);
    }

    /// SHA1SU0.
    pub(super) fn sha1_schedule_0(&mut self, rd: u8, rn: u8, rm: u8) {
        let (d, n, m) = (self.v(rd), self.v(rn), self.v(rm));
        let third = self.b.vext(8, d, n);
        let sum = self.b.vxor(d, m);
        let sum = self.b.vxor(sum, third);
        self.set_v(rd, sum);
    }

    /// SHA1SU1: the last word needs the first one of the result.
    pub(super) fn sha1_schedule_1(&mut self, rd: u8, rn: u8) {
        let (d, n, zero) = (self.v(rd), self.v(rn), self.b.v128(0));
        let before = self.b.vext(4, n, zero);
        let sum = self.b.vxor(d, before);
        let rotated = self.rotated(Lane::S, 1, sum);
        let first = self.b.vext(4, zero, rotated);
        let first = self.rotated(Lane::S, 1, first);
        let result = self.b.vxor(rotated, first);
        self.set_v(rd, result);
    }

    /// Each doubleword rotated right by `n` and by `m` and shifted right by `by`, all added without carries.
    fn sigma(&mut self, (n, m, by): (u8, u8, u8), x: Val) -> Val {
        let first = self.rotated(Lane::D, 64 - n, x);
        let second = self.rotated(Lane::D, 64 - m, x);
        let third = self.b.vshift(VecShift::ShrU, Lane::D, by, x);
        let sum = self.b.vxor(first, second);
        self.b.vxor(sum, third)
    }

    /// SHA512SU0.
    pub(super) fn sha512_schedule_0(&mut self, rd: u8, rn: u8) {
        let (d, n) = (self.v(rd), self.v(rn));
        let next = self.b.vext(8, d, n);
        let sigma = self.sigma((1, 8, 7), next);
        let sum = self.b.vbinary(VecOp::Add, Lane::D, d, sigma);
        self.set_v(rd, sum);
    }

    /// SHA512SU1.
    pub(super) fn sha512_schedule_1(&mut self, rd: u8, rn: u8, rm: u8) {
        let (d, n, m) = (self.v(rd), self.v(rn), self.v(rm));
        let sigma = self.sigma((19, 61, 6), n);
        let sum = self.b.vbinary(VecOp::Add, Lane::D, d, m);
        let sum = self.b.vbinary(VecOp::Add, Lane::D, sum, sigma);
        self.set_v(rd, sum);
    }

    /// The sum without carries of `x` rotated right by three amounts.
    fn big_sigma(&mut self, amounts: [u8; 3], x: Val) -> Val {
        let [first, second, third] =
            amounts.map(|n| self.b.rotl_imm(Type::I64, x, 64 - u32::from(n)));
        let sum = self.b.xor(Type::I64, first, second);
        self.b.xor(Type::I64, sum, third)
    }

    /// Σ₁ and Ch of FIPS 180-4, 4.1.3, plus `w`.
    fn sha512_first(&mut self, [e, f, g]: [Val; 3], w: Val) -> Val {
        let sigma = self.big_sigma([14, 18, 41], e);
        let differing = self.b.xor(Type::I64, f, g);
        let chosen = self.b.and(Type::I64, differing, e);
        let chosen = self.b.xor(Type::I64, chosen, g);
        let sum = self.b.add(Type::I64, sigma, chosen);
        self.b.add(Type::I64, sum, w)
    }

    /// Σ₀ and Maj, plus `w`.
    fn sha512_second(&mut self, [a, b, c]: [Val; 3], w: Val) -> Val {
        let sigma = self.big_sigma([28, 34, 39], a);
        let any = self.b.or(Type::I64, b, c);
        let both = self.b.and(Type::I64, b, c);
        let majority = self.b.and(Type::I64, any, a);
        let majority = self.b.or(Type::I64, majority, both);
        let sum = self.b.add(Type::I64, sigma, majority);
        self.b.add(Type::I64, sum, w)
    }

    fn doublewords(&mut self, r: u8) -> [Val; 2] {
        let x = self.v(r);
        [0, 1].map(|i| self.b.vextract(Lane::D, i, x))
    }

    /// SHA512H: the first part of two rounds.
    pub(super) fn sha512_hash_1(&mut self, rd: u8, rn: u8, rm: u8) {
        let [[w0, w1], [x0, x1], [y0, y1]] = [rd, rn, rm].map(|r| self.doublewords(r));
        let high = self.sha512_first([y1, x0, x1], w1);
        let e = self.b.add(Type::I64, high, y0);
        let low = self.sha512_first([e, y1, x0], w0);
        let result = self.b.vpair(low, high);
        self.set_v(rd, result);
    }

    /// SHA512H2: the second part of two rounds.
    pub(super) fn sha512_hash_2(&mut self, rd: u8, rn: u8, rm: u8) {
        let [[w0, w1], [x0, _], [y0, y1]] = [rd, rn, rm].map(|r| self.doublewords(r));
        let high = self.sha512_second([y0, x0, y1], w1);
        let low = self.sha512_second([high, y0, y1], w0);
        let result = self.b.vpair(low, high);
        self.set_v(rd, result);
    }

    /// EOR3.
    pub(super) fn exclusive_or_3(&mut self, rd: u8, rn: u8, rm: u8, ra: u8) {
        let (n, m, a) = (self.v(rn), self.v(rm), self.v(ra));
        let sum = self.b.vxor(n, m);
        let sum = self.b.vxor(sum, a);
        self.set_v(rd, sum);
    }

    /// BCAX.
    pub(super) fn clear_and_exclusive_or(&mut self, rd: u8, rn: u8, rm: u8, ra: u8) {
        let (n, m, a) = (self.v(rn), self.v(rm), self.v(ra));
        let cleared = self.b.vandnot(m, a);
        let sum = self.b.vxor(n, cleared);
        self.set_v(rd, sum);
    }

    /// RAX1.
    pub(super) fn rotate_and_exclusive_or(&mut self, rd: u8, rn: u8, rm: u8) {
        let (n, m) = (self.v(rn), self.v(rm));
        let rotated = self.rotated(Lane::D, 1, m);
        let sum = self.b.vxor(n, rotated);
        self.set_v(rd, sum);
    }

    /// XAR.
    pub(super) fn exclusive_or_and_rotate(&mut self, rd: u8, rn: u8, rm: u8, right: u8) {
        let (n, m) = (self.v(rn), self.v(rm));
        let sum = self.b.vxor(n, m);
        let result = self.rotated(Lane::D, 64 - right, sum);
        self.set_v(rd, result);
    }
}
