//! Scalar floating point: conversions between formats, and with integers and fixed-point numbers in general registers.

use super::cc::Cc;
use super::fp::{lane, scalar};
use super::inline_convert::rounding_of;
use super::{Translator, W};
use crate::helpers::fp::convert::{FpConvert as Convert, FpInteger};
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::vector::id;
use crate::state::{TB_FP_HALF_ALTERNATIVE, TB_FP_SLOW};
use tcg_ir::{Round, Sign, Type, Val};

/// The width of a general register in the place of [`Width`].
const fn general(sf: u8) -> Width {
    Width::of(sf != 0)
}

const fn sign(unsigned: bool) -> Sign {
    if unsigned { Sign::Unsigned } else { Sign::Signed }
}

impl Translator<'_> {
    // --- between formats ------------------------------------------------------------------------

    /// The type to convert from or to inline; none when the helper must do it. FPCR.FZ16 does not concern these conversions,
    /// and FPCR.AHP no other instructions.
    pub(super) fn inline_format(&self, lane: Lane) -> Option<Type> {
        self.may_inline()?;
        match lane {
            Lane::H if self.b.tb.flags & (TB_FP_SLOW | TB_FP_HALF_ALTERNATIVE) != 0 => None,
            Lane::H => Some(Type::F16),
            _ => self.inline_lane(lane),
        }
    }

    /// FCVT between formats.
    pub(super) fn convert_scalar(&mut self, f: isa::aarch64::FpConvert) {
        let (from, to) = (lane(f.ftype), lane(f.opc));
        if let Some((from, to)) = self.inline_format(from).zip(self.inline_format(to)) {
            let result = self.converted(from, to, f.rn);
            return self.set_v(f.rd, result);
        }
        let insn = scalar(Convert::Scalar, f.opc, (f.rd, f.rn, 0));
        self.by_helper(Insn { imm: from as u8, ..insn });
    }

    /// The scalar in vector register `rn` in another format, zeros above.
    fn converted(&mut self, from: Type, to: Type, rn: u8) -> Val {
        let n = self.v(rn);
        if to == Type::F16 {
            let n = self.operand(from, Width::Scalar, n);
            return self.narrowed_to_half(from, n);
        }
        let mut x = match from {
            Type::F16 => self.half_as_single(n),
            _ => self.b.vlow(from, n),
        };
        if self.b.tb.ty(x) != to {
            x = self.b.fcvt(to, x);
        }
        let x = self.with_default_nan(to, x);
        self.b.vzext(x)
    }

    // --- integers -----------------------------------------------------------------------------

    pub(super) fn convert_to_integer(
        &mut self,
        op: FpInteger,
        unsigned: bool,
        f: isa::aarch64::FpToInt,
    ) {
        self.convert_to_general(op, unsigned, (f.sf, f.ftype), 0, (f.rd, f.rn));
    }

    pub(super) fn convert_to_fixed(
        &mut self,
        op: FpInteger,
        unsigned: bool,
        f: isa::aarch64::FpToFix,
    ) {
        self.convert_to_general(op, unsigned, (f.sf, f.ftype), 64 - f.scale, (f.rd, f.rn));
    }

    fn convert_to_general(
        &mut self,
        op: FpInteger,
        unsigned: bool,
        (sf, ftype): (u8, u8),
        fraction: u8,
        (rd, rn): (u8, u8),
    ) {
        let inline = self.inline_scalar(lane(ftype)).zip(rounding_of(op));
        if let (Some((_, Round::NearestAway)), Lane::H) = (inline, lane(ftype)) {
            let value = self.half_to_general_away(sign(unsigned), W::sf(sf), rn);
            return self.set(W::sf(sf), rd, value);
        }
        if let Some((ty, round)) = inline {
            let x = self.float_or_wider(lane(ftype), rn);
            self.notice_subnormal(ty, x);
            let x = self.scaled_up(ty, fraction, x);
            let w = W::sf(sf);
            let (value, _) = self.b.ftoint(w.ty(), sign(unsigned), round, x);
            return self.set(w, rd, value);
        }
        let insn = Insn { unsigned, imm: fraction, ..Insn::new(op, lane(ftype), general(sf)) };
        let value = self.call_packed(id::FP_GENERAL, Insn { rn, ..insn }, None);
        self.set(W::X, rd, value);
    }

    pub(super) fn convert_from_integer(&mut self, unsigned: bool, f: isa::aarch64::IntToFp) {
        self.convert_from_general(unsigned, (f.sf, f.ftype), 0, (f.rd, f.rn));
    }

    pub(super) fn convert_from_fixed(&mut self, unsigned: bool, f: isa::aarch64::FixToFp) {
        self.convert_from_general(unsigned, (f.sf, f.ftype), 64 - f.scale, (f.rd, f.rn));
    }

    fn convert_from_general(
        &mut self,
        unsigned: bool,
        (sf, ftype): (u8, u8),
        fraction: u8,
        (rd, rn): (u8, u8),
    ) {
        if self.inline_lane(lane(ftype)) == Some(Type::F16) {
            return self.half_from_general(sign(unsigned), W::sf(sf), fraction, (rd, rn));
        }
        if let Some(ty) = self.inline_float(lane(ftype)) {
            let value = self.r(W::sf(sf), rn);
            let result = self.b.ffromint(ty, sign(unsigned), value);
            let result = self.scaled_down(ty, fraction, result);
            return self.set_scalar(rd, result);
        }
        let value = self.x(rn);
        let insn = Insn::new(FpInteger::From, lane(ftype), general(sf));
        let insn = Insn { unsigned, imm: fraction, rd, ..insn };
        self.call_packed(id::FP_GENERAL, insn, Some(value));
    }

    pub(super) fn javascript_convert(&mut self, f: isa::aarch64::FpMove) {
        if self.inline_javascript_convert(f) {
            return;
        }
        let rn = self.b.i64(f.rn.into());
        let value = self.b.call(id::FP_JAVASCRIPT, &[rn]);
        self.set(W::X, f.rd, value);
        self.set_cc(Cc::Dynamic);
    }
}
