//! Hexadecimal floating point: PoP SA22-7832, chapter 18.
//!
//! Only the lengthening of short numbers, which appends zeros and so works on any: compilers load short *binary* numbers by
//! it, since it sets the whole register.

use super::bfp::Second;
use super::{Translator, rows};
use crate::state::fpr;
use isa::s390x::hfp::Translate;
use tcg_ir::Type;

impl Translator<'_> {
    /// Short to long: the fraction goes on with zeros.
    fn lengthen_hexadecimal(&mut self, r1: u8, second: Second) {
        let short = self.fp_second(Type::F32, second);
        let zero = self.b.constant(Type::F64, 0);
        let long = self.b.fsethi(zero, short);
        self.b.put(fpr(r1), long);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        lder: Rre = self.lengthen_hexadecimal(f.r1, Second::Register(f.r2));
        lde: Rxe = self.lengthen_hexadecimal(f.r1, Second::Storage(f.b2, f.x2, f.d2));
    }
}
