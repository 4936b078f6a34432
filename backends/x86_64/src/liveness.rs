//! The backward pass: last uses, dead ops, how long each `put` matters, and where results should go.

use crate::alloc::ValState;
use crate::pins::{NO_PIN, Pins};
use tcg_ir::ops::Effects;
use tcg_ir::{Global, Op, Sign, Tb, Type, Val};

/// Fate of an op: it can be skipped.
pub(crate) const DEAD: u32 = 0;
/// Fate of an op: it must be done on the hot path.
pub(crate) const HOT: u32 = u32::MAX;

/// What the backward pass knows of a global.
#[derive(Clone, Copy, Debug, Default)]
struct Ahead {
    /// Epoch and number of cold observers seen when the low half is overwritten ahead.
    lo: (u32, u32),
    /// The same for the high half.
    hi: (u32, u32),
    /// Value that is put ahead, and the epoch in which that is worth knowing.
    want: (u32, u32),
}

/// Buffers of the backward pass.
#[derive(Clone, Debug, Default)]
pub(crate) struct Liveness {
    /// By op: `DEAD`, `HOT`, or for a `put` the time of the last op that can observe it on a cold path (its index plus 1).
    pub(crate) fate: Vec<u32>,
    ahead: Vec<Ahead>,
    /// Times of cold observers, later ones first.
    cold: Vec<u32>,
}

impl Liveness {
    /// Fills `vals` and `fate`.
    pub(crate) fn run(&mut self, tb: &Tb, pins: &Pins, vals: &mut Vec<ValState>) {
        vals.clear();
        vals.resize(tb.vals.len(), ValState::NEW);
        self.fate.clear();
        self.fate.resize(tb.ops.len(), HOT);
        self.ahead.clear();
        self.ahead.resize(pins.of_global.len(), Ahead::default());
        self.cold.clear();
        let mut pass = Pass { live: self, tb, pins, vals, hot: 1, any: 1 };
        for (index, op) in tb.ops.iter().enumerate().rev() {
            pass.op(index, op);
        }
    }
}

struct Pass<'a> {
    live: &'a mut Liveness,
    tb: &'a Tb,
    pins: &'a Pins,
    vals: &'a mut Vec<ValState>,
    /// Epoch of hot observers.
    hot: u32,
    /// Epoch of all observers.
    any: u32,
}

impl Pass<'_> {
    #[inline]
    fn op(&mut self, index: usize, op: &Op) {
        let time = index as u32 + 1;
        match *op {
            Op::Put { g, v } => self.put(index, g, v, (true, true)),
            Op::PutLo { g, v } => self.put(index, g, v, (true, false)),
            Op::PutHi { g, v } => self.put(index, g, v, (false, true)),
            Op::Get { g, d } => {
                if self.vals[d.index()].last_use == 0 {
                    self.live.fate[index] = DEAD;
                } else {
                    self.live.ahead[g.index()] = Ahead::default();
                }
            }
            Op::InsnStart { .. } | Op::PushReturn { .. } => {}
            _ => self.other(index, time, op),
        }
    }

    fn other(&mut self, index: usize, time: u32, op: &Op) {
        let effects = op.effects();
        if effects.removable() {
            let mut used = false;
            op.for_each_output(|d| used |= self.vals[d.index()].last_use != 0);
            if !used {
                self.live.fate[index] = DEAD;
                return;
            }
        }
        op.for_each_output(|d| self.define(d));
        match *op {
            Op::VZext { d, a, .. } if self.tb.ty(a).is_float() => self.pass_hint(d, a),
            Op::Extend { sign: Sign::Unsigned, d, a } => self.pass_hint(d, a),
            _ => {}
        }
        if self.closes_loop(index, op) {
            // Taken more often than not: what it needs is done before it.
            self.hot += 1;
        }
        self.observe(time, op, effects);
        op.for_each_input(|v| self.use_at(v, time));
    }

    /// Whether the op is a conditional jump back into the block.
    fn closes_loop(&self, index: usize, op: &Op) -> bool {
        let (Op::GotoIf { pc: target, .. } | Op::GotoIfFp { pc: target, .. }) = *op else {
            return false;
        };
        let before = self.tb.ops[..index].iter().rev();
        let mut starts = before.filter_map(|op| match *op {
            Op::InsnStart { pc, .. } => Some(pc),
            _ => None,
        });
        starts.next().is_some_and(|here| (self.tb.pc..=here).contains(&target))
    }

    fn observe(&mut self, time: u32, op: &Op, effects: Effects) {
        if effects.any(Effects::ENDS.and(Effects::LABEL)) || matches!(op, Op::Call { .. }) {
            self.hot += 1;
            self.any += 1;
        } else if effects.any(Effects::FAULTS.and(Effects::SIDE_EXIT)) {
            self.live.cold.push(time);
            self.any += 1;
        }
    }

    #[inline]
    fn use_at(&mut self, v: Val, time: u32) {
        if v.is_some() {
            let last = &mut self.vals[v.index()].last_use;
            *last = (*last).max(time);
        }
    }

    /// At the definition of `d`: takes the hint if the `put` ahead is still good.
    fn define(&mut self, d: Val) {
        let val = &mut self.vals[d.index()];
        if val.hint != NO_PIN {
            let g = usize::from(val.home);
            if self.live.ahead[g].want != (d.0, self.any) {
                val.hint = NO_PIN;
            }
        }
    }

    /// `d` is the float or number `a` with zeros above: `a` takes the hint. (Code generation drops it if the register of `a` will not do.)
    fn pass_hint(&mut self, d: Val, a: Val) {
        let ValState { hint, home, .. } = self.vals[d.index()];
        if hint != NO_PIN && self.tb.constant(a).is_none() {
            self.live.ahead[usize::from(home)].want = (a.0, self.any);
            let val = &mut self.vals[a.index()];
            val.hint = hint;
            val.home = home;
        }
    }

    fn put(&mut self, index: usize, g: Global, v: Val, (lo, hi): (bool, bool)) {
        let ahead = &mut self.live.ahead[g.index()];
        let fate = fate(&self.live.cold, self.hot, *ahead, (lo, hi));
        self.live.fate[index] = fate;
        if fate == DEAD {
            return;
        }
        let now = (self.hot, self.live.cold.len() as u32);
        ahead.want = (0, 0);
        if lo {
            ahead.lo = now;
        }
        if hi {
            ahead.hi = now;
        }
        let pin = self.pins.of_global[g.index()];
        if lo && hi && pin != NO_PIN && self.tb.constant(v).is_none() {
            ahead.want = (v.0, self.any);
            let val = &mut self.vals[v.index()];
            val.hint = pin;
            val.home = g.0;
        }
        debug_assert!(lo && hi || self.tb.ty(v) == Type::I32, "half puts take i32");
        self.use_at(v, index as u32 + 1);
    }
}

/// How long a put matters, given what is ahead.
fn fate(cold: &[u32], hot: u32, ahead: Ahead, (lo, hi): (bool, bool)) -> u32 {
    let until = |wanted: bool, (epoch, seen): (u32, u32)| match wanted {
        false => DEAD,
        true if epoch != hot => HOT,
        true => cold.get(seen as usize).copied().unwrap_or(DEAD),
    };
    until(lo, ahead.lo).max(until(hi, ahead.hi))
}
