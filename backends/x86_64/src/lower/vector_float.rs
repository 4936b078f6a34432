//! Floating-point operations on vectors.
//!
//! As for scalars the host's instruction is right unless a result is a NaN or the smallest normal number; one comparison
//! finds both in all lanes. Software then computes those lanes: the flags that the host has raised are among the guest's.

use super::float::{by_type, packed};
use super::round_away::Part;
use crate::alloc::NO_REG;
use crate::asm::{Cc, Mem, RSP, Rm};
use crate::cold::Slow;
use crate::constants::Const;
use crate::context::Cx;
use crate::pins::Reg;
use crate::slow::{Kind, SlowOp, VectorFrame};
use std::mem::{offset_of, size_of};
use tcg_ir::{Round, Type, Val, VecFpCmp, VecFpOp};

const VECTOR_FRAME: i32 = size_of::<VectorFrame>() as i32;

/// Predicates of `vcmpps`.
const EQUAL: u8 = 0x00;
pub(crate) const UNORDERED: u8 = 0x03;
const EQUAL_OR_UNORDERED: u8 = 0x08;
const GREATER_OR_EQUAL_SIGNALING: u8 = 0x0d;
const GREATER_SIGNALING: u8 = 0x0e;

/// The predicate of `vcmpps` for a comparison.
pub(crate) fn predicate(op: VecFpCmp) -> u8 {
    match op {
        VecFpCmp::Eq => EQUAL,
        VecFpCmp::Ge => GREATER_OR_EQUAL_SIGNALING,
        VecFpCmp::Gt => GREATER_SIGNALING,
    }
}

/// How to compute an operation: by an opcode, or as an extreme.
pub(crate) enum How {
    Opcode(u8),
    /// The larger one, or the smaller.
    Extreme {
        max: bool,
    },
}

/// How the host computes an operation, and its name in software.
pub(crate) fn how(op: VecFpOp) -> (How, Kind) {
    let extreme = |max| How::Extreme { max };
    match op {
        VecFpOp::Add => (How::Opcode(0x58), Kind::Add),
        VecFpOp::Sub => (How::Opcode(0x5c), Kind::Sub),
        VecFpOp::Mul => (How::Opcode(0x59), Kind::Mul),
        VecFpOp::Div => (How::Opcode(0x5e), Kind::Div),
        VecFpOp::Max => (extreme(true), Kind::Max),
        VecFpOp::Min => (extreme(false), Kind::Min),
        VecFpOp::MaxNum => (extreme(true), Kind::MaxNum),
        VecFpOp::MinNum => (extreme(false), Kind::MinNum),
    }
}

