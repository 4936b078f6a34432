//! Which pages hold translated code, and the promises made to whoever translated them.
//!
//! A *marked* page is one whose bytes somebody has translated. While it is marked the host mapping
//! is not writable, so that a store is noticed before it happens. A page that is stored to again and
//! again (a stack with trampolines, the buffer of a compiler) is *open* instead: it stays writable, and
//! translations of it compare its bytes each time they are entered. Marks carry a generation, so that
//! a translation that was overtaken by a store can be told and thrown away (invariant CODE-FRESH
//! of `docs/src/unsafe.md`).

use crate::addr::{GuestAddr, PAGE_SIZE};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

/// What the code cache does when translated pages change. Set once per address space.
///
/// Called without the lock of the address space, on the thread that made the change, before that
/// change returns to the guest (a store: before the store happens).
pub trait CodeHook: Send + Sync {
    /// Drops every translation that covers a byte of `range` (page-aligned).
    fn invalidate(&self, range: Range<u64>);

    /// Memory that others may write to concurrently exists from now on (a writable shared
    /// mapping): atomic operations need real atomicity.
    fn memory_is_shared(&self);

    /// There is guarded code from now on ([`Prot::GUARDED`](crate::Prot::GUARDED)): indirect jumps must be told from others.
    fn code_is_guarded(&self);
}

/// Proof that a page was marked when its bytes were read; see
/// [`AddressSpace::begin_code`](crate::AddressSpace::begin_code).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeTicket {
    /// The page.
    pub page: GuestAddr,
    /// Stores to the page are not noticed: what is translated from it must look at the bytes itself.
    pub is_open: bool,
    pub(crate) generation: u64,
}

/// Hashes page addresses, which nobody chooses to collide: one multiplication.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageHasher(u64);

impl BuildHasher for PageHasher {
    type Hasher = PageHasher;

    fn build_hasher(&self) -> PageHasher {
        *self
    }
}

impl Hasher for PageHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        // 2^64 divided by the golden ratio; the rotation brings the good bits down to where
        // hash maps look first.
        self.0 = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
}

/// After so many noticed stores a page is open. Each costs a signal, two changes of protection and the translations.
const MAX_NOTICED: u32 = 3;

/// A marked page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    generation: u64,
    is_open: bool,
}

/// Marked pages, and how often stores to pages with code were noticed.
#[derive(Debug, Default)]
pub(crate) struct CodePages {
    marked: HashMap<u64, Mark, PageHasher>,
    noticed: HashMap<u64, u32, PageHasher>,
    generations: u64,
}

impl Mark {
    fn ticket(self, page: GuestAddr) -> CodeTicket {
        CodeTicket { page, is_open: self.is_open, generation: self.generation }
    }
}

impl CodePages {
    /// Marks a page; the flag says whether it was unmarked before.
    pub(crate) fn mark(&mut self, page: GuestAddr) -> (CodeTicket, bool) {
        if let Some(ticket) = self.ticket(page) {
            return (ticket, false);
        }
        self.generations += 1;
        let is_open = self.noticed.get(&page.0).is_some_and(|n| *n >= MAX_NOTICED);
        let mark = Mark { generation: self.generations, is_open };
        self.marked.insert(page.0, mark);
        (mark.ticket(page), true)
    }

    /// Removes the mark of a page that is about to be stored to; whether it had one.
    pub(crate) fn notice_store(&mut self, page: GuestAddr) -> bool {
        let had_mark = self.marked.remove(&page.0).is_some();
        if had_mark {
            *self.noticed.entry(page.0).or_default() += 1;
        }
        had_mark
    }

    /// The ticket of a marked page.
    pub(crate) fn ticket(&self, page: GuestAddr) -> Option<CodeTicket> {
        self.marked.get(&page.0).map(|mark| mark.ticket(page))
    }

    /// Whether the page has been marked without a break since `ticket` was made.
    pub(crate) fn is_current(&self, ticket: CodeTicket) -> bool {
        self.ticket(ticket.page) == Some(ticket)
    }

    /// Removes the marks inside `range`, and what is known of these pages; returns the pages that had one, ascending.
    pub(crate) fn unmark(&mut self, range: &Range<u64>) -> Vec<u64> {
        let hit = self.marked_in(range);
        for page in &hit {
            self.marked.remove(page);
            self.noticed.remove(page);
        }
        hit
    }

    /// The marked pages inside `range`, ascending.
    pub(crate) fn marked_in(&self, range: &Range<u64>) -> Vec<u64> {
        let n_pages = (range.end - range.start) / PAGE_SIZE;
        if n_pages <= self.marked.len() as u64 {
            let pages = (0..n_pages).map(|i| range.start + i * PAGE_SIZE);
            return pages.filter(|page| self.marked.contains_key(page)).collect();
        }
        let mut hit: Vec<u64> =
            self.marked.keys().copied().filter(|page| range.contains(page)).collect();
        hit.sort_unstable();
        hit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_dies_with_its_mark() {
        let mut pages = CodePages::default();
        let page = GuestAddr(0x5000);
        let (ticket, fresh) = pages.mark(page);
        assert!(fresh && pages.is_current(ticket));
        assert_eq!(pages.mark(page), (ticket, false));
        assert_eq!(pages.unmark(&(0x4000..0x8000)), [0x5000]);
        assert!(!pages.is_current(ticket));
        let (again, fresh) = pages.mark(page);
        assert!(fresh && again != ticket);
        assert!(!pages.is_current(ticket) && pages.is_current(again));
    }

    #[test]
    fn a_page_that_is_stored_to_again_and_again_is_open_until_it_is_unmarked() {
        let mut pages = CodePages::default();
        let page = GuestAddr(0x5000);
        for _ in 0..MAX_NOTICED {
            assert!(!pages.mark(page).0.is_open);
            assert!(pages.notice_store(page));
        }
        assert!(!pages.notice_store(page));
        let (ticket, fresh) = pages.mark(page);
        assert!(fresh && ticket.is_open && pages.is_current(ticket));
        assert_eq!(pages.unmark(&(0x5000..0x6000)), [0x5000]);
        assert!(!pages.mark(page).0.is_open);
    }

    #[test]
    fn huge_ranges_do_not_walk_every_page() {
        let mut pages = CodePages::default();
        pages.mark(GuestAddr(0x7000));
        pages.mark(GuestAddr(0x5000));
        assert_eq!(pages.unmark(&(0..1 << 47)), [0x5000, 0x7000]);
        assert!(pages.unmark(&(0..1 << 47)).is_empty());
    }
}
