//! Memory that a recording process and its child share.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{MmapOptions, MmapRaw};

/// Bytes for the outcomes of a batch; what is not used is not backed by memory.
const LEN: usize = 64 << 20;
/// Bytes at its start for the two counters.
const HEAD: usize = 16;

/// An area with a byte count and an item count, both advanced only when an item is complete.
#[derive(Debug)]
pub(crate) struct Shared(MmapRaw);

impl Shared {
    pub(crate) fn new() -> io::Result<Shared> {
        // A shared mapping of this device is memory of its own (zero(4)).
        let zeros = File::options().read(true).write(true).open("/dev/zero")?;
        MmapOptions::new().len(LEN).no_reserve_swap().map_raw(&zeros).map(Shared)
    }

    fn counters(&self) -> &[AtomicU64; 2] {
        // SAFETY: the mapping is page-aligned and longer than two counters, and these bytes are
        // only accessed as atomics.
        unsafe { &*self.0.as_ptr().cast::<[AtomicU64; 2]>() }
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
            let to = self.0.as_mut_ptr().add(HEAD + at);
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
        (n_items, unsafe { std::slice::from_raw_parts(self.0.as_ptr().add(HEAD), len) })
    }
}
