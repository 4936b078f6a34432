//! Conversions and rounding to integral numbers.

use super::super::round_away::Part;
use super::{by_type, scalar};
use crate::alloc::NO_REG;
use crate::asm::{Alu, Cc, Evex, Rm, Shift};
use crate::cold::{FromLarge, Slow, Then};
use crate::constants::Const;
use crate::context::Cx;
use crate::pins::Reg;
use crate::slow::{Kind, SlowOp};
use tcg_ir::{Round, Sign, Type, Val};

impl Cx<'_> {
    pub(crate) fn fcvt(&mut self, d: Val, a: Val) {
        let (from, to) = (self.tb.ty(a), self.tb.ty(d));
        let ra = self.in_reg(a);
        self.done(&[a]);
        // The upper half is that of the operand, which a short result leaves half of in its place.
        let bare = to == Type::F64 && self.vals[a.index()].significant <= 8;
        self.drop_hint_unless(bare, d);
        let rd = self.out_beside(d);
        // vcvtsd2ss or vcvtss2sd; NaNs come out as wanted.
        self.asm.v(scalar(from), 0x5a, rd & 15, ra & 15, ra & 15);
        if to == Type::F32 {
            let op = SlowOp { other: to, ..SlowOp::new(Kind::Cvt, from) };
            self.check(op, to, rd, [ra, NO_REG, NO_REG]);
        }
        self.finish_float(d, rd, bare);
    }

    pub(crate) fn ffromint(&mut self, sign: Sign, d: Val, a: Val) {
        let (ity, ty) = (self.tb.ty(a), self.tb.ty(d));
        let ra = self.in_reg(a);
        if sign == Sign::Unsigned && self.shared.shortcuts.avx512 {
            self.done(&[a]);
            let rd = self.out(d, NO_REG);
            self.asm.v(0, 0x57, rd & 15, rd & 15, rd & 15);
            let what = Evex::unsigned_to_float(ty == Type::F64, ity == Type::I64);
            self.asm.evex(what, rd & 15, rd & 15, ra, None);
            return self.set_bare(d, rd);
        }
        let (w, rs) = match (ity, sign) {
            (Type::I32, Sign::Signed) => (false, ra),
            (Type::I32, Sign::Unsigned) => {
                let t = self.alloc(false);
                self.asm.mov(false, t, ra);
                (true, t)
            }
            _ => (true, ra),
        };
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        // Without this the conversion would wait for the old content.
        self.asm.v(0, 0x57, rd & 15, rd & 15, rd & 15);
        let large = (ity == Type::I64 && sign == Sign::Unsigned).then(|| {
            let t = self.alloc(false);
            self.asm.test(true, rs, rs);
            (FromLarge { ty, from: rs, to: rd, t }, self.asm.jcc(Cc::S))
        });
        // vcvtsi2sd or vcvtsi2ss
        self.asm.vex(scalar(ty), 1, w, 0x2a, rd & 15, rd & 15, Rm::R(rs), None);
        if let Some((integer, at)) = large {
            let back = self.asm.pos();
            self.cold_detour(at, Then::FromLarge { integer, back });
        }
        self.set_bare(d, rd);
    }

    /// The cold part: half of the integer is converted and doubled. Its lowest bit, far from those that the result has,
    /// stands for both that it comes from, so that it is rounded the same.
    pub(crate) fn convert_large(&mut self, FromLarge { ty, from, to, t }: FromLarge, back: usize) {
        self.asm.mov(true, t, from);
        self.asm.shift(Shift::Shr, true, t, 1);
        let even = self.asm.jcc(Cc::Ae);
        self.asm.alu_imm(Alu::Or, true, t, 1);
        self.asm.bind(even);
        let x = to & 15;
        self.asm.vex(scalar(ty), 1, true, 0x2a, x, x, Rm::R(t), None);
        // vaddsd or vaddss
        self.asm.v(scalar(ty), 0x58, x, x, x);
        self.jump_back(back);
    }

    pub(crate) fn ftoint(&mut self, sign: Sign, round: Round, d: Val, cls: Val, a: Val) {
        self.flush_merges();
        let (ty, ity) = (self.tb.ty(a), self.tb.ty(d));
        let ra = self.in_reg(a);
        let (rd, rc, x) = (self.alloc(false), self.alloc(false), self.alloc(true));
        self.done(&[a]);
        let op = SlowOp { other: ity, sign, round, ..SlowOp::new(Kind::ToInt, ty) };
        let slow = Slow { op, operands: [ra, NO_REG, NO_REG], results: [rd, rc], checked: false };
        if round == Round::Odd {
            self.call_slow(slow);
        } else {
            let class = self.vals[cls.index()].last_use > self.now;
            self.convert_inline(slow, (ity, sign), x, class);
        }
        self.finish_in(cls, rc);
        self.finish_in(d, rd);
    }

    fn convert_inline(&mut self, slow: Slow, (ity, sign): (Type, Sign), x: Reg, class: bool) {
        let (ra, rd, rc) = (slow.operands[0], slow.results[0], slow.results[1]);
        let ty = slow.op.ty;
        let host_unsigned = sign == Sign::Unsigned && self.shared.shortcuts.avx512;
        let wide = ity == Type::I64 || sign == Sign::Unsigned;
        let unsigned64 = ity == Type::I64 && sign == Sign::Unsigned && !host_unsigned;
        // Before any jump, since it may empty registers.
        let temps = match slow.op.round {
            Round::NearestAway => [self.alloc(true) & 15, self.alloc(true) & 15],
            _ => [0; 2],
        };
        let early = unsigned64.then(|| self.beyond_signed(ty, ra));
        // The host rounds before it finds that the result is out of range, and then is inexact too: unless the guest wants
        // that, inexact is raised when all is well.
        let direct = matches!(slow.op.round, Round::Zero | Round::Dynamic);
        let late = !self.layout.fp.out_of_range_is_inexact
            && (!direct || sign == Sign::Unsigned && !host_unsigned);
        let rx = if direct && !late {
            ra
        } else {
            match slow.op.round {
                Round::NearestAway => {
                    self.round_away((ty, Part::Scalar), late, x & 15, ra & 15, temps);
                }
                round => self.round_to_integral(ty, x, ra, round, late),
            }
            x
        };
        let truncate = slow.op.round != Round::Dynamic;
        let at = if host_unsigned {
            self.convert_unsigned((ity, ty), truncate, rd, rx)
        } else {
            // vcvt(t)sd2si or vcvt(t)ss2si
            let opcode = if truncate { 0x2c } else { 0x2d };
            self.asm.vex(scalar(ty), 1, wide, opcode, rd, 0, Rm::R(rx & 15), None);
            self.out_of_range((ity, sign), rd, rc)
        };
        if late {
            // In any mode what is not integral is inexact.
            self.round_to_integral(ty, x, ra, Round::Zero, false);
        }
        if class {
            self.class_of_zero(ty, ra, rc, x);
        }
        self.detour(at, slow);
        if let Some(at) = early {
            self.detour(at, slow);
        }
    }

    /// By AVX-512. Jumps if the converted number may not be it: all ones stand for 'invalid' and, of 32 bits, for themselves.
    fn convert_unsigned(
        &mut self,
        (ity, ty): (Type, Type),
        truncate: bool,
        rd: Reg,
        x: Reg,
    ) -> usize {
        let wide = ity == Type::I64;
        let what = Evex::float_to_unsigned(ty == Type::F64, wide, truncate);
        self.asm.evex(what, rd, 0, x & 15, None);
        self.asm.alu_imm(Alu::Cmp, wide, rd, -1);
        self.asm.jcc(Cc::E)
    }

    /// `rc` = 0 if `ra` is zero, 1 below, 2 above.
    fn class_of_zero(&mut self, ty: Type, ra: Reg, rc: Reg, x: Reg) {
        self.asm.v(0, 0x57, x & 15, x & 15, x & 15);
        self.fp_compare(false, ty, ra, x);
        self.asm.setcc(Cc::Ne, rc);
        self.asm.movzx8(rc, rc);
        let below = self.asm.jcc(Cc::Be);
        self.asm.alu_imm(Alu::Add, false, rc, 1);
        self.asm.bind(below);
    }

    /// Jumps if `ra` is not below 2^63.
    fn beyond_signed(&mut self, ty: Type, ra: Reg) -> usize {
        let t = self.alloc(true);
        self.load_prologue(ty, t, by_type(ty, Const::Big64, Const::Big32));
        self.fp_compare(false, ty, t, ra);
        self.asm.jcc(Cc::Be)
    }

    fn load_prologue(&mut self, ty: Type, x: Reg, which: Const) {
        let m = self.constant();
        self.load_reg(ty, x, m);
        self.constant_used(which);
    }

    /// Jumps if the converted number in `rd` may not be it.
    fn out_of_range(&mut self, (ity, sign): (Type, Sign), rd: Reg, t: Reg) -> usize {
        match (ity, sign) {
            (_, Sign::Signed) => {
                // Only the most negative number minus 1 overflows; that is what the host gives for 'invalid'.
                self.asm.alu_imm(Alu::Cmp, ity == Type::I64, rd, 1);
                self.asm.jcc(Cc::O)
            }
            (Type::I32, Sign::Unsigned) => {
                self.asm.mov(true, t, rd);
                self.asm.shift(Shift::Shr, true, t, 32);
                self.asm.jcc(Cc::Ne)
            }
            _ => {
                self.asm.test(true, rd, rd);
                self.asm.jcc(Cc::S)
            }
        }
    }

    /// `vroundsd` or `vroundss`.
    fn round_to_integral(&mut self, ty: Type, d: Reg, a: Reg, round: Round, quiet: bool) {
        let opcode = if ty == Type::F64 { 0x0b } else { 0x0a };
        self.asm.v3a(false, opcode, d & 15, a & 15, a & 15, rounding_control(round, quiet));
    }

    pub(crate) fn fround(&mut self, round: Round, quiet: bool, d: Val, a: Val) {
        let ty = self.tb.ty(d);
        let ra = self.in_reg(a);
        self.done(&[a]);
        let by_software = round == Round::Odd;
        let bare = by_software || self.is_bare(a);
        self.drop_hint_unless(bare, d);
        let rd = self.out_beside(d);
        let kind = if quiet { Kind::RoundQuiet } else { Kind::Round };
        let op = SlowOp { round, ..SlowOp::new(kind, ty) };
        let operands = [ra, NO_REG, NO_REG];
        let slow = Slow { op, operands, results: [rd, NO_REG], checked: false };
        match round {
            Round::Odd => self.call_slow(slow),
            Round::NearestAway => {
                let (what, temps) = ((ty, Part::Scalar), [self.alloc(true), self.alloc(true)]);
                let temps = temps.map(|r| r & 15);
                let at = self.jump_unless_finite(what, ra & 15, temps);
                self.round_away(what, quiet, rd & 15, ra & 15, temps);
                self.detour(at, slow);
            }
            _ => self.round_to_integral(ty, rd, ra, round, quiet),
        }
        self.finish_float(d, rd, bare);
    }
}

/// The immediate of `vround*`; with `quiet` nothing is inexact.
pub(crate) fn rounding_control(round: Round, quiet: bool) -> u8 {
    let mode = match round {
        Round::NearestEven | Round::NearestAway | Round::Odd => 0,
        Round::Down => 1,
        Round::Up => 2,
        Round::Zero => 3,
        Round::Dynamic => 4,
    };
    mode | u8::from(quiet) << 3
}
