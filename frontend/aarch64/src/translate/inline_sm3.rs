//! SM3 (GB/T 32905-2016, section 5.3) as IR ops on vectors: what concerns one word is computed in the last lane.

use super::Translator;
use crate::helpers::simd::Insn;
use crate::helpers::simd::crypto::Crypto;
use tcg_ir::{Lane, Val, VecOp};

impl Translator<'_> {
    /// The new vector; none if the helper must do it.
    pub(super) fn inline_sm3(&mut self, insn: &Insn<Crypto>) -> Option<Val> {
        self.may_inline()?;
        let [n, m] = [insn.rn, insn.rm].map(|r| self.v(r));
        Some(match insn.op {
            Crypto::Sm3Ss1 => self.sm3_ss1(n, m, insn.ra),
            Crypto::Sm3PartW1 => self.sm3_part_1(insn.rd, n, m),
            Crypto::Sm3PartW2 => self.sm3_part_2(insn.rd, n, m),
            Crypto::Sm3Tt1A | Crypto::Sm3Tt1B => self.sm3_tt1(insn, n, m),
            Crypto::Sm3Tt2A | Crypto::Sm3Tt2B => self.sm3_tt2(insn, n, m),
            Crypto::Sm4E | Crypto::Sm4EKey => return None,
        })
    }

    fn words_sum(&mut self, a: Val, b: Val) -> Val {
        self.b.vbinary(VecOp::Add, Lane::S, a, b)
    }

    fn words_rotated(&mut self, left: u8, x: Val) -> Val {
        self.rotated(Lane::S, left, x)
    }

    /// The word in lane `i` moved to the last lane.
    fn last_from(&mut self, i: u8, x: Val) -> Val {
        if i == 3 {
            return x;
        }
        let zero = self.b.v128(0);
        self.b.vext(4 * (i + 1), zero, x)
    }

    fn sm3_ss1(&mut self, n: Val, m: Val, ra: u8) -> Val {
        let a = self.v(ra);
        let rotated = self.words_rotated(12, n);
        let sum = self.words_sum(m, a);
        let sum = self.words_sum(sum, rotated);
        let sum = self.words_rotated(7, sum);
        let zero = self.b.v128(0);
        self.b.vmove(Lane::S, 3, 3, zero, sum)
    }

    /// The state after a round: its words moved down, one of them rotated, and a new last one.
    fn sm3_next(&mut self, state: Val, rotation: u8, new: Val) -> Val {
        let zero = self.b.v128(0);
        let moved = self.b.vext(4, state, zero);
        let rotated = self.words_rotated(rotation, moved);
        let result = self.b.vmove(Lane::S, 1, 1, moved, rotated);
        self.b.vmove(Lane::S, 3, 3, result, new)
    }

    /// SM3TT1A, SM3TT1B: the words are D, C, B, A.
    fn sm3_tt1(&mut self, insn: &Insn<Crypto>, ss1: Val, w: Val) -> Val {
        let state = self.v(insn.rd);
        let [d, c, b, a] = [0, 1, 2, 3].map(|i| self.last_from(i, state));
        let w = self.b.vdup_lane(Lane::S, insn.imm & 3, w);
        let known = self.words_sum(d, w);
        let mixed = if insn.op == Crypto::Sm3Tt1A {
            let rest = self.b.vxor(b, c);
            self.b.vxor(a, rest)
        } else {
            let [any, both] = [self.b.vor(b, c), self.b.vand(b, c)];
            let either = self.b.vand(a, any);
            self.b.vor(either, both)
        };
        let rotated = self.words_rotated(12, a);
        let ss2 = self.b.vxor(ss1, rotated);
        let sum = self.words_sum(mixed, known);
        let new = self.words_sum(sum, ss2);
        self.sm3_next(state, 9, new)
    }

    /// SM3TT2A, SM3TT2B: the words are H, G, F, E.
    fn sm3_tt2(&mut self, insn: &Insn<Crypto>, ss1: Val, w: Val) -> Val {
        let state = self.v(insn.rd);
        let [h, g, f, e] = [0, 1, 2, 3].map(|i| self.last_from(i, state));
        let w = self.b.vdup_lane(Lane::S, insn.imm & 3, w);
        let known = self.words_sum(h, w);
        let known = self.words_sum(known, ss1);
        let mixed = if insn.op == Crypto::Sm3Tt2A {
            let rest = self.b.vxor(f, g);
            self.b.vxor(e, rest)
        } else {
            self.b.vselect(e, f, g)
        };
        let sum = self.words_sum(mixed, known);
        let new = self.xor_of_rotations([9, 17], sum);
        self.sm3_next(state, 19, new)
    }

    /// The permutations: `x` and two rotations of it, added without carries.
    fn xor_of_rotations(&mut self, [first, second]: [u8; 2], x: Val) -> Val {
        let [first, second] = [first, second].map(|left| self.words_rotated(left, x));
        let both = self.b.vxor(first, second);
        self.b.vxor(x, both)
    }

    /// SM3PARTW1: the last word needs the first one of the result.
    fn sm3_part_1(&mut self, rd: u8, n: Val, m: Val) -> Val {
        let (d, zero) = (self.v(rd), self.b.v128(0));
        let next = self.b.vext(4, m, zero);
        let next = self.words_rotated(15, next);
        let mixed = self.b.vxor(d, n);
        let mixed = self.b.vxor(mixed, next);
        let words = self.xor_of_rotations([15, 23], mixed);
        let first = self.last_from(0, words);
        let first = self.words_rotated(15, first);
        let first = self.xor_of_rotations([15, 23], first);
        self.b.vxor(words, first)
    }

    /// SM3PARTW2.
    fn sm3_part_2(&mut self, rd: u8, n: Val, m: Val) -> Val {
        let d = self.v(rd);
        let rotated = self.words_rotated(7, m);
        let mixed = self.b.vxor(n, rotated);
        let words = self.b.vxor(d, mixed);
        let first = self.last_from(0, mixed);
        let first = self.words_rotated(15, first);
        let first = self.xor_of_rotations([15, 23], first);
        self.b.vxor(words, first)
    }
}
