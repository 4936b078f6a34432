//! Safe points: when memory that threads may still run or read can be used again.
//!
//! Each vCPU announces the epoch it last saw at a safe point (where it holds no pointer to code),
//! or that it is outside. What is dropped in epoch `e` is free once every vCPU is outside or has
//! announced an epoch after `e`.

use crate::sync::{self, Mutex, MutexGuard};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tcg_ir::layout::{N_BRANCH_TYPES, N_JUMP_ENTRIES};
use tcg_ir::{Env, JumpEntry};

/// Announcement of a vCPU that holds no pointer to code at all.
const OUTSIDE: u64 = u64::MAX;

/// Bit of `Env::exit_request`: somebody wants the vCPU's attention (a signal).
pub(crate) const REQUEST_USER: u32 = 1;
/// Bit of `Env::exit_request`: come to a safe point.
pub(crate) const REQUEST_SAFE_POINT: u32 = 2;

/// What other threads may know of a vCPU. Owns the vCPU's memory.
#[derive(Debug)]
pub(crate) struct Member {
    announced: sync::AtomicU64,
    env: *mut Env,
    jump_table: *mut JumpTable,
    /// Number of jump tables in use, from the first on.
    n_tables: AtomicUsize,
    free_state: unsafe fn(*mut Env),
}

/// The tables in which generated code looks indirect jumps up, one for each branch type.
pub(crate) type JumpTable = [JumpEntry; N_JUMP_ENTRIES * N_BRANCH_TYPES];

/// Empty tables, of which no pages are touched but the first ones.
///
/// Zero is a key that only the first entry of each could have ([`JumpEntry::slot`]), so zeros are
/// empty everywhere else.
pub(crate) fn new_jump_table() -> Box<JumpTable> {
    // SAFETY: a `JumpEntry` is two integers, for which zero is valid.
    let mut table = unsafe { Box::<JumpTable>::new_zeroed().assume_init() };
    for first in table.iter_mut().step_by(N_JUMP_ENTRIES) {
        first.pc = JumpEntry::EMPTY_PC;
    }
    table
}

impl Drop for Member {
    fn drop(&mut self) {
        // SAFETY: MEMBER-LIFE: this was the last handle, and `Epochs::add` was given the ownership.
        drop(unsafe { Box::from_raw(self.jump_table) });
        // SAFETY: as above.
        unsafe { (self.free_state)(self.env) };
    }
}

// SAFETY: MEMBER-LIFE: the pointers are valid as long as the member, and other threads use them
// for atomic accesses only (`request`, `purge`). What they own is `Send`.
unsafe impl Send for Member {}
// SAFETY: as above.
unsafe impl Sync for Member {}

impl Member {
    /// Asks the vCPU to leave generated code. Async-signal-safe.
    pub(crate) fn request(&self, bit: u32) {
        // SAFETY: MEMBER-LIFE; a field of `Env` that is atomic.
        let request = unsafe { &(*self.env).exit_request };
        request.fetch_or(bit, Ordering::SeqCst);
    }

    /// Announces a safe point in epoch `now`. Only the vCPU's own thread.
    ///
    /// Pointers to code that are read afterwards are safe until the next announcement.
    pub(crate) fn announce(&self, now: u64) {
        self.announced.swap(now, Ordering::SeqCst);
        // No later load of a pointer may come before the announcement.
        sync::barrier_behind_rmw();
    }

    /// Announces that the thread holds no pointer to code. Only the vCPU's own thread.
    pub(crate) fn leave(&self) {
        self.announced.store(OUTSIDE, Ordering::Release);
    }

    /// Empties an entry of each jump table, so that its code is not found there.
    fn purge(&self, slot: usize) {
        (0..self.n_tables()).for_each(|table| self.empty(table * N_JUMP_ENTRIES + slot));
    }

    /// Number of jump tables in use, from the first on.
    pub(crate) fn n_tables(&self) -> usize {
        self.n_tables.load(Ordering::SeqCst)
    }

    /// Says that jump table `table` is in use. To be called before an entry is filled.
    pub(crate) fn use_table(&self, table: usize) {
        if table >= self.n_tables() {
            self.n_tables.store(table + 1, Ordering::SeqCst);
        }
    }

