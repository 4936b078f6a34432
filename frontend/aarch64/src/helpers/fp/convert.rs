//! Conversions between formats, and between floating point and integers.

use super::misc::Rounding;
use super::{Float, environment, report, with_format};
use crate::flags::Z;
use crate::helpers::Done;
use crate::helpers::simd::lanes::Lane;
use crate::helpers::simd::{Family, Insn, Operands, Status, operations, set_v, v};
use crate::helpers::vector::id;
use crate::state::CpuState;
use softfp::{BF16, Env, F16, F32, F64, Flags, Format, Round};
use tcg_ir::HelperId;

operations! {
    /// Between formats; the lane is the narrow one.
    FpConvert {
        /// Scalar, from the format `imm` (a lane) to that of the lane (FCVT).
        Scalar,
        Widen,
        Narrow,
        /// Rounding to odd (FCVTXN).
        NarrowOdd,
        /// Single precision to bfloat16, scalar.
        Bf16,
        /// Single precision to bfloat16.
        NarrowBf16,
    }
}

impl Family for FpConvert {
    const HELPER: HelperId = id::FP_CONVERT;

    fn compute(insn: &Insn<FpConvert>, operands: Operands, status: &mut Status) -> u128 {
        let Operands { n, d, .. } = operands;
        let (lane, wide) = (insn.lane, insn.lane.wide());
        let count = insn.width.half_count(lane);
        match insn.op {
            FpConvert::Scalar => convert(status, Lane::of(insn.imm), lane, n),
            FpConvert::Widen => {
                let n = insn.width.source_half(n);
                wide.vector(count, |i| convert(status, lane, wide, lane.raw(n, i)) as i128)
            }
            FpConvert::Bf16 => to_bf16(status, n),
            FpConvert::Narrow | FpConvert::NarrowOdd | FpConvert::NarrowBf16 => {
                if insn.op == FpConvert::NarrowOdd {
                    status.fp.round = Round::ToOdd;
                }
                let result = lane.vector(count, |i| {
                    let x = wide.raw(n, i);
                    let is_bf16 = insn.op == FpConvert::NarrowBf16;
                    let y =
                        if is_bf16 { to_bf16(status, x) } else { convert(status, wide, lane, x) };
                    y as i128
                });
                insn.width.place_half(result, d)
            }
        }
    }
}

fn to_bf16(status: &mut Status, x: u128) -> u128 {
    softfp::convert::<F32, BF16>(&mut status.fp, x as u32).into()
}

/// A number of the format of one lane in that of another.
fn convert(status: &mut Status, from: Lane, to: Lane, x: u128) -> u128 {
    let alternative = status.alternative_half;
    let env = &mut status.fp;
    match (from, to) {
        (Lane::H, Lane::S) if alternative => {
            softfp::from_alternative_half::<F32>(env, x as u16).into()
        }
        (Lane::H, Lane::D) if alternative => {
            softfp::from_alternative_half::<F64>(env, x as u16).into()
        }
        (Lane::S, Lane::H) if alternative => {
            softfp::to_alternative_half::<F32>(env, x as u32).into()
        }
        (Lane::D, Lane::H) if alternative => {
            softfp::to_alternative_half::<F64>(env, x as u64).into()
        }
        (Lane::H, Lane::S) => softfp::convert::<F16, F32>(env, x as u16).into(),
        (Lane::H, _) => softfp::convert::<F16, F64>(env, x as u16).into(),
        (Lane::S, Lane::H) => softfp::convert::<F32, F16>(env, x as u32).into(),
        (Lane::S, _) => softfp::convert::<F32, F64>(env, x as u32).into(),
        (_, Lane::H) => softfp::convert::<F64, F16>(env, x as u64).into(),
        _ => softfp::convert::<F64, F32>(env, x as u64).into(),
    }
}

operations! {
    /// Between floating point and integers (fixed point with `imm` bits of fraction).
    FpInteger {
        /// To integers, rounding as the name says: [`Rounding`].
        ToNearest,
        ToUp,
        ToDown,
        ToZero,
        ToAway,
        From,
    }
}

impl FpInteger {
    fn set_rounding(self, env: &mut Env) {
        let rounding = match self {
            FpInteger::ToNearest => Rounding::Nearest,
            FpInteger::ToUp => Rounding::Up,
            FpInteger::ToDown => Rounding::Down,
            FpInteger::ToZero => Rounding::Zero,
            FpInteger::ToAway => Rounding::Away,
            FpInteger::From => Rounding::Current,
        };
        Rounding::set(rounding as u8, env);
    }
}

