//! Half precision, in single or double precision of the host (F16C).
//!
//! Rounding to single precision first is harmless in all modes: of sums, differences, products, quotients and square roots
//! since 24 ≥ 2 × 11 + 2 (Figueroa, "When is double rounding innocuous?"), of others after rounding to odd.
//! So are the flags: what is inexact in single precision is so in half precision, intermediate results are normal numbers, and
//! a tiny one that was inexact is no half.
//! What is left is for software, as elsewhere: results that are NaNs or the smallest normal number, see [`Cx::check_halves`].
//!
//! Eight halves fill a register of 256 bits. If the upper half of all operands is known to be zero, 128 bits do for most.

use super::vector::{PAND, POR};
use super::vector_float::{How, UNORDERED, how, slow_lanes};
use crate::alloc::NO_REG;
use crate::asm::{Cc, Enc, LONG, Mem, RSP, Rm};
use crate::constants::Const;
use crate::context::Cx;
use crate::pins::{FP_SCRATCH, Reg, XMM0};
use crate::slow::{Kind, SlowOp};
use tcg_ir::{Type, Val, VecFpOp};

/// `vcvtps2ph` with the rounding mode of MXCSR.
const CURRENT_ROUNDING: u8 = 4;
/// The bits that a double has more than a single.
pub(super) const BELOW_SINGLE: u64 = (1 << 29) - 1;

