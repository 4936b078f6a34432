//! Counters that show what the engine does.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counters of a machine; the sum over its vCPUs. Any thread may read them at any time.
#[derive(Debug, Default)]
pub struct Stats {
    blocks: AtomicU64,
    insns: AtomicU64,
    code_bytes: AtomicU64,
    links: AtomicU64,
    invalidated: AtomicU64,
    flushes: AtomicU64,
    code_writes: AtomicU64,
    single_steps: AtomicU64,
    faults: AtomicU64,
    lookups: AtomicU64,
    translating_ns: AtomicU64,
    timed_insns: AtomicU64,
}

/// A translation that took longer was interrupted: its time says nothing.
const INTERRUPTED: Duration = Duration::from_micros(500);

/// The values of [`Stats`] at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatsSnapshot {
    /// TBs translated.
    pub blocks: u64,
    /// Guest instructions translated.
    pub insns: u64,
    /// Bytes of host code made.
    pub code_bytes: u64,
    /// Direct exits patched to jump to their target.
    pub links: u64,
    /// TBs dropped because their guest code changed or went away.
    pub invalidated: u64,
    /// Times the whole cache was dropped.
    pub flushes: u64,
    /// Stores that met a page with translated code.
    pub code_writes: u64,
    /// Instructions run alone and uncached, after such a store.
    pub single_steps: u64,
    /// Faults of guest accesses seen by the signal handler in generated code.
    pub faults: u64,
    /// Times generated code came back to the loop to have a TB found.
    pub lookups: u64,
    /// Nanoseconds from a missing TB to its code, over all threads and all TBs but those whose translation the host
    /// interrupted; 0 unless `Config::timed`.
    pub translating_ns: u64,
    /// Instructions of the TBs of `translating_ns`.
    pub timed_insns: u64,
}

fn add(counter: &AtomicU64, n: usize) {
    // Relaxed: a number for people; nothing is ordered by it.
    counter.fetch_add(n as u64, Ordering::Relaxed);
}

impl Stats {
    pub(crate) fn count_block(&self, n_insns: u32, code_bytes: usize) {
        add(&self.blocks, 1);
        add(&self.insns, n_insns as usize);
        add(&self.code_bytes, code_bytes);
    }

    pub(crate) fn count_link(&self) {
        add(&self.links, 1);
    }

    pub(crate) fn count_invalidated(&self, n: usize) {
        add(&self.invalidated, n);
    }

    pub(crate) fn count_flush(&self) {
        add(&self.flushes, 1);
    }

    pub(crate) fn count_code_write(&self) {
        add(&self.code_writes, 1);
    }

    pub(crate) fn count_single_step(&self) {
        add(&self.single_steps, 1);
    }

    /// Async-signal-safe.
    pub(crate) fn count_fault(&self) {
        add(&self.faults, 1);
    }

    pub(crate) fn count_lookups(&self, n: u64) {
        add(&self.lookups, n as usize);
    }

    pub(crate) fn count_translating(&self, n_insns: u32, time: Duration) {
        if time < INTERRUPTED {
            add(&self.translating_ns, time.as_nanos() as usize);
            add(&self.timed_insns, n_insns as usize);
        }
    }

    /// All counters now.
    #[must_use]
    pub fn snapshot(&self) -> StatsSnapshot {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StatsSnapshot {
            blocks: get(&self.blocks),
            insns: get(&self.insns),
            code_bytes: get(&self.code_bytes),
            links: get(&self.links),
            invalidated: get(&self.invalidated),
            flushes: get(&self.flushes),
            code_writes: get(&self.code_writes),
            single_steps: get(&self.single_steps),
            faults: get(&self.faults),
            lookups: get(&self.lookups),
            translating_ns: get(&self.translating_ns),
            timed_insns: get(&self.timed_insns),
        }
    }
}

impl fmt::Display for StatsSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} TBs, {} instructions, {} bytes of host code, {} links, {} lookups, \
             {} invalidated, {} flushes, {} code writes, {} single steps, {} faults",
            self.blocks,
            self.insns,
            self.code_bytes,
            self.links,
            self.lookups,
            self.invalidated,
            self.flushes,
            self.code_writes,
            self.single_steps,
            self.faults
        )?;
        if self.translating_ns == 0 {
            return Ok(());
        }
        let milliseconds = self.translating_ns as f64 / 1e6;
        let millions = self.timed_insns as f64 / 1e3 / milliseconds;
        write!(f, "; {milliseconds:.1} ms translating, {millions:.2} million instructions a second")
    }
}
