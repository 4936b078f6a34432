//! Integer vector instructions as IR ops: shifts by an immediate, and those that widen or narrow lanes.

use super::Translator;
use crate::helpers::simd::Insn;
use crate::helpers::simd::diff::Diff;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::misc::Misc;
use crate::helpers::simd::shift::Shift;
use tcg_ir::{CryptoOp, Lane as IrLane, Narrow, Sign, Val, VecOp, VecShift};

/// `bits` in each lane, as 64 bits.
const fn in_lanes(lane: Lane, bits: u64) -> u64 {
    match lane {
        Lane::B => (bits & 0xff) * 0x0101_0101_0101_0101,
        Lane::H => (bits & 0xffff) * 0x0001_0001_0001_0001,
        Lane::S => (bits & 0xffff_ffff) * 0x0000_0001_0000_0001,
        Lane::D | Lane::Q => bits,
    }
}

const fn sign(unsigned: bool) -> Sign {
    if unsigned { Sign::Unsigned } else { Sign::Signed }
}

impl Translator<'_> {
    /// Keeps what a narrowing instruction writes.
    pub(super) fn set_v_half(&mut self, width: Width, rd: u8, narrow: Val) {
        let value = match width {
            Width::Full => {
                let old = self.v(rd);
                self.low_halves(old, narrow)
            }
            Width::Half | Width::Scalar => narrow,
        };
        self.set_v(rd, value);
    }

    /// The lanes of the half that a widening instruction reads, extended.
    fn widened(&mut self, width: Width, unsigned: bool, lane: IrLane, n: Val) -> Val {
        self.b.vwiden(lane, sign(unsigned), width == Width::Full, n)
    }

    // --- shifts -------------------------------------------------------------------------------

    pub(super) fn inline_shift(&mut self, insn: &Insn<Shift>) -> Option<Val> {
        self.may_inline()?;
        let lane = insn.lane.ir()?;
        let right = if insn.unsigned { VecShift::ShrU } else { VecShift::ShrS };
        let n = self.v(insn.rn);
        Some(match insn.op {
            Shift::Shr => self.b.vshift(right, lane, insn.imm, n),
            Shift::Sra => {
                let shifted = self.b.vshift(right, lane, insn.imm, n);
                self.plus_destination(lane, insn.rd, shifted)
            }
            Shift::RShr => self.rounded_shift(right, insn.lane, insn.imm, n)?,
            Shift::RSra => {
                let shifted = self.rounded_shift(right, insn.lane, insn.imm, n)?;
                self.plus_destination(lane, insn.rd, shifted)
            }
            Shift::Shl => self.b.vshift(VecShift::Shl, lane, insn.imm, n),
            Shift::Sri => {
                let bits = lane.bits();
                let replaced = lane.mask() >> (u32::from(insn.imm) % bits);
                let replaced = if u32::from(insn.imm) == bits { 0 } else { replaced };
                let shifted = self.b.vshift(VecShift::ShrU, lane, insn.imm, n);
                self.inserted(insn, replaced, shifted)
            }
            Shift::Sli => {
                let shifted = self.b.vshift(VecShift::Shl, lane, insn.imm, n);
                self.inserted(insn, lane.mask() << insn.imm & lane.mask(), shifted)
            }
            Shift::QShl | Shift::SqShlu => self.saturating_shift_left(insn, lane),
            _ => return None,
        })
    }

    fn plus_destination(&mut self, lane: IrLane, rd: u8, value: Val) -> Val {
        let d = self.v(rd);
        self.b.vbinary(VecOp::Add, lane, d, value)
    }

    /// The shifted value plus the last bit that fell out.
    fn rounded_shift(&mut self, right: VecShift, lane: Lane, by: u8, n: Val) -> Option<Val> {
        let ir = lane.ir()?;
        let shifted = self.b.vshift(right, ir, by, n);
        let last = self.b.vshift(right, ir, by - 1, n);
        let one = self.splat(in_lanes(lane, 1));
        let last = self.b.vand(last, one);
        Some(self.b.vbinary(VecOp::Add, ir, shifted, last))
    }

    /// The destination with the bits `replaced` of each lane from `value`, which has zeros elsewhere.
    fn inserted(&mut self, insn: &Insn<Shift>, replaced: u64, value: Val) -> Val {
        let (d, mask) = (self.v(insn.rd), self.splat(in_lanes(insn.lane, replaced)));
        let kept = self.b.vandnot(d, mask);
        self.b.vor(kept, value)
    }

    /// Narrowing right shifts: the narrow result, zeros above.
    pub(super) fn inline_shift_narrow(&mut self, insn: &Insn<Shift>) -> Option<Val> {
        self.may_inline()?;
        let signs = match insn.op {
            Shift::QShrn | Shift::QRShrn => (insn.unsigned, insn.unsigned),
            Shift::SqShrun | Shift::SqRShrun => (false, true),
            _ => return self.inline_shift_cut(insn),
        };
        let wide = insn.lane.wide();
        let right = if signs.0 { VecShift::ShrU } else { VecShift::ShrS };
        let n = self.v(insn.rn);
        let n = self.scalar_or_all(insn.width, wide.ir()?, n);
        let shifted = match insn.op {
            Shift::QRShrn | Shift::SqRShrun => self.rounded_shift(right, wide, insn.imm, n)?,
            _ => self.b.vshift(right, wide.ir()?, insn.imm, n),
        };
        self.narrow_saturating(insn.lane, signs, shifted)
    }

    /// SHRN, RSHRN.
    fn inline_shift_cut(&mut self, insn: &Insn<Shift>) -> Option<Val> {
        let rounds = match insn.op {
            Shift::Shrn => false,
            Shift::RShrn => true,
            _ => return None,
        };
        let wide = insn.lane.wide();
        let ir = wide.ir()?;
        let mut n = self.v(insn.rn);
        if rounds {
            let half = self.splat(in_lanes(wide, 1 << (insn.imm - 1)));
            n = self.b.vbinary(VecOp::Add, ir, n, half);
        }
        let shifted = self.b.vshift(VecShift::ShrU, ir, insn.imm, n);
        Some(self.b.vnarrow(ir, Narrow::Wrap, shifted))
    }

    /// SSHLL, USHLL.
    pub(super) fn inline_shift_long(&mut self, insn: &Insn<Shift>) -> Option<Val> {
        self.may_inline()?;
        let n = self.v(insn.rn);
        let wide = self.widened(insn.width, insn.unsigned, insn.lane.ir()?, n);
        Some(self.b.vshift(VecShift::Shl, insn.lane.wide().ir()?, insn.imm, wide))
    }

    // --- two-register -------------------------------------------------------------------------

    /// XTN, SQXTN, UQXTN, SQXTUN: the narrow result, zeros above.
    pub(super) fn inline_narrow(&mut self, insn: &Insn<Misc>) -> Option<Val> {
        self.may_inline()?;
        let to = match insn.op {
            Misc::Xtn => None,
            Misc::QXtn => Some((insn.unsigned, insn.unsigned)),
            Misc::SqXtun => Some((false, true)),
            _ => return None,
        };
        let n = self.v(insn.rn);
        let n = self.scalar_or_all(insn.width, insn.lane.wide().ir()?, n);
        match to {
            None => Some(self.b.vnarrow(insn.lane.wide().ir()?, Narrow::Wrap, n)),
            Some(signs) => self.narrow_saturating(insn.lane, signs, n),
        }
    }

    /// The one lane that an instruction on scalars reads, zeros above; all of others.
    fn scalar_or_all(&mut self, width: Width, lane: IrLane, n: Val) -> Val {
        match width {
            Width::Scalar => self.cut(width, lane, n),
            Width::Half | Width::Full => n,
        }
    }

    /// Lanes of half the width with the nearest numbers, from and to unsigned ones or not; sets FPSR.QC.
    pub(super) fn narrow_saturating(
        &mut self,
        lane: Lane,
        (from_unsigned, to_unsigned): (bool, bool),
        n: Val,
    ) -> Option<Val> {
        let (lane, wide) = (lane.ir()?, lane.wide());
        let ir = wide.ir()?;
        if ir == IrLane::D {
            let clamped = self.clamp_doublewords((from_unsigned, to_unsigned), n);
            return Some(self.b.vnarrow(ir, Narrow::Wrap, clamped));
        }
        if from_unsigned {
            let limit = self.splat(in_lanes(wide, lane.mask()));
            let least = self.b.vbinary(VecOp::MinU, ir, n, limit);
            self.note_saturation(Width::Full, n, least);
            return Some(self.b.vnarrow(ir, Narrow::Wrap, least));
        }
        let how = if to_unsigned { Narrow::Unsigned } else { Narrow::Signed };
        let narrow = self.b.vnarrow(ir, how, n);
        let back = self.b.vwiden(lane, sign(to_unsigned), false, narrow);
        self.note_saturation(Width::Full, n, back);
        Some(narrow)
    }

    /// SHLL.
    pub(super) fn inline_shift_by_width(&mut self, insn: &Insn<Misc>) -> Option<Val> {
        self.may_inline()?;
        let n = self.v(insn.rn);
        let wide = self.widened(insn.width, true, insn.lane.ir()?, n);
        let bits = insn.lane.bits() as u8;
        Some(self.b.vshift(VecShift::Shl, insn.lane.wide().ir()?, bits, wide))
    }

    // --- three different ----------------------------------------------------------------------

    /// The whole result of a widening instruction.
    pub(super) fn inline_long(&mut self, insn: &Insn<Diff>) -> Option<Val> {
        self.may_inline()?;
        let lane = insn.lane.ir()?;
        let (n, m) = (self.v(insn.rn), self.second(insn.rm, insn.element));
        if insn.op == Diff::PMulL {
            return Some(self.polynomial_long(insn.width, lane, n, m));
        }
        let wide = insn.lane.wide().ir()?;
        let [n, m] = [n, m].map(|x| self.scalar_or_all(insn.width, lane, x));
        let b = self.widened(insn.width, insn.unsigned, lane, m);
        let a = match insn.op {
            Diff::AddW | Diff::SubW => n,
            _ => self.widened(insn.width, insn.unsigned, lane, n),
        };
        if let Diff::SqdMulL | Diff::SqdMlaL | Diff::SqdMlsL = insn.op {
            let accumulate = (insn.op != Diff::SqdMulL).then(|| {
                let d = self.v(insn.rd);
                let d = self.scalar_or_all(insn.width, wide, d);
                (d, insn.op == Diff::SqdMlsL)
            });
            return Some(self.doubling_long(wide, (a, b), accumulate));
        }
        Some(match insn.op {
            Diff::AddL | Diff::AddW => self.b.vbinary(VecOp::Add, wide, a, b),
            Diff::SubL | Diff::SubW => self.b.vbinary(VecOp::Sub, wide, a, b),
            Diff::AbdL => self.exact_difference(wide, a, b),
            Diff::AbaL => {
                let difference = self.exact_difference(wide, a, b);
                self.plus_destination(wide, insn.rd, difference)
            }
            Diff::MulL => self.product(insn.unsigned, wide, a, b),
            Diff::MlaL => {
                let product = self.product(insn.unsigned, wide, a, b);
                self.plus_destination(wide, insn.rd, product)
            }
            _ => {
                let product = self.product(insn.unsigned, wide, a, b);
                let d = self.v(insn.rd);
                self.b.vbinary(VecOp::Sub, wide, d, product)
            }
        })
    }

    /// The absolute difference of lanes that were widened.
    fn exact_difference(&mut self, wide: IrLane, a: Val, b: Val) -> Val {
        let difference = self.b.vbinary(VecOp::Sub, wide, a, b);
        self.b.vabs(wide, difference)
    }

    /// PMULL.
    fn polynomial_long(&mut self, width: Width, lane: IrLane, n: Val, m: Val) -> Val {
        if lane == IrLane::D {
            let op = if width == Width::Full { CryptoOp::MulHigh } else { CryptoOp::MulLow };
            return self.b.vcrypto(op, [n, m, m]);
        }
        let [n, m] = [n, m].map(|x| self.widened(width, true, lane, x));
        self.polynomial_product(IrLane::H, n, m)
    }

    /// The product of lanes that were widened.
    pub(super) fn product(&mut self, unsigned: bool, wide: IrLane, a: Val, b: Val) -> Val {
        let op = match (wide, unsigned) {
            (IrLane::D, true) => VecOp::MulLowU,
            (IrLane::D, false) => VecOp::MulLowS,
            _ => VecOp::Mul,
        };
        self.b.vbinary(op, wide, a, b)
    }

    /// ADDHN and its like: the narrow result, zeros above.
    pub(super) fn inline_high_narrow(&mut self, insn: &Insn<Diff>) -> Option<Val> {
        self.may_inline()?;
        let wide = insn.lane.wide();
        let ir = wide.ir()?;
        let (n, m) = (self.v(insn.rn), self.v(insn.rm));
        let op = match insn.op {
            Diff::SubHn | Diff::RSubHn => VecOp::Sub,
            _ => VecOp::Add,
        };
        let mut sum = self.b.vbinary(op, ir, n, m);
        if let Diff::RAddHn | Diff::RSubHn = insn.op {
            let half = self.splat(in_lanes(wide, 1 << (insn.lane.bits() - 1)));
            sum = self.b.vbinary(VecOp::Add, ir, sum, half);
        }
        let high = self.b.vshift(VecShift::ShrU, ir, insn.lane.bits() as u8, sum);
        Some(self.b.vnarrow(ir, Narrow::Wrap, high))
    }
}
