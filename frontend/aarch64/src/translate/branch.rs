//! Group `branch`: branches, and exceptions that a program asks for.
//!
//! Arm ARM DDI 0487, C4.1.94.

use super::pauth::Key;
use super::{Translator, W, rows};
use crate::state::x;
use crate::trap::Trap;
use frontend_common::{Test, Tests};
use isa::aarch64::branch::Translate;
use tcg_ir::{Cond, ExitCode, TargetKind, Type, Val};

/// The link register.
const LR: u8 = 30;

impl Translator<'_> {
    /// The address `offset` bytes from the current instruction.
    pub(super) fn relative(&self, offset: i64) -> u64 {
        self.pc.wrapping_add_signed(offset)
    }

    /// B.
    pub(super) fn branch(&mut self, offset: i64) {
        let pc = self.relative(offset);
        self.poll_backward(pc);
        self.goto(pc);
    }

    /// BL.
    pub(super) fn branch_link(&mut self, offset: i64) {
        let pc = self.relative(offset);
        self.poll_backward(pc);
        self.link();
        self.goto(pc);
    }

    fn link(&mut self) {
        let next = self.next_pc();
        let link = self.b.i64(next);
        self.b.put(x(LR), link);
        if !self.alone() {
            self.b.push_return(next);
        }
    }

    /// B.cond.
    pub(super) fn branch_if(&mut self, cond: u8, offset: i64) {
        let pc = self.relative(offset);
        self.poll_backward(pc);
        let tests = self.tests(cond);
        self.goto_if(tests, pc);
    }

    /// CBZ and CBNZ.
    pub(super) fn branch_if_zero(&mut self, w: W, cond: Cond, rt: u8, offset: i64) {
        let pc = self.relative(offset);
        self.poll_backward(pc);
        let (v, zero) = (self.r(w, rt), self.imm(w, 0));
        self.goto_if(Tests::One(Test::Int(w.ty(), cond, v, zero)), pc);
    }

    /// TBZ and TBNZ: by bit `bit`.
    pub(super) fn branch_if_bit(&mut self, set: bool, rt: u8, bit: u8, offset: i64) {
        let pc = self.relative(offset);
        self.poll_backward(pc);
        let w = if bit < 32 { W::W } else { W::X };
        let v = self.r(w, rt);
        let test = if bit + 1 == w.bits() {
            let zero = self.imm(w, 0);
            Test::Int(w.ty(), Cond::LtS, v, zero)
        } else {
            let mask = self.imm(w, 1 << bit);
            Test::Int(w.ty(), Cond::TstNe, v, mask)
        };
        let tests = Tests::One(test);
        self.goto_if(if set { tests } else { tests.invert() }, pc);
    }

    /// BR and BLR: to an address in a register.
    fn branch_register(&mut self, is_call: bool, rn: u8) {
        let target = self.x(rn);
        self.branch_to(self.branch_kind(is_call, rn), target);
    }

    /// BRAA, BLRAA and their kind: a wrong address traps.
    fn branch_authenticated(&mut self, is_call: bool, m: u8, rn: u8, modifier: Val) {
        let target = self.target(Key::instruction(m), rn, modifier);
        self.branch_to(self.branch_kind(is_call, rn), target);
    }

    /// Goes to the address in `target`. A return needs no safe point, since the call had one.
    pub(super) fn branch_to(&mut self, kind: TargetKind, target: Val) {
        if kind != TargetKind::Return {
            self.poll();
        } else if let Some(pc) = self.b.tb.constant(target) {
            self.poll_backward(pc);
        }
        if matches!(kind, TargetKind::Call | TargetKind::Call2) {
            self.link();
        }
        self.goto_ind(kind, target);
    }

    /// SVC: leaves with the immediate; the program counter is that of the next instruction. The exception return closes the
    /// exclusive monitor.
    pub(super) fn supervisor_call(&mut self, imm: u16) {
        self.clear_exclusive();
        let number = self.b.i64(imm.into());
        self.b.exit(ExitCode::SYSCALL.0, self.next_pc(), Some(number));
        self.ended = true;
    }

    /// BRK.
    pub(super) fn breakpoint(&mut self, imm: u16) {
        let comment = self.b.i64(imm.into());
        self.b.exit(Trap::Breakpoint.exit_code().0, self.pc, Some(comment));
        self.ended = true;
    }

    /// ADR.
    pub(super) fn address(&mut self, rd: u8, offset: i64) {
        let at = self.relative(offset);
        let v = self.b.constant(Type::I64, at);
        self.set(W::X, rd, v);
    }

    /// ADRP: of a page.
    pub(super) fn page_address(&mut self, rd: u8, offset: i64) {
        let at = (self.pc & !0xfff).wrapping_add_signed(offset);
        let v = self.b.constant(Type::I64, at);
        self.set(W::X, rd, v);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        b: BranchImm = self.branch(f.offset);
        bl: BranchImm = self.branch_link(f.offset);
        b_cond: BranchCond = self.branch_if(f.cond, f.offset);
        bc_cond: BranchCond = self.branch_if(f.cond, f.offset);
        cbz: CmpBranch = self.branch_if_zero(W::sf(f.sf), Cond::Eq, f.rt, f.offset);
        cbnz: CmpBranch = self.branch_if_zero(W::sf(f.sf), Cond::Ne, f.rt, f.offset);
        tbz: TestBranch = self.branch_if_bit(false, f.rt, f.bit, f.offset);
        tbnz: TestBranch = self.branch_if_bit(true, f.rt, f.bit, f.offset);
        br: BranchReg = self.branch_register(false, f.rn);
        blr: BranchReg = self.branch_register(true, f.rn);
        braa: BranchAuth = { let m = self.modifier(f.rm); self.branch_authenticated(false, f.m, f.rn, m) };
        braaz: BranchAuthZero = { let m = self.zero(); self.branch_authenticated(false, f.m, f.rn, m) };
        blraa: BranchAuth = { let m = self.modifier(f.rm); self.branch_authenticated(true, f.m, f.rn, m) };
        blraaz: BranchAuthZero = { let m = self.zero(); self.branch_authenticated(true, f.m, f.rn, m) };
        retaa: ReturnAuth = { let target = self.return_target(f.m); self.branch_to(TargetKind::Return, target) };
        ret: BranchReg = { let target = self.x(f.rn); self.branch_to(TargetKind::Return, target) };
    }
}
