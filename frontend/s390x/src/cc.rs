//! The condition code in the CPU state: how it is made, and its value.
//!
//! `cc_op` says what `cc_a`, `cc_b` (or `cc_f`, `cc_g`) are. Numbers 0 to 3 are the condition code itself.
//! The word is packed as [`frontend_common::lazy`] says. Sums and differences are kept as the result, which is in a register anyway, and the second operand.
//! PoP SA22-7832, "Condition Code", and the sections of the instructions named at each kind.

use crate::state::CpuState;
use frontend_common::lazy;

/// What made the condition code. The width (32 or 64 bits) is in the lowest bit of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// `cc_a` is the condition code.
    Value = 2,
    /// `cc_a` compared with `cc_b`, signed: 0 equal, 1 low, 2 high.
    CmpS = 3,
    /// The same, unsigned.
    CmpU = 4,
    /// 0 if `cc_a` is zero, else 1 (logical results).
    Zero = 5,
    /// `cc_a` compared with zero, signed.
    Sign = 6,
    /// Signed sum `cc_a`, of which `cc_b` was an operand: 0 zero, 1 negative, 2 positive, 3 overflow.
    AddS = 7,
    /// Signed difference `cc_a`, of which `cc_b` was the second operand.
    SubS = 8,
    /// Unsigned sum `cc_a`, of which `cc_b` was an operand: 0/1 zero/not without carry, 2/3 with carry.
    AddU = 9,
    /// Unsigned difference of `cc_a` and `cc_b`: 1 not zero with borrow, 2/3 zero/not without borrow.
    SubU = 10,
    /// Result `cc_a` and carry (no borrow) `cc_b` of an operation with carry, as for `AddU`.
    Carry = 11,
    /// Byte `cc_a` under mask `cc_b`: 0 selected bits zero, 1 mixed, 3 ones.
    Tm = 12,
    /// The same, but mixed is 1 or 2 by the leftmost selected bit.
    TmReg = 13,
    /// Absolute value `cc_a`: 0 zero, 2 positive, 3 overflow.
    Abs = 14,
    /// `cc_f` compared with `cc_g`: 0 equal, 1 low, 2 high, 3 unordered. Short ones are in the left halves.
    FCmp = 15,
    /// 0 if `cc_a` equals `cc_b`, else 1.
    Ne = 16,
}

impl Kind {
    /// The `cc_op` number for operands of 64 bits (`wide`) or 32.
    #[must_use]
    pub const fn op(self, wide: bool) -> u32 {
        lazy::op(self as u32, wide)
    }

    const fn from_op(op: u32) -> Kind {
        match lazy::kind(op) {
            3 => Kind::CmpS,
            4 => Kind::CmpU,
            5 => Kind::Zero,
            6 => Kind::Sign,
            7 => Kind::AddS,
            8 => Kind::SubS,
            9 => Kind::AddU,
            10 => Kind::SubU,
            11 => Kind::Carry,
            12 => Kind::Tm,
            13 => Kind::TmReg,
            14 => Kind::Abs,
            15 => Kind::FCmp,
            16 => Kind::Ne,
            _ => Kind::Value,
        }
    }
}

impl CpuState {
    /// The condition code, 0 to 3.
    #[must_use]
    pub fn cc(&self) -> u8 {
        if self.cc_op < 4 {
            return self.cc_op as u8;
        }
        let wide = lazy::is_wide(self.cc_op);
        let kind = Kind::from_op(self.cc_op);
        if kind == Kind::FCmp {
            return fp_compare(wide, self.cc_f, self.cc_g);
        }
        let b = lazy::second(self.cc_op, self.cc_b);
        if wide {
            evaluate_64(kind, self.cc_a, b)
        } else {
            evaluate_32(kind, self.cc_a as u32, b as u32)
        }
    }

    /// Sets the condition code; `cc` modulo 4.
    pub fn set_cc(&mut self, cc: u8) {
        self.cc_op = u32::from(cc & 3);
    }
}

fn fp_compare(wide: bool, f: u64, g: u64) -> u8 {
    lazy::compare_floats(wide, f, g).map_or(3, three_way)
}

fn three_way(order: std::cmp::Ordering) -> u8 {
    match order {
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Less => 1,
        std::cmp::Ordering::Greater => 2,
    }
}

/// Condition code of a signed result, given as its exact value's wrapped form and whether that is exact.
fn signed_result(result: i64, overflow: bool) -> u8 {
    if overflow { 3 } else { three_way(result.cmp(&0)) }
}

fn test_under_mask(value: u64, mask: u64, by_leftmost: bool) -> u8 {
    let selected = value & mask;
    if selected == 0 {
        0
    } else if selected == mask {
        3
    } else if by_leftmost && value << mask.leading_zeros() >> 63 != 0 {
        2
    } else {
        1
    }
}

fn evaluate_32(kind: Kind, a: u32, b: u32) -> u8 {
    let (sa, sb) = (a.cast_signed(), b.cast_signed());
    match kind {
        Kind::AddS => {
            let (_, overflow) = sa.overflowing_sub(sb);
            signed_result(sa.into(), overflow)
        }
        Kind::SubS => {
            let (_, overflow) = sa.overflowing_add(sb);
            signed_result(sa.into(), overflow)
        }
        Kind::CmpU
        | Kind::Zero
        | Kind::Ne
        | Kind::AddU
        | Kind::SubU
        | Kind::Carry
        | Kind::Tm
        | Kind::TmReg => evaluate_64(kind, a.into(), b.into()),
        _ => evaluate_64(kind, i64::from(sa).cast_unsigned(), i64::from(sb).cast_unsigned()),
    }
}

