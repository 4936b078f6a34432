//! The heap below the program break.

use super::map::unmap_parts;
use super::{AddressSpace, State};
use crate::addr::{GuestAddr, PAGE_SIZE};
use crate::host;
use crate::maps::{Mapping, Prot};
use crate::place::HOST_END;
use std::ops::Range;
use std::sync::Arc;

impl AddressSpace {
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
        if new_end < old_end && state.seals.check(&(new_end..old_end)).is_err() {
            return GuestAddr(state.brk);
        }
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
