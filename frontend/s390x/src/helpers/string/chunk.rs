//! Reading guest memory unit by unit, a page's rest at a time.

use tcg_mem::{Fault, GuestAddr, PAGE_SIZE};

const CHUNK_BYTES: usize = 64;

/// Reads bytes of guest memory in ascending order; fetches ahead, but never beyond the page of a byte asked for.
#[derive(Debug)]
pub(super) struct Reader {
    start: GuestAddr,
    len: usize,
    bytes: [u8; CHUNK_BYTES],
}

impl Reader {
    pub(super) fn new() -> Reader {
        Reader { start: GuestAddr(0), len: 0, bytes: [0; CHUNK_BYTES] }
    }

    /// The byte at `addr`.
    pub(super) fn byte(&mut self, addr: GuestAddr) -> Result<u8, Fault> {
        let offset = addr.0.wrapping_sub(self.start.0);
        if let Some(byte) = self.bytes[..self.len].get(offset as usize).filter(|_| offset < 64) {
            return Ok(*byte);
        }
        let to_page_end = PAGE_SIZE - addr.page_offset();
        let len = to_page_end.min(CHUNK_BYTES as u64) as usize;
        self.len = 0;
        tcg_mem::copy_in(&mut self.bytes[..len], addr)?;
        self.start = addr;
        self.len = len;
        Ok(self.bytes[0])
    }

    /// The big-endian halfword at `addr`.
    pub(super) fn halfword(&mut self, addr: GuestAddr) -> Result<u16, Fault> {
        Ok(u16::from_be_bytes([self.byte(addr)?, self.byte(addr.wrapping_add(1))?]))
    }

    /// The unit of `width` bytes (1 or 2) at `addr`.
    pub(super) fn unit(&mut self, addr: GuestAddr, width: u64) -> Result<u16, Fault> {
        if width == 1 { self.byte(addr).map(u16::from) } else { self.halfword(addr) }
    }
}
