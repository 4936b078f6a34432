//! Memory for generated code: shared anonymous memory mapped twice, executable and writable.
//!
//! No file and no descriptor: those are the guest's, and `RLIMIT_FSIZE` and `RLIMIT_NOFILE` are
//! the guest's to lower. No address is ever writable and executable (invariant CODE-WX of `docs/src/unsafe.md`).
//! Offsets are bytes from the start of either view.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

/// The two views of the code memory.
#[derive(Debug)]
pub(crate) struct CodeMemory {
    executable: usize,
    writable: usize,
    len: usize,
}

impl CodeMemory {
    /// Maps `len` bytes (a multiple of the page size). Pages cost memory only once written.
    pub(crate) fn new(len: usize) -> io::Result<CodeMemory> {
        let writable = map_shared(len)?;
        match second_view(writable, len) {
            Ok(executable) => Ok(CodeMemory { executable, writable, len }),
            Err(error) => {
                unmap(writable, len);
                Err(error)
            }
        }
    }

    /// Bytes in each view.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Host address at which code at `offset` runs.
    pub(crate) fn address(&self, offset: u32) -> u64 {
        self.executable as u64 + u64::from(offset)
    }

    /// The offset of an executable address; `None` outside. Async-signal-safe.
    pub(crate) fn offset(&self, address: u64) -> Option<u32> {
        let offset = address.checked_sub(self.executable as u64)?;
        (offset < self.len as u64).then_some(offset as u32)
    }

    /// Gives `len` bytes at `offset` (both multiples of the page size) memory at once, rather than page by page as they
    /// are written: a fault costs several times what a page in a row costs, and the executable view of what is there
    /// is mapped around the first fault in it.
    pub(crate) fn populate(&self, offset: u32, len: u32) {
        assert!(
            offset as usize + len as usize <= self.len,
            "what is populated must lie in the code memory"
        );
        let at = (self.writable + offset as usize) as *mut libc::c_void;
        // SAFETY: inside the writable view by the assertion; contents stay. Kernels before 5.14 refuse, and faults do it.
        unsafe { libc::madvise(at, len as usize, libc::MADV_POPULATE_WRITE) };
    }

    /// Writes bytes to memory that no thread runs or reads yet.
    pub(crate) fn write(&self, offset: u32, bytes: &[u8]) {
        let offset = offset as usize;
        assert!(offset + bytes.len() <= self.len, "code must fit the code memory");
        let to = (self.writable + offset) as *mut u8;
        // SAFETY: the range is inside the writable view by the assertion, and Rust code has no
        // reference to plain bytes of it.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
    }

    /// Plain bytes that were written before their place was published and do not change until
    /// every thread has passed a safe point.
    pub(crate) fn bytes(&self, offset: u32, len: u32) -> &[u8] {
        let (offset, len) = (offset as usize, len as usize);
        assert!(offset + len <= self.len, "bytes must lie in the code memory");
        // SAFETY: inside the mapping by the assertion; unchanging by TB-LIFE.
        unsafe { std::slice::from_raw_parts((self.executable + offset) as *const u8, len) }
    }

    /// The word at `offset` (a multiple of 4), for flags and for patching jumps.
    ///
    /// A store to it is seen by instruction fetch as a whole: it is aligned
    /// (Intel SDM volume 3, "Handling Self- and Cross-Modifying Code", and volume 3, "Guaranteed
    /// Atomic Operations").
    pub(crate) fn word(&self, offset: u32) -> &AtomicU32 {
        let offset = offset as usize;
        assert!(offset.is_multiple_of(4) && offset + 4 <= self.len, "a word inside, aligned");
        // SAFETY: inside the writable view and aligned by the assertion; lives as long as `self`.
        unsafe { &*((self.writable + offset) as *const AtomicU32) }
    }

    /// Loads the word at `offset` (a multiple of 4) through the executable view, which is what the
    /// processor will want next. Async-signal-safe.
    pub(crate) fn load(&self, offset: u32, order: Ordering) -> u32 {
        let offset = offset as usize;
        assert!(offset.is_multiple_of(4) && offset + 4 <= self.len, "a word inside, aligned");
        // SAFETY: inside the executable view and aligned by the assertion, and only loaded from.
        unsafe { &*((self.executable + offset) as *const AtomicU32) }.load(order)
    }

    /// Points the rel32 at `patch_at` to `target` (both offsets).
    pub(crate) fn patch_jump(&self, patch_at: u32, target: u32) {
        let relative = target.wrapping_sub(patch_at + 4);
        // Release: the target's code was written before.
        self.word(patch_at).store(relative, Ordering::Release);
    }

    /// In the child of a `fork`: gives it memory of its own, with the first `used` bytes copied.
    ///
    /// Until then it shares the code memory with its parent. No generated code may run meanwhile.
    pub(crate) fn unshare(&self, used: usize) -> io::Result<()> {
        let writable = map_shared(self.len)?;
        let used = used.min(self.len);
        // SAFETY: both ranges are mapped, the new one is ours alone, and no other thread exists in
        // the child that could write to the old one.
        unsafe {
            std::ptr::copy_nonoverlapping(self.writable as *const u8, writable as *mut u8, used)
        };
        let executable = second_view(writable, self.len)?;
        replace(self.executable, executable, self.len)?;
        replace(self.writable, writable, self.len)
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        unmap(self.executable, self.len);
        unmap(self.writable, self.len);
    }
}

/// Maps shared memory of its own, readable and writable.
fn map_shared(len: usize) -> io::Result<usize> {
    let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new mapping where the host chooses.
    let at = unsafe {
        libc::mmap(std::ptr::null_mut(), len, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
    };
    mapped(at)
}

/// Maps the memory of a shared mapping once more, readable and executable.
fn second_view(writable: usize, len: usize) -> io::Result<usize> {
    // SAFETY: a length of 0 leaves the old mapping, which is shared, and makes another of its
    // memory where the host chooses (Linux mm/mremap.c).
    let at = unsafe { libc::mremap(writable as *mut libc::c_void, 0, len, libc::MREMAP_MAYMOVE) };
    let view = mapped(at)?;
    // SAFETY: the mapping just made; nobody has its address yet.
    if unsafe { libc::mprotect(at, len, libc::PROT_READ | libc::PROT_EXEC) } != 0 {
        let error = io::Error::last_os_error();
        unmap(view, len);
        return Err(error);
    }
    Ok(view)
}

/// Moves a mapping to `place`, where a view of ours goes away.
fn replace(place: usize, mapping: usize, len: usize) -> io::Result<()> {
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    let (from, to) = (mapping as *mut libc::c_void, place as *mut libc::c_void);
    // SAFETY: both are whole mappings of ours of this length.
    mapped(unsafe { libc::mremap(from, len, len, flags, to) }).map(drop)
}

fn mapped(at: *mut libc::c_void) -> io::Result<usize> {
    if at == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok(at as usize)
}

fn unmap(at: usize, len: usize) {
    // SAFETY: only called with whole mappings made here that nobody uses any more.
    unsafe { libc::munmap(at as *mut libc::c_void, len) };
}
