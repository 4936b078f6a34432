//! Barriers: neighbours are merged, those beside a sequentially consistent atomic are dropped, and all go when nobody else looks.
//!
//! Between two barriers without a memory access in between, the union orders exactly what both ordered.
//! A sequentially consistent atomic or store orders everything before it against everything after it, so a barrier next to it adds nothing.

use tcg_ir::ops::Effects;
use tcg_ir::{Barriers, Op, Order, Tb};

const ACCESS: Effects = Effects::LOADS.and(Effects::STORES);
const CONTROL: Effects = Effects::LABEL.and(Effects::SIDE_EXIT).and(Effects::ENDS);

/// Merges and drops barriers; returns how many went.
pub(crate) fn run(tb: &mut Tb, parallel: bool) -> u64 {
    let before = tb.ops.len();
    if !tb.ops.iter().any(|op| matches!(op, Op::Mb { .. })) {
        return 0;
    }
    if parallel {
        merge(&mut tb.ops);
        tb.ops.retain(|op| *op != Op::Mb { set: Barriers::NONE });
    } else {
        tb.ops.retain(|op| !matches!(op, Op::Mb { .. }));
    }
    (before - tb.ops.len()) as u64
}

/// Empties the set of each barrier that another op makes needless.
fn merge(ops: &mut [Op]) {
    // The last barrier that no access has followed, and whether a full atomic was the last access.
    let mut open: Option<usize> = None;
    let mut after_full = false;
    for index in 0..ops.len() {
        match ops[index] {
            Op::Mb { set } => {
                let earlier = open.map_or(Barriers::NONE, |at| take(ops, at));
                let set = if after_full { Barriers::NONE } else { set.union(earlier) };
                ops[index] = Op::Mb { set };
                open = Some(index);
            }
            op if is_full(&op) => {
                if let Some(at) = open.take() {
                    take(ops, at);
                }
                after_full = true;
            }
            op if op.effects().any(ACCESS) || op.effects().any(CONTROL) => {
                open = None;
                after_full = false;
            }
            _ => {}
        }
    }
}

fn take(ops: &mut [Op], at: usize) -> Barriers {
    match std::mem::replace(&mut ops[at], Op::Mb { set: Barriers::NONE }) {
        Op::Mb { set } => set,
        _ => Barriers::NONE,
    }
}

/// True for atomics and stores that are ordered with everything. (A load so marked is not: hosts put the fence behind stores.)
fn is_full(op: &Op) -> bool {
    match op {
        Op::Cas { mem, .. }
        | Op::Cas128 { mem, .. }
        | Op::Rmw { mem, .. }
        | Op::St { mem, .. }
        | Op::St128 { mem, .. } => mem.order == Order::SeqCst,
        _ => false,
    }
}
