//! Deferred puts: writes to globals that have not been executed yet.
//!
//! A full put of a pinned global is executed at once (its value mostly is in the right register already).
//! Deferred are puts to globals in memory, and `put_lo` to pinned ones, whose merging costs two instructions.
//! A later put to the same global drops a deferred one; faulting ops list them in the side table;
//! side exits flush them on the taken side only.

use crate::alloc::{NIL, NO_REG, bit};
use crate::asm::{Alu, Shift};
use crate::context::Cx;
use crate::liveness::HOT;
use crate::pins::{INT_SCRATCH, NO_PIN, Reg};
use tcg_ir::{Global, Type, Val};

/// One deferred put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Put {
    pub(crate) g: u16,
    /// Only the low half.
    pub(crate) lo: bool,
    pub(crate) v: Val,
    /// Time of the last op that may observe it, `HOT` if the hot path does.
    pub(crate) until: u32,
}

/// What is put, at a moment when registers are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Reg(Reg),
    Const(u64),
    /// It is in its home already (only in the side table).
    Home,
}

/// One put of a snapshot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Snap {
    /// The pinned register to merge the low half into, or `NO_PIN` for a store.
    pub(crate) pin: Reg,
    /// Type that is stored (`i32` for a low half).
    pub(crate) ty: Type,
    /// Byte offset of the home.
    pub(crate) offset: i32,
    pub(crate) source: Source,
}

