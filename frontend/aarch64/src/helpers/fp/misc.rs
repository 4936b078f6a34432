//! Operations on one floating-point vector, or scalar, in its format.

use super::same::{FpSame, compare, mask};
use super::{Float, estimate, with_format};
use crate::helpers::simd::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use softfp::{Env, Flags, Round};
use tcg_ir::HelperId;

operations! {
    /// Of each lane; CM…0 compare with zero, ROUND rounds as `imm` says.
    FpMisc {
        Abs,
        Neg,
        Sqrt,
        /// To an integral number; inexact is not reported.
        Round,
        /// To an integral number; inexact is reported (FRINTX).
        RoundExact,
        /// To an integral number of 32 bits.
        Round32,
        /// To an integral number of 64 bits.
        Round64,
        CmGt0,
        CmGe0,
        CmEq0,
        CmLe0,
        CmLt0,
        Recpe,
        Rsqrte,
        Recpx,
    }
}

/// How an instruction rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Rounding {
    /// As FPCR says.
    Current,
    /// To the nearest, ties to even (N).
    Nearest,
    /// Towards +∞ (P).
    Up,
    /// Towards −∞ (M).
    Down,
    /// Towards zero (Z).
    Zero,
    /// To the nearest, ties away from zero (A).
    Away,
}

impl Rounding {
    /// Sets the rounding mode of `env`, for the number of a value of this type.
    pub(super) fn set(number: u8, env: &mut Env) {
        env.round = match number & 7 {
            1 => Round::NearestEven,
            2 => Round::Up,
            3 => Round::Down,
            4 => Round::TowardZero,
            5 => Round::NearestAway,
            _ => return,
        };
    }
}

impl Family for FpMisc {
    const HELPER: HelperId = id::FP_MISC;

    fn compute(insn: &Insn<FpMisc>, operands: Operands, status: &mut Status) -> u128 {
        let env = &mut status.fp;
        if let FpMisc::Round | FpMisc::Round32 | FpMisc::Round64 | FpMisc::RoundExact = insn.op {
            Rounding::set(insn.imm, env);
        }
        let count = insn.count();
        with_format!(insn.lane, F => {
            F::vector(count, |i| unary::<F>(insn.op, env, F::lane(operands.n, i)))
        })
    }
}

fn unary<F: Float>(op: FpMisc, env: &mut Env, x: F::Bits) -> F::Bits {
    let zero = F::from_raw(0);
    match op {
        FpMisc::Abs => F::absolute(x),
        FpMisc::Neg => F::negated(x),
        FpMisc::Sqrt => softfp::sqrt::<F>(env, x),
        FpMisc::Round => {
            env.inexact_suppressed = true;
            softfp::round_to_integral::<F>(env, x)
        }
        FpMisc::RoundExact => softfp::round_to_integral::<F>(env, x),
        FpMisc::Round32 => round_to_range::<F>(env, x, 32),
        FpMisc::Round64 => round_to_range::<F>(env, x, 64),
        FpMisc::CmGt0 => mask::<F>(compare::<F>(FpSame::CmGt, env, x, zero)),
        FpMisc::CmGe0 => mask::<F>(compare::<F>(FpSame::CmGe, env, x, zero)),
        FpMisc::CmEq0 => mask::<F>(compare::<F>(FpSame::CmEq, env, x, zero)),
        FpMisc::CmLe0 => mask::<F>(compare::<F>(FpSame::CmGe, env, zero, x)),
        FpMisc::CmLt0 => mask::<F>(compare::<F>(FpSame::CmGt, env, zero, x)),
        FpMisc::Recpe => estimate::reciprocal::<F>(env, x),
        FpMisc::Rsqrte => estimate::reciprocal_root::<F>(env, x),
        FpMisc::Recpx => estimate::reciprocal_exponent::<F>(env, x),
    }
}

/// FRINT32, FRINT64: what does not fit a signed integer of `bits` bits is invalid and becomes the most negative one.
fn round_to_range<F: Float>(env: &mut Env, x: F::Bits, bits: u32) -> F::Bits {
    let mut inner = Env { flags: Flags::NONE, ..*env };
    let integer = softfp::to_fixed_signed::<F>(&mut inner, x, bits, 0);
    env.flags |= inner.flags;
    if inner.flags.contains(Flags::INVALID) {
        let most_negative = -1 << (bits - 1);
        return softfp::from_i64::<F>(&mut inner, most_negative);
    }
    let magnitude = softfp::from_i64::<F>(&mut inner, integer);
    F::signed(softfp::sign::<F>(x), F::magnitude(magnitude))
}
