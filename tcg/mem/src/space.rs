//! The address space of a guest process: the host calls behind `mmap` and its relatives, and the
//! book-keeping that goes with them. What translated code in its pages asks for is in `translated`.

mod translated;

use translated::Dropping;
pub use translated::WriteFault;

use crate::addr::{Access, Cause, GuestAddr, PAGE_SIZE};
use crate::code::{CodeHook, CodePages};
use crate::host;
use crate::maps::{Mapping, Maps, Prot};
use crate::place::{Claim, HOST_END, claim_anywhere, claim_gaps, claim_hint, pages, release};
use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

/// A Linux error number of the host, positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

impl Errno {
    /// The error of the last failed call of this thread.
    pub(crate) fn last() -> Errno {
        Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL))
    }
}

impl std::fmt::Display for Errno {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::io::Error::from_raw_os_error(self.0).fmt(f)
    }
}

impl std::error::Error for Errno {}

/// What `mmap` is asked for.
#[derive(Clone, Debug)]
pub struct MapRequest {
    /// Hint, or with `MAP_FIXED` the place.
    pub addr: GuestAddr,
    /// Bytes; rounded up to pages.
    pub len: u64,
    /// Guest permissions.
    pub prot: Prot,
    /// Host `MAP_*` flags.
    pub flags: i32,
    /// Host file descriptor, -1 with `MAP_ANONYMOUS`.
    pub fd: i32,
    /// Offset in the file, bytes.
    pub offset: u64,
    /// Name to list the mapping under.
    pub name: Option<Arc<str>>,
}

impl MapRequest {
    /// Private anonymous memory.
    #[must_use]
    pub fn anonymous(addr: GuestAddr, len: u64, prot: Prot) -> MapRequest {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        MapRequest { addr, len, prot, flags, fd: -1, offset: 0, name: None }
    }

    fn is_shared(&self) -> bool {
        matches!(self.flags & libc::MAP_TYPE, libc::MAP_SHARED | libc::MAP_SHARED_VALIDATE)
    }

    /// Whether `MAP_FIXED` takes the place of what the guest has there.
    fn may_replace(&self) -> bool {
        self.flags & libc::MAP_FIXED_NOREPLACE == 0
    }

    /// What the host is to map, wherever that is.
    fn claim(&self) -> Claim {
        let placement = libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE | libc::MAP_GROWSDOWN;
        let flags = self.flags & !placement;
        Claim { prot: self.prot.host_bits(), flags, fd: self.fd, offset: self.offset }
    }

    fn mapping(&self, range: Range<u64>) -> Mapping {
        let file = self.flags & libc::MAP_ANONYMOUS == 0;
        Mapping {
            range,
            prot: self.prot,
            shared: self.is_shared(),
            name: self.name.clone(),
            offset: if file { self.offset } else { 0 },
            file,
        }
    }
}

