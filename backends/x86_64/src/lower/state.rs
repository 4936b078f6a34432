//! Reading and writing guest state.

use crate::alloc::{NIL, NO_REG, bit};
use crate::asm::{Alu, Shift};
use crate::context::Cx;
use crate::liveness::HOT;
use crate::pins::{INT_SCRATCH, NO_PIN, SCRATCH};
use tcg_ir::{Global, Type, Val};

impl Cx<'_> {
    pub(crate) fn get(&mut self, g: Global, d: Val) {
        if let Some(i) = self.find_put(g.0, false) {
            return self.get_deferred(d, self.puts[i].v);
        }
        let pin = self.pins.of_global[g.index()];
        if pin != NO_PIN {
            if let Some(i) = self.find_put(g.0, true) {
                self.flush_put(i);
            }
            // The upper half of a narrow global is not defined.
            self.set_dirty(d, pin);
            return;
        }
        if self.find_put(g.0, true).is_some() {
            return self.get_merged(g, d);
        }
        self.set_home(d, g.0);
    }

    /// `d` is the value `v` of a deferred put.
    fn get_deferred(&mut self, d: Val, v: Val) {
        let r = self.in_reg(v);
        let (zext, significant) = (self.vals[v.index()].zext, self.vals[v.index()].significant);
        self.set(d, r);
        self.val(d).zext = zext;
        self.val(d).significant = significant;
    }

    /// The value of a global in memory whose low half is deferred.
    fn get_merged(&mut self, g: Global, d: Val) {
        let Some(i) = self.find_put(g.0, true) else { return };
        let v = self.puts[i].v;
        let (rv, rd, t) = (self.in_reg(v), self.alloc(false), self.alloc(false));
        let m = self.state(self.layout.global(g).offset as i32);
        self.asm.mov(true, rd, m);
        self.asm.mov(false, t, rv);
        self.asm.alu(Alu::Xor, false, t, rd);
        self.asm.alu(Alu::Xor, true, rd, t);
        self.set(d, rd);
        self.drop_puts(g.0);
        self.defer(g, false, d, HOT);
    }

    pub(crate) fn put(&mut self, g: Global, v: Val) {
        let pin = self.pins.of_global[g.index()];
        let val = self.vals[v.index()];
        if pin == NO_PIN {
            self.drop_puts(g.0);
            let home = self.layout.global(g).offset as i32;
            if val.home == g.0 && val.mem == home {
                return self.done(&[v]);
            }
            if self.tb.constant(v).is_none() {
                self.in_reg(v);
            }
            self.defer(g, false, v, self.fate);
            if self.fate == HOT {
                // It will be stored anyway: cold paths need not repeat it.
                self.flush_put(self.puts.len() - 1);
            }
            return self.done(&[v]);
        }
        if val.reg == pin {
            self.drop_puts(g.0);
            return self.done(&[v]);
        }
        self.put_pin(g, v, pin);
    }

    fn put_pin(&mut self, g: Global, v: Val, pin: crate::pins::Reg) {
        self.drop_puts(g.0);
        // The value must not move while the register is made free.
        let from = self.vals[v.index()].reg;
        if from != NO_REG {
            self.regs.locked |= bit(from);
        }
        self.free_pin(pin);
        self.load_value(pin, v);
        let from = self.vals[v.index()].reg;
        let alone = from != NO_REG
            && SCRATCH & bit(from) != 0
            && self.regs.head[usize::from(from)] == v.0
            && self.vals[v.index()].next == NIL;
        if alone || from == NO_REG {
            // From now on the pinned register is its place.
            self.unlink(v);
            self.link(v, pin);
        }
        self.regs.also[usize::from(pin)] = v.0;
        self.done(&[v]);
    }

    pub(crate) fn put_lo(&mut self, g: Global, v: Val) {
        if let Some(i) = self.find_put(g.0, false) {
            self.flush_put(i);
        }
        self.drop_puts(g.0);
        let pin = self.pins.of_global[g.index()];
        let val = self.vals[v.index()];
        let home = self.layout.global(g).offset as i32;
        let in_place =
            if pin == NO_PIN { val.home == g.0 && val.mem == home } else { val.reg == pin };
        if in_place {
            // The low half of itself.
            return self.done(&[v]);
        }
        if self.tb.constant(v).is_none() {
            let r = self.in_reg(v);
            if pin != NO_PIN && INT_SCRATCH & bit(r) == 0 {
                let s = self.alloc(false);
                self.asm.mov(false, s, r);
                self.unlink(v);
                self.link(v, s);
                self.val(v).zext = true;
            }
        }
        self.defer(g, true, v, self.fate);
        self.done(&[v]);
        if pin != NO_PIN {
            self.regs.also[usize::from(pin)] = NIL;
            self.limit_merges();
        }
    }

    pub(crate) fn put_hi(&mut self, g: Global, v: Val) {
        if let Some(i) = self.find_put(g.0, false) {
            self.flush_put(i);
        }
        let pin = self.pins.of_global[g.index()];
        if pin == NO_PIN {
            self.stored = None;
            self.rescue_home(g.0, Val::NONE);
            let m = self.state(self.layout.global(g).offset as i32 + 4);
            match self.imm(v) {
                Some(imm) => self.asm.store_imm(4, m, imm),
                None => {
                    let r = self.in_reg(v);
                    self.asm.store(4, m, r);
                }
            }
            return self.done(&[v]);
        }
        // Take the value before the register changes: it may be a part of it.
        let t = self.alloc(false);
        self.load_value(t, v);
        self.free_pin(pin);
        self.asm.shift(Shift::Shl, true, t, 32);
        self.asm.mov(false, pin, pin);
        self.asm.alu(Alu::Or, true, pin, t);
        self.done(&[v]);
    }

    pub(crate) fn ld_state(&mut self, ty: Type, off: u32, d: Val) {
        self.done(&[]);
        let rd = self.out(d, NO_REG);
        let m = self.state(off as i32);
        self.load_reg(ty, rd, m);
        self.set_bare(d, rd);
    }

    pub(crate) fn st_state(&mut self, ty: Type, off: u32, v: Val) {
        let m = self.state(off as i32);
        match self.imm(v) {
            Some(imm) if ty.is_int() => self.asm.store_imm(ty.bytes() as u8, m, imm),
            _ => {
                let r = self.in_reg(v);
                self.store_reg(ty, m, r);
            }
        }
        self.done(&[v]);
    }
}
