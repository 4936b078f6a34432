//! Half precision, in single or double precision of the host (F16C).
//!
//! Rounding to single precision first is harmless in all modes: of sums, differences, products, quotients and square roots
//! since 24 ≥ 2 × 11 + 2 (Figueroa, "When is double rounding innocuous?"), of others after rounding to odd.
//! So are the flags: what is inexact in single precision is so in half precision, intermediate results are normal numbers, and
//! a tiny one that was inexact is no half.
//! What is left is for software, as elsewhere: results that are NaNs or the smallest normal number, see [`Cx::check_halves`].
//!
//! Eight halves fill a register of 256 bits. If the upper half of all operands is known to be zero, 128 bits do for most.

use super::float::rounding_control;
use super::vector::{PAND, POR};
use super::vector_float::{How, UNORDERED, how, predicate, slow_lanes};
use crate::alloc::NO_REG;
use crate::asm::{Cc, Enc, LONG, Mem, RSP, Rm};
use crate::context::Cx;
use crate::pins::{FP_SCRATCH, Reg, XMM0};
use crate::prologue::Const;
use crate::slow::{Kind, SlowOp};
use tcg_ir::{Lane, Round, Sign, Type, Val, VecFpCmp, VecFpOp};

/// `vcvtps2ph` with the rounding mode of MXCSR.
const CURRENT_ROUNDING: u8 = 4;
/// The bits that a double has more than a single.
const BELOW_SINGLE: u64 = (1 << 29) - 1;
/// `vpackssdw`, and conversions of 32-bit integers: from them, to them as MXCSR says, to them by truncation (with prefixes).
const PACK_SIGNED: u8 = 0x6b;
const CONVERT_INT: u8 = 0x5b;
/// Predicate of `vcmpps`; there are no NaNs.
const LESS: u8 = 0x01;

