//! What the manual says of particular values.

use super::compare::FpCompare;
use super::convert::{FpConvert, FpInteger};
use super::long::FpLong;
use super::misc::{FpMisc, Rounding};
use super::same::FpSame;
use crate::helpers::simd::lanes::{Lane, Width};
use crate::helpers::simd::{Family, Insn, Operation, execute, set_v, v};
use crate::state::{CpuState, FPCR_AHP, FPCR_DN as DN, FPCR_FZ as FZ, FPSR_IDC};

const IOC: u32 = 1;
const DZC: u32 = 2;
const OFC: u32 = 4;
const UFC: u32 = 8;
const IXC: u32 = 16;

/// The result and FPSR of V0 ← op(V1, V2) with V0 as it was.
fn run<O: Family>(fpcr: u32, insn: Insn<O>, [n, m, d]: [u128; 3]) -> (u128, u32) {
    let mut cpu = CpuState::default();
    cpu.set_fpcr(fpcr);
    for (r, x) in [(0, d), (1, n), (2, m), (3, d)] {
        set_v(&mut cpu, r, x);
    }
    let insn = Insn { rd: 0, rn: 1, rm: 2, ra: 3, ..insn };
    assert_eq!(execute::<O>(&mut cpu, [insn.pack(), 0, 0, 0]), Ok(0));
    (v(&cpu, 0), cpu.fpsr())
}

fn double<O: Operation>(op: O) -> Insn<O> {
    Insn::new(op, Lane::D, Width::Scalar)
}

fn single<O: Operation>(op: O) -> Insn<O> {
    Insn::new(op, Lane::S, Width::Scalar)
}

const ONE: u128 = 0x3ff0_0000_0000_0000;
const TWO: u128 = 0x4000_0000_0000_0000;
const INFINITY: u128 = 0x7ff0_0000_0000_0000;
const SIGN: u128 = 1 << 63;
const DEFAULT_NAN: u128 = 0x7ff8_0000_0000_0000;

#[test]
fn a_scalar_result_clears_the_rest() {
    assert_eq!(run(0, double(FpSame::Add), [ONE, ONE, u128::MAX]), (TWO, 0));
}

/// J1 "FPProcessNaNs": a signaling operand before a quiet one, then the first.
#[test]
fn which_nan_comes_out() {
    let (quiet, signaling) = (DEFAULT_NAN | 7, INFINITY | 9);
    let add = double(FpSame::Add);
    assert_eq!(run(0, add, [quiet, signaling, 0]), (DEFAULT_NAN | 9, IOC));
    assert_eq!(run(0, add, [quiet, quiet | 1 | SIGN, 0]), (quiet, 0));
    assert_eq!(run(DN, add, [quiet, ONE, 0]), (DEFAULT_NAN, 0));
    // FMSUB inverts the sign of its first operand, NaN or not.
    assert_eq!(run(0, double(FpSame::MSub), [quiet, ONE, ONE]), (quiet | SIGN, 0));
    assert_eq!(run(0, double(FpSame::MAdd), [INFINITY, 0, quiet]), (DEFAULT_NAN, IOC));
    assert_eq!(run(0, double(FpSame::NMul), [quiet, ONE, 0]), (quiet | SIGN, 0));
}

#[test]
fn minus_zero_is_the_smaller_zero() {
    assert_eq!(run(0, double(FpSame::Max), [SIGN, 0, 0]).0, 0);
    assert_eq!(run(0, double(FpSame::Min), [0, SIGN, 0]).0, SIGN);
    assert_eq!(run(0, double(FpSame::MaxNm), [DEFAULT_NAN, ONE, 0]), (ONE, 0));
}

#[test]
fn infinity_times_zero_where_it_is_allowed() {
    let minus_zero = SIGN;
    assert_eq!(run(0, double(FpSame::MulX), [INFINITY, minus_zero, 0]), (TWO | SIGN, 0));
    assert_eq!(run(0, double(FpSame::RecpS), [INFINITY, 0, 0]), (TWO, 0));
    assert_eq!(run(0, double(FpSame::RsqrtS), [0, INFINITY, 0]), (0x3ff8_0000_0000_0000, 0));
}

#[test]
fn steps_are_rounded_once() {
    // (3 − 1 × 1) / 2
    assert_eq!(run(0, double(FpSame::RsqrtS), [ONE, ONE, 0]), (ONE, 0));
    // A product near the largest number, halved, is no overflow: −(2^1023 × 2 − 3) / 2.
    let big = 0x7fe0_0000_0000_0000;
    assert_eq!(run(0, double(FpSame::RsqrtS), [big, TWO, 0]).0, big | SIGN);
}

#[test]
fn estimates() {
    let estimate = |op, x: u128| run(0, single(op), [x, 0, 0]);
    assert_eq!(estimate(FpMisc::Recpe, 0x3f80_0000), (0x3f7f_8000, 0));
    assert_eq!(estimate(FpMisc::Recpe, 0), (0x7f80_0000, DZC));
    assert_eq!(estimate(FpMisc::Recpe, 1), (0x7f80_0000, OFC | IXC));
    assert_eq!(estimate(FpMisc::Recpe, 0x7f00_0000), (0x003f_e000, 0));
    assert_eq!(estimate(FpMisc::Rsqrte, 0x3f80_0000), (0x3f7f_8000, 0));
    assert_eq!(estimate(FpMisc::Rsqrte, 0xbf80_0000), (0x7fc0_0000, IOC));
    assert_eq!(estimate(FpMisc::Rsqrte, 0x8000_0000), (0xff80_0000, DZC));
    assert_eq!(estimate(FpMisc::Recpx, 0x3f80_0000), (0x4000_0000, 0));
    assert_eq!(estimate(FpMisc::Recpx, 1), (0x7f00_0000, 0));
    assert_eq!(run(FZ, single(FpMisc::Recpe), [0x7f00_0000, 0, 0]), (0, UFC));
}

