//! Multiplication and division.
//!
//! Arm ARM DDI 0487, C4.1.95 "Data-processing (2 source)" and "(3 source)".

use super::{Translator, W};
use tcg_ir::{Cond, Sign, Val};

impl Translator<'_> {
    /// MADD and MSUB.
    pub(super) fn multiply_add(&mut self, w: W, sub: bool, rd: u8, rn: u8, rm: u8, ra: u8) {
        let (a, b) = (self.r(w, rn), self.r(w, rm));
        let product = self.b.mul(w.ty(), a, b);
        self.accumulate(w, sub, rd, ra, product);
    }

    /// SMADDL, SMSUBL, UMADDL, UMSUBL: 32 bits by 32 bits, added to 64.
    pub(super) fn multiply_add_long(
        &mut self,
        sign: Sign,
        sub: bool,
        rd: u8,
        rn: u8,
        rm: u8,
        ra: u8,
    ) {
        let (a, b) = (self.r(W::W, rn), self.r(W::W, rm));
        let (a, b) = (self.b.extend(sign, a), self.b.extend(sign, b));
        let product = self.b.mul(W::X.ty(), a, b);
        self.accumulate(W::X, sub, rd, ra, product);
    }

    fn accumulate(&mut self, w: W, sub: bool, rd: u8, ra: u8, product: Val) {
        let ty = w.ty();
        let r = match (sub, ra) {
            (false, 31) => product,
            (true, 31) => self.b.neg(ty, product),
            _ => {
                let c = self.r(w, ra);
                if sub { self.b.sub(ty, c, product) } else { self.b.add(ty, c, product) }
            }
        };
        self.set(w, rd, r);
    }

    /// SMULH and UMULH: the high half of the product.
    pub(super) fn multiply_high(&mut self, sign: Sign, rd: u8, rn: u8, rm: u8) {
        let (a, b, ty) = (self.x(rn), self.x(rm), W::X.ty());
        let (_, high) = match sign {
            Sign::Signed => self.b.mul_wide_s(ty, a, b),
            Sign::Unsigned => self.b.mul_wide_u(ty, a, b),
        };
        self.set(W::X, rd, high);
    }

    /// UDIV: zero if the divisor is.
    pub(super) fn divide_unsigned(&mut self, w: W, rd: u8, rn: u8, rm: u8) {
        let (ty, a, b) = (w.ty(), self.r(w, rn), self.r(w, rm));
        let (zero, one) = (self.imm(w, 0), self.imm(w, 1));
        let divisor = self.b.select(ty, Cond::Eq, (b, zero), one, b);
        let (q, _) = self.b.divrem(ty, Sign::Unsigned, a, divisor);
        let q = self.b.select(ty, Cond::Eq, (b, zero), zero, q);
        self.set(w, rd, q);
    }

    /// SDIV: zero if the divisor is; the minimum by -1 stays.
    pub(super) fn divide_signed(&mut self, w: W, rd: u8, rn: u8, rm: u8) {
        let (ty, a, b) = (w.ty(), self.r(w, rn), self.r(w, rm));
        let one = self.imm(w, 1);
        // 0 and -1 are the divisors that are at most 1 when increased: b * a is the quotient by both.
        let increased = self.b.add(ty, b, one);
        let divisor = self.b.select(ty, Cond::LeU, (increased, one), one, b);
        let (q, _) = self.b.divrem(ty, Sign::Signed, a, divisor);
        let product = self.b.mul(ty, a, b);
        let q = self.b.select(ty, Cond::LeU, (increased, one), product, q);
        self.set(w, rd, q);
    }
}
