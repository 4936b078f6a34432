//! Memory for generated code: one memfd mapped twice, executable and writable.
//!
//! No address is ever writable and executable (invariant CODE-WX of `docs/src/unsafe.md`).
//! Offsets are bytes from the start of either view.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

/// Bytes in a host page.
const PAGE_BYTES: usize = 4096;

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
        let fd = new_memfd(len)?;
        let executable = map(0, len, libc::PROT_READ | libc::PROT_EXEC, fd);
        let writable = map(0, len, libc::PROT_READ | libc::PROT_WRITE, fd);
        close(fd);
        Ok(CodeMemory { executable: executable?, writable: writable?, len })
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
        let fd = new_memfd(self.len)?;
        let outcome = self.copy_to(fd, used);
        close(fd);
        outcome
    }

    fn copy_to(&self, fd: i32, used: usize) -> io::Result<()> {
        let n_pages = used.min(self.len).div_ceil(PAGE_BYTES);
        let mut written = vec![0u8; n_pages];
        let start = self.writable as *mut libc::c_void;
        // SAFETY: `written` has a byte for each page of the range.
        if unsafe { libc::mincore(start, n_pages * PAGE_BYTES, written.as_mut_ptr()) } != 0 {
            return Err(io::Error::last_os_error());
        }
        let mut page = 0;
        for run in written.chunk_by(|a, b| a & 1 == b & 1) {
            if run[0] & 1 != 0 {
                self.copy_pages(fd, page, run.len())?;
            }
            page += run.len();
        }
        map(self.executable, self.len, libc::PROT_READ | libc::PROT_EXEC, fd)?;
        map(self.writable, self.len, libc::PROT_READ | libc::PROT_WRITE, fd)?;
        Ok(())
    }

    fn copy_pages(&self, fd: i32, page: usize, n_pages: usize) -> io::Result<()> {
        let (mut at, end) = (page * PAGE_BYTES, (page + n_pages) * PAGE_BYTES);
        while at < end {
            let from = (self.writable + at) as *const libc::c_void;
            // SAFETY: the pages lie in the writable view, and no thread changes them in the child.
            let n = unsafe { libc::pwrite(fd, from, end - at, at as libc::off_t) };
            if n <= 0 {
                return Err(io::Error::last_os_error());
            }
            at += n as usize;
        }
        Ok(())
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        unmap(self.executable, self.len);
        unmap(self.writable, self.len);
    }
}

/// Linux `MFD_EXEC` (6.3 and later; older kernels refuse it and need no such thing).
const MFD_EXEC: u32 = 0x10;

fn new_memfd(len: usize) -> io::Result<i32> {
    let create = |flags| {
        // SAFETY: a valid C string.
        unsafe { libc::memfd_create(c"momonga-code".as_ptr(), flags) }
    };
    let mut fd = create(libc::MFD_CLOEXEC | MFD_EXEC);
    if fd < 0 {
        fd = create(libc::MFD_CLOEXEC);
    }
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fd` is ours.
    if unsafe { libc::ftruncate(fd, len as libc::off_t) } != 0 {
        let error = io::Error::last_os_error();
        close(fd);
        return Err(error);
    }
    Ok(fd)
}

fn close(fd: i32) {
    // SAFETY: `fd` is ours and not used afterwards.
    unsafe { libc::close(fd) };
}

/// Maps the memfd; at `place`, which must be a view of ours, unless that is 0.
fn map(place: usize, len: usize, prot: i32, fd: i32) -> io::Result<usize> {
    let fixed = if place == 0 { 0 } else { libc::MAP_FIXED };
    // SAFETY: either the host chooses free room, or a view of ours is replaced.
    let at = unsafe {
        libc::mmap(place as *mut libc::c_void, len, prot, libc::MAP_SHARED | fixed, fd, 0)
    };
    if at == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok(at as usize)
}

fn unmap(at: usize, len: usize) {
    // SAFETY: only called with whole mappings made by `map` that nobody uses any more.
    unsafe { libc::munmap(at as *mut libc::c_void, len) };
}
