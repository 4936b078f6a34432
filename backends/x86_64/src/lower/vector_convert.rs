//! Conversions between vectors of integers and of floats of 32 or 64 bits.

use super::float::packed;
use super::round_away::Part;
use super::vector::{PAND, POR, PXOR, Regs, SHIFT_LEFT, SHIFT_RIGHT};
use super::vector_float::slow_lanes;
use crate::alloc::{NO_REG, bit};
use crate::asm::{Cc, Enc, Evex, Rm};
use crate::constants::Const;
use crate::context::Cx;
use crate::slow::{Kind, SlowOp};
use tcg_ir::{Lane, Round, Sign, Type, Val, VecOp};

/// Predicates of `vcmpps`: not less, which NaNs are, too; not greater.
const NOT_LESS: u8 = 0x05;
const LESS_OR_EQUAL: u8 = 0x02;

/// Two to the power of `exponent` as float.
const fn power_of_two(ty: Type, exponent: u64) -> u64 {
    match ty {
        Type::F64 => (1023 + exponent) << 52,
        _ => (127 + exponent) << 23,
    }
}

impl Cx<'_> {
    pub(crate) fn vffromint(&mut self, ty: Type, sign: Sign, d: Val, a: Val) {
        match (ty, sign) {
            // vcvtdq2ps
            (Type::F32, Sign::Signed) => {
                self.with_rm(d, a, |cx, d, a| cx.asm.v(0, 0x5b, d, 0, a));
            }
            _ if self.shared.shortcuts.avx512 => {
                let what = Evex::from_integers(ty == Type::F64, sign == Sign::Signed);
                self.with_rm(d, a, |cx, d, a| cx.asm.evex(what, d, 0, a, None));
            }
            (Type::F32, _) => self.with_temps::<2>(d, a, Self::singles_from_unsigned),
            (_, Sign::Unsigned) => self.with_temps::<2>(d, a, Self::doubles_from_unsigned),
            _ => {
                let r = self.alloc(false);
                self.with_temps::<2>(d, a, |cx, regs| cx.doubles_from_signed(r, regs));
            }
        }
    }

    /// The upper 16 bits are exact, and so is their product with 2^16: the sum alone is rounded.
    fn singles_from_unsigned(&mut self, Regs { d, a, t: [t, u], .. }: Regs<2>) {
        self.shift_lanes(SHIFT_RIGHT, Lane::S, t, a, 16);
        self.asm.v(0, 0x5b, t, 0, t);
        self.splat(Lane::S, u, power_of_two(Type::F32, 16));
        self.asm.v(0, 0x59, t, t, u);
        self.shift_lanes(SHIFT_LEFT, Lane::S, u, a, 16);
        self.shift_lanes(SHIFT_RIGHT, Lane::S, u, u, 16);
        self.asm.v(0, 0x5b, u, 0, u);
        self.asm.v(0, 0x58, d, t, u);
    }

    /// Either half is the fraction of a number that is a power of two higher: 2^84 and 2^52. These cancel out when both
    /// are added, of which that sum alone is rounded; its zero may have a sign.
    fn doubles_from_unsigned(&mut self, Regs { d, a, t: [t, u], .. }: Regs<2>) {
        let [low, high] = [52, 84].map(|exponent| power_of_two(Type::F64, exponent));
        self.shift_lanes(SHIFT_RIGHT, Lane::D, t, a, 32);
        self.splat(Lane::D, u, high);
        self.p(POR, t, t, u);
        // 2^84 + 2^52
        self.splat(Lane::D, u, high | 1 << (52 - 32));
        // vsubpd
        self.asm.v(1, 0x5c, t, t, u);
        self.splat(Lane::D, u, low);
        // vpblendd: the upper halves of the constant
        self.asm.v3a(false, 0x02, u, a, u, 0b1010);
        // vaddpd
        self.asm.v(1, 0x58, t, t, u);
        let m = self.constant();
        self.p(PAND, d, t, m);
        self.constant_used(Const::AbsLanes64);
    }

    /// One after the other, by way of the general register `r`.
    fn doubles_from_signed(&mut self, r: Enc, Regs { d, a, t: [t, u], .. }: Regs<2>) {
        self.extract_lane(Lane::D, 0, r, a);
        self.zero(t);
        // vcvtsi2sd
        self.asm.vex(3, 1, true, 0x2a, t, t, Rm::R(r), None);
        self.extract_lane(Lane::D, 1, r, a);
        self.zero(u);
        self.asm.vex(3, 1, true, 0x2a, u, u, Rm::R(r), None);
        // vunpcklpd
        self.asm.v(1, 0x14, d, t, u);
    }

    pub(crate) fn vftoint(&mut self, ty: Type, (sign, round): (Sign, Round), d: Val, a: Val) {
        let ra = self.in_reg(a);
        let t = self.alloc(true) & 15;
        self.done(&[a]);
        let rd = self.out_beside(d);
        let other = if ty == Type::F64 { Type::I64 } else { Type::I32 };
        let op = SlowOp { other, sign, round, ..SlowOp::new(Kind::ToInt, ty) };
        let slow = slow_lanes(op, rd, [ra, NO_REG, NO_REG]);
        if round == Round::Odd {
            self.call_slow(slow);
            return self.finish_vector(d, rd);
        }
        let late = sign == Sign::Unsigned && !self.layout.fp.out_of_range_is_inexact;
        let away = round == Round::NearestAway;
        let source = if away { self.rounded_away(ty, late, ra & 15, t) } else { ra & 15 };
        let round = if away { Round::Zero } else { round };
        let regs = Regs { d: rd & 15, a: source, b: source, t: [t] };
        let avx512 = self.shared.shortcuts.avx512;
        let direct = matches!(round, Round::Zero | Round::Dynamic);
        let jumps = if sign == Sign::Signed {
            [Some(self.lanes_to_signed(ty, round, regs)), None]
        } else if avx512 {
            [Some(self.lanes_to_unsigned_avx512(ty, round, late && !direct, regs)), None]
        } else {
            self.lanes_to_unsigned(ty, round, late, regs).map(Some)
        };
        // A lane out of range is not inexact, even if it was rounded first.
        if late && (away || !(avx512 && direct)) {
            self.round_lanes(ty, t, ra & 15, round, false);
        }
        for at in jumps.into_iter().flatten() {
            self.detour(at, slow);
        }
        self.finish_vector(d, rd);
    }

    /// A register with the lanes of `a` rounded, ties away from zero.
    fn rounded_away(&mut self, ty: Type, quiet: bool, a: Enc, t: Enc) -> Enc {
        let (x, u) = (self.alloc(true), self.alloc(true));
        self.round_away((ty, Part::Lanes), quiet, x & 15, a, [t, u & 15]);
        self.regs.locked &= !bit(u);
        x & 15
    }

    /// What is out of range gives the most negative number, and jumps. A number of that size has no fraction: nothing is inexact.
    fn lanes_to_signed(
        &mut self,
        ty: Type,
        round: Round,
        Regs { d, a, t: [t], .. }: Regs<1>,
    ) -> usize {
        let direct = matches!(round, Round::Zero | Round::Dynamic);
        if !direct {
            self.round_lanes(ty, t, a, round, false);
        }
        let (x, truncate) = (if direct { a } else { t }, round != Round::Dynamic);
        if ty == Type::F32 {
            // vcvttps2dq, vcvtps2dq
            self.asm.v(if truncate { 2 } else { 1 }, 0x5b, d, 0, x);
        } else if self.shared.shortcuts.avx512 {
            self.asm.evex(Evex::to_integers(true, true, truncate), d, 0, x, None);
        } else {
            let r = self.alloc(false);
            self.doubles_to_signed(truncate, r, (d, x, t));
        }
        let lane = if ty == Type::F64 { Lane::D } else { Lane::S };
        self.splat(lane, t, 1 << (lane.bits() - 1));
        self.lanes(VecOp::Eq, lane, t, t, d);
        self.jump_if_any(t)
    }

    /// One after the other, by way of the general register `r`.
    fn doubles_to_signed(&mut self, truncate: bool, r: Enc, (d, a, t): (Enc, Enc, Enc)) {
        // vcvttsd2si, vcvtsd2si
        let opcode = if truncate { 0x2c } else { 0x2d };
        self.asm.v_w(3, opcode, r, 0, a);
        // vmovq
        self.asm.v_w(1, 0x6e, d, 0, r);
        self.shift_bytes_right(t, a, 8);
        self.asm.v_w(3, opcode, r, 0, t);
        // vpinsrq
        self.asm.v3a(true, 0x22, d, d, r, 1);
    }

    /// What is out of range gives all ones, and jumps.
    fn lanes_to_unsigned_avx512(
        &mut self,
        ty: Type,
        round: Round,
        quiet: bool,
        Regs { d, a, t: [t], .. }: Regs<1>,
    ) -> usize {
        let direct = matches!(round, Round::Zero | Round::Dynamic);
        if !direct {
            self.round_lanes(ty, t, a, round, quiet);
        }
        let what = Evex::to_integers(ty == Type::F64, false, round != Round::Dynamic);
        self.asm.evex(what, d, 0, if direct { a } else { t }, None);
        self.ones(t);
        let lane = if ty == Type::F64 { Lane::D } else { Lane::S };
        self.lanes(VecOp::Eq, lane, t, t, d);
        self.jump_if_any(t)
    }

    /// Rounded first, so that what follows is exact. Numbers from the middle of the range on are made smaller by that,
    /// and converted as signed ones. Those too large, and NaNs, jump before; negative results after.
    fn lanes_to_unsigned(
        &mut self,
        ty: Type,
        round: Round,
        quiet: bool,
        Regs { d, a, t: [t], .. }: Regs<1>,
    ) -> [usize; 2] {
        let (u, r) = (self.alloc(true) & 15, self.alloc(false));
        let (lane, pp) = if ty == Type::F64 { (Lane::D, 1) } else { (Lane::S, 0) };
        let bits = u64::from(lane.bits());
        self.round_lanes(ty, t, a, round, quiet);
        self.splat(lane, u, power_of_two(ty, bits));
        self.compare_floats(ty, NOT_LESS, u, t, Rm::R(u));
        let too_large = self.jump_if_any(u);
        self.splat(lane, u, power_of_two(ty, bits - 1));
        self.compare_floats(ty, LESS_OR_EQUAL, d, u, Rm::R(t));
        self.p(PAND, u, u, d);
        // vsubps, vsubpd
        self.asm.v(packed(ty), 0x5c, t, t, u);
        self.shift_lanes(SHIFT_LEFT, lane, d, d, lane.bits() as u8 - 1);
        if ty == Type::F32 {
            // vcvttps2dq
            self.asm.v(2, 0x5b, u, 0, t);
        } else {
            self.doubles_to_signed(true, r, (u, t, t));
        }
        self.p(PXOR, d, d, u);
        // vmovmskps, vmovmskpd: the signs
        self.asm.v(pp, 0x50, r, 0, u);
        self.asm.test(false, r, r);
        [too_large, self.asm.jcc(Cc::Ne)]
    }
}
