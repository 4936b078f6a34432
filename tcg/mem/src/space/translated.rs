//! Pages with translated code: closed to stores, so that the translations go before the bytes do.

use super::{AddressSpace, State};
use crate::addr::{Access, Cause, Fault, GuestAddr, PAGE_SIZE};
use crate::code::CodeTicket;
use crate::host;
use crate::maps::Prot;
use crate::place::HOST_END;
use std::ops::Range;
use std::sync::{Arc, RwLockWriteGuard};

/// What [`AddressSpace::resolve_write`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteFault {
    /// The page held translated code; repeat the store.
    CodeDropped,
    /// The guest may write there and no code was in the way: another thread has just dropped it,
    /// or the fault has another cause (a file cut short).
    NoCode,
    /// The guest may not write there.
    Denied,
}

/// Pages without marks whose translations are not dropped yet.
#[derive(Debug)]
pub(super) struct Dropping {
    pages: Vec<u64>,
    /// What is to be invalidated.
    ranges: Vec<Range<u64>>,
}

impl AddressSpace {
    /// Marks the page of `addr` as holding translated code and makes stores to it fault, unless the
    /// page is open ([`CodeTicket::is_open`]).
    ///
    /// Call it *before* reading the bytes to translate; show the ticket to
    /// [`is_current`](Self::is_current) before publishing what came of them.
    ///
    /// # Errors
    /// A fetch fault at `addr` when the page is not mapped or not executable.
    pub fn begin_code(&self, addr: GuestAddr) -> Result<CodeTicket, Fault> {
        let fault = |cause| Fault { addr, access: Access::Execute, cause };
        let page = addr.page();
        if let Some(ticket) = self.read().code.ticket(page) {
            return Ok(ticket);
        }
        let mut state = self.write();
        let Some(prot) = state.maps.find(addr).map(|mapping| mapping.prot) else {
            return Err(fault(Cause::Unmapped));
        };
        if !prot.allows(Prot::EXEC) {
            return Err(fault(Cause::Protected));
        }
        let (ticket, is_new) = state.code.mark(page);
        let range = page.0..page.0 + PAGE_SIZE;
        let closes = is_new && !ticket.is_open && prot.allows(Prot::WRITE);
        if closes && host::mprotect(&range, libc::PROT_READ).is_err() {
            // Out of host mappings: better no translation than a stale one.
            state.code.unmark(&range);
            return Err(fault(Cause::Bus));
        }
        Ok(ticket)
    }

    /// Whether nothing has changed the page since `ticket` was made.
    ///
    /// To be asked under the lock that [`CodeHook::invalidate`](crate::CodeHook::invalidate) takes: a change that this misses
    /// comes to the hook afterwards.
    #[must_use]
    pub fn is_current(&self, ticket: CodeTicket) -> bool {
        self.read().code.is_current(ticket)
    }

    /// Deals with a store to `addr` that the host refused: if its page is the guest's to write and
    /// only holds translated code, drops the translations and opens the page for stores.
    pub fn resolve_write(&self, addr: GuestAddr) -> WriteFault {
        let page = addr.page();
        let range = page.0..page.0.wrapping_add(PAGE_SIZE);
        let mut state = self.write();
        let Some(prot) = state.maps.find(addr).map(|mapping| mapping.prot) else {
            return WriteFault::Denied;
        };
        if !prot.allows(Prot::WRITE) {
            return WriteFault::Denied;
        }
        if state.code.notice_store(page) {
            self.drop_code(state, vec![page.0], vec![range]);
            return WriteFault::CodeDropped;
        }
        if state.dropping.iter().any(|other| other.pages.contains(&page.0)) {
            // Another thread is at it, and opens the page afterwards.
            drop(state);
            std::thread::yield_now();
            return WriteFault::CodeDropped;
        }
        if reopen(&state, page.0) { WriteFault::NoCode } else { WriteFault::Denied }
    }

    /// Opens the code pages in the range that the guest may write for stores by the host kernel
    /// (a `read` into them), which would stop at them with what it has done so far.
    ///
    /// Returns whether there were any. Without any, costs a lock that others may hold too.
    pub fn release_code(&self, addr: GuestAddr, len: u64) -> bool {
        let end = addr.0.saturating_add(len).min(HOST_END).next_multiple_of(PAGE_SIZE);
        let range = addr.page().0.min(end)..end;
        let state = self.read();
        if writable_code(&state, &range).is_empty() && !is_dropping(&state, &range) {
            return false;
        }
        drop(state);
        let mut state = self.write();
        let pages = writable_code(&state, &range);
        let ranges: Vec<Range<u64>> = pages.iter().map(|page| *page..page + PAGE_SIZE).collect();
        for range in &ranges {
            state.code.unmark(range);
        }
        self.drop_code(state, pages, ranges);
        // Another thread may be at some of them still, and opens them afterwards.
        while is_dropping(&self.read(), &range) {
            std::thread::yield_now();
        }
        true
    }

    /// In the child of a `fork`: ends what other threads, which are not here, were dropping.
    pub fn after_fork_in_child(&self) {
        let left = std::mem::take(&mut self.write().dropping);
        left.into_iter().for_each(|dropping| self.drop_translations(self.write(), dropping));
    }

    /// Drops the translations of `pages`, whose marks have just been taken off under the lock that
    /// comes with them, and only then opens those that the guest may write: no thread runs stale
    /// code after a store.
    pub(super) fn drop_code(
        &self,
        state: RwLockWriteGuard<'_, State>,
        pages: Vec<u64>,
        ranges: Vec<Range<u64>>,
    ) {
        if !pages.is_empty() {
            self.drop_translations(state, Arc::new(Dropping { pages, ranges }));
        }
    }

    fn drop_translations(&self, mut state: RwLockWriteGuard<'_, State>, dropping: Arc<Dropping>) {
        state.dropping.push(Arc::clone(&dropping));
        drop(state);
        dropping.ranges.iter().for_each(|range| self.invalidate(range));
        let mut state = self.write();
        state.dropping.retain(|other| !Arc::ptr_eq(other, &dropping));
        for &page in &dropping.pages {
            // What fails here is tried again when a store meets the page.
            reopen(&state, page);
        }
    }
}

/// Pages in `range` with code marks that the guest may store to.
fn writable_code(state: &State, range: &Range<u64>) -> Vec<u64> {
    let mut pages = state.code.marked_in(range);
    let prot = |page: u64| state.maps.find(GuestAddr(page)).map(|mapping| mapping.prot);
    pages.retain(|&page| prot(page).is_some_and(|prot| prot.allows(Prot::WRITE)));
    pages
}

/// Whether translations of a page in `range` are just being dropped.
fn is_dropping(state: &State, range: &Range<u64>) -> bool {
    state.dropping.iter().flat_map(|dropping| &dropping.pages).any(|page| range.contains(page))
}

/// Gives a page that is not marked as code the permissions that the guest has *now*, if it may
/// write there; `false` if it may not, or the host refuses.
///
/// A page that is closed again stays so: a store comes to [`AddressSpace::resolve_write`] again.
fn reopen(state: &State, page: u64) -> bool {
    let mapping = state.maps.find(GuestAddr(page));
    let Some(prot) = mapping.map(|mapping| mapping.prot).filter(|prot| prot.allows(Prot::WRITE))
    else {
        return false;
    };
    let is_closed = state.code.ticket(GuestAddr(page)).is_some_and(|ticket| !ticket.is_open);
    is_closed || host::mprotect(&(page..page + PAGE_SIZE), prot.host_bits()).is_ok()
}
