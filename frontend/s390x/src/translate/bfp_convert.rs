//! Binary floating point, conversion and rounding: PoP SA22-7832, chapter 19.

use super::bfp::Second;
use super::cc::Cc;
use super::{Translator, W, rows};
use crate::helpers::bfp::{Insn, Operation, Size};
use isa::s390x::bfp_convert::Translate;
use tcg_ir::{Round, Sign};

use Sign::{Signed, Unsigned};
use Size::{Extended, Long, Short};
use W::{Full, Lo};

/// The rounding method of an M3 field; `None` for a reserved one.
const fn rounding(m3: u8) -> Option<Round> {
    Some(match m3 {
        0 => Round::Dynamic,
        1 => Round::NearestAway,
        3 => Round::Odd,
        4 => Round::NearestEven,
        5 => Round::Zero,
        6 => Round::Up,
        7 => Round::Down,
        _ => return None,
    })
}

impl Translator<'_> {
    /// CONVERT FROM FIXED, CONVERT FROM LOGICAL.
    fn convert_from_int(&mut self, size: Size, w: W, sign: Sign, f: isa::s390x::RrfE) {
        if rounding(f.m3).is_none() {
            return self.specification();
        }
        if size == Extended && self.not_pairs(&[f.r1]) {
            return;
        }
        // Only the mode in force with the inexact exception is inlined, and a long result of 32 bits
        // needs no rounding at all.
        let exact = size == Long && w == Lo;
        match self.inline_type(size) {
            Some(ty) if exact || f.m3 == 0 && f.m4 & 4 == 0 => {
                let x = self.r(w, f.r2);
                let result = self.b.ffromint(ty, sign, x);
                self.set_fp(ty, f.r1, result);
            }
            _ => {
                let insn = Insn {
                    m3: f.m3,
                    m4: f.m4,
                    wide_int: w == Full,
                    unsigned: sign == Unsigned,
                    ..Insn::new(Operation::FromInt, size, f.r1, f.r2)
                };
                self.bfp_call(insn, size, Second::Register(f.r2));
            }
        }
    }

    /// CONVERT TO FIXED, CONVERT TO LOGICAL.
    fn convert_to_int(&mut self, size: Size, w: W, sign: Sign, f: isa::s390x::RrfE) {
        let Some(round) = rounding(f.m3) else { return self.specification() };
        if size == Extended && self.not_pairs(&[f.r2]) {
            return;
        }
        let suppressed = f.m4 & 4 != 0;
        match self.inline_type(size) {
            Some(ty) if !suppressed => {
                let x = self.fp(ty, f.r2);
                let (value, class) = self.b.ftoint(w.ty(), sign, round, x);
                self.set(w, f.r1, value);
                self.set_cc(Cc::Value(class));
            }
            _ => {
                let insn = Insn {
                    m3: f.m3,
                    m4: f.m4,
                    wide_int: w == Full,
                    unsigned: sign == Unsigned,
                    ..Insn::new(Operation::ToInt, size, f.r1, f.r2)
                };
                self.bfp_call(insn, size, Second::Register(f.r2));
                self.set_cc(Cc::Dynamic);
            }
        }
    }

    /// LOAD FP INTEGER.
    fn round_to_integral(&mut self, size: Size, f: isa::s390x::RrfE) {
        let Some(round) = rounding(f.m3) else { return self.specification() };
        if size == Extended && self.not_pairs(&[f.r1, f.r2]) {
            return;
        }
        match self.inline_type(size) {
            Some(ty) => {
                let x = self.fp(ty, f.r2);
                let result = self.b.fround(round, f.m4 & 4 != 0, x);
                self.set_fp(ty, f.r1, result);
            }
            None => {
                let insn = Insn {
                    m3: f.m3,
                    m4: f.m4,
                    ..Insn::new(Operation::RoundToIntegral, size, f.r1, f.r2)
                };
                self.bfp_call(insn, size, Second::Register(f.r2));
            }
        }
    }

    /// LOAD LENGTHENED.
    fn lengthen(&mut self, size: Size, from: Size, r1: u8, second: Second) {
        if size == Extended && self.not_pairs(&[r1]) {
            return;
        }
        if let (Some(to), Some(ty)) = (self.inline_type(size), from.ty()) {
            let x = self.fp_second(ty, second);
            let result = self.b.fcvt(to, x);
            self.set_fp(to, r1, result);
            return;
        }
        let r2 = match second {
            Second::Register(r2) => r2,
            Second::Storage(..) => 0,
        };
        let insn = Insn { from, ..Insn::new(Operation::Convert, size, r1, r2) };
        self.bfp_call(insn, from, second);
    }

    /// LOAD ROUNDED. From the extended format both registers must be pairs.
    fn round(&mut self, size: Size, from: Size, f: isa::s390x::RrfE) {
        if rounding(f.m3).is_none() {
            return self.specification();
        }
        if from == Extended && self.not_pairs(&[f.r1, f.r2]) {
            return;
        }
        let inline = self.inline_type(size).zip(from.ty());
        match inline {
            Some((to, ty)) if f.m3 == 0 && f.m4 & 4 == 0 => {
                let x = self.fp(ty, f.r2);
                let result = self.b.fcvt(to, x);
                self.set_fp(to, f.r1, result);
            }
            _ => {
                let insn = Insn {
                    from,
                    m3: f.m3,
                    m4: f.m4,
                    ..Insn::new(Operation::Convert, size, f.r1, f.r2)
                };
                self.bfp_call(insn, from, Second::Register(f.r2));
            }
        }
    }
}

