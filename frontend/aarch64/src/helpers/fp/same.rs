//! Operations on two or three floating-point vectors, or scalars.

use super::{Float, with_format};
use crate::helpers::simd::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use softfp::{Env, Flags, Negate, Ordering};
use tcg_ir::HelperId;

operations! {
    /// Of each lane of the operands `n`, `m`, and `d` or `a`.
    FpSame {
        Add,
        Sub,
        Mul,
        Div,
        Max,
        Min,
        MaxNm,
        MinNm,
        /// The product with its sign inverted.
        NMul,
        MulX,
        Abd,
        RecpS,
        RsqrtS,
        CmEq,
        CmGe,
        CmGt,
        AcGe,
        AcGt,
        /// `d + n × m`.
        Mla,
        /// `d − n × m`.
        Mls,
        /// `a + n × m`.
        MAdd,
        /// `a − n × m`.
        MSub,
        /// `−a − n × m`.
        NMAdd,
        /// `−a + n × m`.
        NMSub,
        /// Of neighbours in `m:n`.
        AddP,
        MaxP,
        MinP,
        MaxNmP,
        MinNmP,
        /// Of pairs as complex numbers: `n` plus `m` turned by 90° (`imm` 0) or 270° (1).
        CAdd,
        /// `d` plus a part of the product of `n` and `m` turned by `imm` × 90°.
        CMla,
    }
}

impl Family for FpSame {
    const HELPER: HelperId = id::FP_SAME;

    fn compute(insn: &Insn<FpSame>, operands: Operands, status: &mut Status) -> u128 {
        with_format!(insn.lane, F => in_format::<F>(insn, operands, &mut status.fp))
    }
}

fn in_format<F: Float>(insn: &Insn<FpSame>, operands: Operands, env: &mut Env) -> u128 {
    let Operands { n, m, a, d } = operands;
    let count = insn.count();
    match insn.op {
        FpSame::AddP | FpSame::MaxP | FpSame::MinP | FpSame::MaxNmP | FpSame::MinNmP => {
            let lane = |i: u32| if i < count { F::lane(n, i) } else { F::lane(m, i - count) };
            let op = of_pairs(insn.op);
            F::vector(count, |i| binary::<F>(op, env, lane(2 * i), lane(2 * i + 1)))
        }
        FpSame::Mla | FpSame::Mls => F::vector(count, |i| {
            let [n, m, d] = [n, m, d].map(|x| F::lane(x, i));
            fused::<F>(insn.op, env, n, m, d)
        }),
        FpSame::MAdd | FpSame::MSub | FpSame::NMAdd | FpSame::NMSub => F::vector(count, |i| {
            let [n, m, a] = [n, m, a].map(|x| F::lane(x, i));
            fused::<F>(insn.op, env, n, m, a)
        }),
        FpSame::CAdd => F::vector(count, |i| complex_add::<F>(env, n, m, i, insn.imm != 0)),
        FpSame::CMla => F::vector(count, |i| complex_fused::<F>(env, operands, i, insn.imm)),
        op => F::vector(count, |i| binary::<F>(op, env, F::lane(n, i), F::lane(m, i))),
    }
}

/// The operation that a pairwise one does with each pair.
fn of_pairs(op: FpSame) -> FpSame {
    match op {
        FpSame::MaxP => FpSame::Max,
        FpSame::MinP => FpSame::Min,
        FpSame::MaxNmP => FpSame::MaxNm,
        FpSame::MinNmP => FpSame::MinNm,
        _ => FpSame::Add,
    }
}

/// An operation on two numbers.
pub(super) fn binary<F: Float>(op: FpSame, env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    match op {
        FpSame::Sub => softfp::sub::<F>(env, a, b),
        FpSame::Mul => softfp::mul::<F>(env, a, b),
        FpSame::Div => softfp::div::<F>(env, a, b),
        FpSame::Max => softfp::max::<F>(env, a, b),
        FpSame::Min => softfp::min::<F>(env, a, b),
        FpSame::MaxNm => softfp::max_num::<F>(env, a, b),
        FpSame::MinNm => softfp::min_num::<F>(env, a, b),
        FpSame::NMul => F::negated(softfp::mul::<F>(env, a, b)),
        FpSame::MulX => multiply_extended::<F>(env, a, b),
        FpSame::Abd => F::absolute(softfp::sub::<F>(env, a, b)),
        FpSame::RecpS => reciprocal_step::<F>(env, a, b),
        FpSame::RsqrtS => reciprocal_root_step::<F>(env, a, b),
        FpSame::CmEq | FpSame::CmGe | FpSame::CmGt => mask::<F>(compare::<F>(op, env, a, b)),
        FpSame::AcGe => mask::<F>(compare::<F>(FpSame::CmGe, env, F::absolute(a), F::absolute(b))),
        FpSame::AcGt => mask::<F>(compare::<F>(FpSame::CmGt, env, F::absolute(a), F::absolute(b))),
        _ => softfp::add::<F>(env, a, b),
    }
}

