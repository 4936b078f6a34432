//! Appending control flow, instruction marks, traps and helper calls.

use super::Builder;
use crate::layout::HelperId;
use crate::ops::Op;
use crate::tb::Val;
use crate::types::{Cond, FpMask, Label, TargetKind, Type};

impl Builder {
    /// Marks the start of a guest instruction.
    pub fn insn_start(&mut self, pc: u64, len: u8) {
        self.push(Op::InsnStart { pc, len });
    }

    /// A new label.
    pub fn new_label(&mut self) -> Label {
        let label = Label(self.tb.n_labels);
        self.tb.n_labels += 1;
        label
    }

    /// Places a label. Values from before must not be used after.
    pub fn set_label(&mut self, label: Label) {
        self.push(Op::SetLabel { label });
        self.forget();
    }

    /// Jumps forward to a label.
    pub fn br(&mut self, label: Label) {
        self.push(Op::Br { label });
    }

    /// Jumps forward to a label if `a cond b`.
    pub fn brcond(&mut self, cty: Type, cond: Cond, a: Val, b: Val, label: Label) {
        self.push(Op::BrCond { cty, cond, label, a, b });
    }

    /// Ends the TB: goes to `pc`.
    pub fn goto(&mut self, pc: u64) {
        self.push(Op::Goto { pc });
    }

    /// Goes to `pc` if `a cond b`.
    pub fn goto_if(&mut self, cty: Type, cond: Cond, a: Val, b: Val, pc: u64) {
        self.push(Op::GotoIf { cty, cond, pc, a, b });
    }

    /// Goes to `pc` if the quiet comparison has an outcome in `mask`.
    pub fn goto_if_fp(&mut self, ty: Type, mask: FpMask, a: Val, b: Val, pc: u64) {
        self.push(Op::GotoIfFp { ty, mask, pc, a, b });
    }

    /// Ends the TB: goes to the address `target`.
    pub fn goto_ind(&mut self, kind: TargetKind, target: Val) {
        self.push(Op::GotoInd { kind, target });
    }

    /// Tells the return predictor where the call that follows will return to.
    pub fn push_return(&mut self, pc: u64) {
        self.push(Op::PushReturn { pc });
    }

    /// Ends the TB: leaves to the loop.
    pub fn exit(&mut self, code: u32, pc: u64, arg: Option<Val>) {
        self.push(Op::Exit { code, pc, arg: arg.unwrap_or(Val::NONE) });
    }

    /// Traps at the current instruction if `a cond b`.
    pub fn trap_if(&mut self, cty: Type, cond: Cond, a: Val, b: Val, code: u32) {
        self.push(Op::TrapIf { cty, cond, code, a, b });
    }

    /// Calls a helper with a constant and goes to `pc` if `a cond b`.
    pub fn call_goto_if(
        &mut self,
        (cty, cond, a, b): (Type, Cond, Val, Val),
        (h, arg): (HelperId, u64),
        pc: u64,
    ) {
        self.push(Op::CallGotoIf { cty, cond, h, arg, pc, a, b });
    }

    /// Leaves at `pc` if the loop has asked for it.
    pub fn poll(&mut self, pc: u64) {
        self.push(Op::Poll { pc });
    }

    /// Calls a helper with up to four integer arguments. All forwarding knowledge ends here.
    pub fn call(&mut self, h: HelperId, args: &[Val]) -> Val {
        let arg = |i: usize| args.get(i).copied().unwrap_or(Val::NONE);
        let d = self.tb.new_val(Type::I64, None);
        self.push(Op::Call { h, d, a0: arg(0), a1: arg(1), a2: arg(2), a3: arg(3) });
        self.forget();
        d
    }
}
