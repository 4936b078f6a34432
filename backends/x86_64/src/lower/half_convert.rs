//! Half precision: comparison, rounding to integral numbers, conversions.

use super::float::rounding_control;
use super::vector::{PAND, POR};
use super::vector_float::{predicate, slow_lanes};
use super::vector_half::BELOW_SINGLE;
use crate::alloc::NO_REG;
use crate::asm::{Enc, LONG, Rm};
use crate::constants::Const;
use crate::context::Cx;
use crate::slow::{Kind, SlowOp};
use tcg_ir::{Lane, Round, Sign, Type, Val, VecFpCmp};

/// `vpackssdw`, and conversions of 32-bit integers: from them, to them as MXCSR says, to them by truncation (with prefixes).
const PACK_SIGNED: u8 = 0x6b;
const CONVERT_INT: u8 = 0x5b;
/// Predicate of `vcmpps`; there are no NaNs.
const LESS: u8 = 0x01;

impl Cx<'_> {
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
}
