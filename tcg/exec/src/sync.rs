//! The primitives of the parts that take no lock, apart so that `tests/loom.rs` can run those parts on a model checker's.

pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU64};
pub(crate) use std::sync::{Mutex, MutexGuard};

use std::sync::atomic::{Ordering, compiler_fence};
use std::time::Duration;

/// Slots of a new hash table.
pub(crate) const FIRST_SLOTS: usize = 1 << 12;

/// Rounds of waiting that only yield; about as long as a thread takes to its next safe point.
const BUSY_ROUNDS: u32 = 16;
/// Longest sleep between two looks.
const MAX_SLEEP: Duration = Duration::from_millis(1);

/// Orders everything before against everything after. To be called behind an atomic read-modify-write: on x86-64 hosts
/// that is a full barrier itself, and only the compiler must be told.
#[inline]
pub(crate) fn barrier_behind_rmw() {
    compiler_fence(Ordering::SeqCst);
}

/// Waits a little, longer with each round. Sleeping leaves locks and processors to those who are waited for.
pub(crate) fn pause(round: u32) {
    match round.checked_sub(BUSY_ROUNDS) {
        None => std::thread::yield_now(),
        Some(n) => std::thread::sleep(Duration::from_micros(20 << n.min(10)).min(MAX_SLEEP)),
    }
}
