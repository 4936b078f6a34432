//! The address space of a guest process: the host calls behind `mmap` and its relatives, and the
//! book-keeping that goes with them. Here: what is mapped, and its permissions; the folder has the other calls, and what
//! translated code in its pages asks for.

mod brk;
mod map;
mod remap;
mod seal;
mod translated;

pub use map::MapRequest;
pub use translated::WriteFault;

use crate::addr::{Access, Cause, GuestAddr};
use crate::code::{CodeHook, CodePages};
use crate::errno::Errno;
use crate::host;
use crate::maps::{Mapping, Maps, Prot};
use crate::place::pages;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};
use translated::Dropping;

#[derive(Debug, Default)]
struct State {
    maps: Maps,
    code: CodePages,
    brk_start: u64,
    brk: u64,
    /// What threads are dropping at the moment.
    dropping: Vec<Arc<Dropping>>,
    /// What stays as it is.
    seals: seal::Seals,
}

/// Pages, with what is known of them for changing it.
type Pages<'a> = (RwLockWriteGuard<'a, State>, Range<u64>);

/// What one guest process has mapped. Shared by its threads; every method may be called by any.
///
/// Guest mappings live where the guest sees them in the host's address space, so two address
/// spaces in one process must not overlap (the host keeps them apart: neither can replace what
/// belongs to the other).
pub struct AddressSpace {
    state: RwLock<State>,
    hook: OnceLock<Weak<dyn CodeHook>>,
    has_shared: AtomicBool,
    has_guarded: AtomicBool,
    window: Range<u64>,
}

impl std::fmt::Debug for AddressSpace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddressSpace").field("maps", &self.read().maps).finish_non_exhaustive()
    }
}

impl Default for AddressSpace {
    fn default() -> Self {
        Self::new()
    }
}

/// Guarded code.
const GUARDED_CODE: Prot = Prot::EXEC.union(Prot::GUARDED);

impl AddressSpace {
    /// An empty address space that places mappings below 2^42, where the kernels of all guests place those of a process.
    #[must_use]
    pub fn new() -> AddressSpace {
        Self::with_window(0x1_0000..(1 << 42) - 0x1000_0000)
    }

    /// An empty address space that prefers to place mappings inside `window`, from the top down.
    #[must_use]
    pub fn with_window(window: Range<u64>) -> AddressSpace {
        AddressSpace {
            state: RwLock::default(),
            hook: OnceLock::new(),
            has_shared: AtomicBool::new(false),
            has_guarded: AtomicBool::new(false),
            window,
        }
    }

    /// Tells the address space who caches translations; the first call counts.
    pub fn set_hook(&self, hook: Weak<dyn CodeHook>) {
        let _ = self.hook.set(hook);
    }

    /// Whether indirect jumps to `addr` come only to places that are meant for them.
    #[must_use]
    pub fn is_guarded(&self, addr: GuestAddr) -> bool {
        // Set before the mapping is handed out; nothing else is published by it.
        self.has_guarded.load(Ordering::Relaxed)
            && self.read().maps.find(addr).is_some_and(|mapping| mapping.prot.allows(GUARDED_CODE))
    }

    /// The mapping that holds `addr`.
    #[must_use]
    pub fn find(&self, addr: GuestAddr) -> Option<Mapping> {
        self.read().maps.find(addr).cloned()
    }

    /// All mappings, ascending.
    #[must_use]
    pub fn mappings(&self) -> Vec<Mapping> {
        self.read().maps.iter().cloned().collect()
    }

    /// Why an access at `addr` fails by the guest's own permissions; `None` if they allow it.
    #[must_use]
    pub fn check(&self, addr: GuestAddr, access: Access) -> Option<Cause> {
        let state = self.read();
        let Some(mapping) = state.maps.find(addr) else {
            return Some(Cause::Unmapped);
        };
        let allowed = match access {
            Access::Read => mapping.prot.host_bits() != libc::PROT_NONE,
            Access::Write => mapping.prot.allows(Prot::WRITE),
            Access::Execute => mapping.prot.allows(Prot::EXEC),
        };
        (!allowed).then_some(Cause::Protected)
    }

