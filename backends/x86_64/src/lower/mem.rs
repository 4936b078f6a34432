//! Guest memory.

use crate::alloc::{NIL, NO_REG, bit};
use crate::asm::{Alu, Cc, Enc, Mem, NO_REG as NO_ENC, RSP, Rm, Shift};
use crate::constants::Const;
use crate::context::Cx;
use crate::pins::{Reg, XMM0};
use tcg_ir::ops::Effects;
use tcg_ir::{Barriers, Endian, MemOp, Op, Order, Sign, Type, Val};

/// What a barrier stands before or after.
const ACCESS_OR_JUMP: Effects = Effects::LOADS
    .and(Effects::STORES)
    .and(Effects::LABEL)
    .and(Effects::SIDE_EXIT)
    .and(Effects::ENDS);

impl Cx<'_> {
    /// The host operand for `base + index + disp`. Guest addresses are host addresses.
    pub(crate) fn guest(&mut self, base: Val, index: Val, disp: i32) -> Mem {
        let (index, scale) = match self.scaled {
            Some((d, a, scale)) if d == index => (a, scale),
            _ => (index, 0),
        };
        let known = |cx: &Self, v: Val| if v.is_some() { cx.tb.constant(v) } else { Some(0) };
        let (kb, ki) = (known(self, base), known(self, index));
        let fixed = kb.unwrap_or(0).wrapping_add(ki.unwrap_or(0)).wrapping_add(disp as i64 as u64);
        let base = if kb.is_none() { self.in_reg(base) } else { NO_ENC };
        let index = if ki.is_none() { self.in_reg(index) } else { NO_ENC };
        let (base, index) = if base == NO_ENC { (index, NO_ENC) } else { (base, index) };
        match i32::try_from(fixed as i64) {
            Ok(disp) => Mem { base, index, scale, disp },
            Err(_) => self.far(base, index, fixed),
        }
    }

    /// The operand when the constant part needs a register.
    fn far(&mut self, base: Enc, index: Enc, fixed: u64) -> Mem {
        if index == NO_ENC
            && let Some((near, disp)) = self.pin_near(fixed)
        {
            return Mem { base: near, index: base, scale: 0, disp };
        }
        let t = self.temp_const(fixed);
        if base == NO_ENC {
            return Mem::base(t, 0);
        }
        if index != NO_ENC {
            self.asm.alu(Alu::Add, true, t, index);
        }
        Mem { base: t, index: base, scale: 0, disp: 0 }
    }

    /// A pinned register that holds a constant in reach of `fixed` (the guest has made the address of a page), and the distance.
    fn pin_near(&mut self, fixed: u64) -> Option<(Reg, i32)> {
        let found = self.pins.all.iter().find_map(|pin| {
            let v = self.regs.also[usize::from(pin.reg)];
            let bits = if v == NIL || pin.reg >= XMM0 { None } else { self.tb.constant(Val(v)) };
            Some((pin.reg, i32::try_from(fixed.wrapping_sub(bits?) as i64).ok()?))
        })?;
        self.regs.locked |= bit(found.0);
        Some(found)
    }

    pub(crate) fn ld(&mut self, ty: Type, mem: MemOp, disp: i32, d: Val, base: Val, index: Val) {
        let m = self.guest(base, index, disp);
        self.done(&[base, index]);
        if !ty.is_int() {
            return self.ld_fp(ty, mem, m, d);
        }
        let prefer = if m.base == NO_ENC { NO_REG } else { m.base };
        let rd = self.out(d, prefer);
        self.may_fault();
        self.load_int(ty, mem, rd, m);
        self.set(d, rd);
    }

    /// The load itself: one instruction that can fault, first.
    fn load_int(&mut self, ty: Type, mem: MemOp, rd: Reg, m: Mem) {
        let w = ty == Type::I64;
        let signed = mem.sign == Sign::Signed;
        match (mem.bytes, mem.endian) {
            (1, _) | (_, Endian::Little) => {
                if mem.bytes == 8 || mem.bytes == 4 && !(w && signed) {
                    self.asm.mov(mem.bytes == 8, rd, m);
                } else {
                    self.extend_low(mem.bytes, mem.sign, w, rd, m.into());
                }
            }
            (2, Endian::Big) => {
                self.asm.movzx16(rd, m);
                if signed {
                    self.asm.bswap(w, rd);
                    self.asm.shift(Shift::Sar, w, rd, if w { 48 } else { 16 });
                } else {
                    self.asm.rol16(rd, 8);
                }
            }
            (4, Endian::Big) => {
                self.asm.movbe_load(false, rd, m);
                if w && signed {
                    self.asm.movsxd(rd, rd);
                }
            }
            (_, Endian::Big) => self.asm.movbe_load(true, rd, m),
        }
    }

    /// Loads of float and vector types.
    fn ld_fp(&mut self, ty: Type, mem: MemOp, m: Mem, d: Val) {
        let rd = self.out(d, NO_REG);
        if ty == Type::V128 || mem.endian == Endian::Little {
            self.may_fault();
            self.load_reg(ty, rd, m);
        } else {
            self.may_fault();
            self.load_reg(ty, rd, m);
            self.reverse_bytes(ty, rd, rd);
        }
        self.set_bare(d, rd);
    }

    /// `d` = the bytes of the float in `a` in reverse: one cycle, where the way through a general register takes four.
    fn reverse_bytes(&mut self, ty: Type, d: Reg, a: Reg) {
        let m = self.constant();
        // vpshufb
        self.asm.v38(false, 0x00, d & 15, a & 15, m);
        self.constant_used(if ty == Type::F64 { Const::Swap64 } else { Const::Swap32 });
    }

    /// `vmovd`/`vmovq` from a general to a vector register.
    pub(crate) fn int_to_xmm(&mut self, w: bool, x: Reg, r: Reg) {
        if w {
            self.asm.v_w(1, 0x6e, x & 15, 0, r);
        } else {
            self.asm.v(1, 0x6e, x & 15, 0, r);
        }
    }

    /// `vmovd`/`vmovq` from a vector to a general register.
    pub(crate) fn xmm_to_int(&mut self, w: bool, r: Reg, x: Reg) {
        if w {
            self.asm.v_w(1, 0x7e, x & 15, 0, r);
        } else {
            self.asm.v(1, 0x7e, x & 15, 0, r);
        }
    }

    pub(crate) fn st(&mut self, mem: MemOp, disp: i32, base: Val, index: Val, v: Val) {
        let m = self.guest(base, index, disp);
        if self.is_fp(v) {
            self.st_fp(mem, m, v);
        } else if !self.st_const(mem, m, v) {
            let r = self.in_reg(v);
            self.may_fault();
            if mem.bytes == 1 || mem.endian == Endian::Little {
                self.asm.store(mem.bytes, m, r);
            } else {
                self.asm.movbe_store(mem.bytes, m, r);
            }
        }
        self.done(&[base, index, v]);
        if self.shared.parallel && mem.order == Order::SeqCst {
            self.fence();
        }
    }

    /// Stores a constant as immediate, if it has one.
    fn st_const(&mut self, mem: MemOp, m: Mem, v: Val) -> bool {
        let Some(bits) = self.tb.constant(v) else { return false };
        let bits = match (mem.endian, mem.bytes) {
            (Endian::Little, _) | (_, 1) => bits,
            (Endian::Big, bytes) => bits.swap_bytes() >> (64 - 8 * u32::from(bytes)),
        };
        let imm = match mem.bytes {
            8 => i32::try_from(bits as i64).ok(),
            _ => Some(bits as u32 as i32),
        };
        if let Some(imm) = imm {
            self.may_fault();
            self.asm.store_imm(mem.bytes, m, imm);
        }
        imm.is_some()
    }

    fn st_fp(&mut self, mem: MemOp, m: Mem, v: Val) {
        let ty = self.tb.ty(v);
        let x = self.in_reg(v);
        if ty == Type::V128 || mem.endian == Endian::Little {
            self.may_fault();
            self.store_reg(ty, m, x);
            return;
        }
        let t = self.alloc(true);
        self.reverse_bytes(ty, t, x);
        self.may_fault();
        self.store_reg(ty, m, t);
    }

    pub(crate) fn probe(&mut self, write: bool, len: u32, disp: i32, base: Val) {
        let m = self.guest(base, Val::NONE, disp);
        if len > 1 {
            let t = self.alloc(false);
            self.asm.lea(false, t, m);
            self.asm.alu_imm(Alu::And, false, t, 0xfff);
            self.asm.alu_imm(Alu::Cmp, false, t, 4096 - len as i32);
            let in_one_page = self.asm.jcc(Cc::Be);
            self.probe_byte(write, m);
            self.probe_byte(write, m.plus(len as i32 - 1));
            self.asm.bind(in_one_page);
        }
        self.done(&[base]);
    }

    fn probe_byte(&mut self, write: bool, m: Mem) {
        if write {
            // Writes nothing back, but needs write access. With other threads around it must be one access.
            let lock = self.shared.parallel;
            self.may_fault();
            if lock {
                self.asm.lock();
            }
            self.asm.or_byte(m, 0);
        } else {
            self.may_fault();
            self.asm.test_byte(m, 0);
        }
    }

    pub(crate) fn mb(&mut self, set: Barriers) {
        if self.shared.parallel && set.contains(Barriers::STORE_LOAD) && !self.beside_locked() {
            self.fence();
        }
    }

    /// Whether the access before or after the current op is a locked instruction, which orders all accesses.
    fn beside_locked(&self) -> bool {
        let (before, after) = self.tb.ops.split_at(self.now as usize - 1);
        let barrier = |op: &&Op| op.effects().any(ACCESS_OR_JUMP) && !matches!(op, Op::Mb { .. });
        let locked = |op: &Op| matches!(op, Op::Cas { .. } | Op::Cas128 { .. } | Op::Rmw { .. });
        before.iter().rev().find(barrier).is_some_and(locked)
            || after.iter().find(barrier).is_some_and(locked)
    }

    /// Earlier stores before later loads. A locked instruction on the stack is cheaper than `mfence`.
    pub(crate) fn fence(&mut self) {
        self.asm.lock();
        self.asm.alu_imm(Alu::Or, false, Rm::M(Mem::base(RSP, -8)), 0);
    }
}
