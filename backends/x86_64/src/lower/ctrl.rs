//! Control: labels, exits, calls.

use crate::alloc::{NIL, NO_REG, bit};
use crate::asm::{Alu, Cc, Enc, Mem, RAX, RSP, Shift};
use crate::cold::{EXIT_ARG, EXIT_CODE, PC, Then};
use crate::context::Cx;
use crate::liveness::HOT;
use crate::pins::{INT_SCRATCH, Reg};
use crate::prologue::HELPER_ARGS;
use std::mem::offset_of;
use tcg_ir::layout::{Env, HelperId, N_JUMP_ENTRIES};
use tcg_ir::{Cond, ExitCode, JumpEntry, Label, TargetKind, Val};

const EXIT_REQUEST: i32 = offset_of!(Env, exit_request) as i32;
const JUMP_TABLE: i32 = offset_of!(Env, jump_table) as i32;
const HOST_SP: i32 = offset_of!(Env, host_sp) as i32;
/// The lowest address of predicted returns.
const RETURN_LIMIT: i32 = offset_of!(Env, return_limit) as i32;
/// log2 of the size of a [`JumpEntry`].
const LOG2_ENTRY: u32 = size_of::<JumpEntry>().trailing_zeros();
/// Mask for the byte offset of an entry in the jump table.
const SLOT_MASK: i32 = ((N_JUMP_ENTRIES - 1) * size_of::<JumpEntry>()) as i32;

/// Size of a jump table in bytes.
const TABLE_BYTES: i32 = (N_JUMP_ENTRIES * size_of::<JumpEntry>()) as i32;