    /// Empties an entry, counted through all tables.
    fn empty(&self, slot: usize) {
        // SAFETY: MEMBER-LIFE.
        let key = unsafe { &raw mut (*self.jump_table)[slot].pc };
        // SAFETY: aligned, and everyone but generated code uses atomic accesses.
        unsafe { AtomicU64::from_ptr(key) }.store(JumpEntry::EMPTY_PC, Ordering::SeqCst);
    }
}

/// The vCPUs of a machine, and the current epoch.
#[derive(Debug)]
pub(crate) struct Epochs {
    now: sync::AtomicU64,
    members: Mutex<Vec<Arc<Member>>>,
}

impl Epochs {
    pub(crate) fn new() -> Epochs {
        Epochs { now: sync::AtomicU64::new(1), members: Mutex::new(Vec::new()) }
    }

    /// The current epoch.
    pub(crate) fn now(&self) -> u64 {
        self.now.load(Ordering::SeqCst)
    }

    /// Registers a vCPU, which starts outside.
    ///
    /// # Safety
    /// `env` and `jump_table` are valid and become the member's, which frees the state by
    /// `free_state`; the vCPU's thread may use them as long as it has the member.
    pub(crate) unsafe fn add(
        &self,
        env: *mut Env,
        jump_table: *mut JumpTable,
        free_state: unsafe fn(*mut Env),
    ) -> Arc<Member> {
        let announced = sync::AtomicU64::new(OUTSIDE);
        let member = Arc::new(Member {
            announced,
            env,
            jump_table,
            n_tables: AtomicUsize::new(1),
            free_state,
        });
        self.members().push(Arc::clone(&member));
        member
    }

    /// Forgets a vCPU.
    pub(crate) fn remove(&self, member: &Arc<Member>) {
        self.members().retain(|other| !Arc::ptr_eq(other, member));
    }

    /// Forgets all vCPUs but one: those of other threads do not exist in the child of a `fork`.
    pub(crate) fn keep_only(&self, member: &Arc<Member>) {
        self.members().retain(|other| Arc::ptr_eq(other, member));
    }

    /// Starts the next epoch after something was dropped, asks every vCPU to a safe point, and
    /// empties their jump-table entries for `dropped`. Returns the epoch that ended.
    pub(crate) fn advance(&self, dropped: impl Iterator<Item = u64> + Clone) -> u64 {
        let ended = self.now.fetch_add(1, Ordering::SeqCst);
        // No announcement may be read before what was dropped is out of reach.
        sync::barrier_behind_rmw();
        for member in self.members().iter() {
            dropped.clone().for_each(|pc| member.purge(JumpEntry::slot(pc)));
            member.request(REQUEST_SAFE_POINT);
        }
        ended
    }

    /// The same after everything was dropped. Who is outside empties its table when it comes back.
    pub(crate) fn advance_all(&self) -> u64 {
        let ended = self.now.fetch_add(1, Ordering::SeqCst);
        for member in self.members().iter() {
            if member.announced.load(Ordering::SeqCst) != OUTSIDE {
                (0..N_JUMP_ENTRIES * member.n_tables()).for_each(|slot| member.empty(slot));
            }
            member.request(REQUEST_SAFE_POINT);
        }
        ended
    }

    /// Whether everything dropped in `epoch` or before is out of use.
    pub(crate) fn is_over(&self, epoch: u64) -> bool {
        self.members().iter().all(|member| member.announced.load(Ordering::SeqCst) > epoch)
    }

    /// Waits until everything dropped in `epoch` or before is out of use. The caller's own vCPU must be outside.
    pub(crate) fn wait_until_over(&self, epoch: u64) {
        let mut round = 0;
        while !self.is_over(epoch) {
            sync::pause(round);
            round += 1;
        }
    }

    fn members(&self) -> MutexGuard<'_, Vec<Arc<Member>>> {
        self.members.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Runs `fork` while no other thread holds the list.
    pub(crate) fn with_quiet_lock<R>(&self, fork: impl FnOnce() -> R) -> R {
        let members = self.members();
        let result = fork();
        drop(members);
        result
    }
}
