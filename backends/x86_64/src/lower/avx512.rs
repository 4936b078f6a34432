//! Integer vector operations that AVX-512 or GFNI does in fewer instructions, where that is measurably not slower.

use super::vector::{Regs, SHIFT_RIGHT};
use crate::asm::{Enc, Evex, Rm};
use crate::constants::Const;
use crate::context::Cx;
use crate::pins::SCRATCH;
use tcg_ir::{Lane, Op, Val, VecOp, VecShift};

/// The mask register of sequences.
const MASK: Enc = 1;

/// The operands of `vpternlogd` as truth tables: its immediate is any function of them.
const A: u8 = 0b1111_0000;
const B: u8 = 0b1100_1100;
const C: u8 = 0b1010_1010;
/// `A` chooses between `B` and `C`.
const SELECT: u8 = A & B | !A & C;

impl Cx<'_> {
    /// Bit by bit a function of three inputs, by the truth table `f`.
    fn ternary(&mut self, f: u8, d: Val, [x, y, z]: [Val; 3]) {
        let (rx, ry) = (self.in_reg(x), self.in_reg(y));
        let rz = self.in_rm(z);
        self.done(&[x, y, z]);
        let free = |r: u8| SCRATCH & !self.regs.occupied & crate::alloc::bit(r) != 0;
        let rd = self.out(d, if free(rx) { rx } else { ry });
        let (xd, xx, xy) = (rd & 15, rx & 15, ry & 15);
        let (f, second, third) = if xd == xx {
            (f, xy, rz)
        } else if xd == xy {
            (exchange_first(f), xx, rz)
        } else if rz == Rm::R(xd) {
            (exchange_outer(f), xy, Rm::R(xx))
        } else {
            self.copy_reg(rd, rx);
            (f, xy, rz)
        };
        self.asm.evex(Evex::TERNARY_LOGIC, xd, second, third, Some(f));
        self.set(d, rd);
    }

    pub(super) fn vselect_ternary(&mut self, d: Val, m: Val, a: Val, b: Val) {
        self.ternary(SELECT, d, [m, a, b]);
    }

    /// Two bitwise ops, the first only for the second; false if they are no such pair.
    pub(super) fn fuse_logic(&mut self, op: &Op, next: &Op) -> bool {
        if !self.shared.shortcuts.avx512 {
            return false;
        }
        let (Some((first, [t, x, y])), Some((second, [d, a, b]))) = (logic(op), logic(next)) else {
            return false;
        };
        if (a == t) == (b == t) || !self.only_for_next(t) {
            return false;
        }
        let (f, z) = match first(A, B) {
            f if a == t => (second(f, C), b),
            f => (second(C, f), a),
        };
        self.now += 1;
        self.ternary(f, d, [x, y, z]);
        true
    }

    /// A binary operation; false if this is not the better way.
    pub(super) fn vbinary_avx512(
        &mut self,
        op: VecOp,
        lane: Lane,
        d: Val,
        (a, b): (Val, Val),
    ) -> bool {
        let features = self.shared.shortcuts;
        let by_bytes = lane == Lane::B && !matches!(op, VecOp::Mul | VecOp::Tst);
        if !if by_bytes { features.vbmi } else { features.avx512 } {
            return false;
        }
        if let Some(which) = indices(op, lane) {
            self.with_temps2::<1>(d, a, b, |cx, r| cx.permute(lane, which, r));
            return true;
        }
        match (op, lane) {
            (VecOp::AddPairs, Lane::B) => {
                self.with_temps2::<2>(d, a, b, Self::add_pairs_permuted);
            }
            (VecOp::Mul, _) => self.with_temps2::<2>(d, a, b, Self::multiply_bytes_ternary),
            (VecOp::Tst, _) => self.with_temps2::<0>(d, a, b, |cx, r| cx.test_lanes(lane, r)),
            (VecOp::GeS | VecOp::GeU, Lane::D) => {
                self.with_temps2::<1>(d, a, b, |cx, r| cx.compare_by_maximum(op, r));
            }
            (VecOp::Shl | VecOp::ShrU | VecOp::ShrS, _) => {
                self.with_temps2::<0>(d, a, b, |cx, r| cx.shift_by_lanes(op, lane, r));
            }
            _ => return false,
        }
        true
    }

    /// Lanes of both inputs by constant indices.
    fn permute(&mut self, lane: Lane, which: Const, Regs { d, a, b, t: [t] }: Regs<1>) {
        let what = if lane == Lane::B { Evex::PERMUTE_BYTES } else { Evex::PERMUTE_WORDS };
        let aside = d == a || d == b;
        let x = if aside { t } else { d };
        self.load_constant(x, which);
        if d == a {
            return self.asm.evex(what.over_table(), d, t, b, None);
        }
        self.asm.evex(what, x, a, b, None);
        if aside {
            // vmovaps
            self.asm.v(0, 0x28, d, 0, t);
        }
    }

    /// `vmovdqu`.
    fn load_constant(&mut self, x: Enc, which: Const) {
        let m = self.constant();
        self.asm.v(2, 0x6f, x, 0, m);
        self.constant_used(which);
    }

    fn add_pairs_permuted(&mut self, Regs { d, a, b, t: [t, u] }: Regs<2>) {
        self.load_constant(t, Const::EvenBytes);
        self.load_constant(u, Const::OddBytes);
        self.asm.evex(Evex::PERMUTE_BYTES, t, a, b, None);
        self.asm.evex(Evex::PERMUTE_BYTES, u, a, b, None);
        self.lanes(VecOp::Add, Lane::B, d, t, u);
    }

    /// `max(a, b) == a`, for lanes of 64 bits.
    fn compare_by_maximum(&mut self, op: VecOp, Regs { d, a, b, t: [t] }: Regs<1>) {
        let signed = op == VecOp::GeS;
        let max = if signed { Evex::MAX_SIGNED_D } else { Evex::MAX_UNSIGNED_D };
        self.asm.evex(max, t, a, b, None);
        self.lanes(VecOp::Eq, Lane::D, d, t, a);
    }

    /// What AVX2 has no instruction for: lanes of 16 bits, and signed ones of 64.
    fn shift_by_lanes(&mut self, op: VecOp, lane: Lane, Regs { d, a, b, .. }: Regs<0>) {
        let what = match (op, lane) {
            (VecOp::Shl, _) => Evex::SHIFT_LEFT_H,
            (VecOp::ShrU, _) => Evex::SHIFT_RIGHT_H,
            (_, Lane::D) => Evex::SHIFT_SIGNED_BY_D,
            _ => Evex::SHIFT_SIGNED_H,
        };
        self.asm.evex(what, d, a, b, None);
    }

    fn test_lanes(&mut self, lane: Lane, Regs { d, a, b, .. }: Regs<0>) {
        self.asm.evex(Evex::test(lane as u8), MASK, a, b, None);
        self.asm.evex(Evex::from_mask(lane as u8), d, 0, MASK, None);
    }

    /// Even bytes are the low halves of products of words; odd ones are made in place.
    fn multiply_bytes_ternary(&mut self, Regs { d, a, b, t: [t, u] }: Regs<2>) {
        self.with_splat(Lane::H, 0xff00, |cx, m| cx.asm.evex(Evex::AND_ELEMENT, u, a, m, None), 0);
        self.shift_lanes(SHIFT_RIGHT, Lane::H, t, b, 8);
        self.lanes(VecOp::Mul, Lane::H, u, u, t);
        self.lanes(VecOp::Mul, Lane::H, t, a, b);
        // The upper byte of each product in `u`, the lower one of that in `t`.
        let choose = C & A | !C & B;
        let merge =
            |cx: &mut Self, m| cx.asm.evex(Evex::TERNARY_LOGIC_ELEMENT, u, t, m, Some(choose));
        self.with_splat(Lane::H, 0xff00, merge, 1);
        // vmovaps
        self.asm.v(0, 0x28, d, 0, u);
    }

    /// An instruction whose memory operand is a constant of 8 bytes for both halves, and which ends with so many more bytes.
    fn with_splat(
        &mut self,
        lane: Lane,
        bits: u64,
        emit: impl FnOnce(&mut Self, Rm),
        trailing: usize,
    ) {
        let m = self.literal((bits & lane.mask()).wrapping_mul(u64::MAX / lane.mask()));
        emit(self, m.into());
        self.literal_used(trailing);
    }

    /// A shift or rotation of lanes by a constant; false if this is not the better way.
    pub(super) fn vshift_avx512(
        &mut self,
        op: VecShift,
        lane: Lane,
        n: u8,
        (d, a): (Val, Val),
    ) -> bool {
        let features = self.shared.shortcuts;
        if lane == Lane::B && features.gfni {
            self.shift_bytes_affine(op, n, d, a);
            return true;
        }
        let (what, extension) = match (op, lane) {
            (VecShift::ShrS, Lane::D) => (Evex::SHIFT_D, Evex::SHIFT_SIGNED),
            (VecShift::Rotl, Lane::S) => (Evex::ROTATE_S, Evex::ROTATE_LEFT),
            (VecShift::Rotl, Lane::D) => (Evex::ROTATE_D, Evex::ROTATE_LEFT),
            _ => return false,
        };
        if features.avx512 {
            let emit = |cx: &mut Self, r: Regs<0>| cx.asm.evex(what, extension, r.d, r.a, Some(n));
            self.with_temps::<0>(d, a, emit);
        }
        features.avx512
    }

    /// Bytes shifted: each bit of the result is one of the operand's, or zero.
    fn shift_bytes_affine(&mut self, op: VecShift, n: u8, d: Val, a: Val) {
        let matrix = matrix_of(op, n);
        if self.shared.shortcuts.avx512 {
            return self.with_temps::<0>(d, a, |cx, r| {
                let m = cx.literal(matrix);
                cx.asm.evex(Evex::AFFINE_ELEMENT, r.d, r.a, m, Some(0));
                cx.literal_used(1);
            });
        }
        self.with_temps::<1>(d, a, |cx, Regs { d, a, t: [t], .. }| {
            cx.splat_constant(matrix, t);
            // vgf2p8affineqb
            cx.asm.v3a(true, 0xce, d, a, t, 0);
        });
    }
}