    /// Changes the guest's permissions.
    ///
    /// # Errors
    /// As Linux `mprotect`: EINVAL, ENOMEM at the first unmapped page (those before it are
    /// changed), EACCES, EPERM if something in it is sealed.
    pub fn mprotect(&self, addr: GuestAddr, len: u64, prot: Prot) -> Result<(), Errno> {
        if addr.page_offset() != 0 {
            return Err(Errno(libc::EINVAL));
        }
        if len == 0 {
            return Ok(());
        }
        let range = pages(addr.0, len).ok_or(Errno(libc::ENOMEM))?;
        let mut state = self.write();
        let mapped_end = state.maps.gaps(&range).first().map_or(range.end, |gap| gap.start);
        let mapped = range.start..mapped_end;
        if mapped.is_empty() {
            return Err(Errno(libc::ENOMEM));
        }
        state.seals.check(&mapped)?;
        let is_guarded = |prot: Prot| prot.allows(Prot::GUARDED);
        let as_guarded = state
            .maps
            .inside(&mapped)
            .iter()
            .all(|mapping| is_guarded(mapping.prot) == is_guarded(prot));
        let keeps_code = prot.allows(Prot::EXEC) && !prot.allows(Prot::WRITE) && as_guarded;
        let code = if keeps_code { Vec::new() } else { state.code.unmark(&mapped) };
        let outcome = host::mprotect(&mapped, prot.host_bits());
        if outcome.is_ok() {
            state.maps.protect(&mapped, prot);
        }
        let shared = state.maps.inside(&mapped).iter().any(|mapping| mapping.shared);
        self.drop_code(state, code, vec![mapped]);
        outcome?;
        self.note_shared(shared && prot.allows(Prot::WRITE));
        self.note_guarded(prot);
        if mapped_end < range.end { Err(Errno(libc::ENOMEM)) } else { Ok(()) }
    }

    /// Passes an `madvise` on to the host; what discards contents also drops translations.
    ///
    /// # Errors
    /// As Linux `madvise`; ENOMEM when part of the range is not the guest's.
    pub fn madvise(&self, addr: GuestAddr, len: u64, advice: i32) -> Result<(), Errno> {
        let Some((mut state, range)) = self.write_mapped(addr, len)? else {
            return Ok(());
        };
        if seal::is_discard(advice) {
            state.seals.check_discard(&state.maps.inside(&range))?;
        }
        let code = state.code.unmark(&range);
        let outcome = host::madvise(&range, advice);
        self.drop_code(state, code, vec![range]);
        outcome
    }

    /// Runs `fork` while no other thread holds the lock, so that the child finds it usable.
    pub fn with_quiet_lock<R>(&self, fork: impl FnOnce() -> R) -> R {
        let state = self.write();
        let result = fork();
        drop(state);
        result
    }

    fn invalidate(&self, range: &Range<u64>) {
        if let Some(hook) = self.hook.get().and_then(Weak::upgrade) {
            hook.invalidate(range.clone());
        }
    }

    fn note_shared(&self, is_shared: bool) {
        if !is_shared || self.has_shared.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Some(hook) = self.hook.get().and_then(Weak::upgrade) {
            hook.memory_is_shared();
        }
    }

    fn note_guarded(&self, prot: Prot) {
        if !prot.allows(GUARDED_CODE) || self.has_guarded.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Some(hook) = self.hook.get().and_then(Weak::upgrade) {
            hook.code_is_guarded();
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The pages of a request that must be mapped as a whole; none for a length of zero.
    ///
    /// # Errors
    /// EINVAL for an unaligned or impossible range, ENOMEM if not all of it is mapped.
    fn write_mapped(&self, addr: GuestAddr, len: u64) -> Result<Option<Pages<'_>>, Errno> {
        if addr.page_offset() != 0 {
            return Err(Errno(libc::EINVAL));
        }
        if len == 0 {
            return Ok(None);
        }
        let range = pages(addr.0, len).ok_or(Errno(libc::EINVAL))?;
        let state = self.write();
        if !state.maps.covers(&range) {
            return Err(Errno(libc::ENOMEM));
        }
        Ok(Some((state, range)))
    }
}