impl Cx<'_> {
    /// Four or, `long`, eight halves to singles.
    pub(crate) fn widen_halves(&mut self, long: u8, d: Enc, a: Enc) {
        // vcvtph2ps
        self.asm.vex(1 | long, 2, false, 0x13, d, 0, Rm::R(a), None);
    }

    /// Four or, `long`, eight singles to halves, zeros above. The last one of an operation.
    fn narrow_to_half(&mut self, long: u8, d: Enc, a: Enc) {
        // vcvtps2ph
        self.asm.vex(1 | long, 3, false, 0x1d, a, 0, Rm::R(d), Some(CURRENT_ROUNDING));
        self.end_long(long);
    }

    fn end_long(&mut self, long: u8) {
        if long != 0 {
            self.asm.zero_upper();
        }
    }

    /// 0 if at most the low four lanes of the operands are not zero, else [`LONG`].
    fn length(&self, operands: &[Val]) -> u8 {
        if self.significant_bytes(operands) <= 8 { 0 } else { LONG }
    }

    fn significant_bytes(&self, operands: &[Val]) -> u8 {
        operands.iter().map(|v| self.vals[v.index()].significant).max().unwrap_or(16)
    }

    /// Output `d` was computed in `rd`; if not `long`, in its low half.
    fn finish_halves(&mut self, long: u8, d: Val, rd: Reg) {
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
        self.check_halves(op, rd, [ra, NO_REG, NO_REG], [t, u]);
        self.finish_halves(long, d, rd);
    }

    // --- fused multiply-add ----------------------------------------------------------------------

    /// In double precision, then to single precision by rounding to odd.
    ///
    /// A sum whose exact value has more bits than a double is rounded twice to odd or inexactly, which is harmless: its product
    /// has 22 bits, the last of them below 2^-52 of the sum, so it is less than 2^-29 of it. The sum is next to the addend, a
    /// half, and so on the same side of all ties as what it is rounded to; if that is the addend, it raises inexact.
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

    // --- comparison and rounding -----------------------------------------------------------------

    pub(crate) fn half_compare(&mut self, op: VecFpCmp, d: Val, a: Val, b: Val) {
        let long = self.length(&[a, b]);
        self.with_temps2::<2>(d, a, b, |cx, r| {
            let [t, u] = r.t;
            cx.widen_halves(long, t, r.a);
            cx.widen_halves(long, u, r.b);
            cx.asm.vex(long, 1, false, 0xc2, t, t, Rm::R(u), Some(predicate(op)));
            match (long, op) {
                (LONG, _) => cx.upper_half(u, t),
                // What is above are zeros.
                (_, VecFpCmp::Gt) => cx.zero(u),
                _ => cx.ones(u),
            }
            cx.p(PACK_SIGNED, r.d, t, u);
            cx.end_long(long);
        });
    }

    /// `vextractf128`.
    fn upper_half(&mut self, d: Enc, a: Enc) {
        self.asm.vex(1 | LONG, 3, false, 0x19, a, 0, Rm::R(d), Some(1));
    }

    /// Integral singles are halves if they come from halves. So is half a unit added to them exact as a single.
    pub(crate) fn half_round(&mut self, round: Round, quiet: bool, d: Val, a: Val) {
        if round == Round::Odd {
            let kind = if quiet { Kind::RoundQuiet } else { Kind::Round };
            return self.halves_by_software(SlowOp { round, ..SlowOp::new(kind, Type::F16) }, d, a);
        }
        let long = self.length(&[a]);
        self.with_temps::<2>(d, a, |cx, r| {
            let [t, u] = r.t;
            cx.widen_halves(long, t, r.a);
            match round {
                Round::NearestAway => cx.round_halves_away(long, quiet, t, r.a, u),
                _ => cx.round_singles(long, round, quiet, t, t),
            }
            cx.narrow_to_half(long, r.d, t);
        });
        if long == 0 {
            self.val(d).significant = 8;
        }
    }

    /// Rounds the singles `x`, which are the halves `a`, to the nearest integral numbers, ties away from zero: adds one half with
    /// the sign of each and truncates. Unless `quiet`, what is not integral raises inexact.
    fn round_halves_away(&mut self, long: u8, quiet: bool, x: Enc, a: Enc, t: Enc) {
        if !quiet {
            self.round_singles(long, Round::Zero, false, t, x);
        }
        self.with_constant(PAND, t, a, Const::SignLanes16);
        self.with_constant(POR, t, t, Const::HalfLanes16);
        self.widen_halves(long, t, t);
        self.asm.v(long, 0x58, x, x, t);
        self.round_singles(long, Round::Zero, true, x, x);
    }

    /// `vroundps`.
    fn round_singles(&mut self, long: u8, round: Round, quiet: bool, d: Enc, a: Enc) {
        let control = rounding_control(round, quiet);
        self.asm.vex(1 | long, 3, false, 0x08, d, 0, Rm::R(a), Some(control));
    }

    fn halves_by_software(&mut self, op: SlowOp, d: Val, a: Val) {
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out_beside(d);
        self.call_slow(slow_lanes(op, rd, [ra, NO_REG, NO_REG]));
        self.finish_vector(d, rd);
    }

    // --- conversions -----------------------------------------------------------------------------

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
        self.finish_halves(0, d, rd);
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

    /// Integers are exact as singles.
    pub(crate) fn halves_from_int(&mut self, sign: Sign, d: Val, a: Val) {
        let long = self.length(&[a]);
        // vpmovsxwd, vpmovzxwd
        let extend = if sign == Sign::Signed { 0x23 } else { 0x33 };
        self.with_temps::<1>(d, a, |cx, r| {
            let [t] = r.t;
            cx.asm.vex(1 | long, 2, false, extend, t, 0, Rm::R(r.a), None);
            cx.asm.v(long, CONVERT_INT, t, 0, t);
            cx.narrow_to_half(long, r.d, t);
        });
        if long == 0 {
            self.val(d).significant = 8;
        }
    }

    /// What may be out of range goes to software before anything is inexact.
    pub(crate) fn halves_to_int(&mut self, (sign, round): (Sign, Round), d: Val, a: Val) {
        let op = SlowOp { sign, round, ..SlowOp::new(Kind::ToInt, Type::F16) };
        if round == Round::Odd {
            return self.halves_by_software(op, d, a);
        }
        let long = self.length(&[a]);
        let ra = self.in_reg(a);
        let (t, u) = (self.alloc(true) & 15, self.alloc(true) & 15);
        self.done(&[a]);
        let rd = self.out_beside(d);
        self.find_out_of_range(sign, t, ra & 15, u);
        let at = self.jump_if_any(t);
        self.widen_halves(long, t, ra & 15);
        match (sign, round) {
            (Sign::Unsigned, _) => self.round_and_clamp(long, round, t, ra & 15, [u, rd & 15]),
            (_, Round::Dynamic | Round::Zero) => {}
            (_, Round::NearestAway) => self.round_halves_away(long, false, t, ra & 15, u),
            _ => self.round_singles(long, round, false, t, t),
        }
        // vcvtps2dq, vcvttps2dq
        let prefix = if round == Round::Dynamic { 1 } else { 2 };
        self.asm.v(prefix | long, CONVERT_INT, t, 0, t);
        match long {
            LONG => self.upper_half(u, t),
            _ => self.zero(u),
        }
        match sign {
            Sign::Signed => self.p(PACK_SIGNED, rd & 15, t, u),
            // vpackusdw
            Sign::Unsigned => self.p38(0x2b, rd & 15, t, u),
        }
        self.end_long(long);
        self.detour(at, slow_lanes(op, rd, [ra, NO_REG, NO_REG]));
        self.finish_halves(long, d, rd);
    }

    /// Ones in `d` where a half is a NaN or infinite, or too large for a signed number of 16 bits.
    fn find_out_of_range(&mut self, sign: Sign, d: Enc, a: Enc, t: Enc) {
        self.with_constant(PAND, d, a, Const::AbsLanes16);
        // The largest half below 2^15, the largest one.
        self.splat(Lane::H, t, if sign == Sign::Signed { 0x77ff } else { 0x7bff });
        // vpcmpgtw
        self.p(0x65, d, d, t);
    }

    /// Rounds the singles `x`, which are the halves `a`, to integral numbers. Those below zero become zero and are invalid;
    /// of others, what was not integral raises inexact.
    fn round_and_clamp(&mut self, long: u8, round: Round, x: Enc, a: Enc, [t, u]: [Enc; 2]) {
        match round {
            Round::NearestAway => self.round_halves_away(long, true, x, a, t),
            _ => self.round_singles(long, round, true, x, x),
        }
        self.zero(u);
        self.asm.vex(long, 1, false, 0xc2, t, x, Rm::R(u), Some(LESS));
        // vcvttps2dq of NaNs where there is one below zero
        self.asm.v(2 | long, CONVERT_INT, u, 0, t);
        // vandnps
        self.asm.v(long, 0x55, x, t, x);
        self.widen_halves(long, u, a);
        self.asm.v(long, 0x55, u, t, u);
        self.round_singles(long, Round::Zero, false, u, u);
    }

    // --- the slow path ---------------------------------------------------------------------------

    /// After halves have been left in `rd`: sends what the host may have got wrong to software. Of the flags that
    /// the guest wants the host has raised some, and no others.
    fn check_halves(&mut self, op: SlowOp, rd: Reg, operands: [Reg; 3], temps: [Enc; 2]) {
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
    fn with_constant(&mut self, opcode: u8, d: Enc, a: Enc, which: Const) {
        let m = self.constant();
        self.p(opcode, d, a, m);
        self.constant_used(which);
    }
}

/// The place of a register that is borrowed.
fn below_stack(i: usize) -> Mem {
    Mem::base(RSP, -16 * (i as i32 + 1))
}
