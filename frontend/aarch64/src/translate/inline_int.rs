//! Integer vector instructions as IR ops: lane by lane, pairs, across lanes.
//!
//! Each function returns the whole new vector, of which the caller keeps what the instruction writes, or none if the
//! helper must do the instruction.

use super::Translator;
use crate::helpers::simd::Insn;
use crate::helpers::simd::across::Across;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::misc::Misc;
use crate::helpers::simd::same::Same;
use tcg_ir::{Lane as IrLane, Type, Val, VecOp, VecShift};

/// The operation for signed or unsigned lanes.
pub(super) const fn by_sign(unsigned: bool, signed_op: VecOp, unsigned_op: VecOp) -> VecOp {
    if unsigned { unsigned_op } else { signed_op }
}

/// The operation that a comparison or an extreme is.
const fn ordered(op: Same, unsigned: bool) -> Option<VecOp> {
    Some(match op {
        Same::CmGt => by_sign(unsigned, VecOp::GtS, VecOp::GtU),
        Same::CmGe => by_sign(unsigned, VecOp::GeS, VecOp::GeU),
        Same::Max | Same::MaxP => by_sign(unsigned, VecOp::MaxS, VecOp::MaxU),
        Same::Min | Same::MinP => by_sign(unsigned, VecOp::MinS, VecOp::MinU),
        _ => return None,
    })
}