/// In vectors and vector registers, lanes of one size.
impl Family for FpInteger {
    const HELPER: HelperId = id::FP_INTEGER;

    fn compute(insn: &Insn<FpInteger>, operands: Operands, status: &mut Status) -> u128 {
        let env = &mut status.fp;
        insn.op.set_rounding(env);
        let (count, fraction) = (insn.count(), u32::from(insn.imm));
        with_format!(insn.lane, F => F::vector(count, |i| {
            let x = F::lane(operands.n, i);
            if insn.op == FpInteger::From {
                from_integer::<F>(env, insn.number(operands.n, i), insn.unsigned, fraction)
            } else {
                F::from_raw(to_integer::<F>(env, x, F::WIDTH, insn.unsigned, fraction).into())
            }
        }))
    }
}

fn from_integer<F: Float>(env: &mut Env, x: i128, unsigned: bool, fraction: u32) -> F::Bits {
    if unsigned {
        softfp::from_fixed_unsigned::<F>(env, x as u64, fraction)
    } else {
        softfp::from_fixed_signed::<F>(env, x as i64, fraction)
    }
}

/// An integer of `bits` bits.
fn to_integer<F: Float>(
    env: &mut Env,
    x: F::Bits,
    bits: u32,
    unsigned: bool,
    fraction: u32,
) -> u64 {
    if unsigned {
        softfp::to_fixed_unsigned::<F>(env, x, bits, fraction)
    } else {
        softfp::to_fixed_signed::<F>(env, x, bits, fraction) as u64 & u64::MAX >> (64 - bits)
    }
}

/// The helper of conversions with a general register of 64 bits (the width is full) or 32: arguments are the packed instruction
/// and the general register's value; the result is the new one.
pub(crate) fn general(cpu: &mut CpuState, [packed, general, ..]: [u64; 4]) -> Done {
    let insn = Insn::<FpInteger>::unpack(packed);
    let integer =
        if insn.width == crate::helpers::simd::lanes::Width::Full { Lane::D } else { Lane::S };
    let fraction = u32::from(insn.imm);
    let mut env = environment(cpu);
    insn.op.set_rounding(&mut env);
    let source = v(cpu, insn.rn);
    let result = with_format!(insn.lane, F => {
        if insn.op == FpInteger::From {
            let x = integer.number(general.into(), 0, insn.unsigned);
            let result = from_integer::<F>(&mut env, x, insn.unsigned, fraction);
            set_v(cpu, insn.rd, F::raw(result));
            0
        } else {
            to_integer::<F>(&mut env, F::lane(source, 0), integer.bits(), insn.unsigned, fraction)
        }
    });
    report(cpu, env.flags);
    Ok(result)
}

/// The helper of FJCVTZS: the argument is the register's number, the result the integer. Sets the condition flags.
///
/// Arm ARM DDI 0487, J1 "FPToFixedJS".
pub(crate) fn javascript(cpu: &mut CpuState, [rn, ..]: [u64; 4]) -> Done {
    let x = v(cpu, rn as u8) as u64;
    let mut env = Env { round: Round::TowardZero, ..environment(cpu) };
    let flushed = softfp::flush_input::<F64>(&mut env, x);
    softfp::to_i32::<F64>(&mut env, x);
    report(cpu, env.flags);
    let exact = !env.flags.intersects(Flags::INVALID | Flags::INEXACT | Flags::INPUT_DENORMAL);
    let is_minus_zero = flushed == 1 << 63;
    cpu.set_flags(if exact && !is_minus_zero { Z } else { 0 });
    Ok(truncated_modulo(flushed).into())
}

/// A double's integral part modulo 2³²; zero for infinities and NaNs.
fn truncated_modulo(x: u64) -> u32 {
    let field = x >> 52 & 0x7ff;
    let significand = x & ((1 << 52) - 1) | 1 << 52;
    // The significand's unit is 2^(field − 1075).
    let magnitude = match field {
        0x7ff | 0..=1022 => 0,
        1023..=1075 => significand >> (1075 - field),
        _ => significand.checked_shl((field - 1075) as u32).unwrap_or(0),
    };
    let magnitude = magnitude as u32;
    if x >> 63 != 0 { magnitude.wrapping_neg() } else { magnitude }
}
