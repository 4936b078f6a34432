//! Appending scalar floating-point ops.

use super::{Builder, binary, unary};
use crate::ops::Op;
use crate::tb::Val;
use crate::types::{FpMask, Round, Sign, Type};

impl Builder {
    binary! {
        /// `a + b`.
        fadd = FAdd(a, b);
        /// `a - b`.
        fsub = FSub(a, b);
        /// `a * b`.
        fmul = FMul(a, b);
        /// `a / b`.
        fdiv = FDiv(a, b);
    }

    unary! {
        /// Square root.
        fsqrt = FSqrt;
        /// Sign inverted.
        fneg = FNeg;
        /// Sign cleared.
        fabs = FAbs;
    }

    /// `a * b + c`, or `- c` with `sub`.
    pub fn fmuladd(&mut self, ty: Type, sub: bool, a: Val, b: Val, c: Val) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::FMulAdd { ty, sub, d, a, b, c });
        d
    }

    /// `a * b + c`, with the signs of `a` (`product`) and `c` (`addend`) inverted first, those of NaNs too.
    pub fn fnegmuladd(
        &mut self,
        ty: Type,
        (product, addend): (bool, bool),
        a: Val,
        b: Val,
        c: Val,
    ) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::FNegMulAdd { ty, product, addend, d, a, b, c });
        d
    }

    /// The larger or smaller operand; with `num` a number beats a quiet NaN.
    pub fn fminmax(&mut self, ty: Type, max: bool, num: bool, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::FMinMax { ty, max, num, d, a, b });
        d
    }

    /// 0 equal, 1 low, 2 high, 3 unordered, as `i32`.
    pub fn fcmp(&mut self, ty: Type, signaling: bool, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::FCmp { ty, signaling, d, a, b });
        d
    }

    /// 1 if the quiet comparison has an outcome in `mask`.
    pub fn fsetmask(&mut self, ty: Type, mask: FpMask, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::FSetMask { ty, mask, d, a, b });
        d
    }

    /// Between float types.
    pub fn fcvt(&mut self, to: Type, a: Val) -> Val {
        let from = self.tb.ty(a);
        let d = self.tb.new_val(to, None);
        self.push(Op::FCvt { from, to, d, a });
        d
    }

    /// Integer to float.
    pub fn ffromint(&mut self, ty: Type, sign: Sign, a: Val) -> Val {
        let ity = self.tb.ty(a);
        let d = self.tb.new_val(ty, None);
        self.push(Op::FFromInt { ity, sign, ty, d, a });
        d
    }

    /// Float to integer: (value, class) as `ftoint` says.
    pub fn ftoint(&mut self, ity: Type, sign: Sign, round: Round, a: Val) -> (Val, Val) {
        let ty = self.tb.ty(a);
        let (d, cls) = self.pair(ity, Type::I32);
        self.push(Op::FToInt { ty, ity, sign, round, d, cls, a });
        (d, cls)
    }

    /// Float to integral float.
    pub fn fround(&mut self, round: Round, quiet: bool, a: Val) -> Val {
        let ty = self.tb.ty(a);
        let d = self.tb.new_val(ty, None);
        self.push(Op::FRound { ty, round, quiet, d, a });
        d
    }

    /// The bits as another type of the same width.
    pub fn bitcast(&mut self, to: Type, a: Val) -> Val {
        let from = self.tb.ty(a);
        let d = self.tb.new_val(to, None);
        self.push(Op::Bitcast { from, to, d, a });
        d
    }

    /// The high 32 bits of an `f64` as `f32`.
    pub fn fhi(&mut self, a: Val) -> Val {
        let d = self.tb.new_val(Type::F32, None);
        self.push(Op::FHi { d, a });
        d
    }

    /// `a` with its high 32 bits replaced.
    pub fn fsethi(&mut self, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(Type::F64, None);
        self.push(Op::FSetHi { d, a, b });
        d
    }

    /// The sticky flags.
    pub fn fpflags_get(&mut self) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::FpFlagsGet { d });
        d
    }

    /// Replaces the sticky flags.
    pub fn fpflags_set(&mut self, v: Val) {
        self.push(Op::FpFlagsSet { v });
    }

    /// Sets the rounding mode, an index into `Round::ALL`.
    pub fn fpround_set(&mut self, v: Val) {
        self.push(Op::FpRoundSet { v });
    }
}
