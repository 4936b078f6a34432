//! Memory that a recording process and its child share.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes for the outcomes of a batch; what is not used is not backed by memory.
const LEN: usize = 64 << 20;
/// Bytes at its start for the two counters.
const HEAD: usize = 16;

/// An area with a byte count and an item count, both advanced only when an item is complete.
#[derive(Debug)]
pub(crate) struct Shared {
    start: *mut u8,
}

impl Shared {
    pub(crate) fn new() -> io::Result<Shared> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at a place of the kernel's choice.
        let got = unsafe { libc::mmap(std::ptr::null_mut(), LEN, protection, flags, -1, 0) };
        if got == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Shared { start: got.cast() })
    }

    fn counters(&self) -> &[AtomicU64; 2] {
        // SAFETY: the mapping is page-aligned and longer than two counters, and these bytes are
        // only accessed as atomics.
        unsafe { &*self.start.cast::<[AtomicU64; 2]>() }
    }

    /// Empties the area.
    pub(crate) fn clear(&self) {
        for counter in self.counters() {
            // Relaxed: fork and wait order the accesses of the two processes.
            counter.store(0, Ordering::Relaxed);
        }
    }

    /// Adds an item; false if there is no room.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> bool {
        let [n_bytes, n_items] = self.counters();
        let at = n_bytes.load(Ordering::Relaxed) as usize;
        if HEAD + at + bytes.len() > LEN {
            return false;
        }
        // SAFETY: the range is inside of the mapping, behind the counters, and nobody else
        // accesses it now: the other process waits for this one.
        unsafe {
            let to = self.start.add(HEAD + at);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
        n_bytes.store((at + bytes.len()) as u64, Ordering::Relaxed);
        // Release: a process that dies after this has left a complete item.
        n_items.store(n_items.load(Ordering::Relaxed) + 1, Ordering::Release);
        true
    }

    /// Number of items, and their bytes.
    pub(crate) fn items(&self) -> (u64, &[u8]) {
        let [n_bytes, n_items] = self.counters();
        let n_items = n_items.load(Ordering::Acquire);
        let len = (n_bytes.load(Ordering::Relaxed) as usize).min(LEN - HEAD);
        // SAFETY: the range is inside of the mapping, and no child runs that could write it.
        (n_items, unsafe { std::slice::from_raw_parts(self.start.add(HEAD), len) })
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and its borrows are gone.
        unsafe { libc::munmap(self.start.cast(), LEN) };
    }
}
