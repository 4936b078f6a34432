//! Where the values of a block are: registers, spill slots, homes of globals.
//!
//! Invariants:
//! - values in one register's list have the same content (an `i32` value ignores the upper half);
//! - a value that a deferred put refers to is a constant or in a register;
//! - the content of a pinned register is its global, or (between a hinted definition and its `put`) the next value of it.

use crate::asm::{Mem, RBP};
use crate::context::Cx;
use crate::pins::{FP_SCRATCH, INT_SCRATCH, NO_PIN, Reg, SCRATCH, XMM0};
use std::mem::offset_of;
use tcg_ir::layout::{Env, N_SPILLS};
use tcg_ir::{Type, Val};

/// End of a list of values.
pub(crate) const NIL: u32 = u32::MAX;
/// Not in a register.
pub(crate) const NO_REG: Reg = 0xff;
/// Not in memory.
pub(crate) const NO_MEM: i32 = -1;
/// In memory, but in no global's home.
const NO_HOME: u16 = u16::MAX;

/// What the allocator knows of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValState {
    /// Time (op index plus 1) of the last use; 0 for none.
    pub(crate) last_use: u32,
    /// Next value in the same register.
    pub(crate) next: u32,
    /// Byte offset in the CPU state where its bits are too.
    pub(crate) mem: i32,
    /// The global whose home `mem` is in; before the definition, the global that `hint` belongs to.
    pub(crate) home: u16,
    /// Number of deferred puts of this value.
    pub(crate) n_puts: u16,
    /// Register.
    pub(crate) reg: Reg,
    /// Pinned register that the value should be computed into.
    pub(crate) hint: Reg,
    /// The upper half of the register is zero (`i32` only).
    pub(crate) zext: bool,
    /// The bytes of the vector register above so many are zero: 4, 8 or (not known) 16.
    pub(crate) significant: u8,
}

impl ValState {
    pub(crate) const NEW: ValState = ValState {
        last_use: 0,
        next: NIL,
        mem: NO_MEM,
        home: NO_HOME,
        n_puts: 0,
        reg: NO_REG,
        hint: NO_PIN,
        zext: false,
        significant: 16,
    };
}

/// What the allocator knows of the registers.
#[derive(Clone, Debug)]
pub(crate) struct RegFile {
    /// First value in each register.
    pub(crate) head: [u32; 32],
    /// A value that the pinned register is equal to, besides those in its list.
    pub(crate) also: [u32; 32],
    /// Registers with a list.
    pub(crate) occupied: u32,
    /// Registers that the current op needs.
    pub(crate) locked: u32,
    /// References to each spill slot.
    pub(crate) slots: [u8; N_SPILLS],
    /// When the last reference to each slot went: the op of that time may still read it, after making room for its output.
    pub(crate) freed_at: [u32; N_SPILLS],
    /// Values that may be in the home of a global.
    pub(crate) in_homes: Vec<u32>,
}

impl RegFile {
    /// All registers empty; `in_homes` gives its memory.
    pub(crate) fn new(mut in_homes: Vec<u32>) -> RegFile {
        in_homes.clear();
        RegFile {
            head: [NIL; 32],
            also: [NIL; 32],
            occupied: 0,
            locked: 0,
            slots: [0; N_SPILLS],
            freed_at: [0; N_SPILLS],
            in_homes,
        }
    }

    pub(crate) fn reset(&mut self) {
        self.head = [NIL; 32];
        self.also = [NIL; 32];
        self.occupied = 0;
        self.locked = 0;
        self.slots = [0; N_SPILLS];
        self.freed_at = [0; N_SPILLS];
        self.in_homes.clear();
    }
}

const SPILLS_AT: i32 = offset_of!(Env, spills) as i32;
/// Added to the score of a register whose values are in memory too: only loading them again costs anything.
const IN_MEMORY: u32 = 1 << 30;
/// The last slot belongs to the trampolines.
const N_SLOTS: usize = N_SPILLS - 1;

/// Bit of a register in a mask.
pub(crate) const fn bit(r: Reg) -> u32 {
    1 << (r & 31)
}

