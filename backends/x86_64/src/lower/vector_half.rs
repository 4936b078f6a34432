//! Half precision, in single or double precision of the host (F16C).
//!
//! Rounding to single precision first is harmless in all modes: of sums, differences, products, quotients and square roots
//! since 24 ≥ 2 × 11 + 2 (Figueroa, "When is double rounding innocuous?"), of others after rounding to odd.
//! So are the flags: what is inexact in single precision is so in half precision, intermediate results are normal numbers, and
//! a tiny one that was inexact is no half.
//! What is left is for software, as elsewhere: results that are NaNs or the smallest normal number, see [`Cx::check_halves`].

use super::vector::{PAND, POR};
use super::vector_float::slow_lanes;
use crate::alloc::NO_REG;
use crate::asm::Enc;
use crate::context::Cx;
use crate::pins::Reg;
use crate::prologue::Const;
use crate::slow::{Kind, SlowOp};
use tcg_ir::{Type, Val};

/// `vcvtps2ph` with the rounding mode of MXCSR.
const CURRENT_ROUNDING: u8 = 4;
/// The bits that a double has more than a single.
const BELOW_SINGLE: u64 = (1 << 29) - 1;

impl Cx<'_> {
    /// Four or, `long`, eight halves to singles.
    pub(crate) fn widen_halves(&mut self, long: u8, d: Enc, a: Enc) {
        // vcvtph2ps
        self.asm.vex(1 | long, 2, false, 0x13, d, 0, a.into(), None);
    }

    /// Four or, `long`, eight singles to halves, zeros above.
    pub(crate) fn narrow_to_half(&mut self, long: u8, d: Enc, a: Enc) {
        // vcvtps2ph
        self.asm.vex(1 | long, 3, false, 0x1d, a, 0, d.into(), Some(CURRENT_ROUNDING));
    }

    /// `vfnarrow` to halves.
    pub(crate) fn narrow_to_halves(&mut self, from: Type, d: Val, a: Val) {
        let ra = self.in_reg(a);
        let (t, u) = (self.alloc(true), self.alloc(true));
        self.done(&[a]);
        let rd = self.out_beside(d);
        let (xd, xa, xt, xu) = (rd & 15, ra & 15, t & 15, u & 15);
        if from == Type::F64 {
            self.splat_constant(BELOW_SINGLE, xu);
            self.round_to_odd(0, xd, xa, xu, xt);
            // vcvtpd2ps
            self.asm.v(1, 0x5a, xd, 0, xd);
            self.narrow_to_half(0, xd, xd);
        } else {
            self.narrow_to_half(0, xd, xa);
        }
        let op = SlowOp { other: Type::F16, ..SlowOp::new(Kind::Cvt, from) };
        self.check_halves(op, rd, [ra, NO_REG, NO_REG], [xt, xu]);
        self.finish_vector(d, rd);
    }

    /// Doubles to those that are singles, unless they are too small or too large for that; what is inexact becomes odd.
    /// `mask` has [`BELOW_SINGLE`] in all lanes.
    fn round_to_odd(&mut self, long: u8, d: Enc, a: Enc, mask: Enc, t: Enc) {
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

    /// After halves have been left in `rd`: sends what the host may have got wrong to software, all lanes. Of the flags that
    /// the guest wants the host has raised some, and no others.
    fn check_halves(&mut self, op: SlowOp, rd: Reg, operands: [Reg; 3], [t, u]: [Enc; 2]) {
        let constant = |cx: &mut Self, opcode: u8, d: Enc, a: Enc, which: Const| {
            let m = cx.constant();
            cx.p(opcode, d, a, m);
            cx.constant_used(which);
        };
        constant(self, PAND, t, rd & 15, Const::AbsLanes16);
        // vpcmpgtw, vpcmpeqw
        constant(self, 0x65, u, t, Const::InfinityLanes16);
        constant(self, 0x75, t, t, Const::MinLanes16);
        self.p(POR, t, t, u);
        let at = self.jump_if_any(t);
        self.detour(at, slow_lanes(op, rd, operands));
    }
}
