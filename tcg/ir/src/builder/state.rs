//! Appending accesses to guest state, with the forwarding of globals.

use super::Builder;
use crate::layout::Global;
use crate::ops::Op;
use crate::tb::Val;
use crate::types::Type;

/// What the builder knows a global to hold at this point of the TB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// The whole value.
    full: Val,
    /// The low half, when the last write was `put_lo`.
    lo: Val,
    /// The high half, when the last write was `put_hi`.
    hi: Val,
}

/// Nothing is known.
pub(super) const UNKNOWN: Known = Known { full: Val::NONE, lo: Val::NONE, hi: Val::NONE };

impl Builder {
    /// Forgets what globals hold: something else may write them, or control may come from elsewhere.
    pub(super) fn forget(&mut self) {
        for g in self.touched.drain(..) {
            self.known[g.index()] = UNKNOWN;
        }
    }

    /// Notes what `g` holds from here on.
    fn learn(&mut self, g: Global, known: Known) {
        if self.forward {
            self.known[g.index()] = known;
            self.touched.push(g);
        }
    }

    /// The value of a global.
    pub fn get(&mut self, g: Global) -> Val {
        let known = self.known[g.index()];
        if known.full.is_some() {
            return known.full;
        }
        let d = self.tb.new_val(self.layout.global(g).ty, None);
        self.push(Op::Get { g, d });
        self.learn(g, Known { full: d, ..known });
        d
    }

    /// The low half of an `i64` global.
    pub fn get_lo(&mut self, g: Global) -> Val {
        let known = self.known[g.index()];
        if known.lo.is_some() {
            return known.lo;
        }
        let full = self.get(g);
        let lo = self.trunc(full);
        let known = self.known[g.index()];
        self.learn(g, Known { lo, ..known });
        lo
    }

    /// The high half of an `i64` global.
    pub fn get_hi(&mut self, g: Global) -> Val {
        let known = self.known[g.index()];
        if known.hi.is_some() {
            return known.hi;
        }
        let full = self.get(g);
        let hi = self.hi32(full);
        let known = self.known[g.index()];
        self.learn(g, Known { hi, ..known });
        hi
    }

    /// Sets a global.
    pub fn put(&mut self, g: Global, v: Val) {
        self.push(Op::Put { g, v });
        self.learn(g, Known { full: v, ..UNKNOWN });
    }

    /// Sets the low half of an `i64` global.
    pub fn put_lo(&mut self, g: Global, v: Val) {
        self.push(Op::PutLo { g, v });
        let hi = self.known[g.index()].hi;
        self.learn(g, Known { full: Val::NONE, lo: v, hi });
    }

    /// Sets the high half of an `i64` global.
    pub fn put_hi(&mut self, g: Global, v: Val) {
        self.push(Op::PutHi { g, v });
        let lo = self.known[g.index()].lo;
        self.learn(g, Known { full: Val::NONE, lo, hi: v });
    }

    /// Loads CPU state that is no global.
    pub fn ld_state(&mut self, ty: Type, off: u32) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::LdState { ty, off, d });
        d
    }

    /// Stores CPU state that is no global.
    pub fn st_state(&mut self, ty: Type, off: u32, v: Val) {
        self.push(Op::StState { ty, off, v });
    }
}
