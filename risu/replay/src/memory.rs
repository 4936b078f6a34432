//! Memory at the stream's addresses, as the guest's address space.

use std::io;
use std::sync::Arc;

use risu_trace::{AreaKind, Delta, Manifest};
use tcg_mem::{AddressSpace, GuestAddr, MapRequest, PAGE_SIZE, Prot};

/// `MAP_FIXED_NOREPLACE`, Linux include/uapi/asm-generic/mman-common.h.
const MAP_FIXED_NOREPLACE: i32 = 0x10_0000;

/// Image and areas, unmapped when dropped.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) space: Arc<AddressSpace>,
    mapped: Vec<(GuestAddr, u64)>,
    scratch: GuestAddr,
}

impl Memory {
    /// Maps everything that the manifest says.
    pub(crate) fn new(manifest: &Manifest) -> io::Result<Memory> {
        let header = &manifest.header;
        let scratch = header.scratch().ok_or_else(|| io::Error::other("no scratch area"))?;
        let space = Arc::new(AddressSpace::new());
        let mut memory = Memory { space, mapped: Vec::new(), scratch: GuestAddr(scratch.addr) };
        let image_len = u64::from(header.image_len).next_multiple_of(PAGE_SIZE).max(PAGE_SIZE);
        memory.map(header.base, image_len, Prot::READ.union(Prot::WRITE))?;
        tcg_mem::copy_out(GuestAddr(header.base), &manifest.image)
            .map_err(|fault| io::Error::other(format!("image at {:#x}", fault.addr.0)))?;
        let code = Prot::READ.union(Prot::EXEC);
        let protected = memory.space.mprotect(GuestAddr(header.base), image_len, code);
        protected.map_err(|errno| io::Error::from_raw_os_error(errno.0))?;
        for area in header.areas.iter().filter(|a| a.len > 0) {
            let prot = match area.kind {
                AreaKind::Scratch => Prot::READ.union(Prot::WRITE),
                AreaKind::ReadOnly => Prot::READ,
                AreaKind::Guard => Prot::NONE,
            };
            memory.map(area.addr, area.len, prot)?;
        }
        Ok(memory)
    }

    fn map(&mut self, addr: u64, len: u64, prot: Prot) -> io::Result<()> {
        let mut request = MapRequest::anonymous(GuestAddr(addr), len, prot);
        request.flags |= MAP_FIXED_NOREPLACE;
        let got = self.space.mmap(&request).map_err(|e| io::Error::from_raw_os_error(e.0))?;
        self.mapped.push((got, len));
        if got.0 == addr {
            return Ok(());
        }
        Err(io::Error::other(format!("{len} bytes at {addr:#x} are taken")))
    }

    /// Writes the pieces of a patch.
    pub(crate) fn patch(&self, delta: &Delta) -> io::Result<()> {
        for (offset, bytes) in delta.iter_pieces() {
            self.write(u64::from(offset), bytes)?;
        }
        Ok(())
    }

    /// Writes into the scratch area.
    pub(crate) fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        tcg_mem::copy_out(GuestAddr(self.scratch.0 + offset), bytes)
            .map_err(|_| io::Error::other("the scratch area is gone"))
    }

    /// Whether the scratch area holds these bytes.
    pub(crate) fn has(&self, bytes: &[u8]) -> bool {
        // Guest addresses are host addresses, so the expected bytes have one too.
        let expected = GuestAddr(bytes.as_ptr() as u64);
        tcg_mem::compare(self.scratch, expected, bytes.len() as u64) == Ok(None)
    }

    /// Reads the scratch area.
    pub(crate) fn read(&self, into: &mut [u8]) -> io::Result<()> {
        tcg_mem::copy_in(into, self.scratch)
            .map_err(|_| io::Error::other("the scratch area is gone"))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        for (addr, len) in self.mapped.drain(..) {
            // What cannot be unmapped stays until the process ends.
            let _ = self.space.munmap(addr, len);
        }
    }
}
