//! The condition flags NZCV in the CPU state: how they are made, and their value.
//!
//! `cc_op` says what `cc_a` and `cc_b` are. Numbers 0 to 15 are the flags themselves (N, Z, C, V as bits 3 to 0): what sets
//! them to a value, or to one of two, writes that word alone.
//! The word is packed as [`frontend_common::lazy`] says. Sums and differences that go to a register are kept as the result, which is at hand anyway, and the second operand.
//!
//! Arm ARM DDI 0487, C5.2 "NZCV", and the pseudocode function `AddWithCarry`.

use crate::state::CpuState;
use frontend_common::lazy;
use std::cmp::Ordering;
use tcg_ir::Env;

/// N as a bit of the flags.
pub const N: u8 = 8;
/// Z as a bit of the flags.
pub const Z: u8 = 4;
/// C as a bit of the flags.
pub const C: u8 = 2;
/// V as a bit of the flags.
pub const V: u8 = 1;

/// Bit of `cc_op`: C is not to be read off it. Without it C is bit 1 ([`C`]), be it of the flags themselves or of a kind.
pub const CARRY_UNKNOWN: u32 = 1 << 6;

/// What made the flags. The width (32 or 64 bits) is in the lowest bit of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// Sum `cc_a`, of which `cc_b` was an operand, with a carry: the kind is greater by one if C is set, and by two if a
    /// carry went in.
    AddCarry = 8,
    /// Difference `cc_a`, of which `cc_b` was the second operand, with a borrow: the kind is greater by one if C is set, and
    /// by two if a borrow went in.
    SubBorrow = 12,
    /// Difference of `cc_a` and `cc_b`.
    Cmp = 32,
    /// Difference `cc_a`, of which `cc_b` was the second operand.
    Sub = 33,
    /// Sum `cc_a`, of which `cc_b` was an operand.
    Add = 34,
    /// Logical result `cc_a`: N and Z from it, C and V zero.
    Logic = 35,
    /// Comparison of the floats `cc_a` and `cc_b`, as their bits.
    FCmp = 36,
}

impl Kind {
    /// The `cc_op` number for operands of 64 bits (`wide`) or 32.
    #[must_use]
    pub const fn op(self, wide: bool) -> u32 {
        lazy::op(self as u32, wide)
    }

    const fn from_op(op: u32) -> Kind {
        match lazy::kind(op) {
            8..=11 => Kind::AddCarry,
            12..=15 => Kind::SubBorrow,
            33 => Kind::Sub,
            34 => Kind::Add,
            35 => Kind::Logic,
            36 => Kind::FCmp,
            _ => Kind::Cmp,
        }
    }
}

/// Whether a carry or borrow went into a sum or difference that was made with one.
const fn carried_in(op: u32) -> bool {
    lazy::kind(op) & 2 != 0
}

impl CpuState {
    /// The condition flags: N, Z, C, V as bits 3 to 0.
    #[must_use]
    pub fn flags(&self) -> u8 {
        if self.cc_op < 16 {
            return self.cc_op as u8;
        }
        let wide = lazy::is_wide(self.cc_op);
        let b = lazy::second(self.cc_op, self.cc_b);
        let kind = Kind::from_op(self.cc_op);
        // 32-bit operands are moved up: all flags are those of the upper halves.
        let up = if wide { 0 } else { 32 };
        let (a, b) = (self.cc_a << up, b << up);
        if kind != Kind::FCmp {
            let carry = u64::from(carried_in(self.cc_op)) << up;
            return evaluate(kind, a, b, carry);
        }
        match self.env.fp_mode & Env::FP_FLUSH {
            0 => float_difference(wide, a, b),
            _ => float_difference(wide, flushed(wide, a), flushed(wide, b)),
        }
    }

    /// Sets the condition flags; `flags` modulo 16.
    pub fn set_flags(&mut self, flags: u8) {
        self.cc_op = u32::from(flags & 15);
    }