/// The indices that make a binary operation a permutation, where that is the better way.
fn indices(op: VecOp, lane: Lane) -> Option<Const> {
    Some(match (op, lane) {
        (VecOp::UnzipEven, Lane::B) => Const::EvenBytes,
        (VecOp::UnzipOdd, Lane::B) => Const::OddBytes,
        (VecOp::TransposeEven, Lane::B) => Const::EvenBytesInTurn,
        (VecOp::TransposeOdd, Lane::B) => Const::OddBytesInTurn,
        (VecOp::UnzipEven, Lane::H) => Const::EvenWords,
        (VecOp::UnzipOdd, Lane::H) => Const::OddWords,
        _ => return None,
    })
}

/// What a bitwise op does to eight bits.
type Bitwise = fn(u8, u8) -> u8;

/// The function of a bitwise op, its output and inputs.
fn logic(op: &Op) -> Option<(Bitwise, [Val; 3])> {
    Some(match *op {
        Op::VAnd { d, a, b } => (|a, b| a & b, [d, a, b]),
        Op::VOr { d, a, b } => (|a, b| a | b, [d, a, b]),
        Op::VXor { d, a, b } => (|a, b| a ^ b, [d, a, b]),
        Op::VAndNot { d, a, b } => (|a, b| a & !b, [d, a, b]),
        _ => return None,
    })
}