impl Cx<'_> {
    /// Defers a put of `v` to `g`; a full one only for a global in memory.
    pub(crate) fn defer(&mut self, g: Global, lo: bool, v: Val, until: u32) {
        self.val(v).n_puts += 1;
        self.next_expiry = self.next_expiry.min(until);
        self.puts.push(Put { g: g.0, lo, v, until });
    }

    /// Drops deferred puts that nothing can observe any more.
    #[inline]
    pub(crate) fn expire_puts(&mut self) {
        if self.next_expiry < self.now {
            self.expire_puts_now();
        }
    }

    fn expire_puts_now(&mut self) {
        self.next_expiry = HOT;
        let mut i = 0;
        while i < self.puts.len() {
            let until = self.puts[i].until;
            if until < self.now {
                self.remove_put(i);
            } else {
                self.next_expiry = self.next_expiry.min(until);
                i += 1;
            }
        }
    }

    /// Drops the deferred puts of `g`.
    pub(crate) fn drop_puts(&mut self, g: u16) {
        let mut i = 0;
        while i < self.puts.len() {
            if self.puts[i].g == g {
                self.remove_put(i);
            } else {
                i += 1;
            }
        }
    }

    /// Takes a put out of the list; its value may die with it.
    fn remove_put(&mut self, i: usize) -> Put {
        let put = self.puts.swap_remove(i);
        let val = self.val(put.v);
        val.n_puts -= 1;
        let dead = val.n_puts == 0 && val.last_use < self.live_from;
        if dead {
            self.release(put.v);
        }
        put
    }

    /// The deferred put of `g`'s low half or whole.
    pub(crate) fn find_put(&self, g: u16, lo: bool) -> Option<usize> {
        self.puts.iter().position(|p| p.g == g && p.lo == lo)
    }

    // --- flushing on the hot path ----------------------------------------------------------------

    /// Executes the deferred puts of the values in `r`. A merge destroys `r`.
    pub(crate) fn flush_puts_of(&mut self, r: Reg) {
        self.flush_stores_of(r);
        let mut i = 0;
        while i < self.puts.len() {
            if self.vals[self.puts[i].v.index()].reg == r {
                self.flush_put(i);
                i = 0;
            } else {
                i += 1;
            }
        }
    }

    /// Executes the deferred stores of the values in `r`.
    pub(crate) fn flush_stores_of(&mut self, r: Reg) {
        let mut i = 0;
        while i < self.puts.len() {
            let put = self.puts[i];
            let stored = self.pins.of_global[usize::from(put.g)] == NO_PIN;
            if stored && self.vals[put.v.index()].reg == r {
                self.flush_put(i);
                i = 0;
            } else {
                i += 1;
            }
        }
    }

    /// Executes all deferred puts; values stay usable.
    pub(crate) fn flush_all(&mut self) {
        self.expire_puts();
        while let Some(i) =
            self.puts.iter().position(|p| self.pins.of_global[usize::from(p.g)] == NO_PIN)
        {
            self.flush_put(i);
        }
        while !self.puts.is_empty() {
            let in_reg = self.puts.iter().position(|p| self.vals[p.v.index()].reg != NO_REG);
            self.flush_put(in_reg.unwrap_or(0));
        }
    }

    /// Executes one deferred put.
    pub(crate) fn flush_put(&mut self, i: usize) {
        let put = self.puts[i];
        if self.pins.of_global[usize::from(put.g)] == NO_PIN {
            self.flush_store(put);
        } else {
            self.flush_merge(put);
        }
        // Both may have made room, which can have reordered the list.
        if let Some(i) =
            self.puts.iter().position(|p| p.g == put.g && p.lo == put.lo && p.v == put.v)
        {
            self.remove_put(i);
        }
    }

    fn flush_store(&mut self, put: Put) {
        self.rescue_home(put.g, put.v);
        let snap = self.snap(put);
        self.emit_store(snap, self.free_scratch(false));
        let val = self.vals[put.v.index()];
        if !put.lo && val.mem == crate::alloc::NO_MEM && val.reg != NO_REG {
            self.set_home(put.v, put.g);
        }
    }

    fn flush_merge(&mut self, put: Put) {
        let pin = self.pins.of_global[usize::from(put.g)];
        self.free_pin_to_memory(pin);
        let snap = self.snap(put);
        let Source::Reg(r) = snap.source else {
            self.emit_merge(pin, snap.source, self.free_scratch(false));
            return;
        };
        let val = self.vals[put.v.index()];
        let shared = self.regs.head[usize::from(r)] != put.v.0 || val.next != NIL || val.n_puts > 1;
        if shared || r >= 16 || INT_SCRATCH & bit(r) == 0 {
            self.emit_merge(pin, snap.source, self.free_scratch(false));
            return;
        }
        self.emit_merge(pin, snap.source, Some(r));
        // The register was used up; the value is the low half of the pinned one now.
        self.unlink(put.v);
        self.link(put.v, pin);
        self.val(put.v).zext = false;
    }

    // --- snapshots: flushing where registers are not needed any more -----------------------------

    fn snap(&self, put: Put) -> Snap {
        let global = &self.layout.globals[usize::from(put.g)];
        let source = match self.tb.constant(put.v) {
            Some(bits) => Source::Const(bits),
            None => Source::Reg(self.vals[put.v.index()].reg),
        };
        Snap {
            pin: self.pins.of_global[usize::from(put.g)],
            ty: if put.lo { Type::I32 } else { global.ty },
            offset: global.offset as i32,
            source,
        }
    }

    /// Appends the deferred puts to `self.snaps` and returns their range.
    pub(crate) fn snapshot(&mut self) -> (u32, u32) {
        self.expire_puts();
        let start = self.snaps.len() as u32;
        for i in 0..self.puts.len() {
            let snap = self.snap(self.puts[i]);
            self.snaps.push(snap);
        }
        (start, self.snaps.len() as u32)
    }

    /// Executes the puts of a snapshot. Scratch registers other than those in `keep` lose their contents.
    pub(crate) fn emit_snapshot(&mut self, (start, end): (u32, u32), keep: u32) {
        let range = start as usize..end as usize;
        let sources = self.snaps[range.clone()].iter().fold(0, |all, snap| match snap.source {
            Source::Reg(r) => all | bit(r),
            _ => all,
        });
        let spare = (INT_SCRATCH & !keep & !sources).trailing_zeros() as Reg;
        for i in range.clone() {
            if self.snaps[i].pin == NO_PIN {
                self.emit_store(self.snaps[i], (spare < 16).then_some(spare));
            }
        }
        let is_merge = |s: &Snap| s.pin != NO_PIN;
        for i in range.clone() {
            let snap = self.snaps[i];
            if let Source::Reg(r) = snap.source
                && is_merge(&snap)
            {
                let again = self.snaps[i + 1..range.end]
                    .iter()
                    .any(|s| is_merge(s) && s.source == snap.source);
                let tmp = (!again && INT_SCRATCH & !keep & bit(r) != 0).then_some(r);
                self.emit_merge(snap.pin, snap.source, tmp);
            }
        }
        let tmp = (INT_SCRATCH & !keep).trailing_zeros() as Reg;
        for i in range {
            let snap = self.snaps[i];
            if is_merge(&snap) && matches!(snap.source, Source::Const(_)) {
                self.emit_merge(snap.pin, snap.source, (tmp < 16).then_some(tmp));
            }
        }
    }

    // --- emission --------------------------------------------------------------------------------

    /// Stores to a home. `tmp` is destroyed.
    fn emit_store(&mut self, snap: Snap, tmp: Option<Reg>) {
        let m = self.state(snap.offset);
        self.stored.take_if(|(_, offset)| *offset == snap.offset);
        match snap.source {
            Source::Home => {}
            Source::Reg(r) => self.store_reg(snap.ty, m, r),
            Source::Const(bits) if snap.ty.bits() == 32 => {
                self.asm.store_imm(4, m, bits as u32 as i32);
            }
            Source::Const(bits) => {
                match (i32::try_from(bits as i64), tmp) {
                    (Ok(imm), _) => self.asm.store_imm(8, m, imm),
                    // One store: a load soon after could not be forwarded from two halves.
                    (Err(_), Some(t)) => {
                        self.asm.mov_imm(t, bits);
                        self.asm.store(8, m, t);
                        self.stored = Some((bits, snap.offset));
                    }
                    (Err(_), None) => {
                        self.asm.store_imm(4, m, bits as u32 as i32);
                        self.asm.store_imm(4, m.plus(4), (bits >> 32) as u32 as i32);
                    }
                }
                if snap.ty == Type::V128 {
                    self.asm.store_imm(8, m.plus(8), 0);
                }
            }
        }
    }

    /// Replaces the low half of `pin`. `tmp` is destroyed; it may be the source. Changes the flags.
    fn emit_merge(&mut self, pin: Reg, source: Source, tmp: Option<Reg>) {
        match (source, tmp) {
            (Source::Home, _) => {}
            (Source::Reg(r), _) if r == pin => {}
            (Source::Reg(r), Some(t)) => {
                if r != t {
                    self.asm.mov(false, t, r);
                }
                self.asm.alu(Alu::Xor, false, t, pin);
                self.asm.alu(Alu::Xor, true, pin, t);
            }
            (Source::Reg(r), None) => {
                self.asm.shrd(pin, r, 32);
                self.asm.rorx(true, pin, pin, 32);
            }
            (Source::Const(bits), Some(t)) => {
                if bits as u32 == 0 {
                    self.asm.mov(false, t, pin);
                } else {
                    self.asm.mov_imm(t, bits & 0xffff_ffff);
                    self.asm.alu(Alu::Xor, false, t, pin);
                }
                self.asm.alu(Alu::Xor, true, pin, t);
            }
            (Source::Const(bits), None) => {
                self.asm.shift(Shift::Shr, true, pin, 32);
                self.asm.shift(Shift::Shl, true, pin, 16);
                self.asm.alu_imm(Alu::Or, true, pin, (bits as u32 >> 16) as i32);
                self.asm.shift(Shift::Shl, true, pin, 16);
                self.asm.alu_imm(Alu::Or, true, pin, i32::from(bits as u16));
            }
        }
    }
}
