//! Running a TB: the loop over its ops, guest state, control.

use crate::float;
use crate::int;
use crate::memory::{self, Address};
use crate::state::State;
use crate::vector;
use crate::vector_float;
use std::sync::atomic::Ordering;
use tcg_ir::{Env, ExitCode, GuestLayout, HelperId, Interpreter, Label, Op, Sign, Tb, Type, Val};
use tcg_mem::{Access, Fault};

/// Runs TBs of one guest; keeps its scratch memory between them.
#[derive(Debug)]
pub struct Interp {
    layout: &'static GuestLayout,
    vals: Vec<u128>,
}

/// Where control goes after an op.
enum Next {
    Op,
    Label(Label),
    Leave(ExitCode),
}

impl Interp {
    /// An interpreter for the guest with this layout.
    #[must_use]
    pub fn new(layout: &'static GuestLayout) -> Interp {
        Interp { layout, vals: Vec::new() }
    }
}

impl Interpreter for Interp {
    unsafe fn run(&mut self, tb: &Tb, env: *mut Env) {
        self.vals.clear();
        self.vals.extend(tb.vals.iter().map(|info| u128::from(info.constant.unwrap_or(0))));
        // SAFETY: passed on to our caller.
        let state = unsafe { State::new(env, self.layout) };
        let mut frame = Frame { tb, layout: self.layout, vals: &mut self.vals, state, pc: tb.pc };
        let code = frame.run();
        frame.state.env().exit_code = code;
    }
}

/// One execution of a TB.
pub(crate) struct Frame<'a> {
    tb: &'a Tb,
    layout: &'static GuestLayout,
    vals: &'a mut Vec<u128>,
    pub(crate) state: State,
    /// Address of the current guest instruction.
    pc: u64,
}

