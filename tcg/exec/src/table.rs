//! The table (guest pc, flags) → code: read without a lock, written under the cache's lock.
//!
//! Open addressing with linear probing. An entry is one word: 32 bits of hash, and the place of the
//! code; the block's header has the full key.

use crate::chunk::{self, CodeOffset};
use crate::code_memory::CodeMemory;
use crate::epoch::Epochs;
use crate::sync::{AtomicPtr, AtomicU64, FIRST_SLOTS};
use std::sync::atomic::Ordering;

const EMPTY: u64 = 0;
/// A removed entry: probing goes on behind it.
const REMOVED: u64 = 1;

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    current: AtomicPtr<Slots>,
}

#[derive(Debug)]
struct Slots {
    slots: Box<[AtomicU64]>,
}

/// What only the holder of the cache's lock has: the tables and their filling.
#[derive(Debug)]
pub(crate) struct TableOwner {
    current: Box<Slots>,
    /// Former tables, each with the epoch that ended when it was replaced: vCPUs that have not
    /// passed a safe point since may look at it.
    former: Vec<(u64, Box<Slots>)>,
    n_used: usize,
}

fn hash(pc: u64, flags: u32) -> u64 {
    // Multiplication by 2^64 / golden ratio; the high bits are the good ones.
    let key = pc ^ u64::from(flags) << 48;
    (key ^ key >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn entry(hash: u64, at: CodeOffset) -> u64 {
    hash << 32 | u64::from(at.0)
}

fn place(entry: u64) -> CodeOffset {
    CodeOffset(entry as u32)
}

impl Slots {
    fn new(n_slots: usize) -> Box<Slots> {
        let slots = (0..n_slots).map(|_| AtomicU64::new(EMPTY)).collect();
        Box::new(Slots { slots })
    }

    /// The slots in the order in which `hash` probes them.
    fn probe(&self, hash: u64) -> impl Iterator<Item = &AtomicU64> {
        let n_slots = self.slots.len();
        let first = (hash >> (64 - n_slots.trailing_zeros())) as usize;
        (0..n_slots).map(move |i| &self.slots[(first + i) & (n_slots - 1)])
    }

    /// Fills the first free slot; says whether it had never been used.
    fn insert(&self, hash: u64, at: CodeOffset) -> bool {
        let free = self.probe(hash).find(|slot| slot.load(Ordering::Relaxed) <= REMOVED);
        // Release: the block was written before.
        free.expect("a table is never full").swap(entry(hash, at), Ordering::Release) == EMPTY
    }
}

impl Table {
    /// An empty table and what its writer needs.
    pub(crate) fn new() -> (Table, TableOwner) {
        let first = Slots::new(FIRST_SLOTS);
        let current = AtomicPtr::new(std::ptr::from_ref(&*first).cast_mut());
        (Table { current }, TableOwner { current: first, former: Vec::new(), n_used: 0 })
    }

    fn current(&self) -> &Slots {
        // SAFETY: TABLE-LIFE: points to a box of `TableOwner`, which lives in the same cache as
        // `self` and drops a table only when every vCPU has passed a safe point since it was replaced.
        unsafe { &*self.current.load(Ordering::Acquire) }
    }

    /// The live block of generation `generation` for (pc, flags). No lock; the thread holds the
    /// cache's lock or is a vCPU that has announced an epoch.
    #[inline]
    pub(crate) fn find(
        &self,
        memory: &CodeMemory,
        pc: u64,
        flags: u32,
        generation: u32,
    ) -> Option<CodeOffset> {
        let hash = hash(pc, flags);
        for slot in self.current().probe(hash) {
            let found = slot.load(Ordering::Acquire);
            if found == EMPTY {
                return None;
            }
            if found >> 32 == hash & 0xffff_ffff
                && found != REMOVED
                && chunk::is_block_for(memory, place(found), (pc, flags), generation)
            {
                return Some(place(found));
            }
        }
        None
    }

    /// Adds a block.
    pub(crate) fn insert(
        &self,
        owner: &mut TableOwner,
        memory: &CodeMemory,
        at: CodeOffset,
        (pc, flags): (u64, u32),
        epochs: &Epochs,
    ) {
        if owner.n_used * 2 >= self.current().slots.len() {
            self.rebuild(owner, memory, epochs);
        }
        owner.n_used += usize::from(self.current().insert(hash(pc, flags), at));
    }

    /// Removes a block.
    pub(crate) fn remove(&self, at: CodeOffset, (pc, flags): (u64, u32)) {
        let hash = hash(pc, flags);
        let wanted = entry(hash, at);
        for slot in self.current().probe(hash) {
            let found = slot.load(Ordering::Relaxed);
            if found == EMPTY {
                return;
            }
            if found == wanted {
                slot.store(REMOVED, Ordering::Release);
                return;
            }
        }
    }

    /// Removes everything.
    pub(crate) fn clear(&self, owner: &mut TableOwner) {
        for slot in &self.current().slots {
            slot.store(EMPTY, Ordering::Release);
        }
        owner.n_used = 0;
    }

    /// Moves the live entries to a table that they fill by a quarter to a half. The former one goes
    /// when no vCPU can be in it.
    fn rebuild(&self, owner: &mut TableOwner, memory: &CodeMemory, epochs: &Epochs) {
        let live = |slot: &AtomicU64| {
            let entry = slot.load(Ordering::Relaxed);
            (entry != EMPTY && entry != REMOVED).then(|| place(entry))
        };
        let blocks: Vec<CodeOffset> = owner.current.slots.iter().filter_map(live).collect();
        let next = Slots::new((blocks.len() * 4).next_power_of_two().max(FIRST_SLOTS));
        for &at in &blocks {
            let header = chunk::header(memory, at);
            next.insert(hash(header.pc, header.flags), at);
        }
        owner.n_used = blocks.len();
        self.current.store(std::ptr::from_ref(&*next).cast_mut(), Ordering::Release);
        let former = std::mem::replace(&mut owner.current, next);
        owner.former.retain(|(ended, _)| !epochs.is_over(*ended));
        owner.former.push((epochs.advance(std::iter::empty()), former));
    }
}
