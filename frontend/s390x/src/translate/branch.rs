//! Group `branch`: branches, EXECUTE, addressing modes.
//!
//! PoP SA22-7832, chapter 7, and chapter 5, "Branching".

use super::cc::Cc;
use super::{Amode, Translator, W, rows};
use crate::state::{CpuState, gpr};
use frontend_common::{Test, Tests};
use isa::s390x::branch::Translate;
use std::mem::offset_of;
use tcg_ir::{Barriers, Cond, Sign, TargetKind, Type, Val};

/// Where a branch goes.
#[derive(Clone, Copy)]
enum To {
    /// A constant address.
    Pc(u64),
    /// The address in a value.
    Value(TargetKind, Val),
}

/// The comparison that a mask of COMPARE AND BRANCH asks for: 8 equal, 4 low, 2 high.
fn comparison(w: W, sign: Sign, a: Val, b: Val, mask: u8) -> Tests {
    Tests::relation(w.ty(), sign, a, b, mask >> 1)
}

impl Translator<'_> {
    // --- going -------------------------------------------------------------------------------

    fn branch(&mut self, to: To) {
        match to {
            To::Pc(pc) => self.goto(pc),
            To::Value(kind, target) => self.goto_ind(kind, target),
        }
    }

    fn branch_if(&mut self, tests: Tests, to: To) {
        match (tests, to) {
            (Tests::One(Test::Always), _) => self.branch(to),
            (_, To::Pc(pc)) => self.goto_if(tests, pc),
            (_, To::Value(kind, target)) => {
                if self.one_off() {
                    // A label would end the life of `target`: both ways by one exit.
                    let next = self.next_value();
                    let target = tests.select(self.b, target, next);
                    return self.lookup_at(target);
                }
                self.skip_if(tests.invert());
                if !self.ended {
                    self.goto_ind(kind, target);
                }
            }
        }
    }

    /// The branch target `d(x,b)`; conditional code must not depend on values before a label.
    fn jump(&mut self, b: u8, x: u8, d: i32) -> To {
        self.poll_indirect();
        To::Value(TargetKind::Jump, self.ea(b, x, d))
    }

    /// The branch target in a register; `r14` is where functions return by convention.
    fn jump_reg(&mut self, r: u8) -> To {
        if r != 14 {
            self.poll_indirect();
            return To::Value(TargetKind::Jump, self.addr_in(r));
        }
        // A return needs no safe point, since the call had one; but a known target may be any.
        let target = self.addr_in(r);
        if let Some(pc) = self.b.tb.constant(target) {
            self.poll_backward(pc);
        }
        To::Value(TargetKind::Return, target)
    }

    fn jump_relative(&mut self, offset: i64) -> To {
        let pc = self.relative(offset);
        self.poll_backward(pc);
        To::Pc(pc)
    }

    // --- linking -----------------------------------------------------------------------------

    /// Link information of BRANCH AND SAVE and its relatives.
    fn save_link(&mut self, r1: u8) {
        let next = self.next_value();
        match self.amode {
            Amode::A64 => self.b.put(gpr(r1), next),
            mode => {
                let bit = if mode == Amode::A31 { 0x8000_0000 } else { 0 };
                let next = self.b.trunc(next);
                let link = self.b.i32(bit);
                let link = self.b.or(Type::I32, next, link);
                self.b.put_lo(gpr(r1), link);
            }
        }
    }

    /// Link information of BRANCH AND LINK: in 24-bit mode with length code, condition code and program mask.
    fn link(&mut self, r1: u8) {
        if self.amode != Amode::A24 {
            return self.save_link(r1);
        }
        let next = self.next_value();
        let next = self.b.trunc(next);
        let top = self.cc_and_mask();
        let top = self.b.shl_imm(Type::I32, top, 24);
        let ilc = self.length_code();
        let top = self.b.or(Type::I32, top, ilc);
        let link = self.b.or(Type::I32, top, next);
        self.b.put_lo(gpr(r1), link);
    }

    /// The instruction-length code in the leftmost two bits: of the execute-type instruction, if there is one.
    fn length_code(&mut self) -> Val {
        if !self.one_off() {
            return self.b.i32((u32::from(self.len) / 2) << 30);
        }
        let next = self.next_value();
        let here = self.b.ld_state(Type::I64, offset_of!(CpuState, execute_pc) as u32);
        let len = self.b.sub(Type::I64, next, here);
        let len = self.b.trunc(len);
        self.b.shl_imm(Type::I32, len, 29)
    }

    /// Condition code and program mask, in the low six bits.
    pub(crate) fn cc_and_mask(&mut self) -> Val {
        let cc = self.cc_value();
        let cc = self.b.shl_imm(Type::I32, cc, 4);
        let mask = self.b.ld_state(Type::I32, offset_of!(CpuState, program_mask) as u32);
        self.b.or(Type::I32, cc, mask)
    }

    fn call(&mut self, r1: u8, pc: u64) {
        self.poll_backward(pc);
        self.save_link(r1);
        self.push_return();
        self.goto(pc);
    }

    fn push_return(&mut self) {
        if !self.one_off() {
            self.b.push_return(self.next_pc());
        }
    }

    fn call_ind(&mut self, r1: u8, target: Option<Val>) {
        self.save_link(r1);
        if let Some(target) = target {
            self.push_return();
            self.goto_ind(TargetKind::Call, target);
        }
    }

    /// The target of a linking branch in register `r2`: none for register 0.
    fn call_target(&mut self, r2: u8) -> Option<Val> {
        if r2 == 0 {
            return None;
        }
        self.poll_indirect();
        Some(self.addr_in(r2))
    }

    // --- counting ----------------------------------------------------------------------------

    /// Subtracts one; the branch is taken unless the result is zero.
    fn count(&mut self, w: W, r1: u8) -> Tests {
        let a = self.r(w, r1);
        let result = self.b.add_imm(w.ty(), a, -1);
        self.set(w, r1, result);
        let zero = self.imm(w, 0);
        Tests::One(Test::Int(w.ty(), Cond::Ne, result, zero))
    }

    /// Adds `r3` to `r1` and compares with the odd register of the pair of `r3`.
    fn index(&mut self, w: W, cond: Cond, r1: u8, r3: u8) -> Tests {
        let a = self.r(w, r1);
        let increment = self.r(w, r3);
        let limit = self.r(w, r3 | 1);
        let sum = self.b.add(w.ty(), a, increment);
        self.set(w, r1, sum);
        Tests::One(Test::Int(w.ty(), cond, sum, limit))
    }

    // --- comparing ---------------------------------------------------------------------------

    fn compare_branch(&mut self, w: W, sign: Sign, a: Val, b: Val, m3: u8, to: To) {
        let tests = comparison(w, sign, a, b, m3 & 14);
        self.branch_if(tests, to);
    }

    fn registers(&mut self, w: W, r1: u8, r2: u8) -> (Val, Val) {
        (self.r(w, r1), self.r(w, r2))
    }

    // --- modes -------------------------------------------------------------------------------

    /// Sets the addressing mode, with the next instruction at a constant address.
    fn set_mode(&mut self, mode: Amode) {
        if self.pc & !mode.mask() != 0 || self.next_pc() & !mode.mask() != 0 {
            return self.specification();
        }
        self.put_mode(mode);
        let next = self.next_value();
        self.lookup_at(next);
    }

    fn put_mode(&mut self, mode: Amode) {
        let bits = match mode {
            Amode::A24 => 24,
            Amode::A31 => 31,
            Amode::A64 => 64,
        };
        let v = self.b.i32(bits);
        self.b.st_state(Type::I32, offset_of!(CpuState, amode) as u32, v);
    }

    /// Branches to `target`, whose bits 63 and 32 say the new mode.
    fn branch_and_set_mode(&mut self, target: Val) {
        let one = self.b.i64(1);
        let bit32 = self.b.i64(0x8000_0000);
        let (m24, m31, m64) = (self.b.i32(24), self.b.i32(31), self.b.i32(64));
        let low = self.b.select(Type::I64, Cond::TstNe, (target, bit32), m31, m24);
        let mode = self.b.select(Type::I64, Cond::TstNe, (target, one), m64, low);
        let a24 = self.b.and_imm(Type::I64, target, Amode::A24.mask());
        let a31 = self.b.and_imm(Type::I64, target, Amode::A31.mask());
        let a64 = self.b.andnot(Type::I64, target, one);
        let low = self.b.select(Type::I64, Cond::TstNe, (target, bit32), a31, a24);
        let pc = self.b.select(Type::I64, Cond::TstNe, (target, one), a64, low);
        self.b.st_state(Type::I32, offset_of!(CpuState, amode) as u32, mode);
        self.lookup_at(pc);
    }

    /// BRANCH AND SET MODE leaves the current mode in the first operand.
    fn insert_mode(&mut self, r1: u8) {
        let v = self.b.get(gpr(r1));
        match self.amode {
            Amode::A64 => {
                let one = self.b.i64(1);
                let v = self.b.or(Type::I64, v, one);
                self.b.put(gpr(r1), v);
            }
            mode => {
                let bit = self.b.i32(u32::from(mode == Amode::A31));
                let lo = self.b.trunc(v);
                let lo = self.b.deposit(Type::I32, lo, bit, 31, 1);
                self.b.put_lo(gpr(r1), lo);
            }
        }
    }

    fn serialize(&mut self) {
        self.b.mb(Barriers::FULL);
    }

    fn branch_on_condition(&mut self, m1: u8, r2: u8) {
        if r2 == 0 {
            // PoP "BRANCH ON CONDITION": masks 14 and 15 with register 0 serialize.
            if m1 >= 14 {
                self.serialize();
            }
            return;
        }
        if m1 == 0 {
            return;
        }
        let to = self.jump_reg(r2);
        let tests = self.tests(m1);
        self.branch_if(tests, to);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        balr: Rr = { let target = self.call_target(f.r2); self.link(f.r1); self.after_link(target) };
        bal: RxA = { let To::Value(_, target) = self.jump(f.b2, f.x2, f.d2) else { return }; self.link(f.r1); self.after_link(Some(target)) };
        basr: Rr = { let target = self.call_target(f.r2); self.call_ind(f.r1, target) };
        bas: RxA = { let To::Value(_, target) = self.jump(f.b2, f.x2, f.d2) else { return }; self.call_ind(f.r1, Some(target)) };
        bassm: Rr = self.branch_save_set_mode(f.r1, f.r2);
        bsm: Rr = {
            let target = (f.r2 != 0).then(|| self.b.get(gpr(f.r2)));
            if f.r1 != 0 { self.insert_mode(f.r1) }
            if let Some(target) = target { self.branch_and_set_mode(target) }
        };
        bic: RxyB = self.branch_indirect(f);
        bcr: RrM = self.branch_on_condition(f.m1, f.r2);
        bc: RxB = if f.m1 != 0 { let to = self.jump(f.b2, f.x2, f.d2); let tests = self.tests(f.m1); self.branch_if(tests, to) };
        brc: RiC = if f.m1 != 0 { let to = self.jump_relative(f.ri2); let tests = self.tests(f.m1); self.branch_if(tests, to) };
        brcl: RilC = if f.m1 != 0 { let to = self.jump_relative(f.ri2); let tests = self.tests(f.m1); self.branch_if(tests, to) };
        bctr: Rr = self.count_reg(W::Lo, f.r1, f.r2);
        bctgr: Rre = self.count_reg(W::Full, f.r1, f.r2);
        bct: RxA = { let to = self.jump(f.b2, f.x2, f.d2); let tests = self.count(W::Lo, f.r1); self.branch_if(tests, to) };
        bctg: RxyA = { let to = self.jump(f.b2, f.x2, f.d2); let tests = self.count(W::Full, f.r1); self.branch_if(tests, to) };
        brct: RiB = { let to = self.jump_relative(f.ri2); let tests = self.count(W::Lo, f.r1); self.branch_if(tests, to) };
        brctg: RiB = { let to = self.jump_relative(f.ri2); let tests = self.count(W::Full, f.r1); self.branch_if(tests, to) };
        brcth: RilB = { let to = self.jump_relative(f.ri2); let tests = self.count(W::Hi, f.r1); self.branch_if(tests, to) };
        bxh: RsA = { let to = self.jump(f.b2, 0, f.d2); let tests = self.index(W::Lo, Cond::GtS, f.r1, f.r3); self.branch_if(tests, to) };
        bxhg: RsyA = { let to = self.jump(f.b2, 0, f.d2); let tests = self.index(W::Full, Cond::GtS, f.r1, f.r3); self.branch_if(tests, to) };
        bxle: RsA = { let to = self.jump(f.b2, 0, f.d2); let tests = self.index(W::Lo, Cond::LeS, f.r1, f.r3); self.branch_if(tests, to) };
        bxleg: RsyA = { let to = self.jump(f.b2, 0, f.d2); let tests = self.index(W::Full, Cond::LeS, f.r1, f.r3); self.branch_if(tests, to) };
        brxh: Rsi = { let to = self.jump_relative(f.ri2); let tests = self.index(W::Lo, Cond::GtS, f.r1, f.r3); self.branch_if(tests, to) };
        brxhg: RieE = { let to = self.jump_relative(f.ri2); let tests = self.index(W::Full, Cond::GtS, f.r1, f.r3); self.branch_if(tests, to) };
        brxle: Rsi = { let to = self.jump_relative(f.ri2); let tests = self.index(W::Lo, Cond::LeS, f.r1, f.r3); self.branch_if(tests, to) };
        brxlg: RieE = { let to = self.jump_relative(f.ri2); let tests = self.index(W::Full, Cond::LeS, f.r1, f.r3); self.branch_if(tests, to) };
        bras: RiB = { let pc = self.relative(f.ri2); self.call(f.r1, pc) };
        brasl: RilB = { let pc = self.relative(f.ri2); self.call(f.r1, pc) };
        crb: Rrs = { let to = self.jump(f.b4, 0, f.d4); let (a, b) = self.registers(W::Lo, f.r1, f.r2); self.compare_branch(W::Lo, Sign::Signed, a, b, f.m3, to) };
        cgrb: Rrs = { let to = self.jump(f.b4, 0, f.d4); let (a, b) = self.registers(W::Full, f.r1, f.r2); self.compare_branch(W::Full, Sign::Signed, a, b, f.m3, to) };
        crj: RieB = { let to = self.jump_relative(f.ri4); let (a, b) = self.registers(W::Lo, f.r1, f.r2); self.compare_branch(W::Lo, Sign::Signed, a, b, f.m3, to) };
        cgrj: RieB = { let to = self.jump_relative(f.ri4); let (a, b) = self.registers(W::Full, f.r1, f.r2); self.compare_branch(W::Full, Sign::Signed, a, b, f.m3, to) };
        cib: Ris = { let to = self.jump(f.b4, 0, f.d4); let (a, b) = (self.r(W::Lo, f.r1), self.imm(W::Lo, f.i2.into())); self.compare_branch(W::Lo, Sign::Signed, a, b, f.m3, to) };
        cgib: Ris = { let to = self.jump(f.b4, 0, f.d4); let (a, b) = (self.r(W::Full, f.r1), self.imm(W::Full, f.i2.into())); self.compare_branch(W::Full, Sign::Signed, a, b, f.m3, to) };
        cij: RieC = { let to = self.jump_relative(f.ri4); let (a, b) = (self.r(W::Lo, f.r1), self.imm(W::Lo, f.i2.into())); self.compare_branch(W::Lo, Sign::Signed, a, b, f.m3, to) };
        cgij: RieC = { let to = self.jump_relative(f.ri4); let (a, b) = (self.r(W::Full, f.r1), self.imm(W::Full, f.i2.into())); self.compare_branch(W::Full, Sign::Signed, a, b, f.m3, to) };
        clrb: Rrs = { let to = self.jump(f.b4, 0, f.d4); let (a, b) = self.registers(W::Lo, f.r1, f.r2); self.compare_branch(W::Lo, Sign::Unsigned, a, b, f.m3, to) };
        clgrb: Rrs = { let to = self.jump(f.b4, 0, f.d4); let (a, b) = self.registers(W::Full, f.r1, f.r2); self.compare_branch(W::Full, Sign::Unsigned, a, b, f.m3, to) };
        clrj: RieB = { let to = self.jump_relative(f.ri4); let (a, b) = self.registers(W::Lo, f.r1, f.r2); self.compare_branch(W::Lo, Sign::Unsigned, a, b, f.m3, to) };
        clgrj: RieB = { let to = self.jump_relative(f.ri4); let (a, b) = self.registers(W::Full, f.r1, f.r2); self.compare_branch(W::Full, Sign::Unsigned, a, b, f.m3, to) };
        clib: Risu = { let to = self.jump(f.b4, 0, f.d4); let (a, b) = (self.r(W::Lo, f.r1), self.imm(W::Lo, f.i2.into())); self.compare_branch(W::Lo, Sign::Unsigned, a, b, f.m3, to) };
        clgib: Risu = { let to = self.jump(f.b4, 0, f.d4); let (a, b) = (self.r(W::Full, f.r1), self.imm(W::Full, f.i2.into())); self.compare_branch(W::Full, Sign::Unsigned, a, b, f.m3, to) };
        clij: RieCu = { let to = self.jump_relative(f.ri4); let (a, b) = (self.r(W::Lo, f.r1), self.imm(W::Lo, f.i2.into())); self.compare_branch(W::Lo, Sign::Unsigned, a, b, f.m3, to) };
        clgij: RieCu = { let to = self.jump_relative(f.ri4); let (a, b) = (self.r(W::Full, f.r1), self.imm(W::Full, f.i2.into())); self.compare_branch(W::Full, Sign::Unsigned, a, b, f.m3, to) };
        bpp: Smi = {};
        bprp: Mii = {};
        ex: RxA = { let target = self.ea(f.b2, f.x2, f.d2); self.execute_at(f.r1, target) };
        exrl: RilB = { let at = self.relative(f.ri2); self.execute_known(f.r1, at) };
        sam24: E = self.set_mode(Amode::A24);
        sam31: E = self.set_mode(Amode::A31);
        sam64: E = self.set_mode(Amode::A64);
        tam: E = { let cc = match self.amode { Amode::A24 => 0, Amode::A31 => 1, Amode::A64 => 3 }; self.set_cc(Cc::Const(cc)) };
    }
}

