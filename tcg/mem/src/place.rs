//! Where a new mapping goes: free room in the guest's window, never over the emulator.

use crate::addr::PAGE_SIZE;
use crate::errno::Errno;
use crate::host;
use crate::maps::Maps;
use std::ops::Range;

/// First address that the host never gives to a process.
pub(crate) const HOST_END: u64 = (1 << 47) - PAGE_SIZE;

/// What is put into free room: a reservation, or at once the mapping that the guest wants.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    /// `PROT_*` of the host.
    pub(crate) prot: i32,
    /// `MAP_*` without those that say where.
    pub(crate) flags: i32,
    pub(crate) fd: i32,
    pub(crate) offset: u64,
}

impl Claim {
    /// Claims addresses and costs no memory.
    pub(crate) const RESERVE: Claim = Claim {
        prot: libc::PROT_NONE,
        flags: libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
        fd: -1,
        offset: 0,
    };

    /// Maps at `range`, replacing nothing: EEXIST if something is there.
    fn put(self, range: &Range<u64>) -> Result<(), Errno> {
        let flags = self.flags | libc::MAP_FIXED_NOREPLACE;
        host::mmap(range, self.prot, flags, self.fd, self.offset).map(|_| ())
    }
}

/// The pages that `len` bytes from `start` touch; `None` when empty or past what the host has.
pub(crate) fn pages(start: u64, len: u64) -> Option<Range<u64>> {
    let end = start.checked_add(len)?.checked_next_multiple_of(PAGE_SIZE)?;
    (len != 0 && end <= HOST_END).then_some(start..end)
}

/// Claims the parts of `range` that the guest does not have yet, so that `MAP_FIXED` over all of
/// `range` replaces nothing but the guest's own.
///
/// Returns what was claimed. Fails with ENOMEM when the emulator has something there.
pub(crate) fn claim_gaps(maps: &Maps, range: &Range<u64>) -> Result<Vec<Range<u64>>, Errno> {
    let gaps = maps.gaps(range);
    for (n_done, gap) in gaps.iter().enumerate() {
        if let Err(errno) = Claim::RESERVE.put(gap) {
            release(&gaps[..n_done]);
            return Err(if errno == Errno(libc::EEXIST) { Errno(libc::ENOMEM) } else { errno });
        }
    }
    Ok(gaps)
}

/// Gives claimed ranges back to the host.
pub(crate) fn release(claimed: &[Range<u64>]) {
    for range in claimed {
        // Cannot fail on whole mappings of our own, and nothing could be done if it did.
        let _ = host::munmap(range);
    }
}

/// Puts `claim` somewhere in `window`, as high as possible; returns the range of `len` bytes.
///
/// When the window is full, anywhere the host likes.
pub(crate) fn claim_anywhere(
    maps: &Maps,
    window: &Range<u64>,
    len: u64,
    claim: Claim,
) -> Result<Range<u64>, Errno> {
    let mut window = window.clone();
    while let Some(start) = maps.highest_gap(&window, len, PAGE_SIZE) {
        let range = start..start + len;
        match claim.put(&range) {
            Ok(()) => return Ok(range),
            // Something of the emulator's is in the window: look below.
            Err(Errno(libc::EEXIST)) => window.end = start,
            Err(errno) => return Err(errno),
        }
    }
    let start = host::mmap(&(0..len), claim.prot, claim.flags, claim.fd, claim.offset)?;
    Ok(start..start + len)
}

/// Puts `claim` at exactly `range` if the guest has nothing there and the host allows it.
pub(crate) fn claim_hint(maps: &Maps, range: &Range<u64>, claim: Claim) -> bool {
    maps.inside(range).is_empty() && claim.put(range).is_ok()
}
