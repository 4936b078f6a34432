//! Group `reg`: data processing with registers.

use super::arith::{Shift, Sum};
use super::logic::Operation;
use super::{Translator, W, rows};
use isa::aarch64::reg::Translate;
use tcg_ir::{Builder, Cond, Sign, Val};

impl Translator<'_> {
    fn sum_shifted_row(&mut self, kind: Sum, f: isa::aarch64::AddSubShift) {
        let shift = Shift { kind: f.shift, amount: f.imm6 };
        self.sum_shifted(kind, W::sf(f.sf), f.rd, f.rn, f.rm, shift);
    }

    fn sum_extended_row(&mut self, kind: Sum, f: isa::aarch64::AddSubExt) {
        self.sum_extended(kind, W::sf(f.sf), f.rd, f.rn, f.rm, (f.option, f.imm3));
    }

    fn sum_carry_row(&mut self, kind: Sum, f: isa::aarch64::Dp2) {
        self.sum_carry(kind, W::sf(f.sf), f.rd, f.rn, f.rm);
    }

    fn logic_shifted_row(&mut self, o: Operation, f: isa::aarch64::LogicShift) {
        let shift = Shift { kind: f.shift, amount: f.imm6 };
        self.logic_shifted(o, W::sf(f.sf), f.rd, f.rn, f.rm, shift);
    }

    fn select_row(&mut self, f: isa::aarch64::CondSel, other: fn(&mut Self, W, Val) -> Val) {
        self.conditional_select(W::sf(f.sf), (f.rd, f.rn, f.rm), f.cond, other);
    }

    fn compare_reg_row(&mut self, kind: Sum, f: isa::aarch64::CondCmpReg) {
        let w = W::sf(f.sf);
        let operands = (self.r(w, f.rn), self.r(w, f.rm));
        self.conditional_compare(kind, w, operands, f.cond, f.nzcv);
    }

    fn compare_imm_row(&mut self, kind: Sum, f: isa::aarch64::CondCmpImm) {
        let w = W::sf(f.sf);
        let operands = (self.r(w, f.rn), self.imm(w, f.imm5.into()));
        self.conditional_compare(kind, w, operands, f.cond, f.nzcv);
    }

    fn extreme_row(&mut self, cond: Cond, f: isa::aarch64::Dp2) {
        let w = W::sf(f.sf);
        let (a, b) = (self.r(w, f.rn), self.r(w, f.rm));
        self.extreme(w, cond, f.rd, a, b);
    }

    fn shift_row(
        &mut self,
        f: isa::aarch64::Dp2,
        shift: fn(&mut Builder, tcg_ir::Type, Val, Val) -> Val,
    ) {
        self.shift_by_register(W::sf(f.sf), (f.rd, f.rn, f.rm), shift);
    }

    fn unary_row(&mut self, f: isa::aarch64::Dp1, op: fn(&mut Self, W, Val) -> Val) {
        self.unary(W::sf(f.sf), f.rd, f.rn, op);
    }

    fn long_row(&mut self, sign: Sign, sub: bool, f: isa::aarch64::Dp3Long) {
        self.multiply_add_long(sign, sub, f.rd, f.rn, f.rm, f.ra);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        add_shift: AddSubShift = self.sum_shifted_row(Sum::ADD, f);
        adds_shift: AddSubShift = self.sum_shifted_row(Sum::ADDS, f);
        sub_shift: AddSubShift = self.sum_shifted_row(Sum::SUB, f);
        subs_shift: AddSubShift = self.sum_shifted_row(Sum::SUBS, f);
        add_ext: AddSubExt = self.sum_extended_row(Sum::ADD, f);
        adds_ext: AddSubExt = self.sum_extended_row(Sum::ADDS, f);
        sub_ext: AddSubExt = self.sum_extended_row(Sum::SUB, f);
        subs_ext: AddSubExt = self.sum_extended_row(Sum::SUBS, f);
        adc: Dp2 = self.sum_carry_row(Sum::ADD, f);
        adcs: Dp2 = self.sum_carry_row(Sum::ADDS, f);
        sbc: Dp2 = self.sum_carry_row(Sum::SUB, f);
        sbcs: Dp2 = self.sum_carry_row(Sum::SUBS, f);
        and_shift: LogicShift = self.logic_shifted_row(Operation::AND, f);
        bic_shift: LogicShift = self.logic_shifted_row(Operation::BIC, f);
        orr_shift: LogicShift = self.logic_shifted_row(Operation::ORR, f);
        orn_shift: LogicShift = self.logic_shifted_row(Operation::ORN, f);
        eor_shift: LogicShift = self.logic_shifted_row(Operation::EOR, f);
        eon_shift: LogicShift = self.logic_shifted_row(Operation::EON, f);
        ands_shift: LogicShift = self.logic_shifted_row(Operation::ANDS, f);
        bics_shift: LogicShift = self.logic_shifted_row(Operation::BICS, f);
        csel: CondSel = self.select_row(f, Self::same);
        csinc: CondSel = self.select_row(f, Self::incremented);
        csinv: CondSel = self.select_row(f, Self::inverted);
        csneg: CondSel = self.select_row(f, Self::negated);
        ccmn_reg: CondCmpReg = self.compare_reg_row(Sum::ADDS, f);
        ccmp_reg: CondCmpReg = self.compare_reg_row(Sum::SUBS, f);
        ccmn_imm: CondCmpImm = self.compare_imm_row(Sum::ADDS, f);
        ccmp_imm: CondCmpImm = self.compare_imm_row(Sum::SUBS, f);
        udiv: Dp2 = self.divide_unsigned(W::sf(f.sf), f.rd, f.rn, f.rm);
        sdiv: Dp2 = self.divide_signed(W::sf(f.sf), f.rd, f.rn, f.rm);
        lslv: Dp2 = self.shift_row(f, Builder::shl);
        lsrv: Dp2 = self.shift_row(f, Builder::shr_u);
        asrv: Dp2 = self.shift_row(f, Builder::shr_s);
        rorv: Dp2 = self.rotate_by_register(W::sf(f.sf), f.rd, f.rn, f.rm);
        crc32: Crc32 = self.checksum(false, 1 << f.sz, f.rd, f.rn, f.rm);
        crc32c: Crc32 = self.checksum(true, 1 << f.sz, f.rd, f.rn, f.rm);
        smax_reg: Dp2 = self.extreme_row(Cond::GtS, f);
        umax_reg: Dp2 = self.extreme_row(Cond::GtU, f);
        smin_reg: Dp2 = self.extreme_row(Cond::LtS, f);
        umin_reg: Dp2 = self.extreme_row(Cond::LtU, f);
        madd: Dp3 = self.multiply_add(W::sf(f.sf), false, f.rd, f.rn, f.rm, f.ra);
        msub: Dp3 = self.multiply_add(W::sf(f.sf), true, f.rd, f.rn, f.rm, f.ra);
        smaddl: Dp3Long = self.long_row(Sign::Signed, false, f);
        smsubl: Dp3Long = self.long_row(Sign::Signed, true, f);
        umaddl: Dp3Long = self.long_row(Sign::Unsigned, false, f);
        umsubl: Dp3Long = self.long_row(Sign::Unsigned, true, f);
        smulh: MulHigh = self.multiply_high(Sign::Signed, f.rd, f.rn, f.rm);
        umulh: MulHigh = self.multiply_high(Sign::Unsigned, f.rd, f.rn, f.rm);
        rbit: Dp1 = self.unary_row(f, Self::bits_reversed);
        rev16: Dp1 = self.unary_row(f, Self::bytes_reversed_16);
        rev32: Dp1X = self.unary(W::X, f.rd, f.rn, Self::bytes_reversed_32);
        rev: Rev = self.unary(W::sf(f.sf), f.rd, f.rn, Self::bytes_reversed);
        clz: Dp1 = self.unary_row(f, Self::leading_zeros);
        cls: Dp1 = self.unary_row(f, Self::leading_signs);
        ctz: Dp1 = self.unary_row(f, Self::trailing_zeros);
        cnt: Dp1 = self.unary_row(f, Self::ones);
        abs: Dp1 = self.absolute(W::sf(f.sf), f.rd, f.rn);
        rmif: RotateFlags = self.rotate_into_flags(f.rn, f.imm6, f.mask);
        setf8: SetFlags = self.set_flags_from(f.rn, 8);
        setf16: SetFlags = self.set_flags_from(f.rn, 16);
    }
}