#[test]
fn flushing_reports_inputs_and_underflow() {
    let add = single(FpSame::Add);
    assert_eq!(run(FZ, add, [1, 0x8000_0000, 0]), (0, FPSR_IDC));
    assert_eq!(run(FZ, single(FpSame::Mul), [0x0080_0000, 0x3f00_0000, 0]), (0, UFC));
    let cmp = Insn { rn: 1, imm: 1, ..single(FpCompare::Quiet) };
    let mut cpu = CpuState::default();
    cpu.set_fpcr(FZ);
    set_v(&mut cpu, 1, 1);
    assert_eq!(super::compare::compare(&mut cpu, [cmp.pack(), 0, 0, 0]), Ok(0));
    assert_eq!((cpu.flags(), cpu.fpsr()), (0b0110, FPSR_IDC));
}

#[test]
fn integers_saturate_and_nan_is_zero() {
    let to = |x| run(0, single(FpInteger::ToZero), [x, 0, 0]);
    assert_eq!(to(0x7fc0_0000), (0, IOC));
    assert_eq!(to(0x4f00_0000), (0x7fff_ffff, IOC));
    assert_eq!(to(0xcf00_0000), (0x8000_0000, 0));
    assert_eq!(to(0x3fc0_0000), (1, IXC));
    let fixed = Insn { imm: 32, unsigned: true, ..single(FpInteger::ToZero) };
    assert_eq!(run(0, fixed, [0x3f00_0000, 0, 0]), (0x8000_0000, 0));
    let from = Insn { imm: 1, ..single(FpInteger::From) };
    assert_eq!(run(0, from, [0xffff_ffff, 0, 0]), (0xbf00_0000, 0));
}

#[test]
fn rounding_to_32_bits() {
    let round = Insn { imm: Rounding::Zero as u8, ..double(FpMisc::Round32) };
    let most_negative = 0xc1e0_0000_0000_0000;
    assert_eq!(run(0, round, [0x41e0_0000_0000_0000, 0, 0]), (most_negative, IOC));
    assert_eq!(run(0, round, [0xbfe0_0000_0000_0000, 0, 0]), (SIGN, IXC));
    assert_eq!(run(0, round, [DEFAULT_NAN, 0, 0]), (most_negative, IOC));
}

#[test]
fn conversions_to_half() {
    let narrow =
        Insn { imm: Lane::S as u8, ..Insn::new(FpConvert::Scalar, Lane::H, Width::Scalar) };
    assert_eq!(run(0, narrow, [0x4780_0000, 0, 0]), (0x7c00, OFC | IXC));
    assert_eq!(run(FPCR_AHP, narrow, [0x4780_0000, 0, 0]), (0x7c00, 0));
    assert_eq!(run(FPCR_AHP, narrow, [0x7fc0_0000, 0, 0]), (0, IOC));
    assert_eq!(run(0, narrow, [0x3300_0001, 0, 0]), (1, UFC | IXC));
}

/// ECMA-262, "ToInt32".
#[test]
fn javascript_conversion_wraps() {
    let convert = |x: u64| {
        let mut cpu = CpuState::default();
        set_v(&mut cpu, 1, x.into());
        let result = super::convert::javascript(&mut cpu, [1, 0, 0, 0]).unwrap();
        (result, cpu.flags(), cpu.fpsr())
    };
    assert_eq!(convert(0x41f0_0000_0010_0000), (1, 0, IOC));
    assert_eq!(convert(0xc1e0_0000_0000_0000), (0x8000_0000, 0b0100, 0));
    assert_eq!(convert(0x8000_0000_0000_0000), (0, 0, 0));
    assert_eq!(convert(0xbff8_0000_0000_0000), (0xffff_ffff, 0, IXC));
    assert_eq!(convert(0x7ff0_0000_0000_0000), (0, 0, IOC));
}

#[test]
fn complex_numbers() {
    let pair = |real: u32, imaginary: u32| u128::from(imaginary) << 32 | u128::from(real);
    let (one, two, three) = (0x3f80_0000, 0x4000_0000, 0x4040_0000);
    let add = Insn::new(FpSame::CAdd, Lane::S, Width::Half);
    // (3 + i) + i × (1 + 2i) = 1 + 2i
    assert_eq!(run(0, add, [pair(three, one), pair(one, two), 0]).0, pair(one, two));
    // Both turns of the product (1 + 2i) × (1 + i) = −1 + 3i.
    let first = Insn::new(FpSame::CMla, Lane::S, Width::Half);
    let (n, m) = (pair(one, two), pair(one, one));
    let (half_way, _) = run(0, first, [n, m, 0]);
    let second = Insn { imm: 1, ..first };
    assert_eq!(run(0, second, [n, m, half_way]).0, pair(one | 1 << 31, three));
}

#[test]
fn products_of_bfloat16_raise_nothing() {
    let one = 0x3f80;
    let dot = Insn::long(FpLong::BfDot, false);
    assert_eq!(run(0, dot, [one << 16 | one, one << 16 | one, 0]), (0x4000_0000, 0));
    assert_eq!(run(0, dot, [0x7f7f, 0x7f7f, 0]), (0x7f80_0000, 0));
    let long = Insn::long(FpLong::MlaL, false);
    assert_eq!(run(0, long, [0x3c00, 0x4000, 0]), (0x4000_0000, 0));
}