impl Cx<'_> {
    // --- labels ----------------------------------------------------------------------------------

    pub(crate) fn set_label(&mut self, label: Label) {
        self.flush_all();
        self.forget_values();
        self.return_to = None;
        self.stored = None;
        let mut i = 0;
        while i < self.label_jumps.len() {
            if self.label_jumps[i].0 == label.0 {
                let (_, at) = self.label_jumps.swap_remove(i);
                self.asm.bind(at);
            } else {
                i += 1;
            }
        }
    }

    pub(crate) fn br(&mut self, label: Label) {
        self.flush_all();
        let at = self.asm.jmp();
        self.label_jumps.push((label.0, at));
    }

    pub(crate) fn brcond(&mut self, cond: Cond, label: Label, a: Val, b: Val) {
        self.flush_all();
        let cc = self.compare(cond, a, b);
        self.done(&[a, b]);
        let at = self.asm.jcc(cc);
        self.label_jumps.push((label.0, at));
    }

    // --- exits -----------------------------------------------------------------------------------

    /// Executes deferred puts where nothing but `keep` is needed any more.
    fn flush_at_end(&mut self, keep: u32) {
        let puts = self.snapshot();
        self.emit_snapshot(puts, keep);
        while let Some(put) = self.puts.pop() {
            self.val(put.v).n_puts -= 1;
        }
        self.next_expiry = HOT;
    }

    pub(crate) fn goto(&mut self, pc: u64) {
        self.flush_at_end(0);
        let Some(return_to) = self.return_to.take() else {
            return self.direct_jump(pc);
        };
        self.push_return(return_to, 0);
        self.asm.align4(1);
        let at = self.asm.call();
        self.direct_exit(pc, at);
        self.return_point(return_to);
    }

    pub(crate) fn goto_if(&mut self, cond: Cond, pc: u64, a: Val, b: Val) {
        if self.closes_loop(pc) {
            self.flush_all();
        }
        self.expire_puts();
        let start = self.asm.pos();
        let cc = self.compare(cond, a, b);
        self.side_exit(start, cc, pc);
        self.done(&[a, b]);
    }

    /// Whether a conditional jump to the guest pc goes back into the block, which is taken more often than not: what it needs is
    /// done before it. (`Liveness` asks the same.)
    pub(crate) fn closes_loop(&self, pc: u64) -> bool {
        (self.tb.pc..=self.pc).contains(&pc)
    }

    /// `jcc` to the TB at `pc`; the code since `start` set the flags.
    pub(crate) fn side_exit(&mut self, start: usize, cc: Cc, pc: u64) {
        self.expire_puts();
        if self.puts.is_empty() {
            self.asm.align4_before(start, 2);
            let at = self.asm.jcc(cc);
            self.direct_exit(pc, at);
        } else {
            let at = self.asm.jcc(cc);
            self.cold(at, Then::Goto { pc });
        }
    }

    pub(crate) fn exit(&mut self, code: u32, pc: u64, arg: Val) {
        if arg.is_some() {
            let m = self.state(EXIT_ARG);
            let r = self.in_reg(arg);
            self.asm.store(8, m, r);
            self.done(&[arg]);
        }
        self.flush_at_end(0);
        self.leave(ExitCode(code), pc);
    }

    pub(crate) fn trap_if(&mut self, cond: Cond, code: u32, a: Val, b: Val) {
        let cc = self.compare(cond, a, b);
        let at = self.asm.jcc(cc);
        self.cold(at, Then::Exit { code: ExitCode(code), pc: self.pc });
        self.done(&[a, b]);
    }

    pub(crate) fn call_goto_if(
        &mut self,
        cond: Cond,
        (h, arg): (HelperId, u64),
        pc: u64,
        a: Val,
        b: Val,
    ) {
        let cc = self.compare(cond, a, b);
        let at = self.asm.jcc(cc);
        self.cold(at, Then::CallGoto { h, arg, at: self.pc, pc });
        self.done(&[a, b]);
    }

    /// The cold part.
    fn call_goto(&mut self, (h, arg): (HelperId, u64), at: u64, pc: u64) {
        let [first, others @ ..] = HELPER_ARGS;
        self.asm.load_imm(first, arg);
        for to in others {
            self.asm.load_imm(to, 0);
        }
        self.call_helper(h, at);
        self.direct_jump(pc);
    }

    pub(crate) fn poll(&mut self, pc: u64) {
        let m = self.state(EXIT_REQUEST);
        self.asm.alu_imm(Alu::Cmp, false, m, 0);
        let at = self.asm.jcc(Cc::Ne);
        self.cold(at, Then::Exit { code: ExitCode::INTERRUPT, pc });
    }

    // --- indirect jumps and return prediction ----------------------------------------------------

    pub(crate) fn goto_ind(&mut self, kind: TargetKind, target: Val) {
        let t = self.indirect_target(target);
        self.flush_at_end(bit(t));
        match (kind, self.return_to.take()) {
            (TargetKind::Return, _) if self.shared.shortcuts.returns => self.predicted_return(t),
            (_, Some(return_to)) => {
                self.push_return(return_to, bit(t));
                let entry = self.look_up(t, kind.branch_type());
                self.asm.call_mem(entry);
                self.return_point(return_to);
            }
            _ => {
                let entry = self.look_up(t, kind.branch_type());
                self.asm.jmp_mem(entry);
            }
        }
    }

    /// The target in a register that flushing does not change.
    fn indirect_target(&mut self, target: Val) -> Reg {
        self.expire_puts();
        let r = self.in_reg(target);
        let merged = self.puts.iter().any(|p| self.pins.of_global[usize::from(p.g)] == r);
        if !merged {
            return r;
        }
        self.flush_merges();
        self.in_reg(target)
    }

    /// Looks the guest pc in `t` up in the jump table of a branch type; the operand with the host address. Misses leave.
    fn look_up(&mut self, t: Reg, branch_type: u32) -> Mem {
        let free = INT_SCRATCH & !bit(t);
        let e = free.trailing_zeros() as Enc;
        // `JumpEntry::slot`, times the size of an entry.
        self.asm.imul_imm(false, e, t, JumpEntry::FACTOR as i32);
        self.asm.shift(Shift::Shr, false, e, (JumpEntry::BELOW - LOG2_ENTRY) as u8);
        self.asm.alu_imm(Alu::And, false, e, SLOT_MASK);
        let table = self.state(JUMP_TABLE);
        self.asm.alu(Alu::Add, true, e, table);
        let entry = Mem::base(e, branch_type as i32 * TABLE_BYTES);
        self.asm.alu(Alu::Cmp, true, t, entry);
        let at = self.asm.jcc(Cc::Ne);
        self.cold(at, Then::Indirect { target: t, branch_type });
        entry.plus(offset_of!(JumpEntry, code) as i32)
    }

    /// Pushes the guest pc that the call returns to. `keep`: registers in use.
    fn push_return(&mut self, pc: u64, keep: u32) {
        let limit = self.state(RETURN_LIMIT);
        self.asm.alu(Alu::Cmp, true, RSP, limit);
        let full = self.asm.jcc(Cc::B);
        let back = self.asm.pos();
        self.cold_detour(full, Then::DropReturns { back });
        if let Ok(imm) = i32::try_from(pc as i64) {
            return self.asm.push_imm(imm);
        }
        match (self.pin_with_const(pc), self.stored) {
            (Some(r), _) => self.asm.push(r),
            (None, Some((bits, home))) if bits == pc => {
                let m = self.state(home);
                self.asm.push_mem(m);
            }
            _ => {
                let t = (INT_SCRATCH & !keep).trailing_zeros() as Enc;
                self.asm.mov_imm(t, pc);
                self.asm.push(t);
            }
        }
    }

    /// A pinned register that holds this constant (the guest's link register).
    fn pin_with_const(&self, bits: u64) -> Option<Reg> {
        let holds = |r: Reg| {
            let v = self.regs.also[usize::from(r)];
            v != NIL && self.tb.constant(Val(v)) == Some(bits)
        };
        self.pins.all.iter().map(|p| p.reg).find(|r| holds(*r))
    }

    /// Where a predicted return comes back: takes the guest pc off the stack and goes on.
    fn return_point(&mut self, pc: u64) {
        self.asm.lea(true, RSP, Mem::base(RSP, 8));
        self.direct_jump(pc);
    }

    fn predicted_return(&mut self, t: Reg) {
        self.asm.alu(Alu::Cmp, true, t, Mem::base(RSP, 8));
        let at = self.asm.jcc(Cc::Ne);
        self.cold(at, Then::ReturnMiss { target: t });
        self.asm.ret();
    }

    /// The cold part of a return that was not predicted.
    pub(crate) fn return_miss(&mut self, t: Reg) {
        // What is predicted is stale (a non-local jump, or the sentinel): start anew.
        let sp = self.state(HOST_SP);
        self.asm.mov(true, RSP, sp);
        self.asm.lea(true, RSP, Mem::base(RSP, -16));
        // Returns that are predicted are as many as the calls before them; these may be a loop.
        let m = self.state(EXIT_REQUEST);
        self.asm.alu_imm(Alu::Cmp, false, m, 0);
        let at = self.asm.jcc(Cc::Ne);
        self.cold(at, Then::Indirect { target: t, branch_type: 0 });
        let entry = self.look_up(t, 0);
        self.asm.jmp_mem(entry);
    }

    /// The cold part of a call when the stack of predicted returns is full.
    pub(crate) fn drop_returns(&mut self, back: usize) {
        let sp = self.state(HOST_SP);
        self.asm.mov(true, RSP, sp);
        self.asm.lea(true, RSP, Mem::base(RSP, -16));
        self.jump_back(back);
    }

    /// `jmp` to code that was emitted before.
    pub(crate) fn jump_back(&mut self, back: usize) {
        let at = self.asm.jmp();
        self.asm.patch4(at, back as i32 - (at as i32 + 4));
    }

    /// Leaves with the guest pc in `t`, the target of a branch of this type.
    fn indirect_miss(&mut self, t: Reg, branch_type: u32) {
        if branch_type != 0 {
            return self.leave_to_enter(t, branch_type);
        }
        if t != RAX {
            self.asm.mov(true, RAX, t);
        }
        let at = self.asm.jmp();
        self.jump_to_prologue(at, self.shared.offsets.indirect_miss);
    }

    fn leave_to_enter(&mut self, t: Reg, branch_type: u32) {
        let m = self.state(PC);
        self.asm.store(8, m, t);
        let m = self.state(EXIT_ARG);
        self.asm.store_imm(8, m, branch_type as i32);
        let m = self.state(EXIT_CODE);
        self.asm.store_imm(4, m, ExitCode::ENTER.0 as i32);
        let at = self.asm.jmp();
        self.jump_to_prologue(at, self.shared.offsets.exit);
    }

    // --- helpers ---------------------------------------------------------------------------------

    pub(crate) fn call(&mut self, h: HelperId, d: Val, args: [Val; 4]) {
        self.flush_all();
        self.leave_homes();
        self.spill_all();
        self.load_args(&args);
        self.done(&args);
        self.drop_registers();
        self.stored = None;
        self.call_helper(h, self.pc);
        self.regs.locked = bit(RAX);
        self.finish_in(d, RAX);
    }

    /// Calls the thunk of a helper, whose arguments are in their registers, for the instruction at the guest pc `at`.
    fn call_helper(&mut self, h: HelperId, at: u64) {
        self.store_pc(at);
        match self.shared.offsets.helpers.get(usize::from(h.0)) {
            Some(&thunk) => self.call_prologue(thunk),
            None => self.failed = true,
        }
    }

    /// Gives all values that are needed after this op a place in memory; arguments keep their registers too.
    fn spill_all(&mut self) {
        for r in 0..32 {
            if self.regs.occupied & bit(r) == 0 {
                continue;
            }
            if self.prune(r) {
                self.spill_later_uses(r);
            }
        }
    }

    fn spill_later_uses(&mut self, r: Reg) {
        let mut needed = false;
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            needed |= self.vals[at as usize].last_use > self.now;
            at = self.vals[at as usize].next;
        }
        if needed {
            self.spill_list(r);
        }
    }

    /// Puts arguments into the registers of the thunk.
    fn load_args(&mut self, args: &[Val; 4]) {
        let mut todo = [(Val::NONE, NO_REG); 4];
        let mut n = 0;
        for (v, to) in args.iter().zip(HELPER_ARGS).filter(|(v, _)| v.is_some()) {
            todo[n] = (*v, to);
            n += 1;
        }
        while n > 0 {
            let is_source = |cx: &Self, to: Reg| {
                todo[..n].iter().any(|(v, own)| *own != to && cx.vals[v.index()].reg == to)
            };
            let free = (0..n).find(|i| !is_source(self, todo[*i].1));
            let (v, to) = todo[free.unwrap_or(0)];
            if free.is_none() {
                self.exchange(to, self.vals[v.index()].reg);
            }
            self.load_arg(to, v);
            n -= 1;
            todo[free.unwrap_or(0)] = todo[n];
        }
        // Absent ones are zero, so that helpers are functions of what they are given.
        for (_, to) in args.iter().zip(HELPER_ARGS).filter(|(v, _)| !v.is_some()) {
            self.asm.load_imm(to, 0);
        }
    }

    fn load_arg(&mut self, to: Reg, v: Val) {
        let val = self.vals[v.index()];
        if val.reg != to || self.tb.constant(v).is_some() {
            self.load_value(to, v);
        }
        if !(self.w(v) || self.tb.constant(v).is_some() || val.reg == NO_REG || val.zext) {
            self.asm.mov(false, to, to);
        }
    }

    /// Exchanges two registers and what is known of them.
    fn exchange(&mut self, a: Reg, b: Reg) {
        self.asm.xchg(a, b);
        for reg in self.vals.iter_mut().map(|val| &mut val.reg) {
            if *reg == a {
                *reg = b;
            } else if *reg == b {
                *reg = a;
            }
        }
        self.regs.head.swap(usize::from(a), usize::from(b));
    }

    /// After a call: no register holds anything but the pinned ones their globals.
    fn drop_registers(&mut self) {
        for r in 0..32u8 {
            while self.regs.head[usize::from(r)] != NIL {
                self.unlink(Val(self.regs.head[usize::from(r)]));
            }
        }
        self.regs.also = [NIL; 32];
    }

    fn store_pc(&mut self, pc: u64) {
        let m = self.state(PC);
        match i32::try_from(pc as i64) {
            Ok(imm) => self.asm.store_imm(8, m, imm),
            Err(_) => {
                self.asm.store_imm(4, m, pc as u32 as i32);
                self.asm.store_imm(4, m.plus(4), (pc >> 32) as u32 as i32);
            }
        }
    }
}

/// Cold code that only this module emits.
impl Cx<'_> {
    pub(crate) fn emit_control(&mut self, then: Then) {
        match then {
            Then::Goto { pc } => self.direct_jump(pc),
            Then::CallGoto { h, arg, at, pc } => self.call_goto((h, arg), at, pc),
            Then::Exit { code, pc } => self.leave(code, pc),
            Then::Indirect { target, branch_type } => self.indirect_miss(target, branch_type),
            Then::ReturnMiss { target } => self.return_miss(target),
            Then::Float { slow, back } => self.emit_slow(slow, back),
            Then::FromLarge { integer, back } => self.convert_large(integer, back),
            Then::DropReturns { back } => self.drop_returns(back),
        }
    }
}