impl Cx<'_> {
    /// Host operand for byte offset `off` of the CPU state.
    #[inline]
    pub(crate) fn state(&self, off: i32) -> Mem {
        Mem::base(RBP, off - self.pins.bias)
    }

    #[inline]
    pub(crate) fn is_fp(&self, v: Val) -> bool {
        !self.tb.ty(v).is_int()
    }

    #[inline]
    pub(crate) fn val(&mut self, v: Val) -> &mut ValState {
        &mut self.vals[v.index()]
    }

    /// True if `v` is still needed: by this op, while its inputs are being read, or later.
    #[inline]
    fn is_alive(&self, v: u32) -> bool {
        let val = &self.vals[v as usize];
        val.last_use >= self.live_from || val.n_puts != 0
    }

    // --- lists -----------------------------------------------------------------------------------

    /// Puts `v` into the list of `r`.
    pub(crate) fn link(&mut self, v: Val, r: Reg) {
        let head = &mut self.regs.head[usize::from(r)];
        let val = &mut self.vals[v.index()];
        val.next = *head;
        val.reg = r;
        *head = v.0;
        self.regs.occupied |= bit(r);
    }

    /// Takes `v` out of its register, if it is in one.
    pub(crate) fn unlink(&mut self, v: Val) {
        let r = self.vals[v.index()].reg;
        if r == NO_REG {
            return;
        }
        let next = self.vals[v.index()].next;
        if self.regs.head[usize::from(r)] == v.0 {
            self.regs.head[usize::from(r)] = next;
        } else {
            let mut at = self.regs.head[usize::from(r)];
            while self.vals[at as usize].next != v.0 {
                at = self.vals[at as usize].next;
            }
            self.vals[at as usize].next = next;
        }
        self.vals[v.index()].reg = NO_REG;
        if self.regs.head[usize::from(r)] == NIL {
            self.regs.occupied &= !bit(r);
        }
    }

    /// Moves the list of `from` to `to`, which has none.
    fn relink_all(&mut self, from: Reg, to: Reg) {
        let mut at = self.regs.head[usize::from(from)];
        self.regs.head[usize::from(to)] = at;
        self.regs.head[usize::from(from)] = NIL;
        self.regs.occupied = self.regs.occupied & !bit(from) | bit(to);
        while at != NIL {
            self.vals[at as usize].reg = to;
            at = self.vals[at as usize].next;
        }
    }

    /// Drops dead values from the list of `r`; true if some are left.
    pub(crate) fn prune(&mut self, r: Reg) -> bool {
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            let next = self.vals[at as usize].next;
            if !self.is_alive(at) {
                self.release(Val(at));
            }
            at = next;
        }
        self.regs.head[usize::from(r)] != NIL
    }

    /// Forgets where `v` is.
    pub(crate) fn release(&mut self, v: Val) {
        self.unlink(v);
        self.drop_mem(v);
    }

    fn drop_mem(&mut self, v: Val) {
        if self.vals[v.index()].mem != NO_MEM && self.vals[v.index()].home == NO_HOME {
            for slot in self.slots_of(v) {
                self.regs.slots[slot] -= 1;
                self.regs.freed_at[slot] = self.now;
            }
        }
        let val = &mut self.vals[v.index()];
        val.mem = NO_MEM;
        val.home = NO_HOME;
    }

    /// The spill slots that the value is in.
    fn slots_of(&self, v: Val) -> std::ops::Range<usize> {
        let first = (self.vals[v.index()].mem - SPILLS_AT) as usize / 8;
        first..first + if self.tb.ty(v) == Type::V128 { 2 } else { 1 }
    }

    /// Records that `v` is in the spill slot at `mem`.
    fn set_slot(&mut self, v: Val, mem: i32) {
        let val = self.val(v);
        val.mem = mem;
        val.home = NO_HOME;
        for slot in self.slots_of(v) {
            self.regs.slots[slot] += 1;
        }
    }

    /// Ends the reading of inputs: those that are not needed any more leave their places.
    pub(crate) fn done(&mut self, inputs: &[Val]) {
        self.live_from = self.now + 1;
        for v in inputs {
            if v.is_some() && !self.is_alive(v.0) {
                self.release(*v);
            }
        }
    }

    // --- choosing registers ----------------------------------------------------------------------

    /// A free scratch register of the class, made free if need be, and locked.
    pub(crate) fn alloc(&mut self, fp: bool) -> Reg {
        let class = if fp { FP_SCRATCH } else { INT_SCRATCH };
        let free = class & !self.regs.occupied & !self.regs.locked;
        let r = if free != 0 { free.trailing_zeros() as Reg } else { self.victim(class) };
        self.regs.locked |= bit(r);
        r
    }

    /// A free scratch register, or none.
    pub(crate) fn free_scratch(&self, fp: bool) -> Option<Reg> {
        let class = if fp { FP_SCRATCH } else { INT_SCRATCH };
        let free = class & !self.regs.occupied & !self.regs.locked;
        (free != 0).then(|| free.trailing_zeros() as Reg)
    }

    /// Empties the register of the class that is needed last.
    fn victim(&mut self, class: u32) -> Reg {
        self.expire_puts();
        let mut best = (NO_REG, 0);
        let mut candidates = class & !self.regs.locked;
        while candidates != 0 {
            let r = candidates.trailing_zeros() as Reg;
            candidates &= candidates - 1;
            let score = self.eviction_score(r);
            if best.0 == NO_REG || score > best.1 {
                best = (r, score);
            }
        }
        if best.0 == NO_REG {
            // An op that locks all scratch registers of a class would be a mistake of its lowering.
            self.failed = true;
            return class.trailing_zeros() as Reg;
        }
        self.failed |= self.merges_into_locked(best.0);
        self.evict(best.0);
        best.0
    }

    /// Higher is better to evict: nothing left, only deferred puts, copies in memory, far last uses.
    fn eviction_score(&mut self, r: Reg) -> u32 {
        if !self.prune(r) {
            return u32::MAX;
        }
        let mut far = 0;
        let mut only_puts = true;
        let mut in_memory = true;
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            let val = &self.vals[at as usize];
            only_puts &= val.last_use < self.live_from;
            in_memory &= val.mem != NO_MEM || val.last_use < self.live_from;
            far = far.max(val.last_use);
            at = val.next;
        }
        if self.merges_into_locked(r) {
            return 0;
        }
        match (only_puts, in_memory || self.has_store(r)) {
            (true, _) => u32::MAX - 1,
            (_, true) => far | IN_MEMORY,
            _ => far,
        }
    }

    /// Whether a value in `r` is to be stored to its home anyway.
    fn has_store(&self, r: Reg) -> bool {
        self.puts.iter().any(|p| {
            let stored = self.pins.of_global[usize::from(p.g)] == NO_PIN && !p.lo;
            stored && self.vals[p.v.index()].reg == r
        })
    }

    /// True if emptying `r` would change a pinned register that the current op reads.
    fn merges_into_locked(&self, r: Reg) -> bool {
        self.puts.iter().any(|p| {
            let pin = self.pins.of_global[usize::from(p.g)];
            pin != NO_PIN && self.regs.locked & bit(pin) != 0 && self.vals[p.v.index()].reg == r
        })
    }

    /// Empties `r`, saving what is still needed.
    pub(crate) fn evict(&mut self, r: Reg) {
        if !self.prune(r) {
            return;
        }
        // What is stored to a home needs no slot.
        self.flush_stores_of(r);
        self.spill_list(r);
        self.flush_puts_of(r);
        self.unlink_all(r);
    }

    /// Empties the list of `r`; its values have other places.
    fn unlink_all(&mut self, r: Reg) {
        while self.regs.head[usize::from(r)] != NIL {
            self.unlink(Val(self.regs.head[usize::from(r)]));
        }
    }

    /// Gives every value in `r` that has a later use a place in memory.
    pub(crate) fn spill_list(&mut self, r: Reg) {
        let mut slot = None;
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            let next = self.vals[at as usize].next;
            if self.needs_slot(at) {
                let mem = *slot.get_or_insert_with(|| self.store_to_slot(r, at));
                self.set_slot(Val(at), mem);
            }
            at = next;
        }
    }

    /// Whether a value in a register has a later use and no other place.
    fn needs_slot(&self, v: u32) -> bool {
        let val = &self.vals[v as usize];
        val.last_use >= self.live_from && val.mem == NO_MEM && self.tb.konst(Val(v)).is_none()
    }

    /// Stores `r` for the values that need a slot, the first of which is `at`; tells where.
    fn store_to_slot(&mut self, r: Reg, mut at: u32) -> i32 {
        let mut ty = self.wide_type(r);
        while at != NIL {
            if self.tb.ty(Val(at)) == Type::V128 && self.needs_slot(at) {
                ty = Type::V128;
            }
            at = self.vals[at as usize].next;
        }
        let mem = SPILLS_AT + 8 * self.free_slot(ty) as i32;
        let m = self.state(mem);
        self.store_reg(ty, m, r);
        mem
    }

    fn free_slot(&mut self, ty: Type) -> usize {
        let wide = ty == Type::V128;
        let free = |s: usize| self.regs.slots[s] == 0 && self.regs.freed_at[s] != self.now;
        let fits =
            |s: usize| free(s) && (!wide || s.is_multiple_of(2) && s + 1 < N_SLOTS && free(s + 1));
        let Some(slot) = (0..N_SLOTS).find(|s| fits(*s)) else {
            self.failed = true;
            return 0;
        };
        slot
    }

    /// Moves a value from the home of a global to a register or, without changing any register, to a slot.
    fn rescue(&mut self, v: Val) {
        if let Some(r) = self.free_scratch(self.is_fp(v)) {
            self.load_value(r, v);
            self.link(v, r);
            return self.drop_mem(v);
        }
        let ty = self.tb.ty(v);
        let (from, slot) = (self.vals[v.index()].mem, self.free_slot(ty));
        let to = SPILLS_AT + 8 * slot as i32;
        for half in (0..ty.bytes().max(8) as i32).step_by(8) {
            let (from, to) = (self.state(from + half), self.state(to + half));
            self.asm.push_mem(from);
            self.asm.pop_mem(to);
        }
        self.set_slot(v, to);
    }

    fn wide_type(&self, r: Reg) -> Type {
        if r < XMM0 { Type::I64 } else { Type::F64 }
    }

    /// Takes the scratch register `r` for the current op: what is in it moves elsewhere.
    pub(crate) fn take(&mut self, r: Reg) {
        self.regs.locked |= bit(r);
        if self.regs.occupied & bit(r) == 0 || !self.prune(r) {
            return;
        }
        match self.free_scratch(r >= XMM0) {
            Some(to) => {
                self.copy_reg(to, r);
                self.relink_all(r, to);
            }
            None => self.evict(r),
        }
    }

    /// Makes sure that the content of pinned register `p` may be overwritten.
    pub(crate) fn free_pin(&mut self, p: Reg) {
        self.regs.also[usize::from(p)] = NIL;
        if self.regs.occupied & bit(p) == 0 {
            return;
        }
        self.expire_puts();
        if !self.prune(p) {
            return;
        }
        if let Some(other) = self.same_content(p) {
            self.append_all(p, other);
            return;
        }
        if self.only_deferred(p) {
            self.flush_puts_of(p);
            if !self.prune(p) {
                return;
            }
        }
        if self.all_in_memory(p) {
            self.unlink_all(p);
            return;
        }
        let locked = self.regs.locked;
        let s = self.alloc(p >= XMM0);
        self.regs.locked = locked;
        // Making room may have emptied the list.
        if self.prune(p) {
            self.copy_reg(s, p);
            self.relink_all(p, s);
        }
    }

    /// The same without taking a register: values that are still needed go to memory.
    pub(crate) fn free_pin_to_memory(&mut self, p: Reg) {
        self.regs.also[usize::from(p)] = NIL;
        if self.regs.occupied & bit(p) != 0 && self.prune(p) {
            self.spill_list(p);
            self.flush_stores_of(p);
            self.unlink_all(p);
        }
    }

    /// Another pinned register that holds the value of `p`'s list.
    fn same_content(&self, p: Reg) -> Option<Reg> {
        let head = self.regs.head[usize::from(p)];
        let alone = self.vals[head as usize].next == NIL;
        let found =
            self.pins.all.iter().find(|q| q.reg != p && self.regs.also[usize::from(q.reg)] == head);
        found.filter(|_| alone).map(|q| q.reg)
    }

    fn append_all(&mut self, from: Reg, to: Reg) {
        while self.regs.head[usize::from(from)] != NIL {
            let v = Val(self.regs.head[usize::from(from)]);
            self.unlink(v);
            self.link(v, to);
        }
    }

    fn only_deferred(&self, r: Reg) -> bool {
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            if self.vals[at as usize].last_use >= self.live_from {
                return false;
            }
            at = self.vals[at as usize].next;
        }
        true
    }

    fn all_in_memory(&self, r: Reg) -> bool {
        let mut at = self.regs.head[usize::from(r)];
        while at != NIL {
            let val = &self.vals[at as usize];
            let known = val.mem != NO_MEM || self.tb.konst(Val(at)).is_some();
            if !known || val.n_puts != 0 {
                return false;
            }
            at = val.next;
        }
        true
    }

    // --- operands --------------------------------------------------------------------------------

    /// `v` in a register, which is locked for this op.
    pub(crate) fn in_reg(&mut self, v: Val) -> Reg {
        let r = self.vals[v.index()].reg;
        if r != NO_REG {
            self.regs.locked |= bit(r);
            return r;
        }
        let r = self.alloc(self.is_fp(v));
        self.load_value(r, v);
        self.link(v, r);
        r
    }

    /// Loads `v` from where it is into `r`, without changing its place.
    pub(crate) fn load_value(&mut self, r: Reg, v: Val) {
        let ty = self.tb.ty(v);
        if let Some(bits) = self.tb.konst(v) {
            self.load_const(r, ty, bits);
            let val = self.val(v);
            val.zext = true;
            val.significant = if u32::try_from(bits).is_ok() { 4 } else { 8 };
            return;
        }
        let val = *self.val(v);
        if val.reg != NO_REG {
            if val.reg != r {
                self.copy_reg(r, val.reg);
            }
        } else if val.mem != NO_MEM {
            let m = self.state(val.mem);
            self.load_reg(ty, r, m);
            let val = self.val(v);
            val.zext = true;
            val.significant = val.significant.min(ty.bytes() as u8);
        } else {
            debug_assert!(false, "v{} has no place", v.0);
            self.failed = true;
        }
    }

    /// A constant that an instruction can take as sign-extended 32-bit immediate.
    pub(crate) fn imm(&self, v: Val) -> Option<i32> {
        let bits = self.tb.konst(v)?;
        match self.tb.ty(v) {
            Type::I32 => Some(bits as u32 as i32),
            _ => i32::try_from(bits as i64).ok(),
        }
    }

    /// `v` as register or, if it is only in memory and not used again, as memory operand.
    pub(crate) fn in_rm(&mut self, v: Val) -> crate::asm::Rm {
        let val = self.vals[v.index()];
        // Making room for the output could execute a deferred put to the home, before it is read.
        let stays = val.home == NO_HOME || self.puts.iter().all(|p| p.g != val.home);
        if val.reg == NO_REG && val.mem != NO_MEM && val.last_use <= self.now && stays {
            return self.state(val.mem).into();
        }
        crate::asm::Rm::R(self.in_reg(v) & 15)
    }

    /// The register for output `d`: its hint, `prefer` if that has become free, or another.
    /// To be called after `done`; the register may be one that an input was in.
    pub(crate) fn out(&mut self, d: Val, prefer: Reg) -> Reg {
        if let Some(p) = self.take_hint(d) {
            return p;
        }
        if prefer != NO_REG && SCRATCH & !self.regs.occupied & bit(prefer) != 0 {
            self.regs.locked |= bit(prefer);
            return prefer;
        }
        self.alloc(self.is_fp(d))
    }

    fn take_hint(&mut self, d: Val) -> Option<Reg> {
        let p = self.vals[d.index()].hint;
        if p == NO_PIN {
            return None;
        }
        let g = self.vals[d.index()].home;
        self.vals[d.index()].home = NO_HOME;
        self.vals[d.index()].hint = NO_PIN;
        self.expire_puts();
        if self.regs.occupied & bit(p) != 0 && self.prune(p) {
            match self.same_content(p) {
                Some(other) => self.append_all(p, other),
                None if self.all_in_memory(p) => self.unlink_all(p),
                None => return None,
            }
        }
        self.drop_puts(g);
        self.regs.also[usize::from(p)] = NIL;
        self.regs.locked |= bit(p);
        Some(p)
    }

    /// Records that output `d` is in `r`.
    #[inline]
    pub(crate) fn set(&mut self, d: Val, r: Reg) {
        self.val(d).home = NO_HOME;
        if self.vals[d.index()].last_use > self.now {
            self.val(d).zext = true;
            self.link(d, r);
        }
    }

    /// The same for a float above which the register is zero.
    pub(crate) fn set_bare(&mut self, d: Val, r: Reg) {
        self.set(d, r);
        self.set_significant(d);
    }

    /// Records that the register is zero above the float or vector `d`.
    pub(crate) fn set_significant(&mut self, d: Val) {
        self.val(d).significant = self.tb.ty(d).bytes() as u8;
    }

    /// The same for an `i32` whose upper register half is not known to be zero.
    pub(crate) fn set_dirty(&mut self, d: Val, r: Reg) {
        self.set(d, r);
        self.val(d).zext = false;
    }

    /// Makes `d` an alias of all places of `a`, `skip` bytes further in memory. Registers only for `skip == 0`.
    pub(crate) fn alias(&mut self, d: Val, a: Val, skip: i32) {
        let from = self.vals[a.index()];
        self.val(d).home = NO_HOME;
        if self.vals[d.index()].last_use <= self.now {
            return;
        }
        if from.mem != NO_MEM {
            if from.home == NO_HOME {
                self.set_slot(d, from.mem + skip);
            } else {
                self.val(d).mem = from.mem + skip;
                self.val(d).home = from.home;
                self.regs.in_homes.push(d.0);
            }
        }
        if skip == 0 && from.reg != NO_REG {
            self.link(d, from.reg);
            self.val(d).zext = false;
            self.val(d).significant = from.significant;
        }
    }

    /// Makes `d` an alias of the register of `a`, where `d` is the wider one.
    pub(crate) fn alias_register(&mut self, d: Val, a: Val) {
        let from = self.vals[a.index()];
        self.val(d).home = NO_HOME;
        if self.vals[d.index()].last_use > self.now {
            self.link(d, from.reg);
            self.val(d).significant = from.significant;
        }
    }

    // --- homes -----------------------------------------------------------------------------------

    /// Records that `v` is in the home of `g`.
    pub(crate) fn set_home(&mut self, v: Val, g: u16) {
        let offset = self.layout.globals[usize::from(g)].offset as i32;
        let val = self.val(v);
        val.mem = offset;
        val.home = g;
        self.regs.in_homes.push(v.0);
    }

    /// Before the home of `g` is written: values that are only there are loaded.
    pub(crate) fn rescue_home(&mut self, g: u16, except: Val) {
        let mut i = 0;
        while i < self.regs.in_homes.len() {
            let v = self.regs.in_homes[i];
            let val = self.vals[v as usize];
            if val.home == g && val.mem != NO_MEM && Val(v) != except {
                if val.reg == NO_REG && self.is_alive(v) {
                    self.rescue(Val(v));
                } else {
                    self.drop_mem(Val(v));
                }
            }
            if self.vals[v as usize].home == NO_HOME {
                self.regs.in_homes.swap_remove(i);
            } else {
                i += 1;
            }
        }
    }

    /// Before homes may change in unknown ways: values that are needed after this op are taken out of them.
    pub(crate) fn leave_homes(&mut self) {
        while let Some(v) = self.regs.in_homes.pop() {
            let val = self.vals[v as usize];
            if val.home == NO_HOME || val.mem == NO_MEM || val.last_use <= self.now {
                continue;
            }
            if val.reg == NO_REG {
                self.rescue(Val(v));
            } else {
                self.drop_mem(Val(v));
            }
        }
    }

    // --- moves by class --------------------------------------------------------------------------

    /// Copies a whole register of either class.
    pub(crate) fn copy_reg(&mut self, d: Reg, s: Reg) {
        if d < XMM0 {
            self.asm.mov(true, d, s);
        } else {
            // vmovaps
            self.asm.v(0, 0x28, d & 15, 0, s & 15);
        }
    }

    /// Loads a value of type `ty` from host memory.
    pub(crate) fn load_reg(&mut self, ty: Type, d: Reg, m: Mem) {
        match ty {
            Type::I32 => self.asm.mov(false, d, m),
            Type::I64 => self.asm.mov(true, d, m),
            Type::F32 => self.asm.v(2, 0x10, d & 15, 0, m),
            Type::F64 => self.asm.v(3, 0x10, d & 15, 0, m),
            Type::V128 => self.asm.v(2, 0x6f, d & 15, 0, m),
        }
    }

    /// Stores a value of type `ty` to host memory.
    pub(crate) fn store_reg(&mut self, ty: Type, m: Mem, s: Reg) {
        match ty {
            Type::I32 => self.asm.store(4, m, s),
            Type::I64 => self.asm.store(8, m, s),
            Type::F32 => self.asm.v(2, 0x11, s & 15, 0, m),
            Type::F64 => self.asm.v(3, 0x11, s & 15, 0, m),
            Type::V128 => self.asm.v(2, 0x7f, s & 15, 0, m),
        }
    }

    /// Loads a constant. Leaves the flags alone for general registers unless it is zero.
    fn load_const(&mut self, r: Reg, ty: Type, bits: u64) {
        if r < XMM0 {
            if self.keep_flags {
                self.asm.mov_imm(r, bits);
            } else {
                self.asm.load_imm(r, bits);
            }
            return;
        }
        let x = r & 15;
        if bits == 0 {
            self.asm.v(0, 0x57, x, x, x);
            return;
        }
        let m = self.literal(bits);
        self.load_reg(if ty == Type::V128 { Type::F64 } else { ty }, r, m);
        self.literal_used(0);
    }
}
