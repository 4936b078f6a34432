//! Logical operations, moves of immediates, bit fields.
//!
//! Arm ARM DDI 0487, C4.1.92 and C4.1.95.

use super::arith::Shift;
use super::cc::Cc;
use super::{Translator, W};
use tcg_ir::{Sign, Val};

/// A logical operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logic {
    And,
    Or,
    Xor,
}

/// Which logical operation an instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operation {
    op: Logic,
    /// The second operand is inverted.
    inverted: bool,
    /// Sets the flags.
    flags: bool,
}

impl Operation {
    pub(super) const AND: Operation = Operation { op: Logic::And, inverted: false, flags: false };
    pub(super) const ORR: Operation = Operation { op: Logic::Or, ..Operation::AND };
    pub(super) const EOR: Operation = Operation { op: Logic::Xor, ..Operation::AND };
    pub(super) const ANDS: Operation = Operation { flags: true, ..Operation::AND };
    pub(super) const BIC: Operation = Operation { inverted: true, ..Operation::AND };
    pub(super) const ORN: Operation = Operation { inverted: true, ..Operation::ORR };
    pub(super) const EON: Operation = Operation { inverted: true, ..Operation::EOR };
    pub(super) const BICS: Operation = Operation { inverted: true, ..Operation::ANDS };
}

/// The constant that a bitmask immediate stands for. (The decoder has excluded reserved ones.)
///
/// Arm ARM DDI 0487, pseudocode function `DecodeBitMasks`.
pub(super) const fn bitmask(w: W, n: u8, immr: u8, imms: u8) -> u64 {
    let selector = (n as u32) << 6 | (!imms as u32 & 0x3f);
    let size = 1 << (selector | 1).ilog2();
    let ones = (imms as u32 & (size - 1)) + 1;
    let right = immr as u32 & (size - 1);
    let element = if ones == 64 { u64::MAX } else { (1u64 << ones) - 1 };
    let mut mask = element;
    let mut width = size;
    while width < 64 {
        mask |= mask << width;
        width *= 2;
    }
    // A pattern with a period of `size` rotates as a whole.
    let mask = mask.rotate_right(right);
    if matches!(w, W::W) { mask & 0xffff_ffff } else { mask }
}

