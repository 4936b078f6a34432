//! `mremap`.

use super::map::unmap_parts;
use super::{AddressSpace, State};
use crate::addr::GuestAddr;
use crate::errno::Errno;
use crate::host;
use crate::maps::Mapping;
use crate::place::{Claim, claim_anywhere, claim_gaps, pages, release};

impl AddressSpace {
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
        state.seals.check(&old)?;
        if flags & libc::MREMAP_FIXED != 0 {
            state.seals.check(&(new_addr.0..new_addr.0.saturating_add(new_len)))?;
        }
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
}
