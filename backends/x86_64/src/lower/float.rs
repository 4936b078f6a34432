//! Floating point: the host's instruction on the hot path, software for what it does not do as the guest wants.
//!
//! Flags gather in MXCSR. After an arithmetic instruction one comparison of the result's magnitude with the smallest
//! normal number finds NaNs (whose choice is the guest's), tiny results, and results that are exactly that number
//! (where tininess before and after rounding differ); zero and subnormal results turn out right in the cold part.
//!
//! `Round::Dynamic` means MXCSR's mode; the front end keeps ops with it out of TBs that run under a mode the host lacks.

use crate::alloc::{NO_REG, bit};
use crate::asm::{Alu, Cc, Mem, RSP, Rm, Shift};
use crate::cold::{Slow, Then};
use crate::context::Cx;
use crate::pins::{NO_PIN, Reg, SCRATCH, XMM0};
use crate::prologue::Const;
use crate::slow::{Frame, Kind, SlowOp};
use std::mem::{offset_of, size_of};
use tcg_ir::layout::Env;
use tcg_ir::{Cond, FpMask, Round, Sign, Type, Val};

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

const HOST_CSR: i32 = offset_of!(Env, host_fp_csr) as i32;
const FP_FLAGS: i32 = offset_of!(Env, fp_flags) as i32;
const FP_ROUND: i32 = offset_of!(Env, fp_round) as i32;
const FRAME: i32 = size_of::<Frame>() as i32;
const LDMXCSR: u8 = 2;
const STMXCSR: u8 = 3;

/// VEX prefix of scalar instructions: F2 for doubles, F3 for singles.
fn scalar(ty: Type) -> u8 {
    if ty == Type::F64 { 3 } else { 2 }
}

/// VEX prefix of packed instructions and of `ucomis`: 66 for doubles, none for singles.
pub(crate) fn packed(ty: Type) -> u8 {
    u8::from(ty == Type::F64)
}

pub(crate) fn by_type(ty: Type, f64: Const, f32: Const) -> Const {
    if ty == Type::F64 { f64 } else { f32 }
}

