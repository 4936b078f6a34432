//! What the manual says of particular values.

use super::lanes::{Lane, Width};
use super::{Family, Insn, Operands, Operation, Status};
use super::{across::Across, diff::Diff, dot::Dot, misc::Misc, same::Same, shift::Shift};
use super::{permute, permute::Permute};
use crate::state::CpuState;

/// The result, and whether it saturated.
fn run<O: Family>(insn: Insn<O>, n: u128, m: u128, d: u128) -> (u128, bool) {
    let mut status = Status::new(&CpuState::default());
    let result = O::compute(&insn, Operands { n, m, a: 0, d }, &mut status);
    (result, status.saturated)
}

fn signed<O: Operation>(op: O, lane: Lane, width: Width) -> Insn<O> {
    Insn::new(op, lane, width)
}

fn unsigned<O: Operation>(op: O, lane: Lane, width: Width) -> Insn<O> {
    Insn { unsigned: true, ..Insn::new(op, lane, width) }
}

#[test]
fn an_instruction_survives_packing() {
    let insn = Insn {
        op: Same::Bif,
        lane: Lane::D,
        width: Width::Full,
        unsigned: true,
        element: Some((Lane::S, 3)),
        imm: 0xa5,
        rd: 31,
        rn: 17,
        rm: 8,
        ra: 30,
    };
    assert_eq!(Insn::<Same>::unpack(insn.pack()), insn);
    let plain = Insn::new(Shift::Shr, Lane::B, Width::Scalar);
    assert_eq!(Insn::<Shift>::unpack(plain.pack()), plain);
}

#[test]
fn lanes_do_not_carry_and_the_rest_is_zero() {
    let insn = signed(Same::Add, Lane::H, Width::Half);
    assert_eq!(run(insn, u128::MAX, 0x0001_0001_0001_0001, 7), (0, false));
    let insn = signed(Same::CmEq, Lane::D, Width::Scalar);
    assert_eq!(run(insn, 5, 5, 0).0, 0xffff_ffff_ffff_ffff);
}

#[test]
fn saturating_addition_sets_qc() {
    let insn = signed(Same::QAdd, Lane::B, Width::Half);
    assert_eq!(run(insn, 0x7f, 1, 0), (0x7f, true));
    assert_eq!(run(insn, 0x80, 0xff, 0), (0x80, true));
    assert_eq!(run(insn, 0x7e, 1, 0), (0x7f, false));
    let insn = unsigned(Same::QSub, Lane::D, Width::Full);
    assert_eq!(run(insn, 1, 2, 0), (0, true));
}

#[test]
fn doubling_the_most_negative_number_squared_saturates() {
    let insn = signed(Same::SqdMulH, Lane::H, Width::Scalar);
    assert_eq!(run(insn, 0x8000, 0x8000, 0), (0x7fff, true));
    assert_eq!(run(insn, 0x4000, 0x4000, 0), (0x2000, false));
    let insn = signed(Diff::SqdMulL, Lane::S, Width::Scalar);
    assert_eq!(run(insn, 0x8000_0000, 0x8000_0000, 0), (0x7fff_ffff_ffff_ffff, true));
    // The accumulation takes the saturated product: 2³¹ − 1 − 1, not 2³¹ − 1.
    let insn = signed(Diff::SqdMlaL, Lane::H, Width::Scalar);
    assert_eq!(run(insn, 0x8000, 0x8000, 0xffff_ffff), (0x7fff_fffe, true));
}

#[test]
fn shifts_by_register_go_both_ways_and_far() {
    let insn = signed(Same::Shl, Lane::B, Width::Half);
    assert_eq!(run(insn, 0x81, 0xff, 0).0, 0xc0);
    assert_eq!(run(insn, 0x81, 0x80, 0).0, 0xff);
    assert_eq!(run(insn, 0x81, 8, 0).0, 0);
    let insn = unsigned(Same::RShl, Lane::D, Width::Scalar);
    assert_eq!(run(insn, u64::MAX.into(), (-64_i8 as u8).into(), 0).0, 1);
    assert_eq!(run(insn, u64::MAX.into(), (-65_i8 as u8).into(), 0).0, 0);
    let insn = signed(Same::QShl, Lane::D, Width::Scalar);
    assert_eq!(run(insn, 1, 127, 0), (0x7fff_ffff_ffff_ffff, true));
    assert_eq!(run(insn, 0, 127, 0), (0, false));
    assert_eq!(run(insn, u64::MAX.into(), 63, 0), (0x8000_0000_0000_0000, false));
    let insn = unsigned(Same::QRShl, Lane::D, Width::Scalar);
    assert_eq!(run(insn, u64::MAX.into(), 63, 0), (u64::MAX.into(), true));
}