/// The truth table after the first two inputs have changed places.
const fn exchange_first(f: u8) -> u8 {
    f & 0b1100_0011 | (f & 0b0000_1100) << 2 | (f & 0b0011_0000) >> 2
}

/// The truth table after the first and the last input have changed places.
const fn exchange_outer(f: u8) -> u8 {
    f & 0b1010_0101 | (f & 0b0000_1010) << 3 | (f & 0b0101_0000) >> 3
}

/// The matrix by which `vgf2p8affineqb` shifts bytes. Its byte 7 − `i` has the bits whose sum is bit `i` of the result
/// (Intel SDM volume 2, GF2P8AFFINEQB).
fn matrix_of(op: VecShift, n: u8) -> u64 {
    let row = |i: u8| {
        let from = match op {
            VecShift::Shl => i.checked_sub(n),
            VecShift::ShrU => Some(i + n),
            VecShift::ShrS => Some((i + n).min(7)),
            VecShift::Rotl => Some((i + 8 - n) & 7),
        };
        from.filter(|bit| *bit < 8).map_or(0, |bit| 1 << bit)
    };
    u64::from_le_bytes([7, 6, 5, 4, 3, 2, 1, 0].map(row))
}

#[cfg(test)]
mod tests {
    use super::{A, B, C, exchange_first, exchange_outer, matrix_of};
    use tcg_ir::VecShift;

    #[test]
    fn truth_tables_follow_their_inputs() {
        let f = |a: u8, b: u8, c: u8| a & !b | c & b ^ a;
        assert_eq!(exchange_first(f(A, B, C)), f(B, A, C));
        assert_eq!(exchange_outer(f(A, B, C)), f(C, B, A));
    }

    /// The sum of the bits that a row of the matrix chooses, for each bit of the result.
    fn times(matrix: u64, x: u8) -> u8 {
        let row = |i: u32| matrix.to_le_bytes()[7 - i as usize];
        (0..8).map(|i| ((row(i) & x).count_ones() as u8 & 1) << i).sum()
    }

    #[test]
    fn matrices_shift() {
        for (n, x) in (0..8).flat_map(|n| (0..=255).map(move |x: u8| (n, x))) {
            assert_eq!(times(matrix_of(VecShift::Shl, n), x), x << n);
            assert_eq!(times(matrix_of(VecShift::ShrU, n), x), x >> n);
            assert_eq!(times(matrix_of(VecShift::ShrS, n), x), (x as i8 >> n) as u8);
            assert_eq!(times(matrix_of(VecShift::Rotl, n), x), x.rotate_left(n.into()));
        }
    }
}