impl Cx<'_> {
    // --- arithmetic ------------------------------------------------------------------------------

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
        self.check(SlowOp::new(Kind::Sqrt, ty), ty, rd, [ra, NO_REG, NO_REG]);
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

    /// A register for `d` that none of the inputs is in: the slow path wants them.
    pub(crate) fn out_beside(&mut self, d: Val) -> Reg {
        let hint = self.vals[d.index()].hint;
        if hint < 32 && self.regs.locked & bit(hint) != 0 {
            return self.alloc(true);
        }
        self.out(d, NO_REG)
    }

    /// Whether the register of the float `a` is zero above it.
    fn is_bare(&self, a: Val) -> bool {
        u32::from(self.vals[a.index()].significant) <= self.tb.ty(a).bytes()
    }

    /// Before the register of the float `d` is chosen, which will be zero above it if `bare`: what is wanted in a vector global
    /// must be made bare, which moves it, so it need not be there.
    fn drop_hint_unless(&mut self, bare: bool, d: Val) {
        let val = self.vals[d.index()];
        let vector = |cx: &Self| cx.layout.globals[usize::from(val.home)].ty == Type::V128;
        if !bare && val.hint != NO_PIN && vector(self) {
            self.val(d).hint = NO_PIN;
        }
    }

    /// Output `d` was computed in `rd`, which is zero above it if `bare`: leaves it there, or moves it where it is wanted.
    fn finish_float(&mut self, d: Val, rd: Reg, bare: bool) {
        if SCRATCH & bit(rd) == 0 {
            self.set(d, rd);
        } else {
            self.finish_in(d, rd);
        }
        if bare {
            self.set_significant(d);
        }
    }

    /// After the host instruction for `op` has left its result of type `ty` in `rd`: sends what it may have got wrong to software.
    fn check(&mut self, op: SlowOp, ty: Type, rd: Reg, operands: [Reg; 3]) {
        let t = self.alloc(true);
        let m = self.constant();
        // vandpd or vandps
        self.asm.v(packed(ty), 0x54, t & 15, rd & 15, m);
        self.constant_used(by_type(ty, Const::Abs64, Const::Abs32));
        let m = self.constant();
        // vucomisd or vucomiss
        self.asm.v(packed(ty), 0x2e, t & 15, 0, m);
        self.constant_used(by_type(ty, Const::Min64, Const::Min32));
        let at = self.asm.jcc(Cc::Be);
        let slow = Slow { op, operands, results: [rd, NO_REG], checked: true };
        self.detour(at, slow);
        self.regs.locked &= !bit(t);
    }

    /// Sends the jump at `at` to software, which comes back here.
    pub(crate) fn detour(&mut self, at: usize, slow: Slow) {
        let back = self.asm.pos();
        self.cold_detour(at, Then::Float { slow, back });
    }

    /// The cold part: calls software for the op. Changes no register but the results.
    pub(crate) fn emit_slow(&mut self, slow: Slow, back: usize) {
        if slow.checked {
            let at = self.asm.jcc(Cc::Ne);
            self.asm.patch4(at, back as i32 - (at as i32 + 4));
        }
        self.call_slow(slow);
        self.jump_back(back);
    }

    pub(crate) fn call_slow(&mut self, slow: Slow) {
        if slow.op.vector {
            return self.call_slow_vector(slow);
        }
        self.asm.lea(true, RSP, Mem::base(RSP, -FRAME));
        let slot = |i: usize| Mem::base(RSP, 8 * i as i32);
        for (i, r) in slow.operands.into_iter().enumerate() {
            self.frame_store(slot(i), r);
        }
        self.asm.store_imm(4, slot(3), slow.op.pack() as i32);
        self.call_prologue(self.shared.offsets.fp_slow);
        for (i, r) in slow.results.into_iter().enumerate() {
            match r {
                NO_REG => {}
                0..XMM0 => self.asm.mov(true, r, slot(i)),
                _ => self.load_reg(Type::F64, r, slot(i)),
            }
        }
        self.asm.lea(true, RSP, Mem::base(RSP, FRAME));
    }

    fn frame_store(&mut self, m: Mem, r: Reg) {
        match r {
            NO_REG => {}
            0..XMM0 => self.asm.store(8, m, r),
            _ => self.store_reg(Type::F64, m, r),
        }
    }

    // --- signs -----------------------------------------------------------------------------------

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

    /// Zeros are told apart by combining both orders of the operands, of which the host returns the second.
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
        let (opcode, combine) = if max { (0x5f, 0x54) } else { (0x5d, 0x56) };
        self.asm.v(scalar(ty), opcode, rd & 15, ra & 15, rb & 15);
        self.asm.v(scalar(ty), opcode, t & 15, rb & 15, ra & 15);
        self.asm.v(0, combine, rd & 15, rd & 15, t & 15);
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

    // --- comparisons -----------------------------------------------------------------------------

    /// `vucomis` or `vcomis`.
    fn fp_compare(&mut self, signaling: bool, ty: Type, ra: Reg, rb: Reg) {
        let opcode = if signaling { 0x2f } else { 0x2e };
        self.asm.v(packed(ty), opcode, ra & 15, 0, rb & 15);
    }

    pub(crate) fn fcmp(&mut self, signaling: bool, d: Val, a: Val, b: Val) {
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        if self.vals[d.index()].last_use <= self.now {
            // Only the flags are wanted.
            self.fp_compare(signaling, self.tb.ty(a), ra, rb);
            return self.done(&[a, b]);
        }
        self.flush_merges();
        let (low, t, u) = (self.alloc(false), self.alloc(false), self.alloc(false));
        self.fp_compare(signaling, self.tb.ty(a), ra, rb);
        // Carry: low or unordered. Above: high. Parity: unordered.
        self.asm.setcc(Cc::B, low);
        self.asm.setcc(Cc::A, t);
        self.asm.setcc(Cc::P, u);
        self.asm.alu(Alu::Or, false, t, u);
        self.asm.movzx8(t, t);
        self.asm.movzx8(low, low);
        self.asm.lea(false, low, Mem { base: low, index: t, scale: 1, disp: 0 });
        self.done(&[a, b]);
        self.finish_in(d, low);
    }

    pub(crate) fn fsetmask(&mut self, mask: FpMask, d: Val, a: Val, b: Val) {
        self.flush_merges();
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let (t, u) = (self.alloc(false), self.alloc(false));
        let test = test_for(mask);
        let (x, y) = if test.swap { (rb, ra) } else { (ra, rb) };
        self.fp_compare(false, self.tb.ty(a), x, y);
        match test.jump {
            Jump::Never | Jump::Always => {
                self.asm.mov_imm(t, u64::from(test.jump == Jump::Always));
            }
            Jump::If(cc) => self.asm.setcc(cc, t),
            Jump::Both(cc, other) | Jump::Either(cc, other) => {
                self.asm.setcc(cc, t);
                self.asm.setcc(other, u);
                let both = matches!(test.jump, Jump::Both(..));
                self.asm.alu(if both { Alu::And } else { Alu::Or }, false, t, u);
            }
        }
        self.asm.movzx8(t, t);
        self.done(&[a, b]);
        self.finish_in(d, t);
    }

    pub(crate) fn goto_if_fp(&mut self, mask: FpMask, pc: u64, a: Val, b: Val) {
        if self.closes_loop(pc) {
            self.flush_all();
        }
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let test = test_for(mask);
        let (x, y) = if test.swap { (rb, ra) } else { (ra, rb) };
        self.expire_puts();
        let start = self.asm.pos();
        self.fp_compare(false, self.tb.ty(a), x, y);
        match test.jump {
            Jump::Never => {}
            Jump::Always => {
                let at = self.asm.jmp();
                self.cold(at, Then::Goto { pc });
            }
            Jump::If(cc) => self.side_exit(start, cc, pc),
            Jump::Both(cc, other) => {
                let over = self.asm.jcc(other.invert());
                self.side_exit(self.asm.pos(), cc, pc);
                self.asm.bind(over);
            }
            Jump::Either(cc, other) => {
                self.side_exit(start, cc, pc);
                self.side_exit(self.asm.pos(), other, pc);
            }
        }
        self.done(&[a, b]);
    }

    pub(crate) fn select_fp(&mut self, cond: Cond, d: Val, (a, b): (Val, Val), t: Val, f: Val) {
        // Merges would change the flags.
        self.flush_merges();
        let rf = self.in_reg(f);
        let rt = self.in_reg(t);
        let rd = self.alloc(true);
        self.copy_reg(rd, rt);
        let cc = self.compare(cond, a, b);
        let at = self.asm.jcc(cc);
        self.copy_reg(rd, rf);
        self.asm.bind(at);
        self.done(&[a, b, t, f]);
        let known = |v: Val| self.vals[v.index()].significant;
        let significant = known(t).max(known(f));
        self.drop_hint_unless(u32::from(significant) <= self.tb.ty(d).bytes(), d);
        self.finish_in(d, rd);
        self.val(d).significant = significant;
    }

    // --- conversions -----------------------------------------------------------------------------

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
        let too_big = ity == Type::I64 && sign == Sign::Unsigned;
        let at = too_big.then(|| {
            self.asm.test(true, rs, rs);
            self.asm.jcc(Cc::S)
        });
        // vcvtsi2sd or vcvtsi2ss
        self.asm.vex(scalar(ty), 1, w, 0x2a, rd & 15, rd & 15, Rm::R(rs), None);
        if let Some(at) = at {
            let op = SlowOp { other: ity, sign, ..SlowOp::new(Kind::FromInt, ty) };
            let slow =
                Slow { op, operands: [rs, NO_REG, NO_REG], results: [rd, NO_REG], checked: false };
            self.detour(at, slow);
        }
        self.set_bare(d, rd);
    }

    pub(crate) fn ftoint(&mut self, sign: Sign, round: Round, d: Val, cls: Val, a: Val) {
        self.flush_merges();
        let (ty, ity) = (self.tb.ty(a), self.tb.ty(d));
        let ra = self.in_reg(a);
        let (rd, rc, x) = (self.alloc(false), self.alloc(false), self.alloc(true));
        self.done(&[a]);
        let op = SlowOp { other: ity, sign, round, ..SlowOp::new(Kind::ToInt, ty) };
        let slow = Slow { op, operands: [ra, NO_REG, NO_REG], results: [rd, rc], checked: false };
        if matches!(round, Round::NearestAway | Round::Odd) {
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
        let wide = ity == Type::I64 || sign == Sign::Unsigned;
        let unsigned64 = ity == Type::I64 && sign == Sign::Unsigned;
        let early = unsigned64.then(|| self.beyond_signed(ty, ra));
        // The host rounds before it finds that the result is out of range, and then is inexact too: unless the guest wants
        // that, inexact is raised when all is well.
        let direct = matches!(slow.op.round, Round::Zero | Round::Dynamic);
        let late = !self.layout.fp.out_of_range_is_inexact && (!direct || sign == Sign::Unsigned);
        let rx = if direct && !late {
            ra
        } else {
            self.round_to_integral(ty, x, ra, slow.op.round, late);
            x
        };
        // vcvt(t)sd2si or vcvt(t)ss2si
        let opcode = if slow.op.round == Round::Dynamic { 0x2d } else { 0x2c };
        self.asm.vex(scalar(ty), 1, wide, opcode, rd, 0, Rm::R(rx & 15), None);
        let at = self.out_of_range((ity, sign), rd, rc);
        if late {
            self.round_to_integral(ty, x, ra, slow.op.round, false);
        }
        if class {
            self.class_of_zero(ty, ra, rc, x);
        }
        self.detour(at, slow);
        if let Some(at) = early {
            self.detour(at, slow);
        }
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
        let by_software = matches!(round, Round::NearestAway | Round::Odd);
        let bare = by_software || self.is_bare(a);
        self.drop_hint_unless(bare, d);
        let rd = self.out_beside(d);
        if by_software {
            let kind = if quiet { Kind::RoundQuiet } else { Kind::Round };
            let op = SlowOp { round, ..SlowOp::new(kind, ty) };
            let operands = [ra, NO_REG, NO_REG];
            self.call_slow(Slow { op, operands, results: [rd, NO_REG], checked: false });
        } else {
            self.round_to_integral(ty, rd, ra, round, quiet);
        }
        self.finish_float(d, rd, bare);
    }

    // --- moves -----------------------------------------------------------------------------------

    pub(crate) fn bitcast(&mut self, d: Val, a: Val) {
        let (from, to) = (self.tb.ty(a), self.tb.ty(d));
        let w = to.bits() == 64;
        if from == to {
            if self.tb.konst(a).is_some() {
                self.in_reg(a);
            }
            self.alias(d, a, 0);
            return self.done(&[a]);
        }
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        if to.is_int() {
            self.xmm_to_int(w, rd, ra);
        } else {
            self.int_to_xmm(w, rd, ra);
        }
        self.set_bare(d, rd);
    }

    pub(crate) fn fhi(&mut self, d: Val, a: Val) {
        if self.vals[a.index()].reg == NO_REG && self.tb.konst(a).is_none() {
            self.alias(d, a, 4);
            return self.done(&[a]);
        }
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        // vpsrlq rd, ra, 32
        self.asm.vex(1, 1, false, 0x73, 2, rd & 15, Rm::R(ra & 15), Some(32));
        self.set(d, rd);
    }

    pub(crate) fn fsethi(&mut self, d: Val, a: Val, b: Val) {
        if self.tb.konst(a) == Some(0) {
            let rb = self.in_reg(b);
            self.done(&[a, b]);
            let rd = self.out(d, rb);
            // vpsllq rd, rb, 32
            self.asm.vex(1, 1, false, 0x73, 6, rd & 15, Rm::R(rb & 15), Some(32));
            return self.set(d, rd);
        }
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        self.done(&[a, b]);
        let rd = self.out(d, ra);
        // vunpcklps: a0, b0, a1, b1
        self.asm.v(0, 0x14, rd & 15, ra & 15, rb & 15);
        self.set(d, rd);
    }

    // --- flags and rounding mode -----------------------------------------------------------------

    pub(crate) fn fpflags_get(&mut self, d: Val) {
        let (t, u) = (self.alloc(false), self.alloc(false));
        let csr = self.state(HOST_CSR);
        self.asm.mxcsr(STMXCSR, csr);
        self.asm.mov(false, t, csr);
        self.asm.mov(false, u, t);
        self.asm.alu_imm(Alu::And, false, t, 1);
        self.asm.shift(Shift::Shr, false, u, 1);
        self.asm.alu_imm(Alu::And, false, u, 0x1e);
        self.asm.alu(Alu::Or, false, t, u);
        let flags = self.state(FP_FLAGS);
        self.asm.alu(Alu::Or, false, t, flags);
        self.finish_in(d, t);
    }

    pub(crate) fn fpflags_set(&mut self, v: Val) {
        let m = self.state(FP_FLAGS);
        match self.tb.konst(v) {
            Some(bits) => self.asm.store_imm(4, m, bits as i32 & 63),
            None => {
                let rv = self.in_reg(v);
                self.asm.store(4, m, rv);
                self.asm.alu_imm(Alu::And, false, m, 63);
            }
        }
        self.done(&[v]);
        let csr = self.state(HOST_CSR);
        self.asm.mxcsr(STMXCSR, csr);
        self.asm.alu_imm(Alu::And, false, csr, !0x3f);
        self.asm.mxcsr(LDMXCSR, csr);
    }

    pub(crate) fn fpround_set(&mut self, v: Val) {
        let rv = self.in_reg(v);
        let (t, u) = (self.alloc(false), self.alloc(false));
        let m = self.state(FP_ROUND);
        self.asm.store(4, m, rv);
        self.asm.mov(false, t, rv);
        self.asm.alu_imm(Alu::And, false, t, 7);
        let table = self.constant();
        self.asm.lea(true, u, table);
        self.constant_used(Const::Rounding);
        self.asm.mov(false, t, Mem { base: u, index: t, scale: 2, disp: 0 });
        let csr = self.state(HOST_CSR);
        self.asm.mxcsr(STMXCSR, csr);
        // The new control bits, the old flags.
        self.asm.mov(false, u, csr);
        self.asm.alu_imm(Alu::And, false, u, 0x3f);
        self.asm.alu(Alu::Or, false, t, u);
        self.asm.store(4, csr, t);
        self.asm.mxcsr(LDMXCSR, csr);
        self.done(&[v]);
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

/// How to branch on outcomes of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Test {
    /// Compare the operands in the opposite order.
    swap: bool,
    jump: Jump,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Jump {
    Never,
    Always,
    If(Cc),
    Both(Cc, Cc),
    Either(Cc, Cc),
}

/// The test for a set of outcomes. Bits: 8 equal, 4 low, 2 high, 1 unordered.
/// After `ucomis`: equal ZF; low CF; unordered ZF, CF and PF; high none.
fn test_for(mask: FpMask) -> Test {
    let (swap, jump) = match mask.0 & 15 {
        0b0000 => (false, Jump::Never),
        0b0001 => (false, Jump::If(Cc::P)),
        0b0010 => (false, Jump::If(Cc::A)),
        0b0011 => (true, Jump::If(Cc::B)),
        0b0100 => (true, Jump::If(Cc::A)),
        0b0101 => (false, Jump::If(Cc::B)),
        0b0110 => (false, Jump::If(Cc::Ne)),
        0b0111 => (false, Jump::Either(Cc::Ne, Cc::P)),
        0b1000 => (false, Jump::Both(Cc::E, Cc::Np)),
        0b1001 => (false, Jump::If(Cc::E)),
        0b1010 => (false, Jump::If(Cc::Ae)),
        0b1011 => (true, Jump::If(Cc::Be)),
        0b1100 => (true, Jump::If(Cc::Ae)),
        0b1101 => (false, Jump::If(Cc::Be)),
        0b1110 => (false, Jump::If(Cc::Np)),
        _ => (false, Jump::Always),
    };
    Test { swap, jump }
}