#[test]
fn immediate_shifts() {
    let sri = Insn { imm: 8, ..signed(Shift::Sri, Lane::B, Width::Half) };
    assert_eq!(run(sri, 0xff, 0, 0x12).0, 0x12);
    let sli = Insn { imm: 4, ..signed(Shift::Sli, Lane::B, Width::Half) };
    assert_eq!(run(sli, 0xff, 0, 0x12).0, 0xf2);
    let shr = Insn { imm: 64, ..signed(Shift::Shr, Lane::D, Width::Scalar) };
    assert_eq!(run(shr, 1 << 63, 0, 0).0, u64::MAX.into());
    let narrow = Insn { imm: 8, ..signed(Shift::SqRShrun, Lane::B, Width::Full) };
    assert_eq!(run(narrow, 0xff80_ff7f_7fff_017f, 0, 5), (0x8001 << 64 | 5, true));
    assert_eq!(shift_fields(1, 7), (Lane::B, 1, 7));
    assert_eq!(shift_fields(15, 7), (Lane::D, 1, 63));
    assert_eq!(shift_fields(8, 0), (Lane::D, 64, 0));
}

fn shift_fields(immh: u8, immb: u8) -> (Lane, u8, u8) {
    let (lane, right) = super::shift::right(immh, immb).unwrap();
    (lane, right, super::shift::left(immh, immb).unwrap().1)
}

#[test]
fn halving_keeps_the_carry() {
    assert_eq!(run(unsigned(Same::HAdd, Lane::B, Width::Half), 0xff, 0xff, 0).0, 0xff);
    assert_eq!(run(unsigned(Same::RHAdd, Lane::B, Width::Half), 0xfe, 0xff, 0).0, 0xff);
    assert_eq!(run(signed(Same::HSub, Lane::B, Width::Half), 0x80, 0x7f, 0).0, 0x80);
}

#[test]
fn narrowing_writes_one_half() {
    let insn = signed(Misc::QXtn, Lane::B, Width::Full);
    let n = 0x8000_7fff_0001_ffff_0080_ff80_ff7f_007f;
    let (result, saturated) = run(insn, n, 0, 0x1122_3344_5566_7788);
    assert_eq!(result, 0x807f_01ff_7f80_807f_1122_3344_5566_7788);
    assert!(saturated);
    let insn = signed(Diff::RAddHn, Lane::B, Width::Half);
    assert_eq!(run(insn, 0x0080, 0, u128::MAX).0, 1);
}

#[test]
fn widening_reads_one_half() {
    let insn = unsigned(Diff::AddL, Lane::B, Width::Full);
    assert_eq!(run(insn, 0xff << 64 | 1, 0xff << 64 | 1, 0).0, 0x1fe);
    let insn = signed(Diff::PMulL, Lane::D, Width::Half);
    assert_eq!(run(insn, 1 << 63 | 1, 3, 0).0, 1 << 64 | 1 << 63 | 3);
}

#[test]
fn counting_and_reversing() {
    let b = |op| signed(op, Lane::B, Width::Half);
    assert_eq!(run(b(Misc::Cls), 0x00_ff_01_80, 0, 0).0, 0x0707_0707_0707_0600);
    assert_eq!(run(b(Misc::Clz), 0x01, 0, 0).0, 0x0808_0808_0808_0807);
    assert_eq!(run(b(Misc::Rbit), 0x01, 0, 0).0, 0x80);
    let rev = Insn { imm: 2, ..b(Misc::Rev) };
    assert_eq!(run(rev, 0x1122_3344, 0, 0).0, 0x4433_2211);
    assert_eq!(run(signed(Misc::SqAbs, Lane::B, Width::Scalar), 0x80, 0, 0), (0x7f, true));
    assert_eq!(run(signed(Misc::SuqAdd, Lane::B, Width::Scalar), 0xff, 0, 0x80), (0x7f, false));
    assert_eq!(run(signed(Misc::UsqAdd, Lane::B, Width::Scalar), 0x80, 0, 1), (0, true));
}

