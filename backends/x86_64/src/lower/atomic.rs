//! Atomic accesses. While the process has one thread they need no LOCK prefix.

use crate::alloc::NO_REG;
use crate::asm::{Alu, Cc, Enc, Mem, RAX, RCX, RDX, RSI};
use crate::context::Cx;
use crate::pins::{Reg, XMM0};
use crate::puts::{Snap, Source};
use tcg_ir::{Endian, MemOp, Op, RmwOp, Type, Val};

/// rbx, which `cmpxchg16b` needs.
const RBX: Reg = 3;

impl Cx<'_> {
    /// Between the value of `r` and its bytes in memory order, in either direction.
    fn swap_for_memory(&mut self, mem: MemOp, r: Reg) {
        match (mem.endian, mem.bytes) {
            (Endian::Little, _) | (_, 1) => {}
            (Endian::Big, 2) => self.asm.rol16(r, 8),
            (Endian::Big, bytes) => self.asm.bswap(bytes == 8, r),
        }
    }

    /// The old value is in `r` in memory order: extends it and makes it a number.
    fn make_number(&mut self, mem: MemOp, r: Reg) {
        self.swap_for_memory(mem, r);
        match mem.bytes {
            1 => self.asm.movzx8(r, r),
            2 => self.asm.movzx16(r, r),
            // A `cmpxchg` of 32 bits that succeeds keeps the upper half of rax.
            4 => self.asm.mov(false, r, r),
            _ => {}
        }
    }

    fn lock_prefix(&mut self) {
        if self.shared.parallel {
            self.asm.lock();
        }
    }

    pub(crate) fn cas(&mut self, mem: MemOp, disp: i32, old: Val, base: Val, exp: Val, new: Val) {
        self.flush_merges();
        self.take(RAX);
        let m = self.guest(base, Val::NONE, disp);
        self.load_value(RAX, exp);
        let t = self.alloc(false);
        self.load_value(t, new);
        self.swap_for_memory(mem, RAX);
        self.swap_for_memory(mem, t);
        self.may_fault();
        self.lock_prefix();
        self.asm.sized(mem.bytes, true, 0xb1, m, t);
        self.make_number(mem, RAX);
        self.done(&[base, exp, new]);
        self.finish_in(old, RAX);
    }

    pub(crate) fn rmw(&mut self, op: RmwOp, mem: MemOp, disp: i32, old: Val, base: Val, v: Val) {
        self.flush_merges();
        let wanted = self.vals[old.index()].last_use > self.now;
        let alone = wanted && !self.shared.parallel;
        let plain = mem.bytes == 1 || mem.endian == Endian::Little;
        if alone && (op == RmwOp::Xchg || op == RmwOp::Add && plain) {
            return self.replace_alone(op, mem, disp, old, base, v);
        }
        if op == RmwOp::Xchg {
            return self.exchange_memory(mem, disp, old, base, v);
        }
        if !wanted && (op != RmwOp::Add || plain) {
            return self.modify_memory(alu(op), mem, disp, base, v);
        }
        if op == RmwOp::Add && plain {
            return self.add_memory(mem, disp, old, base, v);
        }
        self.modify_loop(alu(op), mem, disp, (old, base, v));
    }

    /// Loads the bytes of an access into `r`, zero-extended, in memory order.
    fn load_bytes(&mut self, mem: MemOp, r: Reg, m: Mem) {
        self.may_fault();
        match mem.bytes {
            1 => self.asm.movzx8(r, m),
            2 => self.asm.movzx16(r, m),
            bytes => self.asm.mov(bytes == 8, r, m),
        }
    }

    /// A load and a store while the process has one thread: `xchg` is locked by itself, and `xadd` takes three times as long.
    fn replace_alone(&mut self, op: RmwOp, mem: MemOp, disp: i32, old: Val, base: Val, v: Val) {
        let m = self.guest(base, Val::NONE, disp);
        let t = self.alloc(false);
        self.load_value(t, v);
        let r = self.alloc(false);
        self.load_bytes(mem, r, m);
        if op == RmwOp::Add {
            self.asm.alu(Alu::Add, mem.bytes == 8, t, r);
        } else {
            self.swap_for_memory(mem, t);
        }
        self.may_fault();
        self.asm.store(mem.bytes, m, t);
        self.swap_for_memory(mem, r);
        self.done(&[base, v]);
        self.finish_in(old, r);
    }

    /// `xchg` is locked by itself.
    fn exchange_memory(&mut self, mem: MemOp, disp: i32, old: Val, base: Val, v: Val) {
        let m = self.guest(base, Val::NONE, disp);
        let t = self.alloc(false);
        self.load_value(t, v);
        self.swap_for_memory(mem, t);
        self.may_fault();
        self.asm.sized(mem.bytes, false, 0x87, m, t);
        self.make_number(mem, t);
        self.done(&[base, v]);
        self.finish_in(old, t);
    }

    /// The old value is not needed.
    fn modify_memory(&mut self, op: Alu, mem: MemOp, disp: i32, base: Val, v: Val) {
        let m = self.guest(base, Val::NONE, disp);
        let t = self.alloc(false);
        self.load_value(t, v);
        self.swap_for_memory(mem, t);
        self.may_fault();
        self.lock_prefix();
        self.asm.sized(mem.bytes, false, (op as u8) << 3 | 1, m, t);
        self.done(&[base, v]);
    }

    /// `xadd`.
    fn add_memory(&mut self, mem: MemOp, disp: i32, old: Val, base: Val, v: Val) {
        let m = self.guest(base, Val::NONE, disp);
        let t = self.alloc(false);
        self.load_value(t, v);
        self.may_fault();
        self.lock_prefix();
        self.asm.sized(mem.bytes, true, 0xc1, m, t);
        self.make_number(mem, t);
        self.done(&[base, v]);
        self.finish_in(old, t);
    }

    /// Load, compute, compare and swap until nobody interfered.
    fn modify_loop(&mut self, op: Alu, mem: MemOp, disp: i32, (old, base, v): (Val, Val, Val)) {
        self.take(RAX);
        let m = self.guest(base, Val::NONE, disp);
        let rv = self.in_reg(v);
        let t = self.alloc(false);
        let w = mem.bytes == 8;
        self.load_bytes(mem, RAX, m);
        let again = self.asm.pos();
        self.asm.mov(w, t, RAX);
        self.swap_for_memory(mem, t);
        self.asm.alu(op, w, t, rv);
        self.swap_for_memory(mem, t);
        self.may_fault();
        if self.shared.parallel {
            self.asm.lock();
            self.asm.sized(mem.bytes, true, 0xb1, m, t);
            let at = self.asm.jcc(Cc::Ne);
            self.asm.patch4(at, again as i32 - (at as i32 + 4));
        } else {
            self.asm.store(mem.bytes, m, t);
        }
        self.make_number(mem, RAX);
        self.done(&[base, v]);
        self.finish_in(old, RAX);
    }

    /// `cmpxchg16b`: rdx:rax expected and old, rcx:rbx new. rbx is pinned: it goes home meanwhile.
    pub(crate) fn cas128(&mut self, op: &Op) {
        let Op::Cas128 { mem, disp, old_lo, old_hi, base, exp_lo, exp_hi, new_lo, new_hi } = *op
        else {
            return;
        };
        self.flush_all();
        for r in [RAX, RDX, RCX, RSI] {
            self.take(r);
        }
        let home = self.pins.all.iter().find(|p| p.reg == RBX).map(|p| p.offset as i32);
        if let Some(home) = home {
            let m = self.state(home);
            self.asm.store(8, m, RBX);
        }
        self.load_value(RSI, base);
        let big = mem.endian == Endian::Big;
        let swap = |(lo, hi): (Val, Val)| if big { (hi, lo) } else { (lo, hi) };
        let (exp, new) = (swap((exp_lo, exp_hi)), swap((new_lo, new_hi)));
        // rbx last: the others may be its old content.
        for (r, v) in [(RAX, exp.0), (RDX, exp.1), (RCX, new.1), (RBX, new.0)] {
            self.load_value(r, v);
            if big {
                self.asm.bswap(true, r);
            }
        }
        self.may_fault_keeping(home);
        self.lock_prefix();
        self.asm.cmpxchg16b(Mem::base(RSI, disp));
        if let Some(home) = home {
            let m = self.state(home);
            self.asm.mov(true, RBX, m);
        }
        if big {
            self.asm.bswap(true, RAX);
            self.asm.bswap(true, RDX);
        }
        self.done(&[base, exp_lo, exp_hi, new_lo, new_hi]);
        let old = swap((old_lo, old_hi));
        self.pair((old.0, RAX), (old.1, RDX));
    }

    /// Like `may_fault`, but the home of one pinned register is right and the register is not.
    fn may_fault_keeping(&mut self, home: Option<i32>) {
        let Some(offset) = home else { return self.may_fault() };
        let start = self.snaps.len();
        self.snaps.push(Snap { pin: RBX, ty: Type::I64, offset, source: Source::Home });
        self.record_fault(start);
    }

    /// A 16-byte vector access at an aligned address is one access on hosts with AVX (Intel SDM 3A 9.1.1, AMD APM 2 7.3.2).
    pub(crate) fn ld128(&mut self, mem: MemOp, disp: i32, lo: Val, hi: Val, base: Val) {
        let m = self.guest(base, Val::NONE, disp);
        self.done(&[base]);
        let x = self.alloc(true);
        self.may_fault();
        // vmovdqa
        self.asm.v(1, 0x6f, x & 15, 0, m);
        let (first, second) = (self.alloc(false), self.alloc(false));
        self.xmm_to_int(true, first, x);
        // vpextrq
        self.asm.v3a(true, 0x16, x & 15, 0, second, 1);
        let (rlo, rhi) = self.in_order(mem, first, second);
        self.pair((lo, rlo), (hi, rhi));
    }

    /// (low, high) of two doublewords in memory order, or the reverse.
    fn in_order(&mut self, mem: MemOp, first: Enc, second: Enc) -> (Reg, Reg) {
        if mem.endian == Endian::Little {
            return (first, second);
        }
        self.asm.bswap(true, first);
        self.asm.bswap(true, second);
        (second, first)
    }

    pub(crate) fn st128(&mut self, mem: MemOp, disp: i32, base: Val, lo: Val, hi: Val) {
        self.flush_merges();
        let m = self.guest(base, Val::NONE, disp);
        let x = self.alloc(true);
        let big = mem.endian == Endian::Big;
        let (first, second) = if big { (hi, lo) } else { (lo, hi) };
        let t = self.alloc(false);
        for (v, half) in [(first, 0), (second, 1)] {
            self.load_value(t, v);
            if big {
                self.asm.bswap(true, t);
            }
            if half == 0 {
                self.int_to_xmm(true, x, t);
            } else {
                // vpinsrq
                self.asm.v3a(true, 0x22, x & 15, x & 15, t, 1);
            }
        }
        self.may_fault();
        self.asm.v(1, 0x7f, x & 15, 0, m);
        self.done(&[base, lo, hi]);
        debug_assert!(x >= XMM0 && x != NO_REG, "a vector register");
    }
}

fn alu(op: RmwOp) -> Alu {
    match op {
        RmwOp::Add | RmwOp::Xchg => Alu::Add,
        RmwOp::And => Alu::And,
        RmwOp::Or => Alu::Or,
        RmwOp::Xor => Alu::Xor,
    }
}
