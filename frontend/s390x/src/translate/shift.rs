//! Group `shift`: shifts, rotates and bit counts.
//!
//! PoP SA22-7832, chapter 7. Shift counts are the rightmost six bits of the operand address.

use super::cc::Cc;
use super::{Translator, W, rows};
use crate::state::gpr;
use isa::s390x::RieF;
use isa::s390x::shift::Translate;
use tcg_ir::{Cond, Sign, Type, Val};

const LO: W = W::Lo;
const FULL: W = W::Full;
const HI: W = W::Hi;

#[derive(Clone, Copy)]
enum Op {
    Left,
    Right,
    RightSigned,
    Rotate,
}

/// A shift count: known, or an `i64` of 0 to 63.
#[derive(Clone, Copy)]
enum Count {
    Known(u32),
    Value(Val),
}

#[derive(Clone, Copy)]
enum Selected {
    And,
    Or,
    Xor,
}

impl Translator<'_> {
    fn count_of(&mut self, b2: u8, d2: i32) -> Count {
        if b2 == 0 {
            return Count::Known(d2 as u32 & 63);
        }
        let base = self.b.get(gpr(b2));
        let sum = self.b.add_imm(Type::I64, base, d2.into());
        Count::Value(self.b.and_imm(Type::I64, sum, 63))
    }

    /// Shift of 64 bits.
    fn shift_64(&mut self, op: Op, v: Val, count: Count) -> Val {
        let ty = Type::I64;
        match (op, count) {
            (Op::Left, Count::Known(n)) => self.b.shl_imm(ty, v, n),
            (Op::Right, Count::Known(n)) => self.b.shr_u_imm(ty, v, n),
            (Op::RightSigned, Count::Known(n)) => self.b.shr_s_imm(ty, v, n),
            (Op::Rotate, Count::Known(n)) => self.b.rotl_imm(ty, v, n),
            (Op::Left, Count::Value(n)) => self.b.shl(ty, v, n),
            (Op::Right, Count::Value(n)) => self.b.shr_u(ty, v, n),
            (Op::RightSigned, Count::Value(n)) => self.b.shr_s(ty, v, n),
            (Op::Rotate, Count::Value(n)) => self.b.rotl(ty, v, n),
        }
    }

    /// Shift of 32 bits by up to 63.
    fn shift_32(&mut self, op: Op, v: Val, count: Count) -> Val {
        let ty = Type::I32;
        match (op, count) {
            (Op::Left | Op::Right, Count::Known(32..)) => self.b.i32(0),
            (Op::RightSigned, Count::Known(n)) => self.b.shr_s_imm(ty, v, n.min(31)),
            (Op::Left, Count::Known(n)) => self.b.shl_imm(ty, v, n),
            (Op::Right, Count::Known(n)) => self.b.shr_u_imm(ty, v, n),
            (Op::Rotate, Count::Known(n)) => self.b.rotl_imm(ty, v, n & 31),
            (Op::Rotate, Count::Value(n)) => {
                let n = self.b.trunc(n);
                self.b.rotl(ty, v, n)
            }
            (_, Count::Value(_)) => {
                let sign =
                    if matches!(op, Op::RightSigned) { Sign::Signed } else { Sign::Unsigned };
                let wide = self.b.extend(sign, v);
                let wide = self.shift_64(op, wide, count);
                self.b.trunc(wide)
            }
        }
    }

    fn shifted(&mut self, op: Op, w: W, v: Val, count: Count) -> Val {
        if w == FULL { self.shift_64(op, v, count) } else { self.shift_32(op, v, count) }
    }

    fn shift(&mut self, op: Op, w: W, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        let count = self.count_of(b2, d2);
        let v = self.r(w, r3);
        let v = self.shifted(op, w, v, count);
        self.set(w, r1, v);
        if matches!(op, Op::RightSigned) {
            self.set_cc(Cc::Sign(w.ty(), v));
        }
    }

    /// SHIFT LEFT SINGLE: the sign stays; overflow if a bit unlike the sign is shifted out.
    fn shift_left_signed(&mut self, w: W, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        let count = self.count_of(b2, d2);
        let v = self.r(w, r3);
        let (result, lost) = if w == FULL {
            self.shift_left_keeping_sign(v, count)
        } else {
            // As the left half of a doubleword: by 32 and more, the zeros behind it are shifted out as well.
            let zero = self.b.i32(0);
            let wide = self.b.concat(zero, v);
            let (result, lost) = self.shift_left_keeping_sign(wide, count);
            (self.b.hi32(result), lost)
        };
        self.set(w, r1, result);
        self.shifted_cc(w.ty(), result, lost);
    }

    /// The shifted doubleword, and what is equal if no bit unlike the sign was shifted out.
    fn shift_left_keeping_sign(&mut self, v: Val, count: Count) -> (Val, (Val, Val)) {
        let shifted = self.shift_64(Op::Left, v, count);
        let sign_bit = self.b.i64(1 << 63);
        let sign = self.b.and(Type::I64, v, sign_bit);
        let numeric = self.b.andnot(Type::I64, shifted, sign_bit);
        let result = self.b.or(Type::I64, numeric, sign);
        let all = self.b.shr_s_imm(Type::I64, v, 63);
        let above = match count {
            Count::Known(n) => self.b.shr_s_imm(Type::I64, v, 63 - n),
            Count::Value(n) => {
                let limit = self.b.i64(63);
                let rest = self.b.sub(Type::I64, limit, n);
                self.b.shr_s(Type::I64, v, rest)
            }
        };
        (result, (above, all))
    }

    /// Sign of the result, or 3 if bits were lost; and the overflow exception.
    fn shifted_cc(&mut self, ty: Type, result: Val, (above, all): (Val, Val)) {
        self.set_cc(Cc::Sign(ty, result));
        let cc = self.cc_value();
        let three = self.b.i32(3);
        let cc = self.b.select(Type::I64, Cond::Ne, (above, all), three, cc);
        self.set_cc(Cc::Value(cc));
        self.overflow_trap();
    }

    // --- double ------------------------------------------------------------------------------

    fn pair(&mut self, r1: u8) -> Val {
        let (hi, lo) = (self.r(LO, r1), self.r(LO, r1 + 1));
        self.b.concat(lo, hi)
    }

    fn set_pair(&mut self, r1: u8, v: Val) {
        let (hi, lo) = (self.b.hi32(v), self.b.trunc(v));
        self.set(LO, r1, hi);
        self.set(LO, r1 + 1, lo);
    }

    fn shift_double(&mut self, op: Op, f: isa::s390x::RsAx) {
        if self.odd(&[f.r1]) {
            return;
        }
        let count = self.count_of(f.b2, f.d2);
        let v = self.pair(f.r1);
        let v = self.shift_64(op, v, count);
        self.set_pair(f.r1, v);
        if matches!(op, Op::RightSigned) {
            self.set_cc(Cc::Sign(Type::I64, v));
        }
    }

    fn shift_left_double(&mut self, f: isa::s390x::RsAx) {
        if self.odd(&[f.r1]) {
            return;
        }
        let count = self.count_of(f.b2, f.d2);
        let v = self.pair(f.r1);
        let (result, lost) = self.shift_left_keeping_sign(v, count);
        self.set_pair(f.r1, result);
        self.shifted_cc(Type::I64, result, lost);
    }

    // --- rotate then … selected bits ---------------------------------------------------------

    /// Bits `from` to `to` (manual numbering, wrapping) of a doubleword.
    fn selection(from: u8, to: u8) -> u64 {
        let (from, to) = (u32::from(from & 63), u32::from(to & 63));
        let after_from = u64::MAX >> from;
        let up_to = u64::MAX << (63 - to);
        if from <= to { after_from & up_to } else { after_from | up_to }
    }

    /// ROTATE THEN INSERT SELECTED BITS.
    fn rotate_insert(&mut self, f: RieF, sets_cc: bool) {
        let v = self.inserted(f.r1, f.r2, (f.i3, f.i4, f.i5), u64::MAX);
        self.set(FULL, f.r1, v);
        if sets_cc {
            self.set_cc(Cc::Sign(Type::I64, v));
        }
    }

    /// The first operand with the selected bits of the rotated second; the others zero if asked so by bit 0 of `i4`.
    /// Bits not in `within` are kept by the caller.
    fn inserted(&mut self, r1: u8, r2: u8, (i3, i4, i5): (u8, u8, u8), within: u64) -> Val {
        let selection = Self::selection(i3, i4) & within;
        let source = self.b.get(gpr(r2));
        let zero_rest = i4 & 0x80 != 0;
        let rotate = u32::from(i5 & 63);
        if let Some(v) = self.inserted_as_field(r1, source, selection, rotate, zero_rest) {
            return v;
        }
        let rotated = self.b.rotl_imm(Type::I64, source, rotate);
        let inserted = self.b.and_imm(Type::I64, rotated, selection);
        if zero_rest {
            return inserted;
        }
        let old = self.b.get(gpr(r1));
        let kept = self.b.and_imm(Type::I64, old, !selection);
        self.b.or(Type::I64, kept, inserted)
    }

    /// The common shapes: shifts, zero-extended fields, and fields deposited in place.
    fn inserted_as_field(
        &mut self,
        r1: u8,
        source: Val,
        selection: u64,
        rotate: u32,
        zero_rest: bool,
    ) -> Option<Val> {
        let ty = Type::I64;
        let low = selection.trailing_zeros();
        let len = selection.count_ones();
        if len == 0 || selection >> low != u64::MAX >> (64 - len) {
            return None;
        }
        if !zero_rest {
            // The field's lowest bit comes from bit (low - rotate) mod 64 of the source.
            let from = (low + 64 - rotate) & 63;
            if len == 64 {
                return Some(self.b.rotl_imm(ty, source, rotate));
            }
            if from + len > 64 {
                return None;
            }
            let field = self.b.shr_u_imm(ty, source, from);
            let old = self.b.get(gpr(r1));
            return Some(self.b.deposit(ty, old, field, low as u8, len as u8));
        }
        if rotate <= low && low + len == 64 {
            // Bits come from (low - rotate) up; those above the field are shifted out if rotate reaches to it.
            if low == rotate {
                return Some(self.b.shl_imm(ty, source, rotate));
            }
        }
        if low == 0 {
            let from = (64 - rotate) & 63;
            if from + len <= 64 {
                return Some(self.b.extract(ty, Sign::Unsigned, source, from as u8, len as u8));
            }
        }
        None
    }

    /// ROTATE THEN INSERT SELECTED BITS HIGH and LOW: on one half, with bit positions inside it.
    fn rotate_insert_half(&mut self, w: W, f: RieF) {
        let (first, within) = if w == HI { (0, 0xffff_ffff_0000_0000) } else { (32, 0xffff_ffff) };
        let from = f.i3 & 31 | first;
        let to = f.i4 & 0x80 | f.i4 & 31 | first;
        let v = self.inserted(f.r1, f.r2, (from, to, f.i5), within);
        let half = if w == HI { self.b.hi32(v) } else { self.b.trunc(v) };
        self.set(w, f.r1, half);
    }

    /// ROTATE THEN AND, OR, EXCLUSIVE OR SELECTED BITS; with bit 0 of `i3` only the condition code is set.
    fn rotate_logic(&mut self, op: Selected, f: RieF) {
        let ty = Type::I64;
        let selection = Self::selection(f.i3, f.i4);
        let source = self.b.get(gpr(f.r2));
        let rotated = self.b.rotl_imm(ty, source, (f.i5 & 63).into());
        let old = self.b.get(gpr(f.r1));
        let v = match op {
            Selected::And => {
                let others = self.b.i64(!selection);
                let mask = self.b.or(ty, rotated, others);
                self.b.and(ty, old, mask)
            }
            Selected::Or => {
                let mask = self.b.and_imm(ty, rotated, selection);
                self.b.or(ty, old, mask)
            }
            Selected::Xor => {
                let mask = self.b.and_imm(ty, rotated, selection);
                self.b.xor(ty, old, mask)
            }
        };
        if f.i3 & 0x80 == 0 {
            self.set(FULL, f.r1, v);
        }
        let bits = self.b.and_imm(ty, v, selection);
        self.set_cc(Cc::Zero(ty, bits));
    }

    // --- counts ------------------------------------------------------------------------------

    /// FIND LEFTMOST ONE: number of zeros before it, and the operand without it.
    fn find_leftmost_one(&mut self, r1: u8, r2: u8) {
        if self.odd(&[r1]) {
            return;
        }
        let ty = Type::I64;
        let v = self.b.get(gpr(r2));
        let zeros = self.b.clz(ty, v);
        let top = self.b.i64(1 << 63);
        let bit = self.b.shr_u(ty, top, zeros);
        let rest = self.b.andnot(ty, v, bit);
        self.set(FULL, r1, zeros);
        self.set(FULL, r1 + 1, rest);
        // The operand as unsigned number against zero: 0 or, with 'high' as 2, the rest.
        let zero = self.b.i64(0);
        self.set_cc(Cc::Cmp(ty, Sign::Unsigned, v, zero));
    }

    /// POPULATION COUNT: of each byte, or with bit 0 of `m3` (miscellaneous-instruction-extensions 3) of all.
    fn population(&mut self, r1: u8, r2: u8, m3: u8) {
        let ty = Type::I64;
        let v = self.b.get(gpr(r2));
        let count = if m3 & 8 != 0 { self.b.popcnt(ty, v) } else { self.population_of_bytes(v) };
        self.set(FULL, r1, count);
        self.set_cc(Cc::Zero(ty, count));
    }

    fn population_of_bytes(&mut self, v: Val) -> Val {
        let ty = Type::I64;
        let mut sums = v;
        for (shift, mask) in
            [(1, 0x5555_5555_5555_5555), (2, 0x3333_3333_3333_3333), (4, 0x0f0f_0f0f_0f0f_0f0f)]
        {
            let even = self.b.and_imm(ty, sums, mask);
            let odd = self.b.shr_u_imm(ty, sums, shift);
            let odd = self.b.and_imm(ty, odd, mask);
            sums = self.b.add(ty, even, odd);
        }
        sums
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        sla: RsAx = self.shift_left_signed(LO, f.r1, f.r1, (f.b2, f.d2));
        slak: RsyA = self.shift_left_signed(LO, f.r1, f.r3, (f.b2, f.d2));
        slag: RsyA = self.shift_left_signed(FULL, f.r1, f.r3, (f.b2, f.d2));
        sll: RsAx = self.shift(Op::Left, LO, f.r1, f.r1, (f.b2, f.d2));
        sllk: RsyA = self.shift(Op::Left, LO, f.r1, f.r3, (f.b2, f.d2));
        sllg: RsyA = self.shift(Op::Left, FULL, f.r1, f.r3, (f.b2, f.d2));
        sra: RsAx = self.shift(Op::RightSigned, LO, f.r1, f.r1, (f.b2, f.d2));
        srak: RsyA = self.shift(Op::RightSigned, LO, f.r1, f.r3, (f.b2, f.d2));
        srag: RsyA = self.shift(Op::RightSigned, FULL, f.r1, f.r3, (f.b2, f.d2));
        srl: RsAx = self.shift(Op::Right, LO, f.r1, f.r1, (f.b2, f.d2));
        srlk: RsyA = self.shift(Op::Right, LO, f.r1, f.r3, (f.b2, f.d2));
        srlg: RsyA = self.shift(Op::Right, FULL, f.r1, f.r3, (f.b2, f.d2));
        slda: RsAx = self.shift_left_double(f);
        sldl: RsAx = self.shift_double(Op::Left, f);
        srda: RsAx = self.shift_double(Op::RightSigned, f);
        srdl: RsAx = self.shift_double(Op::Right, f);
        rll: RsyA = self.shift(Op::Rotate, LO, f.r1, f.r3, (f.b2, f.d2));
        rllg: RsyA = self.shift(Op::Rotate, FULL, f.r1, f.r3, (f.b2, f.d2));
        rnsbg: RieF = self.rotate_logic(Selected::And, f);
        rxsbg: RieF = self.rotate_logic(Selected::Xor, f);
        rosbg: RieF = self.rotate_logic(Selected::Or, f);
        risbg: RieF = self.rotate_insert(f, true);
        risbgn: RieF = self.rotate_insert(f, false);
        risbhg: RieF = self.rotate_insert_half(HI, f);
        risblg: RieF = self.rotate_insert_half(LO, f);
        flogr: Rre = self.find_leftmost_one(f.r1, f.r2);
        popcnt: RrfC = self.population(f.r1, f.r2, f.m3);
    }
}