/// Arm ARM DDI 0487, "UnsignedRecipEstimate": ½ gives all ones, 1 − 2⁻³² gives ½.
#[test]
fn integer_estimates() {
    let estimate = |op, x: u32| run(signed(op, Lane::S, Width::Half), x.into(), 0, 0).0 as u32;
    assert_eq!(estimate(Misc::URecpe, 0x7fff_ffff), u32::MAX);
    assert_eq!(estimate(Misc::URecpe, 0x8000_0000), 0xff80_0000);
    assert_eq!(estimate(Misc::URecpe, u32::MAX), 0x8000_0000);
    assert_eq!(estimate(Misc::URsqrte, 0x3fff_ffff), u32::MAX);
    assert_eq!(estimate(Misc::URsqrte, 0x4000_0000), 0xff80_0000);
    assert_eq!(estimate(Misc::URsqrte, u32::MAX), 0x8000_0000);
}

#[test]
fn sums_across_and_pairs() {
    assert_eq!(run(signed(Across::AddV, Lane::B, Width::Full), u128::MAX, 0, 0).0, 0xf0);
    assert_eq!(run(unsigned(Across::AddLV, Lane::B, Width::Full), u128::MAX, 0, 0).0, 0xff0);
    assert_eq!(run(signed(Across::MinV, Lane::H, Width::Half), 0x8000, 0, 0).0, 0x8000);
    let pairs = unsigned(Same::MaxP, Lane::S, Width::Half);
    assert_eq!(run(pairs, 2 << 32 | 1, 3 << 32 | 4, 0).0, 4 << 32 | 2);
    assert_eq!(
        run(unsigned(Misc::AdaLP, Lane::S, Width::Half), u64::MAX.into(), 0, 1).0,
        0x1_ffff_ffff
    );
}

#[test]
fn permutations() {
    let (n, m) = (0x0706_0504_0302_0100, 0x1716_1514_1312_1110);
    let b = |op| signed(op, Lane::B, Width::Half);
    assert_eq!(run(b(Permute::Zip1), n, m, 0).0, 0x1303_1202_1101_1000);
    assert_eq!(run(b(Permute::Zip2), n, m, 0).0, 0x1707_1606_1505_1404);
    assert_eq!(run(b(Permute::Uzp1), n, m, 0).0, 0x1614_1210_0604_0200);
    assert_eq!(run(b(Permute::Uzp2), n, m, 0).0, 0x1715_1311_0705_0301);
    assert_eq!(run(b(Permute::Trn1), n, m, 0).0, 0x1606_1404_1202_1000);
    assert_eq!(run(b(Permute::Trn2), n, m, 0).0, 0x1707_1505_1303_1101);
    let ext = Insn { imm: 3, ..b(Permute::Ext) };
    assert_eq!(run(ext, n, m, 0).0, 0x1211_1007_0605_0403);
}

/// Arm ARM DDI 0487, table C2 "Modified immediates".
#[test]
fn modified_immediates() {
    assert_eq!(permute::expand(false, 2, 0xab), 0x0000_ab00_0000_ab00);
    assert_eq!(permute::expand(false, 10, 0xab), 0xab00_ab00_ab00_ab00);
    assert_eq!(permute::expand(false, 12, 0xab), 0x0000_abff_0000_abff);
    assert_eq!(permute::expand(false, 13, 0xab), 0x00ab_ffff_00ab_ffff);
    assert_eq!(permute::expand(false, 14, 0xab), 0xabab_abab_abab_abab);
    assert_eq!(permute::expand(true, 14, 0xa5), 0xff00_ff00_00ff_00ff);
    assert_eq!(permute::expand(false, 15, 0x70), 0x3f80_0000_3f80_0000);
    assert_eq!(permute::expand(true, 15, 0x80), 0xc000_0000_0000_0000);
    assert_eq!(permute::float(0x70, 5, 10), 0x3c00);
    assert_eq!(permute::float(0x00, 8, 23), 0x4000_0000);
}

#[test]
fn dot_products_of_mixed_signs() {
    let dot = unsigned(Dot::MixedVector, Lane::S, Width::Half);
    assert_eq!(run(dot, 0xffff_ffff, 0xffff_ffff, 0).0, (-4_i32 * 255) as u32 as u128);
    let mmla = signed(Dot::Matrix, Lane::S, Width::Full);
    let (n, m) = (0x02_u128 << 64 | 0x01, 0x04_u128 << 64 | 0x03);
    assert_eq!(run(mmla, n, m, 0).0, 8 << 96 | 6 << 64 | 4 << 32 | 3);
}