fn evaluate_64(kind: Kind, a: u64, b: u64) -> u8 {
    let (sa, sb) = (a.cast_signed(), b.cast_signed());
    match kind {
        Kind::Value | Kind::FCmp => (a & 3) as u8,
        Kind::CmpS => three_way(sa.cmp(&sb)),
        Kind::CmpU => three_way(a.cmp(&b)),
        Kind::Zero => u8::from(a != 0),
        Kind::Ne => u8::from(a != b),
        Kind::Sign => three_way(sa.cmp(&0)),
        Kind::AddS => {
            // The sum wrapped exactly if taking `b` from it does.
            let (_, overflow) = sa.overflowing_sub(sb);
            signed_result(sa, overflow)
        }
        Kind::SubS => {
            let (_, overflow) = sa.overflowing_add(sb);
            signed_result(sa, overflow)
        }
        Kind::AddU => u8::from(a != 0) | u8::from(a < b) << 1,
        Kind::SubU => u8::from(a != b) | u8::from(a >= b) << 1,
        Kind::Carry => u8::from(a != 0) | u8::from(b as u32 != 0) << 1,
        Kind::Tm => test_under_mask(a, b, false),
        Kind::TmReg => test_under_mask(a, b, true),
        Kind::Abs => [0, 3, 2][usize::from(three_way(sa.cmp(&0)))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, wide: bool, a: u64, b: u64, cc: u8) {
        let state = CpuState { cc_op: kind.op(wide), cc_a: a, cc_b: b, ..CpuState::default() };
        assert_eq!(state.cc(), cc, "{kind:?} wide={wide} {a:#x} {b:#x}");
    }

    #[test]
    fn integer_kinds() {
        check(Kind::AddS, false, 0x8000_0000, 1, 3);
        check(Kind::AddS, true, 0x8000_0000, 1, 2);
        check(Kind::AddS, false, 0x7fff_ffff, 0xffff_ffff, 3);
        check(Kind::AddS, true, u64::MAX, 1, 1);
        check(Kind::SubS, false, 0x7fff_ffff, 1, 3);
        check(Kind::SubS, true, 0, 5, 0);
        check(Kind::SubS, true, 1 << 63, u64::MAX, 3);
        check(Kind::AddU, false, 0, 1, 2);
        check(Kind::AddU, true, 0, 0, 0);
        check(Kind::SubU, true, 1, 2, 1);
        check(Kind::SubU, true, 2, 2, 2);
        check(Kind::SubU, true, 3, 2, 3);
        check(Kind::CmpS, false, 0xffff_ffff, 0, 1);
        check(Kind::CmpU, false, 0xdead_0000_0000_0001, 0, 2);
        check(Kind::Abs, false, 0x8000_0000, 0, 3);
        check(Kind::Tm, false, 0x81, 0x83, 1);
        check(Kind::TmReg, true, 0x8000, 0xc000, 2);
        check(Kind::TmReg, true, 0x4000, 0xc000, 1);
    }

    #[test]
    fn constants_in_the_kind() {
        let state = |op: Option<u32>, a| CpuState {
            cc_op: op.expect("small"),
            cc_a: a,
            cc_b: 77,
            ..CpuState::default()
        };
        assert_eq!(state(lazy::op_const(Kind::CmpS as u32, true, u64::MAX), 0).cc(), 2);
        assert_eq!(state(lazy::op_const(Kind::CmpU as u32, true, u64::MAX), 0).cc(), 1);
        assert_eq!(
            state(lazy::op_const(Kind::CmpU as u32, false, 0xffff_ffff), 0xffff_ffff).cc(),
            0
        );
        assert_eq!(state(lazy::op_const(Kind::AddS as u32, false, 1), 0x8000_0000).cc(), 3);
        assert_eq!(lazy::op_const(Kind::CmpS as u32, true, 1 << 23), None);
    }

    #[test]
    fn floating_point_kinds() {
        let state = |wide, f, g| CpuState {
            cc_op: Kind::FCmp.op(wide),
            cc_f: f,
            cc_g: g,
            ..CpuState::default()
        };
        assert_eq!(state(true, 1f64.to_bits(), f64::NAN.to_bits()).cc(), 3);
        assert_eq!(state(true, 0f64.to_bits(), (-0f64).to_bits()).cc(), 0);
        assert_eq!(state(true, (-2f64).to_bits(), (-1f64).to_bits()).cc(), 1);
        assert_eq!(state(true, f64::NEG_INFINITY.to_bits(), f64::INFINITY.to_bits()).cc(), 1);
        let short = |x: f32| u64::from(x.to_bits()) << 32;
        assert_eq!(state(false, short(1.0), 0xffff_ffff).cc(), 2, "right halves do not count");
        assert_eq!(state(false, short(-0.0) | 1, 0).cc(), 0);
        assert_eq!(state(false, short(f32::NAN), short(1.0)).cc(), 3);
    }
}
