//! Integer ops.

use crate::alloc::NO_REG;
use crate::asm::{Alu, Cc, Mem, Rm, Shift};
use crate::context::Cx;
use crate::pins::Reg;
use tcg_ir::{Cond, Sign, Val};

impl Cx<'_> {
    /// `d = a op b` for an op whose host instruction overwrites its first operand; `emit(d, b)` does it.
    fn two_operand(
        &mut self,
        d: Val,
        a: Val,
        b: Val,
        commutes: bool,
        emit: impl Fn(&mut Self, Reg, Rm),
    ) {
        let ra = self.in_reg(a);
        let mut rb = self.in_rm(b);
        self.done(&[a, b]);
        let prefer = if commutes && !self.is_free(ra) { as_reg(rb) } else { ra };
        let rd = self.out(d, prefer);
        if rb == Rm::R(rd) && rd != ra {
            if commutes {
                emit(self, rd, Rm::R(ra));
                self.set(d, rd);
                return;
            }
            // The hint leads to the register of `b`: keep `b` aside.
            let t = self.alloc(false);
            self.asm.mov(true, t, rd);
            rb = Rm::R(t);
        }
        if rd != ra {
            self.asm.mov(self.w(d), rd, ra);
        }
        emit(self, rd, rb);
        self.set(d, rd);
    }

    /// `d = a op imm` likewise.
    fn with_imm(&mut self, d: Val, a: Val, emit: impl Fn(&mut Self, Reg)) {
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        if rd != ra {
            self.asm.mov(self.w(d), rd, ra);
        }
        emit(self, rd);
        self.set(d, rd);
    }

    /// True for a scratch register without values.
    pub(crate) fn is_free(&self, r: Reg) -> bool {
        crate::pins::INT_SCRATCH & !self.regs.occupied & crate::alloc::bit(r) != 0
    }

    /// Constants second.
    fn ordered(&self, a: Val, b: Val) -> (Val, Val) {
        if self.tb.konst(a).is_some() { (b, a) } else { (a, b) }
    }

    /// `d = a + imm`.
    fn add_imm(&mut self, d: Val, a: Val, imm: i32) {
        let w = self.w(d);
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        if rd == ra {
            self.asm.alu_imm(Alu::Add, w, rd, imm);
            self.flags_of = (d, self.asm.pos());
        } else {
            self.asm.lea(w, rd, Mem::base(ra, imm));
        }
        self.set(d, rd);
    }

    pub(crate) fn add(&mut self, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        let (a, b) = self.ordered(a, b);
        if let Some(imm) = self.imm(b) {
            return self.add_imm(d, a, imm);
        }
        let ra = self.in_reg(a);
        let rb = self.in_rm(b);
        self.done(&[a, b]);
        let rd = self.out(d, if self.is_free(ra) { ra } else { as_reg(rb) });
        match rb {
            Rm::R(rb) if rd == rb => self.asm.alu(Alu::Add, w, rd, ra),
            Rm::R(rb) if rd != ra => {
                self.asm.lea(w, rd, Mem { base: ra, index: rb, scale: 0, disp: 0 });
            }
            _ => {
                if rd != ra {
                    self.asm.mov(w, rd, ra);
                }
                self.asm.alu(Alu::Add, w, rd, rb);
                self.flags_of = (d, self.asm.pos());
            }
        }
        self.set(d, rd);
    }

    pub(crate) fn sub(&mut self, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        if self.tb.konst(a) == Some(0) {
            return self.negate(3, d, b);
        }
        match self.imm(b) {
            Some(imm) if imm != i32::MIN => self.add_imm(d, a, -imm),
            _ => {
                self.two_operand(d, a, b, false, |cx, d, b| cx.asm.alu(Alu::Sub, w, d, b));
                self.flags_of = (d, self.asm.pos());
            }
        }
    }

    pub(crate) fn logic(&mut self, op: Alu, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        let (a, b) = self.ordered(a, b);
        match self.imm(b) {
            Some(-1) if op == Alu::Xor => return self.negate(2, d, a),
            Some(imm) => self.with_imm(d, a, |cx, d| cx.asm.alu_imm(op, w, d, imm)),
            None => self.two_operand(d, a, b, true, |cx, d, b| cx.asm.alu(op, w, d, b)),
        }
        self.flags_of = (d, self.asm.pos());
    }

    pub(crate) fn and(&mut self, d: Val, a: Val, b: Val) {
        let (a, b) = self.ordered(a, b);
        match self.tb.konst(b) {
            Some(0xff) => self.extract(0, 8, Sign::Unsigned, d, a),
            Some(0xffff) => self.extract(0, 16, Sign::Unsigned, d, a),
            Some(0xffff_ffff) if self.w(d) => self.extract(0, 32, Sign::Unsigned, d, a),
            // The zero-extending 32-bit form is shorter.
            Some(mask @ 0..=0x7fff_ffff) => {
                self.with_imm(d, a, |cx, d| cx.asm.alu_imm(Alu::And, false, d, mask as i32));
            }
            Some(mask) if self.w(d) && self.imm(b).is_none() => self.and_mask(d, a, mask),
            _ => self.logic(Alu::And, d, a, b),
        }
    }

    /// `d = a & mask` for a mask of ones at one end that no immediate expresses.
    fn and_mask(&mut self, d: Val, a: Val, mask: u64) {
        let ones = mask.trailing_ones();
        let zeros = mask.trailing_zeros();
        let clear = if mask == u64::MAX >> (64 - ones.max(1)) {
            (Shift::Shl, Shift::Shr, 64 - ones)
        } else if mask == u64::MAX << zeros.min(63) {
            (Shift::Shr, Shift::Shl, zeros)
        } else {
            let b = self.temp_const(mask);
            return self.with_imm(d, a, |cx, d| cx.asm.alu(Alu::And, true, d, b));
        };
        self.with_imm(d, a, |cx, d| {
            cx.asm.shift(clear.0, true, d, clear.2 as u8);
            cx.asm.shift(clear.1, true, d, clear.2 as u8);
        });
    }

    /// A locked register with a constant.
    pub(crate) fn temp_const(&mut self, bits: u64) -> Reg {
        let t = self.alloc(false);
        self.asm.load_imm(t, bits);
        t
    }

    pub(crate) fn andnot(&mut self, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        let rb = self.in_reg(b);
        let ra = self.in_rm(a);
        self.done(&[a, b]);
        let rd = self.out(d, rb);
        self.asm.andn(w, rd, rb, ra);
        self.set(d, rd);
    }

    /// `neg` (3) or `not` (2).
    pub(crate) fn negate(&mut self, extension: u8, d: Val, a: Val) {
        let w = self.w(d);
        self.with_imm(d, a, |cx, d| cx.asm.group3(extension, w, d));
    }

    pub(crate) fn shift(&mut self, op: Shift, d: Val, a: Val, n: Val) {
        let w = self.w(d);
        let width = if w { 63 } else { 31 };
        if let Some(n) = self.tb.konst(n) {
            let n = n as u8 & width;
            return self.with_imm(d, a, |cx, d| cx.asm.shift(op, w, d, n));
        }
        let rn = self.in_reg(n);
        let ra = self.in_rm(a);
        self.done(&[a, n]);
        let rd = self.out(d, NO_REG);
        self.asm.shift_var(op, w, rd, ra, rn);
        self.set(d, rd);
    }

    pub(crate) fn rotl(&mut self, d: Val, a: Val, n: Val) {
        let w = self.w(d);
        let bits = if w { 64 } else { 32 };
        if let Some(n) = self.tb.konst(n) {
            let right = (bits - (n as u8 & (bits - 1))) & (bits - 1);
            let ra = self.in_rm(a);
            self.done(&[a]);
            let rd = self.out(d, NO_REG);
            self.asm.rorx(w, rd, ra, right);
            return self.set(d, rd);
        }
        // Left by n is left by n or right by -n; the counts are taken modulo the width.
        let (ra, rn) = (self.in_reg(a), self.in_reg(n));
        self.done(&[a, n]);
        let t = self.alloc(false);
        self.asm.mov(false, t, rn);
        self.asm.group3(3, false, t);
        self.asm.shift_var(Shift::Shr, w, t, ra, t);
        let rd = self.out(d, NO_REG);
        self.asm.shift_var(Shift::Shl, w, rd, ra, rn);
        self.asm.alu(Alu::Or, w, rd, t);
        self.set(d, rd);
    }

    pub(crate) fn carry(&mut self, op: Alu, (d, c): (Val, Val), a: Val, b: Val, c_in: Val) {
        // Merges would change the flags.
        self.flush_merges();
        let w = self.w(d);
        let no_carry_in = self.tb.konst(c_in) == Some(0);
        let imm = self.imm(b);
        let ra = self.in_reg(a);
        let rb = if imm.is_some() { Rm::R(ra) } else { self.in_rm(b) };
        let rc = if no_carry_in { NO_REG } else { self.in_reg(c_in) };
        self.done(&[a, b, c_in]);
        let reuse = self.is_free(ra) && (imm.is_some() || Rm::R(ra) != rb) && ra != rc;
        let t = if reuse { ra } else { self.alloc(false) };
        if t != ra {
            self.asm.mov(true, t, ra);
        }
        if rc != NO_REG {
            self.asm.bt(false, rc, 0);
        }
        let plain = if op == Alu::Adc { Alu::Add } else { Alu::Sub };
        let op = if no_carry_in { plain } else { op };
        match imm {
            Some(imm) => self.asm.alu_imm(op, w, t, imm),
            None => self.asm.alu(op, w, t, rb),
        }
        self.finish_carry((d, c), t);
    }

    /// Leaves the sum in `t` and the carry flag as outputs.
    pub(crate) fn finish_carry(&mut self, (d, c): (Val, Val), t: Reg) {
        self.regs.locked = crate::alloc::bit(t);
        if self.vals[c.index()].last_use > self.now {
            let rc = self.alloc(false);
            self.asm.setcc(Cc::B, rc);
            self.asm.movzx8(rc, rc);
            self.finish_in(c, rc);
        }
        self.finish_in(d, t);
    }

    /// Output `d` was computed in scratch register `t`: leaves it there, or moves it where it is wanted.
    pub(crate) fn finish_in(&mut self, d: Val, t: Reg) {
        let rd = self.out(d, t);
        if rd != t {
            self.copy_reg(rd, t);
        }
        self.set(d, rd);
    }

    pub(crate) fn count(&mut self, opcode: u8, d: Val, a: Val) {
        let w = self.w(d);
        let ra = self.in_rm(a);
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        self.asm.count(opcode, w, rd, ra);
        self.set(d, rd);
    }

    pub(crate) fn bswap(&mut self, d: Val, a: Val) {
        let w = self.w(d);
        self.with_imm(d, a, |cx, d| cx.asm.bswap(w, d));
    }

    pub(crate) fn trunc(&mut self, d: Val, a: Val) {
        if self.tb.konst(a).is_some() {
            self.in_reg(a);
        }
        self.alias(d, a, 0);
        self.done(&[a]);
    }

    pub(crate) fn hi32(&mut self, d: Val, a: Val) {
        if self.vals[a.index()].reg == NO_REG && self.tb.konst(a).is_none() {
            self.alias(d, a, 4);
            return self.done(&[a]);
        }
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        if rd == ra {
            self.asm.shift(Shift::Shr, true, rd, 32);
            return self.set(d, rd);
        }
        self.asm.rorx(true, rd, ra, 32);
        self.set_dirty(d, rd);
    }

    pub(crate) fn extend(&mut self, sign: Sign, d: Val, a: Val) {
        let val = self.vals[a.index()];
        let hint = self.vals[d.index()].hint;
        let well_placed = hint == crate::pins::NO_PIN || hint == val.reg;
        if sign == Sign::Unsigned && val.reg != NO_REG && val.zext && well_placed {
            self.val(d).hint = crate::pins::NO_PIN;
            self.set(d, val.reg);
            return self.done(&[a]);
        }
        let ra = self.in_rm(a);
        self.done(&[a]);
        let rd = self.out(d, if sign == Sign::Signed { as_reg(ra) } else { NO_REG });
        match sign {
            Sign::Signed => self.asm.movsxd(rd, ra),
            Sign::Unsigned => self.asm.mov(false, rd, ra),
        }
        self.set(d, rd);
    }

    pub(crate) fn concat(&mut self, d: Val, lo: Val, hi: Val) {
        let (rl, rh) = (self.in_reg(lo), self.in_reg(hi));
        let lo_clean = self.vals[lo.index()].zext;
        self.done(&[lo, hi]);
        let t = self.alloc(false);
        self.asm.mov(true, t, rh);
        self.asm.shift(Shift::Shl, true, t, 32);
        if lo_clean {
            self.asm.alu(Alu::Or, true, t, rl);
        } else {
            let z = self.alloc(false);
            self.asm.mov(false, z, rl);
            self.asm.alu(Alu::Or, true, t, z);
        }
        self.finish_in(d, t);
    }

    pub(crate) fn extract(&mut self, pos: u8, len: u8, sign: Sign, d: Val, a: Val) {
        let w = self.w(d);
        let width = if w { 64 } else { 32 };
        if pos == 0 && matches!(len, 8 | 16 | 32) && len < width {
            let ra = self.in_rm(a);
            self.done(&[a]);
            let rd = self.out(d, as_reg(ra));
            self.extend_low(len / 8, sign, w, rd, ra);
            return self.set(d, rd);
        }
        if pos + len == width {
            let op = if sign == Sign::Signed { Shift::Sar } else { Shift::Shr };
            return self.with_imm(d, a, |cx, d| {
                if pos != 0 {
                    cx.asm.shift(op, w, d, pos);
                } else if !w {
                    // The whole of a narrow value: clear what is above.
                    cx.asm.mov(false, d, d);
                }
            });
        }
        if sign == Sign::Unsigned && len <= 32 {
            return self.extract_small(pos, len, d, a);
        }
        let (left, right) = (width - pos - len, width - len);
        let op = if sign == Sign::Signed { Shift::Sar } else { Shift::Shr };
        self.with_imm(d, a, |cx, d| {
            if left != 0 {
                cx.asm.shift(Shift::Shl, w, d, left);
            }
            cx.asm.shift(op, w, d, right);
        });
    }

    /// Unsigned extraction of at most 32 bits.
    fn extract_small(&mut self, pos: u8, len: u8, d: Val, a: Val) {
        let w = self.w(d);
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        match (pos, rd == ra) {
            (0, true) => {}
            (0, false) => self.asm.mov(w, rd, ra),
            (_, true) => self.asm.shift(Shift::Shr, w, rd, pos),
            (_, false) => self.asm.rorx(w, rd, ra, pos),
        }
        match len {
            8 => self.asm.movzx8(rd, rd),
            16 => self.asm.movzx16(rd, rd),
            32 => self.asm.mov(false, rd, rd),
            _ => self.asm.alu_imm(Alu::And, false, rd, (u32::MAX >> (32 - len)) as i32),
        }
        self.set(d, rd);
    }

    /// `rd` = the low `bytes` bytes of `ra` extended to 32 or 64 bits.
    pub(crate) fn extend_low(&mut self, bytes: u8, sign: Sign, w: bool, rd: Reg, ra: Rm) {
        match (bytes, sign) {
            (1, Sign::Unsigned) => self.asm.movzx8(rd, ra),
            (1, Sign::Signed) => self.asm.movsx8(w, rd, ra),
            (2, Sign::Unsigned) => self.asm.movzx16(rd, ra),
            (2, Sign::Signed) => self.asm.movsx16(w, rd, ra),
            (_, Sign::Signed) if w => self.asm.movsxd(rd, ra),
            _ => self.asm.mov(false, rd, ra),
        }
    }

    pub(crate) fn deposit(&mut self, pos: u8, len: u8, d: Val, a: Val, b: Val) {
        let w = self.w(d);
        let width = if w { 64 } else { 32 };
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let t = self.alloc(false);
        if pos == 0 && matches!(len, 8 | 16) {
            self.done(&[a, b]);
            // Narrow values must come out zero-extended, and the byte moves keep what is above.
            self.asm.mov(w, t, ra);
            if len == 8 {
                self.asm.mov8(t, rb);
            } else {
                self.asm.mov16(t, rb);
            }
            return self.finish_in(d, t);
        }
        // t = ((b << pos) ^ a) & mask; d = a ^ t.
        if pos == 0 {
            self.asm.mov(true, t, rb);
        } else {
            self.asm.rorx(w, t, rb, width - pos);
        }
        self.asm.alu(Alu::Xor, w, t, ra);
        let mask = (u64::MAX >> (64 - u32::from(len))) << pos;
        self.mask_in_place(w, t, mask);
        self.asm.alu(Alu::Xor, w, t, ra);
        self.done(&[a, b]);
        self.finish_in(d, t);
    }

    /// `r &= mask`.
    fn mask_in_place(&mut self, w: bool, r: Reg, mask: u64) {
        match (w, i32::try_from(mask as i64)) {
            (true, _) if mask == 0xffff_ffff => self.asm.mov(false, r, r),
            (false, _) => self.asm.alu_imm(Alu::And, false, r, mask as u32 as i32),
            (true, Ok(imm)) => self.asm.alu_imm(Alu::And, true, r, imm),
            (true, Err(_)) => {
                let m = self.temp_const(mask);
                self.asm.alu(Alu::And, true, r, m);
            }
        }
    }

    // --- comparisons -----------------------------------------------------------------------------

    /// Sets the flags for `a cond b`; the host condition. Inputs are not released.
    pub(crate) fn compare(&mut self, cond: Cond, a: Val, b: Val) -> Cc {
        let (cond, a, b) = match cond.swap() {
            Some(swapped) if self.tb.konst(a).is_some() && self.tb.konst(b).is_none() => {
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
        match (self.imm(b), self.tb.konst(b)) {
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

/// The register of an operand, or none.
pub(crate) fn as_reg(rm: Rm) -> Reg {
    match rm {
        Rm::R(r) => r,
        Rm::M(_) => NO_REG,
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