impl Translator<'_> {
    fn after_link(&mut self, target: Option<Val>) {
        if let Some(target) = target {
            self.push_return();
            self.goto_ind(TargetKind::Call, target);
        }
    }

    /// BRANCH AND SAVE AND SET MODE: the link also says the mode.
    fn branch_save_set_mode(&mut self, r1: u8, r2: u8) {
        let target = (r2 != 0).then(|| self.b.get(gpr(r2)));
        if self.amode == Amode::A64 {
            let next = self.next_value();
            let one = self.b.i64(1);
            let link = self.b.or(Type::I64, next, one);
            self.b.put(gpr(r1), link);
        } else {
            self.save_link(r1);
        }
        if let Some(target) = target {
            self.branch_and_set_mode(target);
        }
    }

    /// BRANCH ON COUNT with the target in a register; register 0 does not branch.
    fn count_reg(&mut self, w: W, r1: u8, r2: u8) {
        let to = (r2 != 0).then(|| self.jump_reg(r2));
        let tests = self.count(w, r1);
        if let Some(to) = to {
            self.branch_if(tests, to);
        }
    }

    /// BRANCH INDIRECT ON CONDITION: the target is in storage, and is fetched only if the branch is taken.
    fn branch_indirect(&mut self, f: isa::s390x::RxyB) {
        if f.m1 == 0 {
            return;
        }
        self.poll_indirect();
        let tests = self.tests(f.m1);
        self.skip_if(tests.invert());
        if self.ended {
            return;
        }
        let addr = self.addr(f.b2, f.x2, f.d2);
        let target = self.load(Type::I64, 8, addr);
        let target = self.wrap(target);
        self.goto_ind(TargetKind::Jump, target);
    }
}