impl Cx<'_> {
    pub(crate) fn vfbinary(&mut self, op: VecFpOp, ty: Type, d: Val, a: Val, b: Val) {
        let (opcode, kind) = match how(op) {
            (How::Opcode(opcode), kind) => (opcode, kind),
            (How::Extreme { max }, kind) => return self.vfminmax((max, kind), ty, d, a, b),
        };
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        self.done(&[a, b]);
        let rd = self.out_beside(d);
        self.asm.v(packed(ty), opcode, rd & 15, ra & 15, rb & 15);
        self.check_lanes(kind, ty, ty, rd, [ra, rb, NO_REG]);
        self.finish_vector(d, rd);
    }

    /// See `fminmax`.
    fn vfminmax(&mut self, (max, kind): (bool, Kind), ty: Type, d: Val, a: Val, b: Val) {
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let t = self.alloc(true);
        self.done(&[a, b]);
        let rd = self.out_beside(d);
        let (xd, xa, xb, xt) = (rd & 15, ra & 15, rb & 15, t & 15);
        self.compare_floats(ty, UNORDERED, xt, xa, xb.into());
        let at = self.jump_if_any(xt);
        self.extreme(max, packed(ty), ty, (xd, xt), (xa, xb));
        self.detour(at, slow_lanes(SlowOp::new(kind, ty), rd, [ra, rb, NO_REG]));
        self.finish_vector(d, rd);
    }

    pub(crate) fn vfsqrt(&mut self, ty: Type, d: Val, a: Val) {
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out_beside(d);
        self.asm.v(packed(ty), 0x51, rd & 15, 0, ra & 15);
        self.check_lanes(Kind::Sqrt, ty, ty, rd, [ra, ra, NO_REG]);
        self.finish_vector(d, rd);
    }

    pub(crate) fn vfmuladd(&mut self, ty: Type, neg: bool, d: Val, (a, b, c): (Val, Val, Val)) {
        let (ra, rb, rc) = (self.in_reg(a), self.in_reg(b), self.in_reg(c));
        self.done(&[a, b, c]);
        let rd = self.out_beside(d);
        self.copy_reg(rd, rc);
        // vfmadd231, vfnmadd231
        let (opcode, kind) = if neg { (0xbc, Kind::NegMulAdd) } else { (0xb8, Kind::MulAdd) };
        self.asm.v38(ty == Type::F64, opcode, rd & 15, ra & 15, rb & 15);
        self.check_lanes(kind, ty, ty, rd, [ra, rb, rc]);
        self.finish_vector(d, rd);
    }

    pub(crate) fn vfcmp(&mut self, op: VecFpCmp, ty: Type, d: Val, a: Val, b: Val) {
        let predicate = predicate(op);
        self.with_temps2::<0>(d, a, b, |cx, r| {
            cx.compare_floats(ty, predicate, r.d, r.a, r.b.into());
        });
    }

    pub(crate) fn vfround(&mut self, ty: Type, round: Round, quiet: bool, d: Val, a: Val) {
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out_beside(d);
        let kind = if quiet { Kind::RoundQuiet } else { Kind::Round };
        let slow = slow_lanes(SlowOp { round, ..SlowOp::new(kind, ty) }, rd, [ra, NO_REG, NO_REG]);
        match round {
            Round::Odd => self.call_slow(slow),
            Round::NearestAway => {
                let (what, temps) = ((ty, Part::Lanes), [self.alloc(true), self.alloc(true)]);
                let temps = temps.map(|r| r & 15);
                let at = self.jump_unless_finite(what, ra & 15, temps);
                self.round_away(what, quiet, rd & 15, ra & 15, temps);
                self.detour(at, slow);
            }
            _ => self.round_lanes(ty, rd & 15, ra & 15, round, quiet),
        }
        self.finish_vector(d, rd);
    }

    /// `vroundps`, `vroundpd`.
    pub(super) fn round_lanes(&mut self, ty: Type, d: u8, a: u8, round: Round, quiet: bool) {
        let opcode = if ty == Type::F64 { 0x09 } else { 0x08 };
        self.asm.v3a(false, opcode, d, 0, a, super::float::rounding_control(round, quiet));
    }

    pub(crate) fn vfwiden(&mut self, from: Type, high: bool, d: Val, a: Val) {
        self.with_temps::<1>(d, a, |cx, r| {
            if high {
                cx.shift_bytes_right(r.t[0], r.a, 8);
            }
            let a = if high { r.t[0] } else { r.a };
            match from {
                Type::F16 => cx.widen_halves(0, r.d, a),
                // vcvtps2pd
                _ => cx.asm.v(0, 0x5a, r.d, 0, a),
            }
        });
    }

    pub(crate) fn vfnarrow(&mut self, d: Val, a: Val) {
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out_beside(d);
        // vcvtpd2ps
        self.asm.v(1, 0x5a, rd & 15, 0, ra & 15);
        self.check_lanes(Kind::Cvt, Type::F64, Type::F32, rd, [ra, NO_REG, NO_REG]);
        self.finish_vector(d, rd);
    }

    // --- the slow path ---------------------------------------------------------------------------

    /// After the host instruction has left lanes of type `to` in `rd`: sends what it may have got wrong to software.
    fn check_lanes(&mut self, kind: Kind, from: Type, to: Type, rd: Reg, operands: [Reg; 3]) {
        let t = self.alloc(true);
        let m = self.constant();
        // vandpd or vandps
        self.asm.v(packed(to), 0x54, t & 15, rd & 15, m);
        self.constant_used(by_type(to, Const::AbsLanes64, Const::AbsLanes32));
        let m = self.constant();
        self.compare_floats(to, EQUAL_OR_UNORDERED, t & 15, t & 15, m.into());
        self.constant_used_before(by_type(to, Const::MinLanes64, Const::MinLanes32), 1);
        let at = self.jump_if_any(t & 15);
        let op = SlowOp { other: to, ..SlowOp::new(kind, from) };
        self.detour(at, slow_lanes(op, rd, operands));
        self.regs.locked &= !crate::alloc::bit(t);
    }

    /// `vcmpps` or `vcmppd`.
    pub(super) fn compare_floats(&mut self, ty: Type, predicate: u8, d: u8, a: u8, b: Rm) {
        self.asm.vex(packed(ty), 1, false, 0xc2, d, a, b, Some(predicate));
    }

    /// Jumps if any lane of the mask `x` is set; the place of the displacement.
    pub(crate) fn jump_if_any(&mut self, x: u8) -> usize {
        self.test_any(x);
        self.asm.jcc(Cc::Ne)
    }

    /// 'Not equal' if any lane of the mask `x` is set.
    pub(crate) fn test_any(&mut self, x: u8) {
        match self.free_scratch(false) {
            Some(t) => {
                // vpmovmskb
                self.asm.v(1, 0xd7, t, 0, x);
                self.asm.test(false, t, t);
            }
            // vptest: no register, but slower
            None => self.p38(0x17, x, 0, x),
        }
    }

    /// Output `d` was computed in `rd`: leaves it there, or moves it where it is wanted.
    pub(crate) fn finish_vector(&mut self, d: Val, rd: Reg) {
        if crate::pins::SCRATCH & crate::alloc::bit(rd) == 0 {
            self.set(d, rd);
        } else {
            self.finish_in(d, rd);
        }
    }

    /// See `call_slow`: operands and results of 16 bytes.
    pub(crate) fn call_slow_vector(&mut self, slow: Slow) {
        self.asm.lea(true, RSP, Mem::base(RSP, -VECTOR_FRAME));
        let slot = |i: usize| Mem::base(RSP, 8 * i as i32);
        for (i, r) in slow.operands.into_iter().enumerate().filter(|(_, r)| *r != NO_REG) {
            self.store_reg(Type::F64, slot(i), r);
            // vmovhps
            self.asm.v(0, 0x17, r & 15, 0, slot(4 + i));
        }
        self.asm.store_imm(4, slot(3), slow.op.pack() as i32);
        let x = slow.results[0];
        let host = Mem::base(RSP, offset_of!(VectorFrame, host) as i32);
        // vmovups
        self.asm.v(0, 0x11, x & 15, 0, host);
        let thunk = self.shared.offsets.nans.of(slow.op);
        self.call_prologue(thunk.unwrap_or(self.shared.offsets.fp_slow));
        self.load_reg(Type::F64, x, slot(0));
        // vmovhps
        self.asm.v(0, 0x16, x & 15, x & 15, slot(4));
        self.asm.lea(true, RSP, Mem::base(RSP, VECTOR_FRAME));
    }
}

pub(crate) fn slow_lanes(op: SlowOp, rd: Reg, operands: [Reg; 3]) -> Slow {
    let op = SlowOp { vector: true, ..op };
    Slow { op, operands, results: [rd, NO_REG], checked: false }
}
