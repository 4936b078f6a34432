//! Where results go, how they are checked, and the way to software and back.

use super::{by_type, packed};
use crate::alloc::{NO_REG, bit};
use crate::asm::{Cc, Mem, RSP};
use crate::cold::{Slow, Then};
use crate::constants::Const;
use crate::context::Cx;
use crate::pins::{NO_PIN, Reg, SCRATCH, XMM0};
use crate::slow::{Frame, SlowOp};
use std::mem::{offset_of, size_of};
use tcg_ir::{Type, Val};

const FRAME: i32 = size_of::<Frame>() as i32;

impl Cx<'_> {
    /// A register for `d` that none of the inputs is in: the slow path wants them.
    pub(crate) fn out_beside(&mut self, d: Val) -> Reg {
        let hint = self.vals[d.index()].hint;
        if hint < 32 && self.regs.locked & bit(hint) != 0 {
            return self.alloc(true);
        }
        self.out(d, NO_REG)
    }

    /// Whether the register of the float `a` is zero above it.
    pub(super) fn is_bare(&self, a: Val) -> bool {
        u32::from(self.vals[a.index()].significant) <= self.tb.ty(a).bytes()
    }

    /// Before the register of the float `d` is chosen, which will be zero above it if `bare`: what is wanted in a vector global
    /// must be made bare, which moves it, so it need not be there.
    pub(super) fn drop_hint_unless(&mut self, bare: bool, d: Val) {
        let val = self.vals[d.index()];
        let vector = |cx: &Self| cx.layout.globals[usize::from(val.home)].ty == Type::V128;
        if !bare && val.hint != NO_PIN && vector(self) {
            self.val(d).hint = NO_PIN;
        }
    }

    /// Output `d` was computed in `rd`, which is zero above it if `bare`: leaves it there, or moves it where it is wanted.
    pub(super) fn finish_float(&mut self, d: Val, rd: Reg, bare: bool) {
        if SCRATCH & bit(rd) == 0 {
            self.set(d, rd);
        } else {
            self.finish_in(d, rd);
        }
        if bare {
            self.set_significant(d);
        }
    }

    /// After the host instruction for `op` has left its result of type `ty` in `rd`: sends what it may have got wrong to software.
    pub(super) fn check(&mut self, op: SlowOp, ty: Type, rd: Reg, operands: [Reg; 3]) {
        let t = self.alloc(true);
        let m = self.constant();
        // vandpd or vandps
        self.asm.v(packed(ty), 0x54, t & 15, rd & 15, m);
        self.constant_used(by_type(ty, Const::Abs64, Const::Abs32));
        let m = self.constant();
        // vucomisd or vucomiss
        self.asm.v(packed(ty), 0x2e, t & 15, 0, m);
        self.constant_used(by_type(ty, Const::Min64, Const::Min32));
        let at = self.asm.jcc(Cc::Be);
        let slow = Slow { op, operands, results: [rd, NO_REG], checked: true };
        self.detour(at, slow);
        self.regs.locked &= !bit(t);
    }

    /// Sends the jump at `at` to software, which comes back here.
    pub(crate) fn detour(&mut self, at: usize, slow: Slow) {
        let back = self.asm.pos();
        self.cold_detour(at, Then::Float { slow, back });
    }

    /// The cold part: calls software for the op. Changes no register but the results.
    pub(crate) fn emit_slow(&mut self, slow: Slow, back: usize) {
        if slow.checked {
            let at = self.asm.jcc(Cc::Ne);
            self.asm.patch4(at, back as i32 - (at as i32 + 4));
        }
        self.call_slow(slow);
        self.jump_back(back);
    }

    pub(crate) fn call_slow(&mut self, slow: Slow) {
        if slow.op.vector {
            return self.call_slow_vector(slow);
        }
        self.asm.lea(true, RSP, Mem::base(RSP, -FRAME));
        let slot = |i: usize| Mem::base(RSP, 8 * i as i32);
        for (i, r) in slow.operands.into_iter().enumerate() {
            self.frame_store(slot(i), r);
        }
        let code = Mem::base(RSP, offset_of!(Frame, code) as i32);
        self.asm.store_imm(4, code, slow.op.pack() as i32);
        let nans = self.shared.offsets.nans.of(slow.op);
        if nans.is_some() {
            self.frame_store(slot(Frame::HOST), slow.results[0]);
        }
        self.call_prologue(nans.unwrap_or(self.shared.offsets.fp_slow));
        for (i, r) in slow.results.into_iter().enumerate() {
            match r {
                NO_REG => {}
                0..XMM0 => self.asm.mov(true, r, slot(i)),
                _ => self.load_reg(Type::F64, r, slot(i)),
            }
        }
        self.asm.lea(true, RSP, Mem::base(RSP, FRAME));
    }

    fn frame_store(&mut self, m: Mem, r: Reg) {
        match r {
            NO_REG => {}
            0..XMM0 => self.asm.store(8, m, r),
            _ => self.store_reg(Type::F64, m, r),
        }
    }
}
