//! Comparisons, and what depends on them.

use crate::asm::{Alu, Cc, Rm};
use crate::context::Cx;
use tcg_ir::{Cond, Val};

impl Cx<'_> {
    /// Sets the flags for `a cond b`; the host condition. Inputs are not released.
    pub(crate) fn compare(&mut self, cond: Cond, a: Val, b: Val) -> Cc {
        let (cond, a, b) = match cond.swap() {
            Some(swapped) if self.tb.constant(a).is_some() && self.tb.constant(b).is_none() => {
                (swapped, b, a)
            }
            _ => (cond, a, b),
        };
        match cond {
            Cond::TstEq | Cond::TstNe => self.compare_bits(cond, a, b),
            Cond::OvAdd | Cond::NoOvAdd => {
                self.compare_sum(a, b);
                if cond == Cond::OvAdd { Cc::O } else { Cc::No }
            }
            _ => self.compare_plain(cond, a, b),
        }
    }

    fn compare_plain(&mut self, cond: Cond, a: Val, b: Val) -> Cc {
        let w = self.w(a);
        if self.imm(b) == Some(0) && !matches!(cond, Cond::OvSub | Cond::NoOvSub) {
            let sign_or_zero = matches!(cond, Cond::Eq | Cond::Ne | Cond::LtS | Cond::GeS);
            let known = self.flags_of == (a, self.asm.pos());
            match self.in_rm(a) {
                _ if known && sign_or_zero => {}
                Rm::R(ra) => self.asm.test(w, ra, ra),
                m => self.asm.alu_imm(Alu::Cmp, w, m, 0),
            }
            return match cond {
                Cond::LtS => Cc::S,
                Cond::GeS => Cc::Ns,
                _ => host_cond(cond),
            };
        }
        if let Some(imm) = self.imm(b) {
            let ra = self.in_rm(a);
            self.asm.alu_imm(Alu::Cmp, w, ra, imm);
        } else {
            let (ra, rb) = (self.in_reg(a), self.in_rm(b));
            self.asm.alu(Alu::Cmp, w, ra, rb);
        }
        host_cond(cond)
    }

    fn compare_bits(&mut self, cond: Cond, a: Val, b: Val) -> Cc {
        let w = self.w(a);
        let zero = cond == Cond::TstEq;
        match (self.imm(b), self.tb.constant(b)) {
            (Some(imm), _) => {
                let ra = self.in_rm(a);
                // A mask without the sign bit needs only the low half.
                self.asm.test_imm(w && imm < 0, ra, imm);
            }
            (None, Some(mask)) if mask.is_power_of_two() => {
                let ra = self.in_reg(a);
                self.asm.bt(w, ra, mask.trailing_zeros() as u8);
                return if zero { Cc::Ae } else { Cc::B };
            }
            _ => {
                let (rb, ra) = (self.in_reg(b), self.in_rm(a));
                self.asm.test(w, ra, rb);
            }
        }
        if zero { Cc::E } else { Cc::Ne }
    }

    fn compare_sum(&mut self, a: Val, b: Val) {
        let w = self.w(a);
        let ra = self.in_reg(a);
        let t = self.alloc(false);
        if let Some(imm) = self.imm(b) {
            self.asm.mov(w, t, ra);
            self.asm.alu_imm(Alu::Add, w, t, imm);
        } else {
            let rb = self.in_rm(b);
            self.asm.mov(w, t, ra);
            self.asm.alu(Alu::Add, w, t, rb);
        }
    }

    pub(crate) fn setcond(&mut self, cond: Cond, d: Val, a: Val, b: Val) {
        // Making room could change the flags: it comes first.
        let t = self.alloc(false);
        let cc = self.compare(cond, a, b);
        self.done(&[a, b]);
        self.asm.setcc(cc, t);
        let rd = self.out(d, t);
        self.asm.movzx8(rd, t);
        self.set(d, rd);
    }

    pub(crate) fn select(&mut self, cond: Cond, d: Val, (a, b): (Val, Val), t: Val, f: Val) {
        if self.is_fp(d) {
            return self.select_fp(cond, d, (a, b), t, f);
        }
        // Merges would change the flags.
        self.flush_merges();
        let w = self.w(d);
        let cc = self.compare(cond, a, b);
        self.regs.locked = 0;
        self.keep_flags = true;
        let rf = self.in_reg(f);
        let rt = self.in_rm(t);
        self.done(&[a, b, t, f]);
        let rd = self.out(d, rf);
        if rt == Rm::R(rd) && rd != rf {
            self.asm.cmov(cc.invert(), w, rd, rf);
            self.keep_flags = false;
            return self.set(d, rd);
        }
        if rd != rf {
            self.asm.mov(w, rd, rf);
        }
        self.asm.cmov(cc, w, rd, rt);
        self.set(d, rd);
        self.keep_flags = false;
    }
}

/// The host condition after a compare.
fn host_cond(cond: Cond) -> Cc {
    match cond {
        Cond::Eq | Cond::TstEq => Cc::E,
        Cond::Ne | Cond::TstNe => Cc::Ne,
        Cond::LtS => Cc::L,
        Cond::LeS => Cc::Le,
        Cond::GtS => Cc::G,
        Cond::GeS => Cc::Ge,
        Cond::LtU => Cc::B,
        Cond::LeU => Cc::Be,
        Cond::GtU => Cc::A,
        Cond::GeU => Cc::Ae,
        Cond::OvAdd | Cond::OvSub => Cc::O,
        Cond::NoOvAdd | Cond::NoOvSub => Cc::No,
    }
}