impl Frame<'_> {
    fn run(&mut self) -> ExitCode {
        let mut at = 0;
        loop {
            let next = match self.op(&self.tb.ops[at]) {
                Ok(next) => next,
                Err(fault) => Next::Leave(self.fault(fault)),
            };
            match next {
                Next::Op => at += 1,
                Next::Leave(code) => return code,
                Next::Label(label) => at = self.place_of(label),
            }
        }
    }

    fn place_of(&self, label: Label) -> usize {
        let is_place = |op: &Op| matches!(op, Op::SetLabel { label: l } if *l == label);
        self.tb.ops.iter().position(is_place).expect("a verified TB places its labels")
    }

    fn fault(&mut self, fault: Fault) -> ExitCode {
        let pc = self.pc;
        let env = self.state.env();
        env.exit_arg = fault.addr.0;
        env.pc = pc;
        match fault.access {
            Access::Write => ExitCode::FAULT_WRITE,
            _ => ExitCode::FAULT_READ,
        }
    }

    // --- values --------------------------------------------------------------------------------

    /// An integer or float value by its bits; zero for `Val::NONE`.
    pub(crate) fn val(&self, v: Val) -> u64 {
        self.vals.get(v.index()).map_or(0, |bits| *bits as u64)
    }

    pub(crate) fn vector(&self, v: Val) -> u128 {
        self.vals[v.index()]
    }

    fn raw(&self, v: Val) -> u128 {
        self.vals[v.index()]
    }

    /// Defines an integer or float value; truncates to its type.
    pub(crate) fn set(&mut self, v: Val, bits: u64) {
        self.vals[v.index()] = u128::from(bits & self.tb.ty(v).mask());
    }

    pub(crate) fn set_vector(&mut self, v: Val, bits: u128) {
        self.vals[v.index()] = bits;
    }

    fn address(&self, base: Val, index: Val, disp: i32) -> Address {
        let sum = self.val(base).wrapping_add(self.val(index));
        Address(sum.wrapping_add_signed(i64::from(disp)))
    }

    fn holds(&self, ty: Type, cond: tcg_ir::Cond, a: Val, b: Val) -> bool {
        cond.holds(ty, self.val(a), self.val(b))
    }

    // --- ops -----------------------------------------------------------------------------------

    #[expect(clippy::too_many_lines, reason = "one arm per op")]
    fn op(&mut self, op: &Op) -> Result<Next, Fault> {
        match *op {
            Op::Add { d, a, b, .. } => self.set(d, self.val(a).wrapping_add(self.val(b))),
            Op::Sub { d, a, b, .. } => self.set(d, self.val(a).wrapping_sub(self.val(b))),
            Op::Mul { d, a, b, .. } => self.set(d, self.val(a).wrapping_mul(self.val(b))),
            Op::And { d, a, b, .. } => self.set(d, self.val(a) & self.val(b)),
            Op::Or { d, a, b, .. } => self.set(d, self.val(a) | self.val(b)),
            Op::Xor { d, a, b, .. } => self.set(d, self.val(a) ^ self.val(b)),
            Op::AndNot { d, a, b, .. } => self.set(d, self.val(a) & !self.val(b)),
            Op::Neg { d, a, .. } => self.set(d, self.val(a).wrapping_neg()),
            Op::Not { d, a, .. } => self.set(d, !self.val(a)),
            Op::Shl { ty, d, a, n } => self.set(d, int::shl(ty, self.val(a), self.val(n))),
            Op::ShrU { ty, d, a, n } => self.set(d, int::shr_u(ty, self.val(a), self.val(n))),
            Op::ShrS { ty, d, a, n } => self.set(d, int::shr_s(ty, self.val(a), self.val(n))),
            Op::Rotl { ty, d, a, n } => self.set(d, int::rotl(ty, self.val(a), self.val(n))),
            Op::MulWideU { ty, lo, hi, a, b } => {
                self.set_pair(lo, hi, int::mul_wide(ty, Sign::Unsigned, self.val(a), self.val(b)));
            }
            Op::MulWideS { ty, lo, hi, a, b } => {
                self.set_pair(lo, hi, int::mul_wide(ty, Sign::Signed, self.val(a), self.val(b)));
            }
            Op::DivRem { ty, sign, q, r, a, b } => {
                self.set_pair(q, r, int::divrem(ty, sign, self.val(a), self.val(b)));
            }
            Op::DivRemWideU { ty, q, r, hi, lo, b } => {
                let result = int::divrem_wide(ty, self.val(hi), self.val(lo), self.val(b));
                self.set_pair(q, r, result);
            }
            Op::AddCarry { ty, d, carry, a, b, carry_in } => {
                let sum = int::add_carry(ty, self.val(a), self.val(b), self.val(carry_in));
                self.set_pair(d, carry, sum);
            }
            Op::SubBorrow { ty, d, borrow, a, b, borrow_in } => {
                let difference = int::sub_borrow(ty, self.val(a), self.val(b), self.val(borrow_in));
                self.set_pair(d, borrow, difference);
            }
            Op::Clz { ty, d, a } => self.set(d, int::clz(ty, self.val(a))),
            Op::Ctz { ty, d, a } => self.set(d, int::ctz(ty, self.val(a))),
            Op::Popcnt { d, a, .. } => self.set(d, u64::from(self.val(a).count_ones())),
            Op::Bswap { ty, d, a } => self.set(d, int::bswap(ty, self.val(a))),
            Op::Lookup { table, d, a } => {
                let table = &self.layout.tables[usize::from(table)];
                self.set(d, table[usize::from(self.val(a) as u8)].into());
            }
            Op::Trunc { d, a } => self.set(d, self.val(a)),
            Op::Hi32 { d, a } => self.set(d, self.val(a) >> 32),
            Op::Extend { sign, d, a } => self.set(d, int::extend(Type::I32, sign, self.val(a))),
            Op::Concat { d, lo, hi } => self.set(d, self.val(hi) << 32 | self.val(lo)),
            Op::Extract { pos, len, sign, d, a, .. } => {
                self.set(d, int::extract(self.val(a), pos, len, sign));
            }
            Op::Deposit { pos, len, d, a, b, .. } => {
                self.set(d, int::deposit(self.val(a), self.val(b), pos, len));
            }
            Op::SetCond { cty, cond, d, a, b } => {
                self.set(d, u64::from(self.holds(cty, cond, a, b)));
            }
            Op::Select { cty, cond, d, a, b, t, f, .. } => {
                let chosen = if self.holds(cty, cond, a, b) { t } else { f };
                self.vals[d.index()] = self.raw(chosen);
            }

            Op::Get { g, d } => {
                let home = self.layout.global(g);
                self.vals[d.index()] = self.state.load(home.ty, home.offset);
            }
            Op::Put { g, v } => {
                let home = self.layout.global(g);
                self.state.store(home.ty, home.offset, self.raw(v));
            }
            Op::PutLo { g, v } => {
                self.state.store(Type::I32, self.layout.global(g).offset, self.raw(v));
            }
            Op::PutHi { g, v } => {
                self.state.store(Type::I32, self.layout.global(g).offset + 4, self.raw(v));
            }
            Op::LdState { ty, off, d } => self.vals[d.index()] = self.state.load(ty, off),
            Op::StState { ty, off, v } => self.state.store(ty, off, self.raw(v)),

            Op::Ld { ty, mem, disp, d, base, index } => {
                let addr = self.address(base, index, disp);
                if mem.bytes == 16 {
                    let bits = memory::load_vector(addr)?;
                    self.set_vector(d, bits);
                } else {
                    let bits = memory::load(ty, mem, addr)?;
                    self.set(d, bits);
                }
            }
            Op::St { mem, disp, base, index, v, .. } => {
                let addr = self.address(base, index, disp);
                if mem.bytes == 16 {
                    memory::store_vector(addr, self.vector(v))?;
                } else {
                    memory::store(mem, addr, self.val(v))?;
                }
            }
            Op::Ld128 { mem, disp, lo, hi, base } => {
                let pair = memory::load_pair(mem, self.address(base, Val::NONE, disp))?;
                self.set_pair(lo, hi, pair);
            }
            Op::St128 { mem, disp, base, lo, hi } => {
                let addr = self.address(base, Val::NONE, disp);
                memory::store_pair(mem, addr, (self.val(lo), self.val(hi)))?;
            }
            Op::Cas { mem, disp, old, base, expected, new, .. } => {
                let addr = self.address(base, Val::NONE, disp);
                let found = memory::cas(mem, addr, self.val(expected), self.val(new))?;
                self.set(old, found);
            }
            Op::Cas128 { mem, disp, old_lo, old_hi, base, exp_lo, exp_hi, new_lo, new_hi } => {
                let addr = self.address(base, Val::NONE, disp);
                let expected = (self.val(exp_lo), self.val(exp_hi));
                let new = (self.val(new_lo), self.val(new_hi));
                let found = memory::cas_pair(mem, addr, expected, new)?;
                self.set_pair(old_lo, old_hi, found);
            }
            Op::Rmw { op, mem, disp, old, base, v, .. } => {
                let addr = self.address(base, Val::NONE, disp);
                let found = memory::rmw(op, mem, addr, self.val(v))?;
                self.set(old, found);
            }
            Op::Probe { write, len, disp, base } => {
                memory::probe(self.address(base, Val::NONE, disp), len, write)?;
            }
            Op::Mb { set } => memory::barrier(set),

            Op::FAdd { .. }
            | Op::FSub { .. }
            | Op::FMul { .. }
            | Op::FDiv { .. }
            | Op::FSqrt { .. }
            | Op::FMulAdd { .. }
            | Op::FNegMulAdd { .. }
            | Op::FMinMax { .. }
            | Op::FNeg { .. }
            | Op::FAbs { .. }
            | Op::FCmp { .. }
            | Op::FSetMask { .. }
            | Op::FCvt { .. }
            | Op::FFromInt { .. }
            | Op::FToInt { .. }
            | Op::FRound { .. }
            | Op::FHi { .. }
            | Op::FSetHi { .. }
            | Op::FpFlagsGet { .. }
            | Op::FpFlagsSet { .. }
            | Op::FpRoundSet { .. } => float::op(self, self.layout.fp, op),
            Op::Bitcast { d, a, .. } => self.vals[d.index()] = self.raw(a),

            Op::VAnd { .. }
            | Op::VOr { .. }
            | Op::VXor { .. }
            | Op::VLow { .. }
            | Op::VZext { .. }
            | Op::VPair { .. }
            | Op::VExtract { .. }
            | Op::VInsert { .. }
            | Op::VMove { .. }
            | Op::VDup { .. }
            | Op::VDupLane { .. }
            | Op::VAndNot { .. }
            | Op::VSelect { .. }
            | Op::VBinary { .. }
            | Op::VAcross { .. }
            | Op::VShift { .. }
            | Op::VAbs { .. }
            | Op::VPopcnt8 { .. }
            | Op::VReverse { .. }
            | Op::VExt { .. }
            | Op::VTable { .. }
            | Op::VCrypto { .. }
            | Op::VWiden { .. }
            | Op::VNarrow { .. } => vector::op(self, op),
            Op::VFBinary { .. }
            | Op::VFSqrt { .. }
            | Op::VFMulAdd { .. }
            | Op::VFCmp { .. }
            | Op::VFRound { .. }
            | Op::VFFromInt { .. }
            | Op::VFToInt { .. }
            | Op::VFWiden { .. }
            | Op::VFNarrow { .. } => vector_float::op(self, self.layout.fp, op),

            Op::InsnStart { pc, .. } => self.pc = pc,
            Op::SetLabel { .. } | Op::PushReturn { .. } => {}
            Op::Br { label } => return Ok(Next::Label(label)),
            Op::BrCond { cty, cond, label, a, b } => {
                if self.holds(cty, cond, a, b) {
                    return Ok(Next::Label(label));
                }
            }
            Op::Goto { pc } => return Ok(self.goto(pc)),
            Op::GotoIf { cty, cond, pc, a, b } => {
                if self.holds(cty, cond, a, b) {
                    return Ok(self.goto(pc));
                }
            }
            Op::GotoIfFp { ty, mask, pc, a, b } => {
                let (a, b) = (self.val(a), self.val(b));
                let env = self.state.env();
                if mask.holds(float::compare(env, self.layout.fp, ty, false, a, b)) {
                    return Ok(self.goto(pc));
                }
            }
            Op::GotoInd { kind, target } => {
                let target = self.val(target);
                if kind.branch_type() == 0 {
                    return Ok(self.goto(target));
                }
                let env = self.state.env();
                (env.pc, env.exit_arg) = (target, kind.branch_type().into());
                return Ok(Next::Leave(ExitCode::ENTER));
            }
            Op::Exit { code, pc, arg } => {
                let arg = self.val(arg);
                let env = self.state.env();
                env.pc = pc;
                env.exit_arg = arg;
                return Ok(Next::Leave(ExitCode(code)));
            }
            Op::TrapIf { cty, cond, code, a, b } => {
                if self.holds(cty, cond, a, b) {
                    self.state.env().pc = self.pc;
                    return Ok(Next::Leave(ExitCode(code)));
                }
            }
            Op::Poll { pc } => {
                let env = self.state.env();
                // The loop looks at what was asked for after leaving; nothing to order here.
                if env.exit_request.load(Ordering::Relaxed) != 0 {
                    env.pc = pc;
                    return Ok(Next::Leave(ExitCode::INTERRUPT));
                }
            }
            Op::Call { h, d, a0, a1, a2, a3 } => {
                let args = [a0, a1, a2, a3].map(|v| self.val(v));
                match self.call(h, args) {
                    Ok(result) => self.set(d, result),
                    Err(code) => return Ok(Next::Leave(code)),
                }
            }
            Op::CallGotoIf { cty, cond, h, arg, pc, a, b } => {
                if self.holds(cty, cond, a, b) {
                    return Ok(match self.call(h, [arg, 0, 0, 0]) {
                        Ok(_) => self.goto(pc),
                        Err(code) => Next::Leave(code),
                    });
                }
            }
        }
        Ok(Next::Op)
    }

    /// What the helper returns, or why it wants to leave.
    fn call(&mut self, h: HelperId, args: [u64; 4]) -> Result<u64, ExitCode> {
        let result = self.state.call(&self.layout.helpers[usize::from(h.0)], args);
        let env = self.state.env();
        match std::mem::replace(&mut env.helper_exit, ExitCode::NONE) {
            ExitCode::NONE => Ok(result),
            code => {
                env.pc = self.pc;
                Err(code)
            }
        }
    }

    fn set_pair(&mut self, first: Val, second: Val, (a, b): (u64, u64)) {
        self.set(first, a);
        self.set(second, b);
    }

    fn goto(&mut self, pc: u64) -> Next {
        self.state.env().pc = pc;
        Next::Leave(ExitCode::NONE)
    }
}
