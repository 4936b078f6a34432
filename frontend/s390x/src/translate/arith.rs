//! Group `arith`: integer arithmetic.
//!
//! PoP SA22-7832, chapter 7. Overflow with the PSW mask one is a fixed-point-overflow program interruption, after the
//! result and condition code are set.

use super::cc::Cc;
use super::{Translator, W, rows};
use crate::helpers::id;
use crate::state::gpr;
use crate::trap::{Trap, pic};
use isa::s390x::arith::Translate;
use tcg_ir::builder::Addr;
use tcg_ir::{Cond, RmwOp, Sign, Type, Val};

const S: Sign = Sign::Signed;
const U: Sign = Sign::Unsigned;
const LO: W = W::Lo;
const FULL: W = W::Full;
const HI: W = W::Hi;
const DIVIDE: Trap = Trap::new(pic::FIXED_DIVIDE);

impl Translator<'_> {
    // --- addition and subtraction ------------------------------------------------------------

    /// `r1 = a + b` with the condition code of a signed or unsigned sum.
    fn add(&mut self, w: W, sign: Sign, r1: u8, a: Val, b: Val) {
        let sum = self.b.add(w.ty(), a, b);
        self.set(w, r1, sum);
        self.sum_cc(w.ty(), sign, a, b, sum);
    }

    /// The condition code of `sum = a + b`, and the overflow exception.
    pub(crate) fn sum_cc(&mut self, ty: Type, sign: Sign, a: Val, b: Val, sum: Val) {
        if sign == U {
            // Either operand tells the carry; the first is overwritten more often.
            return self.set_cc(Cc::AddU(ty, sum, b));
        }
        self.set_cc(Cc::AddS(ty, a, b, sum));
        self.overflow_trap();
    }

    /// `r1 = a - b`.
    fn sub(&mut self, w: W, sign: Sign, r1: u8, a: Val, b: Val) {
        let difference = self.b.sub(w.ty(), a, b);
        self.set(w, r1, difference);
        if sign == U {
            return self.set_cc(Cc::SubU(w.ty(), a, b));
        }
        self.set_cc(Cc::SubS(w.ty(), a, b, difference));
        self.overflow_trap();
    }

    /// `r1 = r1 + b`.
    fn add_to(&mut self, w: W, sign: Sign, r1: u8, b: Val) {
        let a = self.r(w, r1);
        self.add(w, sign, r1, a, b);
    }

    /// `r1 = r1 - b`.
    fn sub_from(&mut self, w: W, sign: Sign, r1: u8, b: Val) {
        let a = self.r(w, r1);
        self.sub(w, sign, r1, a, b);
    }

    fn add_with_carry(&mut self, w: W, r1: u8, b: Val) {
        let a = self.r(w, r1);
        let carry = self.carry();
        let (sum, carry) = self.b.add_carry(w.ty(), a, b, carry);
        self.set(w, r1, sum);
        self.set_cc(Cc::Carry(w.ty(), sum, carry));
    }

    fn sub_with_borrow(&mut self, w: W, r1: u8, b: Val) {
        let a = self.r(w, r1);
        let borrow = self.borrow();
        let (difference, borrow) = self.b.sub_borrow(w.ty(), a, b, borrow);
        let one = self.b.i32(1);
        let carry = self.b.xor(Type::I32, borrow, one);
        self.set(w, r1, difference);
        self.set_cc(Cc::Carry(w.ty(), difference, carry));
    }

    /// Adds an immediate to storage: interlocked if other threads can see it.
    ///
    /// PoP "ADD IMMEDIATE": with the interlocked-access facility 1 and an aligned operand it is one interlocked update.
    fn add_to_storage(&mut self, w: W, sign: Sign, addr: Addr, imm: i8) {
        let b = self.imm(w, imm.into());
        let old = self.update(w, RmwOp::Add, addr, b);
        let sum = self.b.add(w.ty(), old, b);
        self.sum_cc(w.ty(), sign, old, b, sum);
    }

    fn mem(&mut self, w: W, b2: u8, x2: u8, d2: i32) -> Val {
        let addr = self.addr(b2, x2, d2);
        self.load(w.ty(), w.bytes(), addr)
    }

    fn mem_as(&mut self, w: W, sign: Sign, bytes: u8, (b2, x2, d2): (u8, u8, i32)) -> Val {
        let addr = self.addr(b2, x2, d2);
        self.load_as(w.ty(), bytes, sign, addr)
    }

    // --- sign --------------------------------------------------------------------------------

    fn load_and_test(&mut self, w: W, r1: u8, v: Val) {
        self.set(w, r1, v);
        self.set_cc(Cc::Sign(w.ty(), v));
    }

    fn complement(&mut self, w: W, r1: u8, v: Val) {
        let zero = self.imm(w, 0);
        self.sub(w, S, r1, zero, v);
    }

    fn negative(&mut self, w: W, r1: u8, v: Val) {
        let ty = w.ty();
        let (zero, minus) = (self.imm(w, 0), self.b.neg(ty, v));
        let result = self.b.select(ty, Cond::GtS, (v, zero), minus, v);
        self.set(w, r1, result);
        self.set_cc(Cc::Sign(ty, result));
    }

    fn positive(&mut self, w: W, r1: u8, v: Val) {
        let ty = w.ty();
        let (zero, minus) = (self.imm(w, 0), self.b.neg(ty, v));
        let result = self.b.select(ty, Cond::LtS, (v, zero), minus, v);
        self.set(w, r1, result);
        self.set_cc(Cc::Abs(ty, result));
        self.overflow_trap();
    }

    // --- multiplication ----------------------------------------------------------------------

    /// 32 by 32 bits, product in the pair of right halves.
    fn multiply_pair(&mut self, sign: Sign, r1: u8, b: Val) {
        let a = self.lo64(sign, r1 + 1);
        let b = self.b.extend(sign, b);
        let product = self.b.mul(Type::I64, a, b);
        let (hi, lo) = (self.b.hi32(product), self.b.trunc(product));
        self.set(LO, r1, hi);
        self.set(LO, r1 + 1, lo);
    }

    /// 64 by 64 bits, product in the pair of registers.
    fn multiply_wide(&mut self, sign: Sign, r1: u8, a: Val, b: Val) {
        let (lo, hi) = match sign {
            Sign::Signed => self.b.mul_wide_s(Type::I64, a, b),
            Sign::Unsigned => self.b.mul_wide_u(Type::I64, a, b),
        };
        self.set(FULL, r1, hi);
        self.set(FULL, r1 + 1, lo);
    }

    fn multiply(&mut self, w: W, r1: u8, a: Val, b: Val) {
        let product = self.b.mul(w.ty(), a, b);
        self.set(w, r1, product);
    }

    fn multiply_by(&mut self, w: W, r1: u8, b: Val) {
        let a = self.r(w, r1);
        self.multiply(w, r1, a, b);
    }

    /// With condition code: 3 where the product does not fit.
    fn multiply_cc(&mut self, w: W, r1: u8, a: Val, b: Val) {
        let ty = w.ty();
        let (lo, hi) = self.b.mul_wide_s(ty, a, b);
        let sign = self.b.shr_s_imm(ty, lo, ty.bits() - 1);
        let zero = self.imm(w, 0);
        let negative = self.b.setcond(ty, Cond::LtS, lo, zero);
        let positive = self.b.setcond(ty, Cond::GtS, lo, zero);
        let positive = self.b.shl_imm(Type::I32, positive, 1);
        let cc = self.b.or(Type::I32, negative, positive);
        let three = self.b.i32(3);
        let cc = self.b.select(ty, Cond::Ne, (hi, sign), three, cc);
        self.set(w, r1, lo);
        self.set_cc(Cc::Value(cc));
        self.overflow_trap();
    }

    // --- division ----------------------------------------------------------------------------

    /// 64-bit dividend in the pair of right halves, signed: remainder left, quotient right.
    ///
    /// PoP "DIVIDE": a fixed-point-divide exception for a zero divisor or a quotient that needs more than 32 bits.
    fn divide(&mut self, r1: u8, divisor: Val) {
        let zero = self.b.i32(0);
        self.trap_if(Type::I32, Cond::Eq, divisor, zero, DIVIDE);
        let (hi, lo) = (self.r(LO, r1), self.r(LO, r1 + 1));
        let dividend = self.b.concat(lo, hi);
        let b = self.b.extend(S, divisor);
        // The one dividend whose 64-bit quotient by -1 overflows.
        let minimum = self.b.i64(1 << 63);
        self.trap_if(Type::I64, Cond::Eq, dividend, minimum, DIVIDE);
        let (q, r) = self.b.divrem(Type::I64, S, dividend, b);
        let (q32, r32) = (self.b.trunc(q), self.b.trunc(r));
        let fits = self.b.extend(S, q32);
        self.trap_if(Type::I64, Cond::Ne, q, fits, DIVIDE);
        self.set(LO, r1, r32);
        self.set(LO, r1 + 1, q32);
    }

    /// 64-bit dividend in the pair of right halves, unsigned.
    fn divide_logical_32(&mut self, r1: u8, divisor: Val) {
        let (hi, lo) = (self.r(LO, r1), self.r(LO, r1 + 1));
        self.trap_if(Type::I32, Cond::GeU, hi, divisor, DIVIDE);
        let (q, r) = self.b.divrem_wide_u(Type::I32, hi, lo, divisor);
        self.set(LO, r1, r);
        self.set(LO, r1 + 1, q);
    }

    /// 128-bit dividend in the pair of registers, unsigned.
    fn divide_logical_64(&mut self, r1: u8, divisor: Val) {
        let (hi, lo) = (self.r(FULL, r1), self.r(FULL, r1 + 1));
        self.trap_if(Type::I64, Cond::GeU, hi, divisor, DIVIDE);
        let (q, r) = self.b.divrem_wide_u(Type::I64, hi, lo, divisor);
        self.set(FULL, r1, r);
        self.set(FULL, r1 + 1, q);
    }

    /// 64-bit dividend in the odd register, signed.
    fn divide_single(&mut self, r1: u8, divisor: Val) {
        let zero = self.b.i64(0);
        self.trap_if(Type::I64, Cond::Eq, divisor, zero, DIVIDE);
        let dividend = self.r(FULL, r1 + 1);
        let (minimum, minus_one) = (self.b.i64(1 << 63), self.b.i64(u64::MAX));
        let is_minimum = self.b.setcond(Type::I64, Cond::Eq, dividend, minimum);
        let by_minus_one = self.b.setcond(Type::I64, Cond::Eq, divisor, minus_one);
        self.trap_if(Type::I32, Cond::TstNe, is_minimum, by_minus_one, DIVIDE);
        let (q, r) = self.b.divrem(Type::I64, S, dividend, divisor);
        self.set(FULL, r1, r);
        self.set(FULL, r1 + 1, q);
    }

    // --- decimal conversion ------------------------------------------------------------------

    /// The helper sets the register itself: what does not fit is loaded as far as it fits, and then interrupts.
    fn convert_to_binary(&mut self, helper: tcg_ir::HelperId, r1: u8, addr: Val) {
        let r = self.b.i32(r1.into());
        self.b.call(helper, &[addr, r]);
    }

    fn convert_to_decimal(&mut self, helper: tcg_ir::HelperId, v: Val, addr: Val) {
        self.b.call(helper, &[addr, v]);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        ar: Rr = { let b = self.r(LO, f.r2); self.add_to(LO, S, f.r1, b) };
        agr: Rre = { let b = self.r(FULL, f.r2); self.add_to(FULL, S, f.r1, b) };
        agfr: Rre = { let b = self.lo64(S, f.r2); self.add_to(FULL, S, f.r1, b) };
        ark: RrfAx = { let (a, b) = (self.r(LO, f.r2), self.r(LO, f.r3)); self.add(LO, S, f.r1, a, b) };
        agrk: RrfAx = { let (a, b) = (self.r(FULL, f.r2), self.r(FULL, f.r3)); self.add(FULL, S, f.r1, a, b) };
        a: RxA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.add_to(LO, S, f.r1, b) };
        ay: RxyA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.add_to(LO, S, f.r1, b) };
        ag: RxyA = { let b = self.mem(FULL, f.b2, f.x2, f.d2); self.add_to(FULL, S, f.r1, b) };
        agf: RxyA = { let b = self.mem_as(FULL, S, 4, (f.b2, f.x2, f.d2)); self.add_to(FULL, S, f.r1, b) };
        afi: RilA = { let b = self.imm(LO, f.i2.into()); self.add_to(LO, S, f.r1, b) };
        agfi: RilA = { let b = self.imm(FULL, f.i2.into()); self.add_to(FULL, S, f.r1, b) };
        ahik: RieD = { let (a, b) = (self.r(LO, f.r3), self.imm(LO, f.i2.into())); self.add(LO, S, f.r1, a, b) };
        aghik: RieD = { let (a, b) = (self.r(FULL, f.r3), self.imm(FULL, f.i2.into())); self.add(FULL, S, f.r1, a, b) };
        asi: Siy = { let addr = self.addr_b(f.b1, f.d1); self.add_to_storage(LO, S, addr, f.i2) };
        agsi: Siy = { let addr = self.addr_b(f.b1, f.d1); self.add_to_storage(FULL, S, addr, f.i2) };
        ah: RxA = { let b = self.mem_as(LO, S, 2, (f.b2, f.x2, f.d2)); self.add_to(LO, S, f.r1, b) };
        ahy: RxyA = { let b = self.mem_as(LO, S, 2, (f.b2, f.x2, f.d2)); self.add_to(LO, S, f.r1, b) };
        agh: RxyA = { let b = self.mem_as(FULL, S, 2, (f.b2, f.x2, f.d2)); self.add_to(FULL, S, f.r1, b) };
        ahi: RiA = { let b = self.imm(LO, f.i2.into()); self.add_to(LO, S, f.r1, b) };
        aghi: RiA = { let b = self.imm(FULL, f.i2.into()); self.add_to(FULL, S, f.r1, b) };
        ahhhr: RrfAx = { let (a, b) = (self.r(HI, f.r2), self.r(HI, f.r3)); self.add(HI, S, f.r1, a, b) };
        ahhlr: RrfAx = { let (a, b) = (self.r(HI, f.r2), self.r(LO, f.r3)); self.add(HI, S, f.r1, a, b) };
        aih: RilA = { let b = self.imm(HI, f.i2.into()); self.add_to(HI, S, f.r1, b) };

        alr: Rr = { let b = self.r(LO, f.r2); self.add_to(LO, U, f.r1, b) };
        algr: Rre = { let b = self.r(FULL, f.r2); self.add_to(FULL, U, f.r1, b) };
        algfr: Rre = { let b = self.lo64(U, f.r2); self.add_to(FULL, U, f.r1, b) };
        alrk: RrfAx = { let (a, b) = (self.r(LO, f.r2), self.r(LO, f.r3)); self.add(LO, U, f.r1, a, b) };
        algrk: RrfAx = { let (a, b) = (self.r(FULL, f.r2), self.r(FULL, f.r3)); self.add(FULL, U, f.r1, a, b) };
        al: RxA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.add_to(LO, U, f.r1, b) };
        aly: RxyA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.add_to(LO, U, f.r1, b) };
        alg: RxyA = { let b = self.mem(FULL, f.b2, f.x2, f.d2); self.add_to(FULL, U, f.r1, b) };
        algf: RxyA = { let b = self.mem_as(FULL, U, 4, (f.b2, f.x2, f.d2)); self.add_to(FULL, U, f.r1, b) };
        alfi: RilAu = { let b = self.imm(LO, f.i2.into()); self.add_to(LO, U, f.r1, b) };
        algfi: RilAu = { let b = self.imm(FULL, f.i2.into()); self.add_to(FULL, U, f.r1, b) };
        alhhhr: RrfAx = { let (a, b) = (self.r(HI, f.r2), self.r(HI, f.r3)); self.add(HI, U, f.r1, a, b) };
        alhhlr: RrfAx = { let (a, b) = (self.r(HI, f.r2), self.r(LO, f.r3)); self.add(HI, U, f.r1, a, b) };
        alcr: Rre = { self.settle_carry(); let b = self.r(LO, f.r2); self.add_with_carry(LO, f.r1, b) };
        alcgr: Rre = { self.settle_carry(); let b = self.r(FULL, f.r2); self.add_with_carry(FULL, f.r1, b) };
        alc: RxyA = { self.settle_carry(); let b = self.mem(LO, f.b2, f.x2, f.d2); self.add_with_carry(LO, f.r1, b) };
        alcg: RxyA = { self.settle_carry(); let b = self.mem(FULL, f.b2, f.x2, f.d2); self.add_with_carry(FULL, f.r1, b) };
        alhsik: RieD = { let (a, b) = (self.r(LO, f.r3), self.imm(LO, f.i2.into())); self.add(LO, U, f.r1, a, b) };
        alghsik: RieD = { let (a, b) = (self.r(FULL, f.r3), self.imm(FULL, f.i2.into())); self.add(FULL, U, f.r1, a, b) };
        alsi: Siy = { let addr = self.addr_b(f.b1, f.d1); self.add_to_storage(LO, U, addr, f.i2) };
        algsi: Siy = { let addr = self.addr_b(f.b1, f.d1); self.add_to_storage(FULL, U, addr, f.i2) };
        alsih: RilA = { let b = self.imm(HI, f.i2.into()); self.add_to(HI, U, f.r1, b) };
        alsihn: RilA = { let a = self.r(HI, f.r1); let sum = self.b.add_imm(Type::I32, a, f.i2.into()); self.set(HI, f.r1, sum) };

        sr: Rr = { let b = self.r(LO, f.r2); self.sub_from(LO, S, f.r1, b) };
        sgr: Rre = { let b = self.r(FULL, f.r2); self.sub_from(FULL, S, f.r1, b) };
        sgfr: Rre = { let b = self.lo64(S, f.r2); self.sub_from(FULL, S, f.r1, b) };
        srk: RrfAx = { let (a, b) = (self.r(LO, f.r2), self.r(LO, f.r3)); self.sub(LO, S, f.r1, a, b) };
        sgrk: RrfAx = { let (a, b) = (self.r(FULL, f.r2), self.r(FULL, f.r3)); self.sub(FULL, S, f.r1, a, b) };
        s: RxA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.sub_from(LO, S, f.r1, b) };
        sy: RxyA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.sub_from(LO, S, f.r1, b) };
        sg: RxyA = { let b = self.mem(FULL, f.b2, f.x2, f.d2); self.sub_from(FULL, S, f.r1, b) };
        sgf: RxyA = { let b = self.mem_as(FULL, S, 4, (f.b2, f.x2, f.d2)); self.sub_from(FULL, S, f.r1, b) };
        sh: RxA = { let b = self.mem_as(LO, S, 2, (f.b2, f.x2, f.d2)); self.sub_from(LO, S, f.r1, b) };
        shy: RxyA = { let b = self.mem_as(LO, S, 2, (f.b2, f.x2, f.d2)); self.sub_from(LO, S, f.r1, b) };
        sgh: RxyA = { let b = self.mem_as(FULL, S, 2, (f.b2, f.x2, f.d2)); self.sub_from(FULL, S, f.r1, b) };
        shhhr: RrfAx = { let (a, b) = (self.r(HI, f.r2), self.r(HI, f.r3)); self.sub(HI, S, f.r1, a, b) };
        shhlr: RrfAx = { let (a, b) = (self.r(HI, f.r2), self.r(LO, f.r3)); self.sub(HI, S, f.r1, a, b) };
        slr: Rr = { let b = self.r(LO, f.r2); self.sub_from(LO, U, f.r1, b) };
        slgr: Rre = { let b = self.r(FULL, f.r2); self.sub_from(FULL, U, f.r1, b) };
        slgfr: Rre = { let b = self.lo64(U, f.r2); self.sub_from(FULL, U, f.r1, b) };
        slrk: RrfAx = { let (a, b) = (self.r(LO, f.r2), self.r(LO, f.r3)); self.sub(LO, U, f.r1, a, b) };
        slgrk: RrfAx = { let (a, b) = (self.r(FULL, f.r2), self.r(FULL, f.r3)); self.sub(FULL, U, f.r1, a, b) };
        sl: RxA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.sub_from(LO, U, f.r1, b) };
        sly: RxyA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.sub_from(LO, U, f.r1, b) };
        slg: RxyA = { let b = self.mem(FULL, f.b2, f.x2, f.d2); self.sub_from(FULL, U, f.r1, b) };
        slgf: RxyA = { let b = self.mem_as(FULL, U, 4, (f.b2, f.x2, f.d2)); self.sub_from(FULL, U, f.r1, b) };
        slfi: RilAu = { let b = self.imm(LO, f.i2.into()); self.sub_from(LO, U, f.r1, b) };
        slgfi: RilAu = { let b = self.imm(FULL, f.i2.into()); self.sub_from(FULL, U, f.r1, b) };
        slhhhr: RrfAx = { let (a, b) = (self.r(HI, f.r2), self.r(HI, f.r3)); self.sub(HI, U, f.r1, a, b) };
        slhhlr: RrfAx = { let (a, b) = (self.r(HI, f.r2), self.r(LO, f.r3)); self.sub(HI, U, f.r1, a, b) };
        slbr: Rre = { self.settle_carry(); let b = self.r(LO, f.r2); self.sub_with_borrow(LO, f.r1, b) };
        slbgr: Rre = { self.settle_carry(); let b = self.r(FULL, f.r2); self.sub_with_borrow(FULL, f.r1, b) };
        slb: RxyA = { self.settle_carry(); let b = self.mem(LO, f.b2, f.x2, f.d2); self.sub_with_borrow(LO, f.r1, b) };
        slbg: RxyA = { self.settle_carry(); let b = self.mem(FULL, f.b2, f.x2, f.d2); self.sub_with_borrow(FULL, f.r1, b) };

        ltr: Rr = { let v = self.r(LO, f.r2); self.load_and_test(LO, f.r1, v) };
        ltgr: Rre = { let v = self.r(FULL, f.r2); self.load_and_test(FULL, f.r1, v) };
        ltgfr: Rre = { let v = self.lo64(S, f.r2); self.load_and_test(FULL, f.r1, v) };
        lt: RxyA = { let v = self.mem(LO, f.b2, f.x2, f.d2); self.load_and_test(LO, f.r1, v) };
        ltg: RxyA = { let v = self.mem(FULL, f.b2, f.x2, f.d2); self.load_and_test(FULL, f.r1, v) };
        ltgf: RxyA = { let v = self.mem_as(FULL, S, 4, (f.b2, f.x2, f.d2)); self.load_and_test(FULL, f.r1, v) };
        lcr: Rr = { let v = self.r(LO, f.r2); self.complement(LO, f.r1, v) };
        lcgr: Rre = { let v = self.r(FULL, f.r2); self.complement(FULL, f.r1, v) };
        lcgfr: Rre = { let v = self.lo64(S, f.r2); self.complement(FULL, f.r1, v) };
        lnr: Rr = { let v = self.r(LO, f.r2); self.negative(LO, f.r1, v) };
        lngr: Rre = { let v = self.r(FULL, f.r2); self.negative(FULL, f.r1, v) };
        lngfr: Rre = { let v = self.lo64(S, f.r2); self.negative(FULL, f.r1, v) };
        lpr: Rr = { let v = self.r(LO, f.r2); self.positive(LO, f.r1, v) };
        lpgr: Rre = { let v = self.r(FULL, f.r2); self.positive(FULL, f.r1, v) };
        lpgfr: Rre = { let v = self.lo64(S, f.r2); self.positive(FULL, f.r1, v) };

        mr: Rr = if !self.odd(&[f.r1]) { let b = self.r(LO, f.r2); self.multiply_pair(S, f.r1, b) };
        m: RxA = if !self.odd(&[f.r1]) { let b = self.mem(LO, f.b2, f.x2, f.d2); self.multiply_pair(S, f.r1, b) };
        mfy: RxyA = if !self.odd(&[f.r1]) { let b = self.mem(LO, f.b2, f.x2, f.d2); self.multiply_pair(S, f.r1, b) };
        mgrk: RrfAx = if !self.odd(&[f.r1]) { let (a, b) = (self.r(FULL, f.r2), self.r(FULL, f.r3)); self.multiply_wide(S, f.r1, a, b) };
        mg: RxyA = if !self.odd(&[f.r1]) { let b = self.mem(FULL, f.b2, f.x2, f.d2); let a = self.r(FULL, f.r1 + 1); self.multiply_wide(S, f.r1, a, b) };
        mh: RxA = { let b = self.mem_as(LO, S, 2, (f.b2, f.x2, f.d2)); self.multiply_by(LO, f.r1, b) };
        mhy: RxyA = { let b = self.mem_as(LO, S, 2, (f.b2, f.x2, f.d2)); self.multiply_by(LO, f.r1, b) };
        mgh: RxyA = { let b = self.mem_as(FULL, S, 2, (f.b2, f.x2, f.d2)); self.multiply_by(FULL, f.r1, b) };
        mhi: RiA = { let b = self.imm(LO, f.i2.into()); self.multiply_by(LO, f.r1, b) };
        mghi: RiA = { let b = self.imm(FULL, f.i2.into()); self.multiply_by(FULL, f.r1, b) };
        mlr: Rre = if !self.odd(&[f.r1]) { let b = self.r(LO, f.r2); self.multiply_pair(U, f.r1, b) };
        mlgr: Rre = if !self.odd(&[f.r1]) { let (a, b) = (self.r(FULL, f.r1 + 1), self.r(FULL, f.r2)); self.multiply_wide(U, f.r1, a, b) };
        ml: RxyA = if !self.odd(&[f.r1]) { let b = self.mem(LO, f.b2, f.x2, f.d2); self.multiply_pair(U, f.r1, b) };
        mlg: RxyA = if !self.odd(&[f.r1]) { let b = self.mem(FULL, f.b2, f.x2, f.d2); let a = self.r(FULL, f.r1 + 1); self.multiply_wide(U, f.r1, a, b) };
        msr: Rre = { let b = self.r(LO, f.r2); self.multiply_by(LO, f.r1, b) };
        msgr: Rre = { let b = self.r(FULL, f.r2); self.multiply_by(FULL, f.r1, b) };
        msgfr: Rre = { let b = self.lo64(S, f.r2); self.multiply_by(FULL, f.r1, b) };
        ms: RxA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.multiply_by(LO, f.r1, b) };
        msy: RxyA = { let b = self.mem(LO, f.b2, f.x2, f.d2); self.multiply_by(LO, f.r1, b) };
        msg: RxyA = { let b = self.mem(FULL, f.b2, f.x2, f.d2); self.multiply_by(FULL, f.r1, b) };
        msgf: RxyA = { let b = self.mem_as(FULL, S, 4, (f.b2, f.x2, f.d2)); self.multiply_by(FULL, f.r1, b) };
        msrkc: RrfAx = { let (a, b) = (self.r(LO, f.r2), self.r(LO, f.r3)); self.multiply_cc(LO, f.r1, a, b) };
        msgrkc: RrfAx = { let (a, b) = (self.r(FULL, f.r2), self.r(FULL, f.r3)); self.multiply_cc(FULL, f.r1, a, b) };
        msc: RxyA = { let b = self.mem(LO, f.b2, f.x2, f.d2); let a = self.r(LO, f.r1); self.multiply_cc(LO, f.r1, a, b) };
        msgc: RxyA = { let b = self.mem(FULL, f.b2, f.x2, f.d2); let a = self.r(FULL, f.r1); self.multiply_cc(FULL, f.r1, a, b) };
        msfi: RilA = { let b = self.imm(LO, f.i2.into()); self.multiply_by(LO, f.r1, b) };
        msgfi: RilA = { let b = self.imm(FULL, f.i2.into()); self.multiply_by(FULL, f.r1, b) };

        dr: Rr = if !self.odd(&[f.r1]) { let b = self.r(LO, f.r2); self.divide(f.r1, b) };
        d: RxA = if !self.odd(&[f.r1]) { let b = self.mem(LO, f.b2, f.x2, f.d2); self.divide(f.r1, b) };
        dlr: Rre = if !self.odd(&[f.r1]) { let b = self.r(LO, f.r2); self.divide_logical_32(f.r1, b) };
        dlgr: Rre = if !self.odd(&[f.r1]) { let b = self.r(FULL, f.r2); self.divide_logical_64(f.r1, b) };
        dl: RxyA = if !self.odd(&[f.r1]) { let b = self.mem(LO, f.b2, f.x2, f.d2); self.divide_logical_32(f.r1, b) };
        dlg: RxyA = if !self.odd(&[f.r1]) { let b = self.mem(FULL, f.b2, f.x2, f.d2); self.divide_logical_64(f.r1, b) };
        dsgr: Rre = if !self.odd(&[f.r1]) { let b = self.r(FULL, f.r2); self.divide_single(f.r1, b) };
        dsgfr: Rre = if !self.odd(&[f.r1]) { let b = self.lo64(S, f.r2); self.divide_single(f.r1, b) };
        dsg: RxyA = if !self.odd(&[f.r1]) { let b = self.mem(FULL, f.b2, f.x2, f.d2); self.divide_single(f.r1, b) };
        dsgf: RxyA = if !self.odd(&[f.r1]) { let b = self.mem_as(FULL, S, 4, (f.b2, f.x2, f.d2)); self.divide_single(f.r1, b) };

        cvb: RxA = { let at = self.ea(f.b2, f.x2, f.d2); self.convert_to_binary(id::CVB, f.r1, at) };
        cvby: RxyA = { let at = self.ea(f.b2, f.x2, f.d2); self.convert_to_binary(id::CVB, f.r1, at) };
        cvbg: RxyA = { let at = self.ea(f.b2, f.x2, f.d2); self.convert_to_binary(id::CVBG, f.r1, at) };
        cvd: RxA = { let at = self.ea(f.b2, f.x2, f.d2); let v = self.lo64(S, f.r1); self.convert_to_decimal(id::CVD, v, at) };
        cvdy: RxyA = { let at = self.ea(f.b2, f.x2, f.d2); let v = self.lo64(S, f.r1); self.convert_to_decimal(id::CVD, v, at) };
        cvdg: RxyA = { let at = self.ea(f.b2, f.x2, f.d2); let v = self.b.get(gpr(f.r1)); self.convert_to_decimal(id::CVDG, v, at) };
    }
}