#[derive(Debug, Default)]
struct State {
    maps: Maps,
    code: CodePages,
    brk_start: u64,
    brk: u64,
    /// What threads are dropping at the moment.
    dropping: Vec<Arc<Dropping>>,
}

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

    /// Makes this the address space whose code pages guarded stores of this thread release.
    pub fn attach_thread(self: &Arc<Self>) -> ThreadAttachment {
        let before = CURRENT.with(|current| current.borrow_mut().replace(Arc::clone(self)));
        ThreadAttachment { before, _not_send: std::marker::PhantomData }
    }

    /// Whether a writable shared mapping has ever existed.
    #[must_use]
    pub fn has_shared_mapping(&self) -> bool {
        // Set before the mapping is handed out; nothing else is published by it.
        self.has_shared.load(Ordering::Relaxed)
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

    /// Maps memory; returns its address. `MAP_FIXED` replaces only what the guest had.
    ///
    /// # Errors
    /// As Linux `mmap`; ENOMEM also when `MAP_FIXED` meets memory of the emulator.
    pub fn mmap(&self, request: &MapRequest) -> Result<GuestAddr, Errno> {
        let is_fixed = request.flags & (libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE) != 0;
        let mut state = self.write();
        let range = if is_fixed {
            fixed_range(&state.maps, request)?
        } else {
            self.map_anywhere(&state.maps, request)?
        };
        let code = state.code.unmark(&range);
        // Even if the host refuses, what was there may be gone.
        let outcome = if is_fixed { map_over(&state.maps, &range, request) } else { Ok(()) };
        if outcome.is_ok() {
            state.maps.insert(request.mapping(range.clone()));
        }
        let start = GuestAddr(range.start);
        self.drop_code(state, code, vec![range]);
        outcome?;
        self.note_shared(request.is_shared() && request.prot.allows(Prot::WRITE));
        self.note_guarded(request.prot);
        Ok(start)
    }

    /// Maps where the request hints at, if there is room, else anywhere.
    fn map_anywhere(&self, maps: &Maps, request: &MapRequest) -> Result<Range<u64>, Errno> {
        let len = mapped_len(request)?;
        let claim = request.claim();
        let hint = pages(request.addr.page().0, len).filter(|hint| hint.start != 0);
        match hint {
            Some(hint) if claim_hint(maps, &hint, claim) => Ok(hint),
            _ => claim_anywhere(maps, &self.window, len, claim),
        }
    }

    /// Records memory that the caller has mapped for the guest by other means (`shmat`).
    pub fn adopt(&self, mapping: Mapping) {
        let range = mapping.range.clone();
        let is_shared = mapping.shared && mapping.prot.allows(Prot::WRITE);
        let mut state = self.write();
        let code = state.code.unmark(&range);
        state.maps.insert(mapping);
        self.drop_code(state, code, vec![range]);
        self.note_shared(is_shared);
    }

    /// Forgets the guest's mappings inside `range` (page-aligned) without unmapping (`shmdt`).
    pub fn forget(&self, range: Range<u64>) {
        let mut state = self.write();
        let code = state.code.unmark(&range);
        state.maps.remove(&range);
        self.drop_code(state, code, vec![range]);
    }

    /// Unmaps what the guest has inside the range.
    ///
    /// # Errors
    /// EINVAL for an unaligned or empty range, ENOMEM when the host has no more mappings.
    pub fn munmap(&self, addr: GuestAddr, len: u64) -> Result<(), Errno> {
        if addr.page_offset() != 0 {
            return Err(Errno(libc::EINVAL));
        }
        let range = pages(addr.0, len).ok_or(Errno(libc::EINVAL))?;
        let mut state = self.write();
        let code = state.code.unmark(&range);
        let outcome = unmap_parts(&mut state, &range);
        self.drop_code(state, code, vec![range]);
        outcome
    }

    /// Changes the guest's permissions.
    ///
    /// # Errors
    /// As Linux `mprotect`: EINVAL, ENOMEM at the first unmapped page (those before it are
    /// changed), EACCES.
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

    /// Grows, shrinks or moves a mapping; `flags` are the host's `MREMAP_*`.
    ///
    /// # Errors
    /// As Linux `mremap`; a source that is not one mapping of the guest gives EFAULT.
    pub fn mremap(
        &self,
        addr: GuestAddr,
        old_len: u64,
        new_len: u64,
        flags: i32,
        new_addr: GuestAddr,
    ) -> Result<GuestAddr, Errno> {
        let bad = Errno(libc::EINVAL);
        if addr.page_offset() != 0 || new_addr.page_offset() != 0 {
            return Err(bad);
        }
        let old = pages(addr.0, old_len).ok_or(bad)?;
        let new_len = pages(0, new_len).ok_or(bad)?.end;
        let mut state = self.write();
        let mapping = match &state.maps.inside(&old)[..] {
            [mapping] if mapping.range == old => mapping.clone(),
            _ => return Err(Errno(libc::EFAULT)),
        };
        let mut code = state.code.unmark(&old);
        if !code.is_empty() || !state.dropping.is_empty() {
            // Closed pages are mappings of their own to the host, and it moves only one.
            host::mprotect(&old, mapping.prot.host_bits())?;
        }
        let outcome = self.move_mapping(&mut state, &mapping, new_len, flags, new_addr);
        let mut ranges = vec![old];
        if let Ok(new) = outcome {
            ranges.push(new..new + new_len);
            code.extend(state.code.unmark(&ranges[1]));
        }
        self.drop_code(state, code, ranges);
        outcome.map(GuestAddr)
    }

    fn move_mapping(
        &self,
        state: &mut State,
        mapping: &Mapping,
        new_len: u64,
        flags: i32,
        new_addr: GuestAddr,
    ) -> Result<u64, Errno> {
        let old = mapping.range.clone();
        let fixed = flags & libc::MREMAP_FIXED != 0;
        if !fixed && flags & libc::MREMAP_DONTUNMAP == 0 {
            let same_place =
                old.start..old.start.checked_add(new_len).ok_or(Errno(libc::ENOMEM))?;
            if same_place.end <= old.end {
                unmap_parts(state, &(same_place.end..old.end))?;
                return Ok(old.start);
            }
            let room = old.end..same_place.end;
            if state.maps.inside(&room).is_empty() && host::mremap(&old, new_len, 0, 0).is_ok() {
                state.maps.insert(Mapping { range: same_place, ..mapping.clone() });
                return Ok(old.start);
            }
        }
        if flags & libc::MREMAP_MAYMOVE == 0 {
            return Err(Errno(if fixed { libc::EINVAL } else { libc::ENOMEM }));
        }
        let (new, claimed) = if fixed {
            let new = pages(new_addr.0, new_len).ok_or(Errno(libc::EINVAL))?;
            if new.start < old.end && old.start < new.end {
                return Err(Errno(libc::EINVAL));
            }
            let claimed = claim_gaps(&state.maps, &new)?;
            (new, claimed)
        } else {
            let new = claim_anywhere(&state.maps, &self.window, new_len, Claim::RESERVE)?;
            (new.clone(), vec![new])
        };
        let host_flags = flags | libc::MREMAP_FIXED;
        if let Err(errno) = host::mremap(&old, new_len, host_flags, new.start) {
            release(&claimed);
            return Err(errno);
        }
        if flags & libc::MREMAP_DONTUNMAP == 0 {
            state.maps.remove(&old);
        }
        state.maps.insert(Mapping { range: new.clone(), ..mapping.clone() });
        Ok(new.start)
    }

    /// Sets where the heap starts; the program break is there, and no memory is mapped.
    pub fn set_brk(&self, start: GuestAddr) {
        let mut state = self.write();
        state.brk_start = start.0;
        state.brk = start.0;
    }

    /// Moves the program break to `wanted` if possible; returns where it is then (Linux `brk`).
    pub fn brk(&self, wanted: GuestAddr) -> GuestAddr {
        let mut state = self.write();
        if wanted.0 < state.brk_start || wanted.0 > HOST_END {
            return GuestAddr(state.brk);
        }
        let old_end = state.brk.next_multiple_of(PAGE_SIZE);
        let new_end = wanted.0.next_multiple_of(PAGE_SIZE);
        let mut code = Vec::new();
        if new_end > old_end && !grow_heap(&mut state, &(old_end..new_end)) {
            return GuestAddr(state.brk);
        }
        if new_end < old_end {
            code = state.code.unmark(&(new_end..old_end));
            if unmap_parts(&mut state, &(new_end..old_end)).is_ok() {
                state.brk = wanted.0;
            }
        } else {
            state.brk = wanted.0;
        }
        let brk = GuestAddr(state.brk);
        self.drop_code(state, code, vec![new_end..old_end.max(new_end)]);
        brk
    }

    /// Passes an `madvise` on to the host; what discards contents also drops translations.
    ///
    /// # Errors
    /// As Linux `madvise`; ENOMEM when part of the range is not the guest's.
    pub fn madvise(&self, addr: GuestAddr, len: u64, advice: i32) -> Result<(), Errno> {
        if addr.page_offset() != 0 {
            return Err(Errno(libc::EINVAL));
        }
        if len == 0 {
            return Ok(());
        }
        let range = pages(addr.0, len).ok_or(Errno(libc::EINVAL))?;
        let mut state = self.write();
        if !state.maps.covers(&range) {
            return Err(Errno(libc::ENOMEM));
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
}

/// Guarded code.
const GUARDED_CODE: Prot = Prot::EXEC.union(Prot::GUARDED);

/// The length of a request in whole pages, in bytes.
fn mapped_len(request: &MapRequest) -> Result<u64, Errno> {
    if request.len == 0 {
        return Err(Errno(libc::EINVAL));
    }
    pages(0, request.len).map(|range| range.end).ok_or(Errno(libc::ENOMEM))
}

/// The pages at the address of the request.
fn fixed_range(maps: &Maps, request: &MapRequest) -> Result<Range<u64>, Errno> {
    let len = mapped_len(request)?;
    if request.addr.page_offset() != 0 {
        return Err(Errno(libc::EINVAL));
    }
    let range = pages(request.addr.0, len).ok_or(Errno(libc::ENOMEM))?;
    if !request.may_replace() && !maps.inside(&range).is_empty() {
        return Err(Errno(libc::EEXIST));
    }
    Ok(range)
}

/// Maps these pages in the place of what the guest has there.
fn map_over(maps: &Maps, range: &Range<u64>, request: &MapRequest) -> Result<(), Errno> {
    let claimed = claim_gaps(maps, range).map_err(|errno| match errno {
        // Something of the emulator's is no different from a mapping to who only tries.
        Errno(libc::ENOMEM) if !request.may_replace() => Errno(libc::EEXIST),
        errno => errno,
    })?;
    let Claim { prot, flags, fd, offset } = request.claim();
    let outcome = host::mmap(range, prot, flags | libc::MAP_FIXED, fd, offset).map(|_| ());
    if outcome.is_err() {
        release(&claimed);
    }
    outcome
}

fn unmap_parts(state: &mut State, range: &Range<u64>) -> Result<(), Errno> {
    for part in state.maps.inside(range) {
        host::munmap(&part.range)?;
        state.maps.remove(&part.range);
    }
    Ok(())
}

/// Maps what the program break gains; `false` if something is there.
fn grow_heap(state: &mut State, range: &Range<u64>) -> bool {
    if !state.maps.inside(range).is_empty() {
        return false;
    }
    let prot = Prot::READ.union(Prot::WRITE);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
    if host::mmap(range, prot.host_bits(), flags, -1, 0).is_err() {
        return false;
    }
    let name = Some(Arc::from("[heap]"));
    let range = range.clone();
    state.maps.insert(Mapping { range, prot, shared: false, name, offset: 0, file: false });
    true
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<AddressSpace>>> = const { RefCell::new(None) };
}

/// Keeps a thread attached to an address space; see [`AddressSpace::attach_thread`].
#[must_use]
#[derive(Debug)]
pub struct ThreadAttachment {
    before: Option<Arc<AddressSpace>>,
    _not_send: std::marker::PhantomData<*const ()>,
}

impl Drop for ThreadAttachment {
    fn drop(&mut self) {
        let before = self.before.take();
        // At thread exit the slot may be gone, and then nothing needs to be put back.
        let _ = CURRENT.try_with(|current| *current.borrow_mut() = before);
    }
}

thread_local! {
    static REPORTS: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, guarded stores of this thread to code pages fail like any other fault.
///
/// For the time in which guest code runs: the execution loop then deals with the fault at the
/// exact instruction, so that code that changes itself is seen to.
#[must_use]
#[derive(Debug)]
pub struct ReportCodeWrites {
    before: bool,
    _not_send: std::marker::PhantomData<*const ()>,
}

impl ReportCodeWrites {
    /// Begins to report.
    pub fn begin() -> ReportCodeWrites {
        let before = REPORTS.with(|reports| reports.replace(true));
        ReportCodeWrites { before, _not_send: std::marker::PhantomData }
    }
}

impl Drop for ReportCodeWrites {
    fn drop(&mut self) {
        REPORTS.with(|reports| reports.set(self.before));
    }
}

/// Tries [`AddressSpace::resolve_write`] of the address space this thread is attached to, for a
/// store that failed by protection; `true` means: repeat it.
pub(crate) fn resolve_write_here(addr: GuestAddr) -> bool {
    if REPORTS.with(Cell::get) {
        return false;
    }
    let space = CURRENT.with(|current| current.borrow().clone());
    space.is_some_and(|space| space.resolve_write(addr) != WriteFault::Denied)
}