    /// NZCV as the register: the flags in bits 31 to 28.
    #[must_use]
    pub fn nzcv(&self) -> u32 {
        u32::from(self.flags()) << 28
    }

    /// Sets NZCV from the register's bits 31 to 28.
    pub fn set_nzcv(&mut self, nzcv: u32) {
        self.set_flags((nzcv >> 28) as u8);
    }
}

/// The flags; `carry` is what went into kinds with a carry.
fn evaluate(kind: Kind, a: u64, b: u64, carry: u64) -> u8 {
    match kind {
        Kind::Cmp | Kind::FCmp => difference(a, b, 0),
        Kind::Sub => difference(a.wrapping_add(b), b, 0),
        Kind::SubBorrow => difference(a.wrapping_add(b).wrapping_add(carry), b, carry),
        Kind::Add => sum(a.wrapping_sub(b), b, 0),
        Kind::AddCarry => sum(a.wrapping_sub(b).wrapping_sub(carry), b, carry),
        Kind::Logic => sign_and_zero(a),
    }
}

fn sign_and_zero(result: u64) -> u8 {
    bit(result >> 63 != 0, N) | bit(result == 0, Z)
}

fn bit(is: bool, flag: u8) -> u8 {
    if is { flag } else { 0 }
}

/// Flags of `a + b + carry`.
fn sum(a: u64, b: u64, carry: u64) -> u8 {
    let result = a.wrapping_add(b).wrapping_add(carry);
    let all = u128::from(a) + u128::from(b) + u128::from(carry);
    let overflow = (a ^ result) & (b ^ result);
    sign_and_zero(result) | bit(all >> 64 != 0, C) | bit(overflow >> 63 != 0, V)
}

/// Flags of `a - b - borrow`.
fn difference(a: u64, b: u64, borrow: u64) -> u8 {
    let result = a.wrapping_sub(b).wrapping_sub(borrow);
    let borrows = u128::from(a) < u128::from(b) + u128::from(borrow);
    let overflow = (a ^ b) & (a ^ result);
    sign_and_zero(result) | bit(!borrows, C) | bit(overflow >> 63 != 0, V)
}

/// Flags of a comparison of floats by its outcome: 0 equal, 1 low, 2 high, 3 unordered.
///
/// Arm ARM DDI 0487, pseudocode function `FPCompare`.
pub const FLOAT_OUTCOMES: [u8; 4] = [Z | C, N, C, C | V];

fn float_difference(wide: bool, a: u64, b: u64) -> u8 {
    match lazy::compare_floats(wide, a, b) {
        Some(Ordering::Equal) => FLOAT_OUTCOMES[0],
        Some(Ordering::Less) => FLOAT_OUTCOMES[1],
        Some(Ordering::Greater) => FLOAT_OUTCOMES[2],
        None => FLOAT_OUTCOMES[3],
    }
}

