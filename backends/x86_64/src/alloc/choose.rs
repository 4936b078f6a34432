//! Choosing registers, and emptying those that are not free.

use super::{NIL, NO_HOME, NO_MEM, NO_REG, bit};
use crate::context::Cx;
use crate::pins::{FP_SCRATCH, INT_SCRATCH, NO_PIN, Reg, SCRATCH, XMM0};
use tcg_ir::Val;

/// Added to the score of a register whose values are in memory too: only loading them again costs anything.
const IN_MEMORY: u32 = 1 << 30;
impl Cx<'_> {
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
}
