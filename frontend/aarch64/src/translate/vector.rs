//! Vector registers, and instructions done by helpers.

use super::Translator;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::{Family, Insn, Operation};
use crate::state::v;
use tcg_ir::{HelperId, Sign, Type, Val};

/// The fields of an instruction that are register numbers.
pub(super) type Registers = (u8, u8, u8);

impl Lane {
    /// The lane as the IR names it; none for quadwords.
    pub(super) const fn ir(self) -> Option<tcg_ir::Lane> {
        Some(match self {
            Lane::B => tcg_ir::Lane::B,
            Lane::H => tcg_ir::Lane::H,
            Lane::S => tcg_ir::Lane::S,
            Lane::D => tcg_ir::Lane::D,
            Lane::Q => return None,
        })
    }

    /// Single precision for `sz` 0, double precision for 1.
    pub(super) const fn of_sz(sz: u8) -> Lane {
        if sz == 0 { Lane::S } else { Lane::D }
    }
}

/// The element that an instruction by element names: register, and its lane and index. `size` is that of the lane, of 16
/// bits or more.
///
/// Arm ARM DDI 0487, C4.1.96 "Advanced SIMD vector x indexed element".
pub(super) fn element(lane: Lane, h: u8, l: u8, m: u8, rm: u8) -> (u8, (Lane, u8)) {
    match lane {
        Lane::H => (rm, (lane, h << 2 | l << 1 | m)),
        Lane::S => (m << 4 | rm, (lane, h << 1 | l)),
        _ => (m << 4 | rm, (lane, h)),
    }
}

impl Translator<'_> {
    /// Vector register `r`.
    pub(super) fn v(&mut self, r: u8) -> Val {
        self.b.get(v(r))
    }

    /// Sets vector register `r`.
    pub(super) fn set_v(&mut self, r: u8, value: Val) {
        self.b.put(v(r), value);
    }

    /// Sets the low half of vector register `r`, or with a full width all of it, to that of `value`; zeros above.
    pub(super) fn set_v_cut(&mut self, width: Width, r: u8, value: Val) {
        let value = match width {
            Width::Full => value,
            Width::Half | Width::Scalar => {
                let low = self.b.vlow(Type::F64, value);
                self.b.vzext(low)
            }
        };
        self.set_v(r, value);
    }

    /// Sets vector register `r` to a scalar, with zeros above.
    pub(super) fn set_scalar(&mut self, r: u8, value: Val) {
        let value = self.b.vzext(value);
        self.set_v(r, value);
    }

    /// The scalar of a floating-point lane in register `r`, as its bits; of half precision with zeros above.
    pub(super) fn scalar_bits(&mut self, lane: Lane, r: u8) -> Val {
        let x = self.v(r);
        match lane {
            Lane::D => self.b.vlow(Type::I64, x),
            Lane::S => self.b.vlow(Type::I32, x),
            _ => self.b.vextract(lane.ir().unwrap_or(tcg_ir::Lane::H), 0, x),
        }
    }

    /// A vector constant with these bits in both halves.
    pub(super) fn splat(&mut self, bits: u64) -> Val {
        let bits = self.b.i64(bits);
        self.b.vdup(tcg_ir::Lane::D, bits)
    }

    /// None if every instruction that has a helper is to be done by it: see [`tcg_ir::TranslateOptions::inline`].
    pub(super) fn may_inline(&self) -> Option<()> {
        self.options.inline.then_some(())
    }

    /// Before an instruction is inlined: says to which helper [`Translator::leave_if_any`] leaves it.
    pub(super) fn may_leave<O: Family>(&mut self, insn: &Insn<O>) {
        self.out_of_line = Some((O::HELPER, insn.pack()));
    }

    /// Does an instruction by the helper of its family.
    pub(super) fn by_helper<O: Family>(&mut self, insn: Insn<O>) {
        self.call_packed(O::HELPER, insn, None);
    }

    /// Calls a helper with a packed instruction, and perhaps another argument.
    pub(super) fn call_packed<O: Operation>(
        &mut self,
        helper: HelperId,
        insn: Insn<O>,
        argument: Option<Val>,
    ) -> Val {
        let packed = self.b.i64(insn.pack());
        match argument {
            Some(argument) => self.b.call(helper, &[packed, argument]),
            None => self.b.call(helper, &[packed]),
        }
    }

    /// A value of a general register's width as 64 bits.
    pub(super) fn wide(&mut self, value: Val) -> Val {
        match self.b.tb.ty(value) {
            Type::I32 => self.b.extend(Sign::Unsigned, value),
            _ => value,
        }
    }
}