/// A float in the upper bits of 64, with FPCR.FZ: a subnormal one is a zero of its sign.
const fn flushed(wide: bool, x: u64) -> u64 {
    let exponent = if wide { 0x7ff << 52 } else { 0xff << 55 };
    if x & exponent == 0 { x & 1 << 63 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, wide: bool, a: u64, b: u64, flags: u8) {
        let state = CpuState { cc_op: kind.op(wide), cc_a: a, cc_b: b, ..CpuState::default() };
        assert_eq!(state.flags(), flags, "{kind:?} wide={wide} {a:#x} {b:#x}");
    }

    #[test]
    fn differences() {
        check(Kind::Cmp, true, 5, 5, Z | C);
        check(Kind::Cmp, true, 4, 5, N);
        check(Kind::Cmp, true, 5, 4, C);
        check(Kind::Cmp, true, 1 << 63, 1, C | V);
        check(Kind::Cmp, true, 0, 1 << 63, N | V);
        check(Kind::Cmp, false, 0xdead_0000_0000_0005, 0xbeef_0000_0000_0005, Z | C);
        check(Kind::Cmp, false, 0x8000_0000, 1, C | V);
        check(Kind::Sub, false, 0x7fff_ffff, 1, C | V);
        check(Kind::Sub, true, 0, 0, Z | C);
    }

    #[test]
    fn sums_and_logic() {
        check(Kind::Add, true, 0, 1, Z | C);
        check(Kind::Add, true, 1 << 63, 1, N | V);
        check(Kind::Add, false, 0x8000_0000, 1, N | V);
        check(Kind::Add, false, 0, 0x8000_0000, Z | C | V);
        check(Kind::Logic, false, 0xffff_ffff_0000_0000, 0, Z);
        check(Kind::Logic, true, 1 << 63, 0, N);
    }

    /// The result and the second operand of a sum or difference into which a carry or borrow went.
    fn check_carry(kind: Kind, wide: bool, result: u64, b: u64, flags: u8) {
        let carry_in = 2 << 1;
        let carry = u32::from(flags & C);
        let cc_op = kind.op(wide) + carry_in + carry;
        let state = CpuState { cc_op, cc_a: result, cc_b: b, ..CpuState::default() };
        assert_eq!(state.flags(), flags, "{kind:?} wide={wide} {result:#x} {b:#x}");
        assert_eq!(state.cc_op & CARRY_UNKNOWN, 0);
    }

    #[test]
    fn sums_with_carry() {
        check(Kind::AddCarry, true, 3, 2, 0);
        check(Kind::AddCarry, true, 1, 2, C);
        check_carry(Kind::AddCarry, true, 0, u64::MAX, Z | C);
        check_carry(Kind::AddCarry, true, u64::MAX, u64::MAX, N | C);
        check_carry(Kind::AddCarry, true, 1 << 63, i64::MAX as u64, N | V);
        check_carry(Kind::AddCarry, true, 0, 0, Z | C);
        check_carry(Kind::AddCarry, true, 1, 0, 0);
        check_carry(Kind::AddCarry, false, 0, 0xffff_ffff, Z | C);
        check_carry(Kind::AddCarry, false, 0x8000_0000, 0x7fff_ffff, N | V);
    }

    #[test]
    fn differences_with_borrow() {
        check(Kind::SubBorrow, true, 0, 2, Z | C);
        check(Kind::SubBorrow, true, u64::MAX, 1, N);
        check_carry(Kind::SubBorrow, true, u64::MAX, 0, N);
        check_carry(Kind::SubBorrow, true, 0, 0, Z | C);
        check_carry(Kind::SubBorrow, true, i64::MAX as u64, 0, C | V);
        check_carry(Kind::SubBorrow, true, 0, u64::MAX, Z);
        check_carry(Kind::SubBorrow, false, 0xffff_ffff, 0, N);
        check_carry(Kind::SubBorrow, false, 0x7fff_ffff, 0, C | V);
        check_carry(Kind::SubBorrow, false, 0xdead_0000_0000_0000, 0xffff_ffff, Z);
    }

    #[test]
    fn floats() {
        let double = |x: f64, y: f64, flags| {
            check(Kind::FCmp, true, x.to_bits(), y.to_bits(), flags);
            let (x, y) = (x as f32, y as f32);
            check(Kind::FCmp, false, x.to_bits().into(), y.to_bits().into(), flags);
        };
        double(1.0, f64::NAN, C | V);
        double(0.0, -0.0, Z | C);
        double(-2.0, -1.0, N);
        double(f64::INFINITY, f64::NEG_INFINITY, C);
    }

    #[test]
    fn flags_as_such_and_constants() {
        let mut state = CpuState::default();
        state.set_nzcv(0xa000_0000);
        assert_eq!((state.flags(), state.nzcv()), (N | C, 0xa000_0000));
        state.cc_op = lazy::op_const(Kind::Cmp as u32, true, u64::MAX).expect("small");
        (state.cc_a, state.cc_b) = (u64::MAX, 77);
        assert_eq!(state.flags(), Z | C);
        assert_eq!(lazy::op_const(Kind::Cmp as u32, true, 1 << 23), None);
    }
}
