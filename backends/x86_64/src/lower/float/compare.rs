//! Comparisons, and what depends on them.

use super::packed;
use crate::asm::{Alu, Cc, Mem};
use crate::cold::Then;
use crate::context::Cx;
use crate::pins::Reg;
use tcg_ir::{Cond, FpMask, Type, Val};

impl Cx<'_> {
    /// `vucomis` or `vcomis`.
    pub(super) fn fp_compare(&mut self, signaling: bool, ty: Type, ra: Reg, rb: Reg) {
        let opcode = if signaling { 0x2f } else { 0x2e };
        self.asm.v(packed(ty), opcode, ra & 15, 0, rb & 15);
    }

    pub(crate) fn fcmp(&mut self, signaling: bool, d: Val, a: Val, b: Val) {
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        if self.vals[d.index()].last_use <= self.now {
            // Only the flags are wanted.
            self.fp_compare(signaling, self.tb.ty(a), ra, rb);
            return self.done(&[a, b]);
        }
        self.flush_merges();
        let (low, t, u) = (self.alloc(false), self.alloc(false), self.alloc(false));
        self.fp_compare(signaling, self.tb.ty(a), ra, rb);
        // Carry: low or unordered. Above: high. Parity: unordered.
        self.asm.setcc(Cc::B, low);
        self.asm.setcc(Cc::A, t);
        self.asm.setcc(Cc::P, u);
        self.asm.alu(Alu::Or, false, t, u);
        self.asm.movzx8(t, t);
        self.asm.movzx8(low, low);
        self.asm.lea(false, low, Mem { base: low, index: t, scale: 1, disp: 0 });
        self.done(&[a, b]);
        self.finish_in(d, low);
    }

    pub(crate) fn fsetmask(&mut self, mask: FpMask, d: Val, a: Val, b: Val) {
        self.flush_merges();
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let (t, u) = (self.alloc(false), self.alloc(false));
        let test = test_for(mask);
        let (x, y) = if test.swap { (rb, ra) } else { (ra, rb) };
        self.fp_compare(false, self.tb.ty(a), x, y);
        match test.jump {
            Jump::Never | Jump::Always => {
                self.asm.mov_imm(t, u64::from(test.jump == Jump::Always));
            }
            Jump::If(cc) => self.asm.setcc(cc, t),
            Jump::Both(cc, other) | Jump::Either(cc, other) => {
                self.asm.setcc(cc, t);
                self.asm.setcc(other, u);
                let both = matches!(test.jump, Jump::Both(..));
                self.asm.alu(if both { Alu::And } else { Alu::Or }, false, t, u);
            }
        }
        self.asm.movzx8(t, t);
        self.done(&[a, b]);
        self.finish_in(d, t);
    }

    pub(crate) fn goto_if_fp(&mut self, mask: FpMask, pc: u64, a: Val, b: Val) {
        if self.closes_loop(pc) {
            self.flush_all();
        }
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let test = test_for(mask);
        let (x, y) = if test.swap { (rb, ra) } else { (ra, rb) };
        self.expire_puts();
        let start = self.asm.pos();
        self.fp_compare(false, self.tb.ty(a), x, y);
        match test.jump {
            Jump::Never => {}
            Jump::Always => {
                let at = self.asm.jmp();
                self.cold(at, Then::Goto { pc });
            }
            Jump::If(cc) => self.side_exit(start, cc, pc),
            Jump::Both(cc, other) => {
                let over = self.asm.jcc(other.invert());
                self.side_exit(self.asm.pos(), cc, pc);
                self.asm.bind(over);
            }
            Jump::Either(cc, other) => {
                self.side_exit(start, cc, pc);
                self.side_exit(self.asm.pos(), other, pc);
            }
        }
        self.done(&[a, b]);
    }

    pub(crate) fn select_fp(&mut self, cond: Cond, d: Val, (a, b): (Val, Val), t: Val, f: Val) {
        // Merges would change the flags.
        self.flush_merges();
        let rf = self.in_reg(f);
        let rt = self.in_reg(t);
        let rd = self.alloc(true);
        self.copy_reg(rd, rt);
        let cc = self.compare(cond, a, b);
        let at = self.asm.jcc(cc);
        self.copy_reg(rd, rf);
        self.asm.bind(at);
        self.done(&[a, b, t, f]);
        let known = |v: Val| self.vals[v.index()].significant;
        let significant = known(t).max(known(f));
        self.drop_hint_unless(u32::from(significant) <= self.tb.ty(d).bytes(), d);
        self.finish_in(d, rd);
        self.val(d).significant = significant;
    }
}

/// How to branch on outcomes of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Test {
    /// Compare the operands in the opposite order.
    swap: bool,
    jump: Jump,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Jump {
    Never,
    Always,
    If(Cc),
    Both(Cc, Cc),
    Either(Cc, Cc),
}

/// The test for a set of outcomes. Bits: 8 equal, 4 low, 2 high, 1 unordered.
/// After `ucomis`: equal ZF; low CF; unordered ZF, CF and PF; high none.
fn test_for(mask: FpMask) -> Test {
    let (swap, jump) = match mask.0 & 15 {
        0b0000 => (false, Jump::Never),
        0b0001 => (false, Jump::If(Cc::P)),
        0b0010 => (false, Jump::If(Cc::A)),
        0b0011 => (true, Jump::If(Cc::B)),
        0b0100 => (true, Jump::If(Cc::A)),
        0b0101 => (false, Jump::If(Cc::B)),
        0b0110 => (false, Jump::If(Cc::Ne)),
        0b0111 => (false, Jump::Either(Cc::Ne, Cc::P)),
        0b1000 => (false, Jump::Both(Cc::E, Cc::Np)),
        0b1001 => (false, Jump::If(Cc::E)),
        0b1010 => (false, Jump::If(Cc::Ae)),
        0b1011 => (true, Jump::If(Cc::Be)),
        0b1100 => (true, Jump::If(Cc::Ae)),
        0b1101 => (false, Jump::If(Cc::Be)),
        0b1110 => (false, Jump::If(Cc::Np)),
        _ => (false, Jump::Always),
    };
    Test { swap, jump }
}
