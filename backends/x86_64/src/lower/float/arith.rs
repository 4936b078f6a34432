//! Arithmetic, extremes and signs.

use super::{by_type, packed, scalar};
use crate::alloc::NO_REG;
use crate::asm::{Cc, Enc, Evex};
use crate::cold::Slow;
use crate::constants::Const;
use crate::context::Cx;
use crate::slow::{Kind, SlowOp};
use tcg_ir::{Type, Val};

/// Two-operand arithmetic, by opcode in map 0F.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Arith {
    Add = 0x58,
    Mul = 0x59,
    Sub = 0x5c,
    Div = 0x5e,
}

impl Arith {
    fn kind(self) -> Kind {
        match self {
            Arith::Add => Kind::Add,
            Arith::Mul => Kind::Mul,
            Arith::Sub => Kind::Sub,
            Arith::Div => Kind::Div,
        }
    }
}

impl Cx<'_> {
    pub(crate) fn fp_binary(&mut self, op: Arith, d: Val, a: Val, b: Val) {
        let ty = self.tb.ty(d);
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        self.done(&[a, b]);
        let bare = self.is_bare(a);
        self.drop_hint_unless(bare, d);
        let rd = self.out_beside(d);
        self.asm.v(scalar(ty), op as u8, rd & 15, ra & 15, rb & 15);
        self.check(SlowOp::new(op.kind(), ty), ty, rd, [ra, rb, NO_REG]);
        self.finish_float(d, rd, bare);
    }

    pub(crate) fn fsqrt(&mut self, d: Val, a: Val) {
        let ty = self.tb.ty(d);
        let ra = self.in_reg(a);
        self.done(&[a]);
        let bare = self.is_bare(a);
        self.drop_hint_unless(bare, d);
        let rd = self.out_beside(d);
        self.asm.v(scalar(ty), 0x51, rd & 15, ra & 15, ra & 15);
        self.check(SlowOp::new(Kind::Sqrt, ty), ty, rd, [ra, ra, NO_REG]);
        self.finish_float(d, rd, bare);
    }

    pub(crate) fn fmuladd(&mut self, sub: bool, d: Val, a: Val, b: Val, c: Val) {
        // vfmadd231 or vfmsub231
        let how = if sub { (0xbb, Kind::MulSub) } else { (0xb9, Kind::MulAdd) };
        self.multiply_add(how, d, a, b, c);
    }

    pub(crate) fn fnmuladd(
        &mut self,
        (product, addend): (bool, bool),
        d: Val,
        a: Val,
        b: Val,
        c: Val,
    ) {
        // vfmadd231, vfmsub231, vfnmadd231, vfnmsub231
        let how = match (product, addend) {
            (false, false) => (0xb9, Kind::MulAdd),
            (false, true) => (0xbb, Kind::MulAddNeg),
            (true, false) => (0xbd, Kind::NegMulAdd),
            (true, true) => (0xbf, Kind::NegMulAddNeg),
        };
        self.multiply_add(how, d, a, b, c);
    }

    fn multiply_add(&mut self, (opcode, kind): (u8, Kind), d: Val, a: Val, b: Val, c: Val) {
        let ty = self.tb.ty(d);
        let (ra, rb, rc) = (self.in_reg(a), self.in_reg(b), self.in_reg(c));
        self.done(&[a, b, c]);
        let bare = self.is_bare(c);
        self.drop_hint_unless(bare, d);
        let rd = self.out_beside(d);
        self.copy_reg(rd, rc);
        self.asm.v38(ty == Type::F64, opcode, rd & 15, ra & 15, rb & 15);
        self.check(SlowOp::new(kind, ty), ty, rd, [ra, rb, rc]);
        self.finish_float(d, rd, bare);
    }

    pub(crate) fn fminmax(&mut self, max: bool, num: bool, d: Val, a: Val, b: Val) {
        let ty = self.tb.ty(d);
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let t = self.alloc(true);
        self.done(&[a, b]);
        let bare = self.is_bare(a) && self.is_bare(b);
        self.drop_hint_unless(bare, d);
        let rd = self.out_beside(d);
        self.fp_compare(false, ty, ra, rb);
        let at = self.asm.jcc(Cc::P);
        self.extreme(max, scalar(ty), ty, (rd & 15, t & 15), (ra & 15, rb & 15));
        let kind = match (max, num) {
            (true, false) => Kind::Max,
            (false, false) => Kind::Min,
            (true, true) => Kind::MaxNum,
            (false, true) => Kind::MinNum,
        };
        let (op, operands) = (SlowOp::new(kind, ty), [ra, rb, NO_REG]);
        self.detour(at, Slow { op, operands, results: [rd, NO_REG], checked: false });
        self.finish_float(d, rd, bare);
    }

    /// `d` = the larger or the smaller of two numbers, of which none is a NaN; `pp` is the prefix of the host's instruction.
    /// Zeros are told apart by combining both orders of the operands, of which the host returns the second.
    pub(crate) fn extreme(
        &mut self,
        max: bool,
        pp: u8,
        ty: Type,
        (d, t): (Enc, Enc),
        (a, b): (Enc, Enc),
    ) {
        if self.shared.shortcuts.avx512 {
            let what = Evex::range(ty == Type::F64, pp == scalar(ty));
            let control = if max { Evex::RANGE_MAX } else { Evex::RANGE_MIN };
            return self.asm.evex(what, d, a, b, Some(control));
        }
        let (opcode, combine) = if max { (0x5f, 0x54) } else { (0x5d, 0x56) };
        self.asm.v(pp, opcode, d, a, b);
        self.asm.v(pp, opcode, t, b, a);
        self.asm.v(0, combine, d, d, t);
    }

    pub(crate) fn fneg(&mut self, d: Val, a: Val) {
        let which = by_type(self.tb.ty(d), Const::Sign64, Const::Sign32);
        self.bitwise(0x57, which, false, d, a);
    }

    pub(crate) fn fabs(&mut self, d: Val, a: Val) {
        let which = by_type(self.tb.ty(d), Const::Abs64, Const::Abs32);
        // The mask has zeros above.
        self.bitwise(0x54, which, true, d, a);
    }

    fn bitwise(&mut self, opcode: u8, which: Const, bare: bool, d: Val, a: Val) {
        let ra = self.in_reg(a);
        self.done(&[a]);
        let bare = bare || self.is_bare(a);
        self.drop_hint_unless(bare, d);
        let rd = self.out(d, ra);
        let m = self.constant();
        self.asm.v(packed(self.tb.ty(d)), opcode, rd & 15, ra & 15, m);
        self.constant_used(which);
        self.set(d, rd);
        if bare {
            self.set_significant(d);
        }
    }
}
