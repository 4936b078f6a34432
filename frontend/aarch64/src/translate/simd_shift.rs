//! Group `simd_shift`: Advanced SIMD shifts by an immediate.

use super::{Translator, rows};
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::Width;
use crate::helpers::simd::shift::{self, Shift};
use isa::aarch64::simd_shift::Translate;

const S: bool = false;
const U: bool = true;

impl Translator<'_> {
    fn shift_right(
        &mut self,
        op: Shift,
        unsigned: bool,
        width: Width,
        (immh, immb): (u8, u8),
        (rd, rn): (u8, u8),
    ) {
        if let Some((lane, imm)) = shift::right(immh, immb) {
            self.shift(Insn { unsigned, imm, rd, rn, ..Insn::new(op, lane, width) });
        }
    }

    fn shift_left(
        &mut self,
        op: Shift,
        unsigned: bool,
        width: Width,
        (immh, immb): (u8, u8),
        (rd, rn): (u8, u8),
    ) {
        if let Some((lane, imm)) = shift::left(immh, immb) {
            self.shift(Insn { unsigned, imm, rd, rn, ..Insn::new(op, lane, width) });
        }
    }

    fn shift(&mut self, insn: Insn<Shift>) {
        let (width, rd) = (insn.width, insn.rd);
        if insn.op == Shift::Shll {
            if let Some(value) = self.inline_shift_long(&insn) {
                return self.set_v(rd, value);
            }
        } else if let Some(narrow) = self.inline_shift_narrow(&insn) {
            return self.set_v_half(width, rd, narrow);
        } else if let Some(value) = self.inline_shift(&insn) {
            return self.set_v_cut(width, rd, value);
        }
        self.by_helper(insn);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        rshrn_v: VShiftNarrow = self.shift_right(Shift::RShrn, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        shl_v: VShift = self.shift_left(Shift::Shl, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        shrn_v: VShiftNarrow = self.shift_right(Shift::Shrn, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sli_v: VShift = self.shift_left(Shift::Sli, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sqrshrn_v: VShiftNarrow = self.shift_right(Shift::QRShrn, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sqrshrun_v: VShiftNarrow = self.shift_right(Shift::SqRShrun, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sqshlu_v: VShift = self.shift_left(Shift::SqShlu, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sqshl_imm_v: VShift = self.shift_left(Shift::QShl, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sqshrn_v: VShiftNarrow = self.shift_right(Shift::QShrn, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sqshrun_v: VShiftNarrow = self.shift_right(Shift::SqShrun, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sri_v: VShift = self.shift_right(Shift::Sri, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        srshr_v: VShift = self.shift_right(Shift::RShr, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        srsra_v: VShift = self.shift_right(Shift::RSra, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sshll_v: VShiftLong = self.shift_left(Shift::Shll, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        sshr_v: VShift = self.shift_right(Shift::Shr, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        ssra_v: VShift = self.shift_right(Shift::Sra, S, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        uqrshrn_v: VShiftNarrow = self.shift_right(Shift::QRShrn, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        uqshl_imm_v: VShift = self.shift_left(Shift::QShl, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        uqshrn_v: VShiftNarrow = self.shift_right(Shift::QShrn, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        urshr_v: VShift = self.shift_right(Shift::RShr, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        ursra_v: VShift = self.shift_right(Shift::RSra, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        ushll_v: VShiftLong = self.shift_left(Shift::Shll, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        ushr_v: VShift = self.shift_right(Shift::Shr, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        usra_v: VShift = self.shift_right(Shift::Sra, U, Width::of(f.q != 0), (f.immh, f.immb), (f.rd, f.rn));
        shl_s: SShift = self.shift_left(Shift::Shl, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        sli_s: SShift = self.shift_left(Shift::Sli, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        sqrshrn_s: SShiftNarrow = self.shift_right(Shift::QRShrn, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        sqrshrun_s: SShiftNarrow = self.shift_right(Shift::SqRShrun, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        sqshlu_s: SShift = self.shift_left(Shift::SqShlu, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        sqshl_imm_s: SShift = self.shift_left(Shift::QShl, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        sqshrn_s: SShiftNarrow = self.shift_right(Shift::QShrn, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        sqshrun_s: SShiftNarrow = self.shift_right(Shift::SqShrun, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        sri_s: SShift = self.shift_right(Shift::Sri, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        srshr_s: SShift = self.shift_right(Shift::RShr, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        srsra_s: SShift = self.shift_right(Shift::RSra, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        sshr_s: SShift = self.shift_right(Shift::Shr, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        ssra_s: SShift = self.shift_right(Shift::Sra, S, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        uqrshrn_s: SShiftNarrow = self.shift_right(Shift::QRShrn, U, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        uqshl_imm_s: SShift = self.shift_left(Shift::QShl, U, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        uqshrn_s: SShiftNarrow = self.shift_right(Shift::QShrn, U, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        urshr_s: SShift = self.shift_right(Shift::RShr, U, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        ursra_s: SShift = self.shift_right(Shift::RSra, U, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        ushr_s: SShift = self.shift_right(Shift::Shr, U, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
        usra_s: SShift = self.shift_right(Shift::Sra, U, Width::Scalar, (f.immh, f.immb), (f.rd, f.rn));
    }
}
