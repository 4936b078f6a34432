//! Guest addresses, faults and byte orders: the plain values of this crate.

use std::fmt;

/// Size of a guest page in bytes; the same as the host's.
pub const PAGE_SIZE: u64 = 4096;

/// An address in guest memory, equal to the host address of the same byte.
///
/// Arithmetic wraps at 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct GuestAddr(pub u64);

impl GuestAddr {
    /// The address `bytes` further on, modulo 2^64.
    #[inline]
    #[must_use]
    pub const fn wrapping_add(self, bytes: u64) -> Self {
        Self(self.0.wrapping_add(bytes))
    }

    /// The first address of the page this address is in.
    #[inline]
    #[must_use]
    pub const fn page(self) -> Self {
        Self(self.0 & !(PAGE_SIZE - 1))
    }

    /// Bytes from the start of the page, 0 to 4095.
    #[inline]
    #[must_use]
    pub const fn page_offset(self) -> u64 {
        self.0 & (PAGE_SIZE - 1)
    }
}

impl fmt::Debug for GuestAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Display for GuestAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// What an access wanted to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Load data.
    Read,
    /// Store data, or load and store it as one (atomics).
    Write,
    /// Fetch an instruction.
    Execute,
}

/// Why the host refused an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Nothing is mapped there, or the address is not canonical (`SEGV_MAPERR`).
    Unmapped,
    /// The mapping does not allow it (`SEGV_ACCERR`).
    Protected,
    /// The mapping has no memory behind it, as past the end of a file (`SIGBUS`, `BUS_ADRERR`).
    Bus,
}

/// An access to guest memory that stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// First byte that could not be accessed.
    pub addr: GuestAddr,
    /// What was tried.
    pub access: Access,
    /// Why it failed.
    pub cause: Cause,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = match self.access {
            Access::Read => "read",
            Access::Write => "write",
            Access::Execute => "fetch",
        };
        let cause = match self.cause {
            Cause::Unmapped => "not mapped",
            Cause::Protected => "not allowed",
            Cause::Bus => "no memory behind the mapping",
        };
        write!(f, "{access} at {}: {cause}", self.addr)
    }
}

impl std::error::Error for Fault {}

/// Byte order of a value in guest memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endian {
    /// Most significant byte at the lowest address.
    Big,
    /// Least significant byte at the lowest address, as the host.
    Little,
}
