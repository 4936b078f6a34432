//! Appending vector ops.

use super::Builder;
use crate::crypto::CryptoOp;
use crate::ops::Op;
use crate::tb::Val;
use crate::types::{Round, Sign, Type};
use crate::vector::{Lane, Narrow, VecFpCmp, VecFpOp, VecOp, VecShift};

impl Builder {
    fn vector(&mut self, op: impl FnOnce(Val) -> Op) -> Val {
        let d = self.tb.new_val(Type::V128, None);
        self.push(op(d));
        d
    }

    /// A vector constant of up to 64 bits, zeros above.
    pub fn v128(&mut self, bits: u64) -> Val {
        self.constant(Type::V128, bits)
    }

    /// Bitwise and of vectors.
    pub fn vand(&mut self, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VAnd { d, a, b })
    }

    /// Bitwise or of vectors.
    pub fn vor(&mut self, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VOr { d, a, b })
    }

    /// Bitwise exclusive or of vectors.
    pub fn vxor(&mut self, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VXor { d, a, b })
    }

    /// The lowest bits of a vector as a scalar of type `ty`.
    pub fn vlow(&mut self, ty: Type, a: Val) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::VLow { ty, d, a });
        d
    }

    /// A scalar with zeros above.
    pub fn vzext(&mut self, a: Val) -> Val {
        let ty = self.tb.ty(a);
        self.vector(|d| Op::VZext { ty, d, a })
    }

    /// `hi << 64 | lo`.
    pub fn vpair(&mut self, lo: Val, hi: Val) -> Val {
        self.vector(|d| Op::VPair { d, lo, hi })
    }

    /// A lane, zero-extended to `lane.scalar()`.
    pub fn vextract(&mut self, lane: Lane, index: u8, a: Val) -> Val {
        let d = self.tb.new_val(lane.scalar(), None);
        self.push(Op::VExtract { lane, index, d, a });
        d
    }

    /// `a` with a lane replaced by the low bits of `v`.
    pub fn vinsert(&mut self, lane: Lane, index: u8, a: Val, v: Val) -> Val {
        self.vector(|d| Op::VInsert { lane, index, d, a, v })
    }

    /// `a` with lane `index` replaced by lane `from` of `b`.
    pub fn vmove(&mut self, lane: Lane, index: u8, from: u8, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VMove { lane, index, from, d, a, b })
    }

    /// Every lane a copy of the low bits of `v`.
    pub fn vdup(&mut self, lane: Lane, v: Val) -> Val {
        self.vector(|d| Op::VDup { lane, d, v })
    }

    /// Every lane a copy of lane `index` of `a`.
    pub fn vdup_lane(&mut self, lane: Lane, index: u8, a: Val) -> Val {
        self.vector(|d| Op::VDupLane { lane, index, d, a })
    }

    /// `a & !b`.
    pub fn vandnot(&mut self, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VAndNot { d, a, b })
    }

    /// `a & m | b & !m`.
    pub fn vselect(&mut self, m: Val, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VSelect { d, m, a, b })
    }

    /// An operation on lanes.
    pub fn vbinary(&mut self, op: VecOp, lane: Lane, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VBinary { op, lane, d, a, b })
    }

    /// All lanes combined, in lane 0; zeros above.
    pub fn vacross(&mut self, op: VecOp, lane: Lane, a: Val) -> Val {
        self.vector(|d| Op::VAcross { op, lane, d, a })
    }

    /// Every lane shifted by `n`, at most the width; `a` itself for zero.
    pub fn vshift(&mut self, op: VecShift, lane: Lane, n: u8, a: Val) -> Val {
        if n == 0 {
            return a;
        }
        self.vector(|d| Op::VShift { op, lane, n, d, a })
    }

    /// Absolute values, wrapping.
    pub fn vabs(&mut self, lane: Lane, a: Val) -> Val {
        self.vector(|d| Op::VAbs { lane, d, a })
    }

    /// Negated lanes.
    pub fn vneg(&mut self, lane: Lane, a: Val) -> Val {
        let zero = self.v128(0);
        self.vbinary(VecOp::Sub, lane, zero, a)
    }

    /// All bits inverted.
    pub fn vnot(&mut self, a: Val) -> Val {
        let ones = self.i64(u64::MAX);
        let ones = self.vdup(Lane::D, ones);
        self.vxor(a, ones)
    }

    /// Number of one bits of each byte.
    pub fn vpopcnt8(&mut self, a: Val) -> Val {
        self.vector(|d| Op::VPopcnt8 { d, a })
    }

    /// Lanes in reverse order within larger lanes.
    pub fn vreverse(&mut self, lane: Lane, within: Lane, a: Val) -> Val {
        self.vector(|d| Op::VReverse { lane, within, d, a })
    }

    /// Bytes `n` and following of `b:a`.
    pub fn vext(&mut self, n: u8, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VExt { n, d, a, b })
    }

    /// For each byte of `index` that byte of `a`, or zero if there is none.
    pub fn vtable(&mut self, a: Val, index: Val) -> Val {
        self.vector(|d| Op::VTable { d, a, index })
    }

    /// The lanes of the low or high half, extended to twice their width.
    pub fn vwiden(&mut self, lane: Lane, sign: Sign, high: bool, a: Val) -> Val {
        self.vector(|d| Op::VWiden { lane, sign, high, d, a })
    }

    /// The lanes at half their width in the low half, zeros above.
    pub fn vnarrow(&mut self, lane: Lane, how: Narrow, a: Val) -> Val {
        self.vector(|d| Op::VNarrow { lane, how, d, a })
    }

    /// A step of a cipher or hash; inputs that it does not have may be any.
    pub fn vcrypto(&mut self, op: CryptoOp, [a, b, c]: [Val; 3]) -> Val {
        self.vector(|d| Op::VCrypto { op, d, a, b, c })
    }

    // --- floating point --------------------------------------------------------------------------

    /// A floating-point operation on the lanes of type `ty`.
    pub fn vfbinary(&mut self, op: VecFpOp, ty: Type, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VFBinary { op, ty, d, a, b })
    }

    /// Square roots.
    pub fn vfsqrt(&mut self, ty: Type, a: Val) -> Val {
        self.vector(|d| Op::VFSqrt { ty, d, a })
    }

    /// `c + a * b`, or with `neg` `c + -a * b`.
    pub fn vfmuladd(&mut self, ty: Type, neg: bool, a: Val, b: Val, c: Val) -> Val {
        self.vector(|d| Op::VFMulAdd { ty, neg, d, a, b, c })
    }

    /// A comparison, as masks.
    pub fn vfcmp(&mut self, op: VecFpCmp, ty: Type, a: Val, b: Val) -> Val {
        self.vector(|d| Op::VFCmp { op, ty, d, a, b })
    }

    /// To integral floats.
    pub fn vfround(&mut self, ty: Type, round: Round, quiet: bool, a: Val) -> Val {
        self.vector(|d| Op::VFRound { ty, round, quiet, d, a })
    }

    /// Integers to floats of their width; `ty` is `f16` or `f32`.
    pub fn vffromint(&mut self, ty: Type, sign: Sign, a: Val) -> Val {
        self.vector(|d| Op::VFFromInt { ty, sign, d, a })
    }

    /// Floats to integers of their width; `ty` is `f16`, or `f32` if they are signed.
    pub fn vftoint(&mut self, ty: Type, sign: Sign, round: Round, a: Val) -> Val {
        self.vector(|d| Op::VFToInt { ty, sign, round, d, a })
    }

    /// The low or high half of the lanes to twice their width; `from` is `f16` or `f32`.
    pub fn vfwiden(&mut self, from: Type, high: bool, a: Val) -> Val {
        self.vector(|d| Op::VFWiden { from, high, d, a })
    }

    /// The lanes in a shorter format, zeros above.
    pub fn vfnarrow(&mut self, from: Type, to: Type, a: Val) -> Val {
        self.vector(|d| Op::VFNarrow { from, to, d, a })
    }

    /// Signs of float lanes inverted.
    pub fn vfneg(&mut self, ty: Type, a: Val) -> Val {
        let signs = self.sign_bits(ty);
        self.vxor(a, signs)
    }

    /// Signs of float lanes cleared.
    pub fn vfabs(&mut self, ty: Type, a: Val) -> Val {
        let signs = self.sign_bits(ty);
        self.vandnot(a, signs)
    }

    fn sign_bits(&mut self, ty: Type) -> Val {
        let lane = Lane::of_float(ty);
        let sign = self.constant(lane.scalar(), 1 << (ty.bits() - 1));
        self.vdup(lane, sign)
    }
}
