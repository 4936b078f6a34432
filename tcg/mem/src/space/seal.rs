//! `mseal`: mappings that stay as they are. The host's stay unsealed, since the permissions of pages with translated code
//! change.

use super::AddressSpace;
use crate::addr::GuestAddr;
use crate::errno::Errno;
use crate::maps::Mapping;
use std::ops::Range;

/// Sealed addresses. What is sealed stays, so it only grows.
#[derive(Debug, Default)]
pub(crate) struct Seals(Vec<Range<u64>>);

impl Seals {
    /// Refuses a change of what is sealed inside `range`.
    ///
    /// # Errors
    /// EPERM.
    pub(crate) fn check(&self, range: &Range<u64>) -> Result<(), Errno> {
        let is_hit = |sealed: &Range<u64>| sealed.start < range.end && range.start < sealed.end;
        if self.0.iter().any(is_hit) { Err(Errno(libc::EPERM)) } else { Ok(()) }
    }

    /// Refuses to discard what is sealed and could not be written: anonymous memory that is read only (Linux mm/madvise.c:
    /// can_madvise_modify).
    ///
    /// # Errors
    /// EPERM.
    pub(crate) fn check_discard(&self, parts: &[Mapping]) -> Result<(), Errno> {
        let keeps = |part: &&Mapping| !part.file && !part.prot.allows(crate::Prot::WRITE);
        parts.iter().filter(keeps).try_for_each(|part| self.check(&part.range))
    }
}

/// Whether an advice of `madvise` makes contents go away.
pub(super) fn is_discard(advice: i32) -> bool {
    /// Not among the C library's bindings (asm-generic/mman-common.h).
    const GUARD_INSTALL: i32 = 102;
    matches!(
        advice,
        libc::MADV_FREE
            | libc::MADV_DONTNEED
            | libc::MADV_DONTNEED_LOCKED
            | libc::MADV_REMOVE
            | libc::MADV_DONTFORK
            | libc::MADV_WIPEONFORK
            | GUARD_INSTALL
    )
}

impl AddressSpace {
    /// Seals mappings: they cannot be unmapped, moved, replaced or given other permissions any more.
    ///
    /// # Errors
    /// As Linux `mseal`: EINVAL for an unaligned or impossible range, ENOMEM if not all of it is mapped.
    pub fn seal(&self, addr: GuestAddr, len: u64) -> Result<(), Errno> {
        if let Some((mut state, range)) = self.write_mapped(addr, len)? {
            state.seals.0.push(range);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MapRequest, PAGE_SIZE, Prot};

    #[test]
    fn what_is_sealed_stays() {
        let space = AddressSpace::new();
        let write = Prot::READ.union(Prot::WRITE);
        let request = MapRequest::anonymous(GuestAddr(0), 3 * PAGE_SIZE, write);
        let start = space.mmap(&request).unwrap();
        let second = GuestAddr(start.0 + PAGE_SIZE);
        let sealed = Errno(libc::EPERM);
        assert_eq!(space.seal(second, 3 * PAGE_SIZE), Err(Errno(libc::ENOMEM)));
        assert_eq!(space.seal(GuestAddr(start.0 + 1), PAGE_SIZE), Err(Errno(libc::EINVAL)));
        assert_eq!(space.seal(second, PAGE_SIZE), Ok(()));
        assert_eq!(space.munmap(start, 3 * PAGE_SIZE), Err(sealed));
        assert_eq!(space.mprotect(second, PAGE_SIZE, Prot::READ), Err(sealed));
        let replace = MapRequest { flags: request.flags | libc::MAP_FIXED, addr: start, ..request };
        assert_eq!(space.mmap(&replace), Err(sealed));
        let moved =
            space.mremap(second, PAGE_SIZE, 2 * PAGE_SIZE, libc::MREMAP_MAYMOVE, GuestAddr(0));
        assert_eq!(moved, Err(sealed));
        // Contents that could be overwritten can as well be discarded.
        assert_eq!(space.madvise(second, PAGE_SIZE, libc::MADV_DONTNEED), Ok(()));
        assert_eq!(space.munmap(start, PAGE_SIZE), Ok(()));
    }
}