fn stored(f: isa::s390x::Rxe) -> Second {
    Second::Storage(f.b2, f.x2, f.d2)
}

impl Translate for Translator<'_> {
    rows! { self, f;
        cefbra: RrfE = self.convert_from_int(Short, Lo, Signed, f);
        cdfbra: RrfE = self.convert_from_int(Long, Lo, Signed, f);
        cxfbra: RrfE = self.convert_from_int(Extended, Lo, Signed, f);
        cegbra: RrfE = self.convert_from_int(Short, Full, Signed, f);
        cdgbra: RrfE = self.convert_from_int(Long, Full, Signed, f);
        cxgbra: RrfE = self.convert_from_int(Extended, Full, Signed, f);
        celfbr: RrfE = self.convert_from_int(Short, Lo, Unsigned, f);
        cdlfbr: RrfE = self.convert_from_int(Long, Lo, Unsigned, f);
        cxlfbr: RrfE = self.convert_from_int(Extended, Lo, Unsigned, f);
        celgbr: RrfE = self.convert_from_int(Short, Full, Unsigned, f);
        cdlgbr: RrfE = self.convert_from_int(Long, Full, Unsigned, f);
        cxlgbr: RrfE = self.convert_from_int(Extended, Full, Unsigned, f);
        cfebra: RrfE = self.convert_to_int(Short, Lo, Signed, f);
        cfdbra: RrfE = self.convert_to_int(Long, Lo, Signed, f);
        cfxbra: RrfE = self.convert_to_int(Extended, Lo, Signed, f);
        cgebra: RrfE = self.convert_to_int(Short, Full, Signed, f);
        cgdbra: RrfE = self.convert_to_int(Long, Full, Signed, f);
        cgxbra: RrfE = self.convert_to_int(Extended, Full, Signed, f);
        clfebr: RrfE = self.convert_to_int(Short, Lo, Unsigned, f);
        clfdbr: RrfE = self.convert_to_int(Long, Lo, Unsigned, f);
        clfxbr: RrfE = self.convert_to_int(Extended, Lo, Unsigned, f);
        clgebr: RrfE = self.convert_to_int(Short, Full, Unsigned, f);
        clgdbr: RrfE = self.convert_to_int(Long, Full, Unsigned, f);
        clgxbr: RrfE = self.convert_to_int(Extended, Full, Unsigned, f);
        fiebra: RrfE = self.round_to_integral(Short, f);
        fidbra: RrfE = self.round_to_integral(Long, f);
        fixbra: RrfE = self.round_to_integral(Extended, f);
        ldebr: Rre = self.lengthen(Long, Short, f.r1, Second::Register(f.r2));
        lxdbr: Rre = self.lengthen(Extended, Long, f.r1, Second::Register(f.r2));
        lxebr: Rre = self.lengthen(Extended, Short, f.r1, Second::Register(f.r2));
        ldeb: Rxe = self.lengthen(Long, Short, f.r1, stored(f));
        lxdb: Rxe = self.lengthen(Extended, Long, f.r1, stored(f));
        lxeb: Rxe = self.lengthen(Extended, Short, f.r1, stored(f));
        ledbra: RrfE = self.round(Short, Long, f);
        ldxbra: RrfE = self.round(Long, Extended, f);
        lexbra: RrfE = self.round(Short, Extended, f);
    }
}
