//! Memory at the stream's addresses.

use std::io;

use risu_trace::{Area, AreaKind, Manifest};

use super::cpu;
use crate::error::RecordError;

/// A mapping at a fixed address, given back when dropped.
#[derive(Debug)]
pub(crate) struct Fixed {
    addr: u64,
    len: u64,
}

impl Fixed {
    fn new(addr: u64, len: u64, protection: i32) -> Result<Fixed, RecordError> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
        let fail = |source| RecordError::Map { addr, len, source };
        // SAFETY: with MAP_FIXED_NOREPLACE the kernel maps only what nobody else has.
        let got = unsafe {
            libc::mmap(addr as *mut libc::c_void, len as usize, protection, flags, -1, 0)
        };
        if got == libc::MAP_FAILED {
            return Err(fail(io::Error::last_os_error()));
        }
        let mapping = Fixed { addr: got as u64, len };
        if mapping.addr != addr {
            return Err(fail(io::Error::from(io::ErrorKind::AddrInUse)));
        }
        Ok(mapping)
    }

    fn protect(&self, protection: i32) -> Result<(), RecordError> {
        // SAFETY: the range is a mapping of ours, and nobody holds a reference into it.
        let done = unsafe {
            libc::mprotect(self.addr as *mut libc::c_void, self.len as usize, protection)
        };
        if done == 0 {
            return Ok(());
        }
        let source = io::Error::last_os_error();
        Err(RecordError::Map { addr: self.addr, len: self.len, source })
    }
}

impl Drop for Fixed {
    fn drop(&mut self) {
        // SAFETY: the range is a mapping of ours, and its users are gone.
        unsafe { libc::munmap(self.addr as *mut libc::c_void, self.len as usize) };
    }
}

/// Image and areas of a stream.
#[derive(Debug)]
pub(crate) struct Memory {
    /// Kept for their `Drop`.
    _mappings: Vec<Fixed>,
    scratch: Area,
}

impl Memory {
    /// Maps everything; the image is code, and not writable.
    pub(crate) fn new(manifest: &Manifest) -> Result<Memory, RecordError> {
        let header = &manifest.header;
        let scratch = header.scratch().ok_or(RecordError::Layout("no scratch area"))?;
        let mut mappings = Vec::new();
        let image_len = u64::from(header.image_len).next_multiple_of(0x1000).max(0x1000);
        let image = Fixed::new(header.base, image_len, libc::PROT_READ | libc::PROT_WRITE)?;
        // SAFETY: the mapping is writable, at least as long as the image, and of ours alone.
        let code =
            unsafe { std::slice::from_raw_parts_mut(header.base as *mut u8, manifest.image.len()) };
        code.copy_from_slice(&manifest.image);
        cpu::publish_code(code);
        image.protect(libc::PROT_READ | libc::PROT_EXEC)?;
        mappings.push(image);
        for area in header.areas.iter().filter(|a| a.len > 0) {
            let protection = match area.kind {
                AreaKind::Scratch => libc::PROT_READ | libc::PROT_WRITE,
                AreaKind::ReadOnly => libc::PROT_READ,
                AreaKind::Guard => libc::PROT_NONE,
            };
            mappings.push(Fixed::new(area.addr, area.len, protection)?);
        }
        Ok(Memory { _mappings: mappings, scratch })
    }

    /// The scratch area, while no code of the stream runs.
    pub(crate) fn scratch(&mut self) -> &mut [u8] {
        // SAFETY: the area is mapped readable and writable as long as `self` lives, and the
        // stream's code, its only other user, is stopped while the caller runs.
        unsafe {
            std::slice::from_raw_parts_mut(self.scratch.addr as *mut u8, self.scratch.len as usize)
        }
    }
}