impl Cx<'_> {
    /// Four or, `long`, eight halves to singles.
    pub(crate) fn widen_halves(&mut self, long: u8, d: Enc, a: Enc) {
        // vcvtph2ps
        self.asm.vex(1 | long, 2, false, 0x13, d, 0, Rm::R(a), None);
    }

    /// Four or, `long`, eight singles to halves, zeros above. The last one of an operation.
    pub(super) fn narrow_to_half(&mut self, long: u8, d: Enc, a: Enc) {
        // vcvtps2ph
        self.asm.vex(1 | long, 3, false, 0x1d, a, 0, Rm::R(d), Some(CURRENT_ROUNDING));
        self.end_long(long);
    }

    pub(super) fn end_long(&mut self, long: u8) {
        if long != 0 {
            self.asm.zero_upper();
        }
    }

    /// 0 if at most the low four lanes of the operands are not zero, else [`LONG`].
    pub(super) fn length(&self, operands: &[Val]) -> u8 {
        if self.significant_bytes(operands) <= 8 { 0 } else { LONG }
    }

    fn significant_bytes(&self, operands: &[Val]) -> u8 {
        operands.iter().map(|v| self.vals[v.index()].significant).max().unwrap_or(16)
    }

    /// Output `d` was computed in `rd`; if not `long`, in its low half.
    pub(super) fn finish_halves(&mut self, long: u8, d: Val, rd: Reg) {
        self.finish_vector(d, rd);
        if long == 0 {
            self.val(d).significant = 8;
        }
    }

    // --- arithmetic ------------------------------------------------------------------------------

    /// Zero less zero may be −0, and zero by zero is invalid: those operations take all lanes.
    pub(crate) fn half_binary(&mut self, op: VecFpOp, d: Val, a: Val, b: Val) {
        let all = matches!(op, VecFpOp::Sub | VecFpOp::Div);
        let long = if all { LONG } else { self.length(&[a, b]) };
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let (t, u) = (self.alloc(true) & 15, self.alloc(true) & 15);
        self.done(&[a, b]);
        let rd = self.out_beside(d);
        self.widen_halves(long, t, ra & 15);
        self.widen_halves(long, u, rb & 15);
        let (how, kind) = how(op);
        let (op, operands) = (SlowOp::new(kind, Type::F16), [ra, rb, NO_REG]);
        match how {
            How::Opcode(opcode) => {
                self.asm.v(long, opcode, t, t, u);
                self.narrow_to_half(long, rd & 15, t);
                self.check_halves(op, rd, operands, [t, u]);
            }
            How::Extreme { max } => {
                let at = self.jump_if_unordered(long, rd & 15, [t, u]);
                self.extreme_singles(long, max, rd & 15, [t, u]);
                self.narrow_to_half(long, rd & 15, rd & 15);
                self.detour(at, slow_lanes(op, rd, operands));
            }
        }
        self.finish_halves(long, d, rd);
    }

    /// Jumps if a lane of `a` or `b` is a NaN.
    fn jump_if_unordered(&mut self, long: u8, t: Enc, [a, b]: [Enc; 2]) -> usize {
        self.asm.vex(long, 1, false, 0xc2, t, a, Rm::R(b), Some(UNORDERED));
        match self.free_scratch(false) {
            Some(r) => {
                // vmovmskps
                self.asm.v(long, 0x50, r, 0, t);
                self.asm.test(false, r, r);
            }
            // vptest
            None => self.asm.vex(1 | long, 2, false, 0x17, t, 0, Rm::R(t), None),
        }
        self.asm.jcc(Cc::Ne)
    }

    /// See `fminmax`. Changes `a`.
    fn extreme_singles(&mut self, long: u8, max: bool, d: Enc, [a, b]: [Enc; 2]) {
        let (opcode, combine) = if max { (0x5f, 0x54) } else { (0x5d, 0x56) };
        self.asm.v(long, opcode, d, a, b);
        self.asm.v(long, opcode, a, b, a);
        self.asm.v(long, combine, d, d, a);
    }

    pub(crate) fn half_sqrt(&mut self, d: Val, a: Val) {
        let long = self.length(&[a]);
        let ra = self.in_reg(a);
        let (t, u) = (self.alloc(true) & 15, self.alloc(true) & 15);
        self.done(&[a]);
        let rd = self.out_beside(d);
        self.widen_halves(long, t, ra & 15);
        self.asm.v(long, 0x51, t, 0, t);
        self.narrow_to_half(long, rd & 15, t);
        let op = SlowOp::new(Kind::Sqrt, Type::F16);
        self.check_halves(op, rd, [ra, ra, NO_REG], [t, u]);
        self.finish_halves(long, d, rd);
    }

    // --- fused multiply-add ----------------------------------------------------------------------

    /// In double precision, then to single precision by rounding to odd.
    ///
    /// A sum whose exact value has more bits than a double is rounded once more, which is harmless. Either it overflows, or the
    /// last of the product's 22 bits is below 2^-52 of the sum, and the product less than 2^-29 of it. Then the sum is next to
    /// the addend, a half, and so on the same side of all ties as what it is rounded to; if that is the addend, it raises inexact.
    pub(crate) fn half_muladd(&mut self, neg: bool, d: Val, [a, b, c]: [Val; 3]) {
        // The product of zeros must not be subtracted where lanes are left out: the sum might be −0.
        let bytes = if neg { 16 } else { self.significant_bytes(&[a, b, c]) };
        let operands = [self.in_reg(a), self.in_reg(b), self.in_reg(c)];
        self.done(&[a, b, c]);
        let rd = self.out_beside(d);
        let borrowed = self.borrow(operands.map(|r| r & 15), rd & 15);
        let [t, u, v] = borrowed.map(|(x, _)| x);
        let xd = rd & 15;
        let opcode = if neg { 0xbc } else { 0xb8 };
        let sources = operands.map(|r| r & 15);
        let long = if bytes <= 4 { 0 } else { LONG };
        if bytes <= 8 {
            self.multiply_add_doubles(long, opcode, xd, sources, [t, u]);
            self.narrow_to_half(0, xd, xd);
        } else {
            self.multiply_add_doubles(LONG, opcode, v, sources, [t, u]);
            let upper = [t, u, xd];
            for (to, from) in upper.into_iter().zip(sources) {
                self.shuffle(1, to, from, 0xee);
            }
            self.multiply_add_doubles(LONG, opcode, xd, upper, [t, u]);
            // vinsertf128
            self.asm.vex(1 | LONG, 3, false, 0x18, v, v, Rm::R(xd), Some(1));
            self.narrow_to_half(LONG, xd, v);
        }
        if bytes <= 8 {
            self.end_long(long);
        }
        self.find_halves(xd, [t, u]);
        self.give_back(borrowed);
        let at = self.asm.jcc(Cc::Ne);
        let kind = if neg { Kind::NegMulAdd } else { Kind::MulAdd };
        self.detour(at, slow_lanes(SlowOp::new(kind, Type::F16), rd, operands));
        self.finish_halves(if bytes <= 8 { 0 } else { LONG }, d, rd);
    }

    /// Singles that round to the same halves as the sums: of two lanes or, `long`, four.
    fn multiply_add_doubles(
        &mut self,
        long: u8,
        opcode: u8,
        d: Enc,
        [a, b, c]: [Enc; 3],
        [t, u]: [Enc; 2],
    ) {
        for (to, from) in [(t, a), (u, b), (d, c)] {
            self.widen_halves(0, to, from);
            // vcvtps2pd
            self.asm.v(long, 0x5a, to, 0, to);
        }
        self.asm.vex(1 | long, 2, true, opcode, d, t, Rm::R(u), None);
        let m = self.literal(BELOW_SINGLE);
        match long {
            // vmovddup
            0 => self.asm.v(3, 0x12, u, 0, m),
            // vbroadcastsd
            _ => self.asm.vex(1 | long, 2, false, 0x19, u, 0, Rm::M(m), None),
        }
        self.literal_used(0);
        self.round_to_odd(long, d, d, u, t);
        // vcvtpd2ps
        self.asm.v(1 | long, 0x5a, d, 0, d);
    }

    /// Doubles to those that are singles, unless they are too small or too large for that; what is inexact becomes odd.
    /// `mask` has [`BELOW_SINGLE`] in all lanes.
    pub(super) fn round_to_odd(&mut self, long: u8, d: Enc, a: Enc, mask: Enc, t: Enc) {
        let p = |cx: &mut Self, opcode: u8, d: Enc, a: Enc, b: Enc| {
            cx.asm.v(1 | long, opcode, d, a, b);
        };
        p(self, PAND, t, a, mask);
        // vpaddq: a carry if the low bits are not zero
        p(self, 0xd4, t, t, mask);
        p(self, POR, t, t, a);
        // vpandn
        p(self, 0xdf, d, mask, t);
    }

    /// Three more registers than an op with these may need: scratch ones, or others whose content is put below the stack
    /// pointer, in the 128 bytes that signal handlers leave alone. Tells which are of that kind.
    fn borrow(&mut self, operands: [Enc; 3], d: Enc) -> [(Enc, bool); 3] {
        let mut taken = operands.into_iter().chain([d]).fold(0u32, |all, x| all | 1 << x);
        std::array::from_fn(|i| {
            if FP_SCRATCH & !self.regs.locked != 0 {
                let x = self.alloc(true) & 15;
                taken |= 1 << x;
                return (x, false);
            }
            let x = (0..16).find(|x| taken >> x & 1 == 0).unwrap_or(0);
            taken |= 1 << x;
            self.store_reg(Type::V128, below_stack(i), XMM0 + x);
            (x, true)
        })
    }

    fn give_back(&mut self, borrowed: [(Enc, bool); 3]) {
        for (i, (x, _)) in borrowed.into_iter().enumerate().filter(|(_, (_, saved))| *saved) {
            self.load_reg(Type::V128, XMM0 + x, below_stack(i));
        }
    }

    // --- the slow path ---------------------------------------------------------------------------

    /// After halves have been left in `rd`: sends what the host may have got wrong to software. Of the flags that
    /// the guest wants the host has raised some, and no others.
    pub(super) fn check_halves(
        &mut self,
        op: SlowOp,
        rd: Reg,
        operands: [Reg; 3],
        temps: [Enc; 2],
    ) {
        self.find_halves(rd & 15, temps);
        let at = self.asm.jcc(Cc::Ne);
        self.detour(at, slow_lanes(op, rd, operands));
    }

    /// 'Not equal' if a half in `x` is a NaN or the smallest normal number.
    fn find_halves(&mut self, x: Enc, [t, u]: [Enc; 2]) {
        self.with_constant(PAND, t, x, Const::AbsLanes16);
        // vpcmpgtw, vpcmpeqw
        self.with_constant(0x65, u, t, Const::InfinityLanes16);
        self.with_constant(0x75, t, t, Const::MinLanes16);
        self.p(POR, t, t, u);
        self.test_any(t);
    }

    /// An instruction of map 0F with the 66 prefix, of a constant.
    pub(super) fn with_constant(&mut self, opcode: u8, d: Enc, a: Enc, which: Const) {
        let m = self.constant();
        self.p(opcode, d, a, m);
        self.constant_used(which);
    }
}

/// The place of a register that is borrowed.
fn below_stack(i: usize) -> Mem {
    Mem::base(RSP, -16 * (i as i32 + 1))
}