impl Translator<'_> {
    /// The second operand: a register, or one of its lanes in all lanes.
    pub(super) fn second(&mut self, rm: u8, element: Option<(Lane, u8)>) -> Val {
        let m = self.v(rm);
        match element.and_then(|(lane, index)| Some((lane.ir()?, index))) {
            Some((lane, index)) => self.b.vdup_lane(lane, index, m),
            None => m,
        }
    }

    /// The low halves of two vectors in one.
    pub(super) fn low_halves(&mut self, n: Val, m: Val) -> Val {
        self.b.vmove(IrLane::D, 1, 0, n, m)
    }

    /// A binary operation on lanes, if there is one for their size.
    pub(super) fn binary_lanes(&mut self, op: VecOp, lane: IrLane, a: Val, b: Val) -> Option<Val> {
        op.has(lane).then(|| self.b.vbinary(op, lane, a, b))
    }

    pub(super) fn inline_same(&mut self, insn: &Insn<Same>) -> Option<Val> {
        self.may_inline()?;
        let lane = insn.lane.ir()?;
        let (n, m) = (self.v(insn.rn), self.second(insn.rm, insn.element));
        match insn.op {
            Same::AddP | Same::MaxP | Same::MinP => self.pairs(insn, lane, n, m),
            Same::Mla | Same::Mls | Same::Aba | Same::Bsl | Same::Bit | Same::Bif => {
                let d = self.v(insn.rd);
                self.with_destination(insn, lane, [n, m, d])
            }
            _ => self.two_vectors(insn, lane, n, m),
        }
    }

    fn two_vectors(&mut self, insn: &Insn<Same>, lane: IrLane, n: Val, m: Val) -> Option<Val> {
        Some(match insn.op {
            Same::And => self.b.vand(n, m),
            Same::Bic => self.b.vandnot(n, m),
            Same::Orr if insn.rn == insn.rm => n,
            Same::Orr => self.b.vor(n, m),
            Same::Orn => {
                let m = self.b.vnot(m);
                self.b.vor(n, m)
            }
            Same::Eor if insn.rn == insn.rm => self.b.v128(0),
            Same::Eor => self.b.vxor(n, m),
            Same::Add => self.b.vbinary(VecOp::Add, lane, n, m),
            Same::Sub => self.b.vbinary(VecOp::Sub, lane, n, m),
            Same::CmEq => self.b.vbinary(VecOp::Eq, lane, n, m),
            Same::CmTst => self.b.vbinary(VecOp::Tst, lane, n, m),
            Same::Mul => self.b.vbinary(VecOp::Mul, lane, n, m),
            Same::RHAdd if insn.unsigned && VecOp::AvgU.has(lane) => {
                self.b.vbinary(VecOp::AvgU, lane, n, m)
            }
            Same::HAdd | Same::RHAdd | Same::HSub => self.halved(insn, lane, n, m),
            Same::Abd => self.difference(insn.unsigned, lane, n, m),
            Same::PMul => self.polynomial_product(lane, n, m),
            Same::QAdd | Same::QSub => self.saturating_sum(insn, lane, n, m),
            Same::SqdMulH | Same::SqrdMulH => self.doubling_high(insn, lane, n, m),
            Same::SqrdMlaH | Same::SqrdMlsH => self.doubling_accumulate(insn, lane, n, m),
            Same::Shl | Same::RShl | Same::QShl | Same::QRShl => {
                self.shift_by_lanes(insn, lane, n, m)?
            }
            op => self.binary_lanes(ordered(op, insn.unsigned)?, lane, n, m)?,
        })
    }

    /// Half of the sum or difference: the bits that differ count half, those that both have count whole.
    fn halved(&mut self, insn: &Insn<Same>, lane: IrLane, n: Val, m: Val) -> Val {
        let right = if insn.unsigned { VecShift::ShrU } else { VecShift::ShrS };
        let different = self.b.vxor(n, m);
        let half = self.b.vshift(right, lane, 1, different);
        match insn.op {
            Same::HAdd => {
                let both = self.b.vand(n, m);
                self.b.vbinary(VecOp::Add, lane, both, half)
            }
            Same::RHAdd => {
                let any = self.b.vor(n, m);
                self.b.vbinary(VecOp::Sub, lane, any, half)
            }
            _ => {
                let borrowed = self.b.vandnot(m, n);
                self.b.vbinary(VecOp::Sub, lane, half, borrowed)
            }
        }
    }

    fn with_destination(
        &mut self,
        insn: &Insn<Same>,
        lane: IrLane,
        [n, m, d]: [Val; 3],
    ) -> Option<Val> {
        Some(match insn.op {
            Same::Bsl => self.b.vselect(d, n, m),
            Same::Bit => self.b.vselect(m, n, d),
            Same::Bif => self.b.vselect(m, d, n),
            Same::Aba => {
                let difference = self.difference(insn.unsigned, lane, n, m);
                self.b.vbinary(VecOp::Add, lane, d, difference)
            }
            op => {
                let product = self.binary_lanes(VecOp::Mul, lane, n, m)?;
                let sum = if op == Same::Mls { VecOp::Sub } else { VecOp::Add };
                self.b.vbinary(sum, lane, d, product)
            }
        })
    }

    /// The absolute difference of lanes of 8, 16 or 32 bits.
    pub(super) fn difference(&mut self, unsigned: bool, lane: IrLane, a: Val, b: Val) -> Val {
        let (max, min) =
            if unsigned { (VecOp::MaxU, VecOp::MinU) } else { (VecOp::MaxS, VecOp::MinS) };
        let (max, min) = (self.b.vbinary(max, lane, a, b), self.b.vbinary(min, lane, a, b));
        self.b.vbinary(VecOp::Sub, lane, max, min)
    }

    /// ADDP and its like.
    fn pairs(&mut self, insn: &Insn<Same>, lane: IrLane, n: Val, m: Val) -> Option<Val> {
        let (n, m) = match insn.width {
            Width::Full => (n, m),
            _ => {
                let both = self.low_halves(n, m);
                (both, both)
            }
        };
        if insn.op == Same::AddP {
            return Some(self.b.vbinary(VecOp::AddPairs, lane, n, m));
        }
        let even = self.b.vbinary(VecOp::UnzipEven, lane, n, m);
        let odd = self.b.vbinary(VecOp::UnzipOdd, lane, n, m);
        self.binary_lanes(ordered(insn.op, insn.unsigned)?, lane, even, odd)
    }

    pub(super) fn inline_misc(&mut self, insn: &Insn<Misc>) -> Option<Val> {
        self.may_inline()?;
        let lane = insn.lane.ir()?;
        let n = self.v(insn.rn);
        let zero = self.b.v128(0);
        Some(match insn.op {
            Misc::Rev => self.b.vreverse(lane, Lane::of(insn.imm).ir()?, n),
            Misc::Cnt => self.b.vpopcnt8(n),
            Misc::Not => self.b.vnot(n),
            Misc::Rbit => self.byte_bits_reversed(n),
            Misc::Abs => self.b.vabs(lane, n),
            Misc::Neg => self.b.vneg(lane, n),
            Misc::CmGt0 => self.b.vbinary(VecOp::GtS, lane, n, zero),
            Misc::CmGe0 => self.b.vbinary(VecOp::GeS, lane, n, zero),
            Misc::CmEq0 => self.b.vbinary(VecOp::Eq, lane, n, zero),
            Misc::CmLe0 => self.b.vbinary(VecOp::GeS, lane, zero, n),
            Misc::CmLt0 => self.b.vbinary(VecOp::GtS, lane, zero, n),
            Misc::AddLP => self.sums_of_pairs(insn.unsigned, insn.lane, n)?,
            Misc::AdaLP => {
                let sums = self.sums_of_pairs(insn.unsigned, insn.lane, n)?;
                let d = self.v(insn.rd);
                self.b.vbinary(VecOp::Add, insn.lane.wide().ir()?, d, sums)
            }
            Misc::Clz => self.leading_zeros_of_lanes(lane, n),
            Misc::Cls => self.leading_signs_of_lanes(lane, n),
            Misc::SuqAdd | Misc::UsqAdd | Misc::SqAbs | Misc::SqNeg => {
                self.saturating_misc(insn, lane, n)
            }
            _ => return None,
        })
    }

    /// The bits of each byte in reverse order, by a table for four of them.
    fn byte_bits_reversed(&mut self, n: Val) -> Val {
        let low_bits = self.splat(0x0f0f_0f0f_0f0f_0f0f);
        let (table_low, table_high) =
            (self.b.i64(0x0e06_0a02_0c04_0800), self.b.i64(0x0f07_0b03_0d05_0901));
        let table = self.b.vpair(table_low, table_high);
        let low = self.b.vand(n, low_bits);
        let low = self.b.vtable(table, low);
        let low = self.b.vshift(VecShift::Shl, IrLane::B, 4, low);
        let high = self.b.vshift(VecShift::ShrU, IrLane::B, 4, n);
        let high = self.b.vtable(table, high);
        self.b.vor(low, high)
    }

    /// Sums of neighbours, in lanes of twice the width.
    fn sums_of_pairs(&mut self, unsigned: bool, lane: Lane, n: Val) -> Option<Val> {
        let (bits, wide) = (lane.bits() as u8, lane.wide().ir()?);
        let right = if unsigned { VecShift::ShrU } else { VecShift::ShrS };
        let odd = self.b.vshift(right, wide, bits, n);
        let even = self.b.vshift(VecShift::Shl, wide, bits, n);
        let even = self.b.vshift(right, wide, bits, even);
        Some(self.b.vbinary(VecOp::Add, wide, even, odd))
    }

    /// Results across lanes have zeros above.
    pub(super) fn inline_across(&mut self, insn: &Insn<Across>) -> Option<Val> {
        self.may_inline()?;
        let lane = insn.lane.ir()?;
        let n = self.v(insn.rn);
        let op = match insn.op {
            Across::AddV => VecOp::Add,
            Across::AddLV => {
                let n = self.low_or_all(insn.width, n);
                let sums = self.sums_of_pairs(insn.unsigned, insn.lane, n)?;
                return Some(self.b.vacross(VecOp::Add, insn.lane.wide().ir()?, sums));
            }
            Across::MaxV => by_sign(insn.unsigned, VecOp::MaxS, VecOp::MaxU),
            Across::MinV => by_sign(insn.unsigned, VecOp::MinS, VecOp::MinU),
        };
        let n = match (insn.width, op) {
            (Width::Full, _) => n,
            (_, VecOp::Add) => self.low_or_all(insn.width, n),
            _ => self.b.vdup_lane(IrLane::D, 0, n),
        };
        Some(self.b.vacross(op, lane, n))
    }

    /// The part that an instruction reads, zeros above.
    pub(super) fn low_or_all(&mut self, width: Width, n: Val) -> Val {
        if width == Width::Full {
            return n;
        }
        let low = self.b.vlow(Type::F64, n);
        self.b.vzext(low)
    }

    /// The lanes that an instruction of this width reads or writes; zeros above.
    pub(super) fn first_lanes(&mut self, lane: IrLane, width: Width, n: Val) -> Val {
        match width {
            Width::Full | Width::Half => self.low_or_all(width, n),
            Width::Scalar if lane < IrLane::S => {
                let zero = self.b.v128(0);
                self.b.vmove(lane, 0, 0, zero, n)
            }
            Width::Scalar => {
                let ty = if lane == IrLane::S { Type::F32 } else { Type::F64 };
                let low = self.b.vlow(ty, n);
                self.b.vzext(low)
            }
        }
    }
}