impl Translator<'_> {
    /// AND, ORR, EOR, ANDS with a bitmask immediate; register 31 as target is SP, but not of ANDS.
    pub(super) fn logic_imm(
        &mut self,
        o: Operation,
        w: W,
        rd: u8,
        rn: u8,
        (n, immr, imms): (u8, u8, u8),
    ) {
        let mask = bitmask(w, n, immr, imms);
        let (a, b) = (self.r(w, rn), self.imm(w, mask));
        let r = match self.b.tb.constant(a) {
            // MOV (bitmask immediate).
            Some(0) if o == Operation::ORR => b,
            _ => self.logic_op(o.op, w, a, b),
        };
        if o.flags {
            self.set_cc(Cc::Logic(w.ty(), r));
            self.set(w, rd, r);
        } else {
            self.set_sp_checked(w, rd, r);
        }
    }

    /// AND, ORR, EOR, ANDS and those with an inverted operand, of registers, the second one shifted.
    pub(super) fn logic_shifted(
        &mut self,
        o: Operation,
        w: W,
        rd: u8,
        rn: u8,
        rm: u8,
        shift: Shift,
    ) {
        let b = self.shifted(w, rm, shift);
        let r = self.logic(o, w, rn, b);
        if o.flags {
            self.set_cc(Cc::Logic(w.ty(), r));
        }
        self.set(w, rd, r);
    }

    fn logic(&mut self, o: Operation, w: W, rn: u8, b: Val) -> Val {
        if rn == 31 && o.op == Logic::Or {
            // MOV and MVN.
            return if o.inverted { self.inverted(w, b) } else { b };
        }
        let a = self.r(w, rn);
        match (o.inverted, o.op) {
            (false, op) => self.logic_op(op, w, a, b),
            (true, Logic::And) => self.b.andnot(w.ty(), a, b),
            (true, op) => {
                let b = self.inverted(w, b);
                self.logic_op(op, w, a, b)
            }
        }
    }

    fn logic_op(&mut self, op: Logic, w: W, a: Val, b: Val) -> Val {
        match op {
            Logic::And => self.b.and(w.ty(), a, b),
            Logic::Or => self.b.or(w.ty(), a, b),
            Logic::Xor => self.b.xor(w.ty(), a, b),
        }
    }

    // --- moves --------------------------------------------------------------------------------

    /// MOVZ and MOVN.
    pub(super) fn move_wide(&mut self, w: W, rd: u8, imm: u16, hw: u8, invert: bool) {
        let bits = u64::from(imm) << (16 * hw);
        let v = self.imm(w, if invert { !bits } else { bits });
        self.set(w, rd, v);
    }

    /// MOVK: 16 bits replaced.
    pub(super) fn move_keep(&mut self, w: W, rd: u8, imm: u16, hw: u8) {
        let (at, v) = (16 * hw, self.r(w, rd));
        let v = match self.b.tb.constant(v) {
            Some(k) => self.imm(w, k & !(0xffff << at) | u64::from(imm) << at),
            None => {
                let field = self.imm(w, imm.into());
                self.b.deposit(w.ty(), v, field, at, 16)
            }
        };
        self.set(w, rd, v);
    }

    // --- bit fields ---------------------------------------------------------------------------

    /// SBFM and UBFM.
    ///
    /// Arm ARM DDI 0487, C6.2 "SBFM": `imms >= immr` extracts, else the field is put in zeros or signs.
    pub(super) fn bitfield(&mut self, sign: Sign, w: W, rd: u8, rn: u8, (immr, imms): (u8, u8)) {
        let (ty, v) = (w.ty(), self.r(w, rn));
        let r = if imms >= immr {
            match (sign, imms + 1 - immr) {
                (_, len) if immr + len == w.bits() => match sign {
                    Sign::Signed => self.b.shr_s_imm(ty, v, immr.into()),
                    Sign::Unsigned => self.b.shr_u_imm(ty, v, immr.into()),
                },
                (_, len) if w == W::X && immr == 0 && len == 32 => {
                    let lo = self.r(W::W, rn);
                    self.b.extend(sign, lo)
                }
                (_, len) => self.b.extract(ty, sign, v, immr, len),
            }
        } else {
            let up = u32::from(w.bits() - immr);
            let field = if imms + 1 + up as u8 == w.bits() {
                v
            } else {
                self.b.extract(ty, sign, v, 0, imms + 1)
            };
            self.b.shl_imm(ty, field, up)
        };
        self.set(w, rd, r);
    }

    /// BFM: a field of `rn` replaces one of `rd`.
    pub(super) fn bitfield_move(&mut self, w: W, rd: u8, rn: u8, (immr, imms): (u8, u8)) {
        let (ty, v, old) = (w.ty(), self.r(w, rn), self.r(w, rd));
        let (pos, len, from) =
            if imms >= immr { (0, imms + 1 - immr, immr) } else { (w.bits() - immr, imms + 1, 0) };
        let field = self.b.shr_u_imm(ty, v, from.into());
        let r = if len == w.bits() { field } else { self.b.deposit(ty, old, field, pos, len) };
        self.set(w, rd, r);
    }

    /// EXTR: bits of the pair `rn:rm` from bit `lsb` on; ROR (immediate) if both are one register.
    pub(super) fn extract_pair(&mut self, w: W, rd: u8, rn: u8, rm: u8, lsb: u8) {
        let (ty, low) = (w.ty(), self.r(w, rm));
        let r = if rn == rm {
            self.rotr_imm(w, low, lsb)
        } else if lsb == 0 {
            low
        } else {
            let high = self.r(w, rn);
            let low = self.b.shr_u_imm(ty, low, lsb.into());
            let high = self.b.shl_imm(ty, high, (w.bits() - lsb).into());
            self.b.or(ty, low, high)
        };
        self.set(w, rd, r);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitmask_immediates() {
        assert_eq!(bitmask(W::X, 1, 0, 0), 1);
        assert_eq!(bitmask(W::X, 1, 0, 62), u64::MAX >> 1);
        assert_eq!(bitmask(W::X, 1, 4, 7), 0xf000_0000_0000_000f);
        assert_eq!(bitmask(W::W, 0, 0, 0b11_1100), 0x5555_5555);
        assert_eq!(bitmask(W::X, 0, 1, 0b11_1100), 0xaaaa_aaaa_aaaa_aaaa);
        assert_eq!(bitmask(W::W, 0, 31, 0b01_1110), 0xffff_fffe);
        assert_eq!(bitmask(W::X, 0, 8, 0b10_0111), 0xff00_ff00_ff00_ff00);
    }
}
