//! Pairs of neighbouring ops that one host instruction does.

use crate::asm::{Alu, Mem, Rm};
use crate::context::Cx;
use tcg_ir::{Cond, Op, Val};

impl Cx<'_> {
    /// Emits `op` and the op after it together; false if they are no such pair.
    ///
    /// From then on it is the time of the second op; inputs of the first stay alive until `done`.
    pub(crate) fn lower_pair(&mut self, op: &Op, next: &Op) -> bool {
        match *op {
            Op::SetCond { cond, d, a, b, .. } => self.carry_from_compare(cond, d, (a, b), next),
            Op::Shl { d, a, n, .. } => {
                self.scaled_index(d, a, n, next) || self.scaled_summand(d, a, n, next)
            }
            Op::Ld { .. } => self.load_float(op, next),
            Op::Bitcast { d, a, .. } => self.store_float(d, a, next),
            Op::VAnd { .. } | Op::VOr { .. } | Op::VXor { .. } | Op::VAndNot { .. } => {
                self.fuse_logic(op, next)
            }
            _ => false,
        }
    }

    /// True if `v` is used by the next op and no later one.
    pub(super) fn only_for_next(&self, v: Val) -> bool {
        self.vals[v.index()].last_use == self.now + 1
    }

    /// An index that is shifted left by one to three bits for one load or store.
    fn scaled_index(&mut self, d: Val, a: Val, n: Val, next: &Op) -> bool {
        let (base, index, stored) = match *next {
            Op::Ld { base, index, .. } => (base, index, Val::NONE),
            Op::St { base, index, v, .. } => (base, index, v),
            _ => return false,
        };
        let Some(scale @ 1..=3) = self.tb.constant(n) else { return false };
        let variable = |v: Val| v.is_some() && self.tb.constant(v).is_none();
        let elsewhere = base == d || stored == d;
        if index != d || elsewhere || !variable(base) || !variable(a) || !self.only_for_next(d) {
            return false;
        }
        self.now += 1;
        self.scaled = Some((d, a, scale as u8));
        match *next {
            Op::Ld { ty, mem, disp, d, .. } => self.ld(ty, mem, disp, d, base, index),
            Op::St { mem, disp, v, .. } => self.st(mem, disp, base, index, v),
            _ => {}
        }
        self.scaled = None;
        self.done(&[a]);
        true
    }

    /// A summand that is shifted left by one to three bits.
    fn scaled_summand(&mut self, shifted: Val, a: Val, n: Val, next: &Op) -> bool {
        let Op::Add { d, a: x, b: y, .. } = *next else { return false };
        let Some(scale @ 1..=3) = self.tb.constant(n) else { return false };
        let other = if x == shifted { y } else { x };
        let variable = |v: Val| self.tb.constant(v).is_none();
        let elsewhere = other == shifted || x != shifted && y != shifted;
        if elsewhere || !variable(other) || !variable(a) || !self.only_for_next(shifted) {
            return false;
        }
        self.now += 1;
        let (base, index) = (self.in_reg(other), self.in_reg(a));
        self.done(&[other, a]);
        let rd = self.out(d, if self.is_free(base) { base } else { index });
        self.asm.lea(self.w(d), rd, Mem { base, index, scale: scale as u8, disp: 0 });
        self.set(d, rd);
        true
    }

    /// A float that was loaded as an integer.
    fn load_float(&mut self, op: &Op, next: &Op) -> bool {
        let (Op::Ld { ty, mem, disp, d, base, index }, Op::Bitcast { to, d: float, a, .. }) =
            (*op, *next)
        else {
            return false;
        };
        let whole = u32::from(mem.bytes) == ty.bytes();
        if a != d || !whole || to.is_int() || !self.only_for_next(d) {
            return false;
        }
        self.now += 1;
        self.ld(to, mem, disp, float, base, index);
        true
    }

    /// A float that is stored as an integer.
    fn store_float(&mut self, int: Val, float: Val, next: &Op) -> bool {
        let Op::St { mem, disp, base, index, v, .. } = *next else { return false };
        let whole = u32::from(mem.bytes) == self.tb.ty(int).bytes();
        let from_float = !self.tb.ty(float).is_int() && self.tb.ty(int).is_int();
        let elsewhere = base == v || index == v;
        if v != int || !whole || !from_float || elsewhere || !self.only_for_next(int) {
            return false;
        }
        self.now += 1;
        self.st(mem, disp, base, index, float);
        true
    }

    /// The result of `setcond` unsigned less, or of one that tests a bit, is only the carry into an addition or subtraction:
    /// the comparison sets the carry.
    fn carry_from_compare(&mut self, cond: Cond, c: Val, (x, y): (Val, Val), next: &Op) -> bool {
        let (kind, outs, a, b, c_in) = match *next {
            Op::AddCarry { d, carry, a, b, carry_in, .. } => (Alu::Adc, (d, carry), a, b, carry_in),
            Op::SubBorrow { d, borrow, a, b, borrow_in, .. } => {
                (Alu::Sbb, (d, borrow), a, b, borrow_in)
            }
            _ => return false,
        };
        let bit = self.tb.constant(y).filter(|mask| mask.is_power_of_two());
        let (x, y) = match cond {
            Cond::GtU => (y, x),
            Cond::LtU => (x, y),
            Cond::TstEq | Cond::TstNe if bit.is_some() => (x, y),
            _ => return false,
        };
        if c_in != c || !self.only_for_next(c) {
            return false;
        }
        self.now += 1;
        self.flush_merges();
        let rx = self.in_reg(x);
        let by_bit = matches!(cond, Cond::TstEq | Cond::TstNe);
        let ry = if by_bit { Rm::R(rx) } else { self.in_rm(y) };
        let t = self.alloc(false);
        self.load_value(t, a);
        self.keep_flags = true;
        let rb = match self.imm(b) {
            Some(_) => Rm::R(t),
            None => self.in_rm(b),
        };
        match bit {
            Some(mask) if by_bit => self.asm.bt(self.w(x), rx, mask.trailing_zeros() as u8),
            _ => self.asm.alu(Alu::Cmp, self.w(x), rx, ry),
        }
        if cond == Cond::TstEq {
            self.asm.cmc();
        }
        match self.imm(b) {
            Some(imm) => self.asm.alu_imm(kind, self.w(outs.0), t, imm),
            None => self.asm.alu(kind, self.w(outs.0), t, rb),
        }
        self.done(&[x, y, a, b]);
        self.finish_carry(outs, t);
        self.keep_flags = false;
        true
    }
}