/// All ones, or zero.
pub(super) fn mask<F: Float>(condition: bool) -> F::Bits {
    F::from_raw(if condition { u128::MAX } else { 0 })
}

/// A comparison of vectors: equality is quiet, an order is not.
pub(super) fn compare<F: Float>(op: FpSame, env: &mut Env, a: F::Bits, b: F::Bits) -> bool {
    match op {
        FpSame::CmGe => {
            matches!(softfp::compare_signaling::<F>(env, a, b), Ordering::Greater | Ordering::Equal)
        }
        FpSame::CmGt => softfp::compare_signaling::<F>(env, a, b) == Ordering::Greater,
        _ => softfp::compare_quiet::<F>(env, a, b) == Ordering::Equal,
    }
}

/// A fused multiply-add. Negated operands are negated before anything else: of a NaN, too, the sign changes.
fn fused<F: Float>(op: FpSame, env: &mut Env, n: F::Bits, m: F::Bits, addend: F::Bits) -> F::Bits {
    let negates_product = matches!(op, FpSame::Mls | FpSame::MSub | FpSame::NMAdd);
    let negates_addend = matches!(op, FpSame::NMAdd | FpSame::NMSub);
    let n = if negates_product { F::negated(n) } else { n };
    let addend = if negates_addend { F::negated(addend) } else { addend };
    softfp::fma::<F>(env, n, m, addend, Negate::default())
}

/// Lane `i` of `n` plus what is beside lane `i` of `m`; of real parts its negative, or with `turned_back` of imaginary ones.
fn complex_add<F: Float>(env: &mut Env, n: u128, m: u128, i: u32, turned_back: bool) -> F::Bits {
    let other = F::lane(m, i ^ 1);
    let negates = (i & 1 == 0) != turned_back;
    let other = if negates { F::negated(other) } else { other };
    softfp::add::<F>(env, F::lane(n, i), other)
}

/// Arm ARM DDI 0487, C7.2 "FCMLA".
fn complex_fused<F: Float>(env: &mut Env, operands: Operands, i: u32, turns: u8) -> F::Bits {
    let Operands { n, m, d, .. } = operands;
    let odd = turns & 1 != 0;
    let imaginary = i & 1 != 0;
    // Of `n` the real parts, or with an odd turn the imaginary ones; of `m` both, crossed with an odd turn.
    let a = F::lane(n, i & !1 | u32::from(odd));
    let b = F::lane(m, if odd { i ^ 1 } else { i });
    let negates = match turns & 3 {
        0 => false,
        1 => !imaginary,
        2 => true,
        _ => imaginary,
    };
    let b = if negates { F::negated(b) } else { b };
    softfp::fma::<F>(env, a, b, F::lane(d, i), Negate::default())
}

/// Whether the operands are an infinity and a zero, as the arithmetic takes them.
fn is_infinity_times_zero<F: Float>(env: &Env, a: F::Bits, b: F::Bits) -> bool {
    let mut quiet = Env { flags: Flags::NONE, ..*env };
    let [a, b] = [a, b].map(|x| softfp::flush_input::<F>(&mut quiet, x));
    F::is_infinity(a) && F::magnitude(b) == 0 || F::is_infinity(b) && F::magnitude(a) == 0
}

/// FMULX: ∞ × 0 is ±2.
fn multiply_extended<F: Float>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    if is_infinity_times_zero::<F>(env, a, b) {
        for x in [a, b] {
            softfp::flush_input::<F>(env, x);
        }
        let negative = softfp::sign::<F>(a) != softfp::sign::<F>(b);
        return F::signed(negative, F::raw(F::TWO));
    }
    softfp::mul::<F>(env, a, b)
}

/// FRECPS: 2 − a × b; ∞ × 0 counts as 0.
fn reciprocal_step<F: Float>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    if is_infinity_times_zero::<F>(env, a, b) {
        for x in [a, b] {
            softfp::flush_input::<F>(env, x);
        }
        return F::TWO;
    }
    softfp::fma::<F>(env, F::negated(a), b, F::TWO, Negate::default())
}

/// FRSQRTS: (3 − a × b) / 2, rounded once; ∞ × 0 counts as 0.
fn reciprocal_root_step<F: Float>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    let infinite = is_infinity_times_zero::<F>(env, a, b);
    let [a, b] = [a, b].map(|x| softfp::flush_input::<F>(env, x));
    if infinite {
        return F::ONE_AND_A_HALF;
    }
    let (mut a, mut b) = (F::negated(a), b);
    // Half of the product is that of one half of an operand: the larger one, of which it is exact. If that has no half among
    // the normal numbers, the product is too small for a factor of two to matter.
    let larger = if F::magnitude(a) >= F::magnitude(b) { &mut a } else { &mut b };
    let magnitude = F::magnitude(*larger);
    let exponent = magnitude >> F::FRACTION;
    if exponent > 1 && magnitude < F::raw(F::infinity(false)) {
        *larger = F::signed(softfp::sign::<F>(*larger), magnitude - (1 << F::FRACTION));
    }
    softfp::fma::<F>(env, a, b, F::ONE_AND_A_HALF, Negate::default())
}
