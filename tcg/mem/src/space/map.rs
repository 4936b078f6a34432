//! `mmap`, `munmap`, and what else puts mappings there or takes them away.

use super::{AddressSpace, State};
use crate::addr::GuestAddr;
use crate::errno::Errno;
use crate::host;
use crate::maps::{Mapping, Maps, Prot};
use crate::place::{Claim, claim_anywhere, claim_gaps, claim_hint, pages, release};
use std::ops::Range;
use std::sync::Arc;

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

impl AddressSpace {
    /// Maps memory; returns its address. `MAP_FIXED` replaces only what the guest had.
    ///
    /// # Errors
    /// As Linux `mmap`, EPERM over what is sealed; ENOMEM also when `MAP_FIXED` meets memory of the emulator.
    pub fn mmap(&self, request: &MapRequest) -> Result<GuestAddr, Errno> {
        let is_fixed = request.flags & (libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE) != 0;
        let mut state = self.write();
        let range = if is_fixed {
            let range = fixed_range(&state.maps, request)?;
            state.seals.check(&range)?;
            range
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
    /// EINVAL for an unaligned or empty range, EPERM if something in it is sealed, ENOMEM when the host has no more mappings.
    pub fn munmap(&self, addr: GuestAddr, len: u64) -> Result<(), Errno> {
        if addr.page_offset() != 0 {
            return Err(Errno(libc::EINVAL));
        }
        let range = pages(addr.0, len).ok_or(Errno(libc::EINVAL))?;
        let mut state = self.write();
        state.seals.check(&range)?;
        let code = state.code.unmark(&range);
        let outcome = unmap_parts(&mut state, &range);
        self.drop_code(state, code, vec![range]);
        outcome
    }
}

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

pub(super) fn unmap_parts(state: &mut State, range: &Range<u64>) -> Result<(), Errno> {
    for part in state.maps.inside(range) {
        host::munmap(&part.range)?;
        state.maps.remove(&part.range);
    }
    Ok(())
}
