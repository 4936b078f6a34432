//! Guest memory: guarded access, the list of guest mappings, code pages.
//!
//! A guest address *is* a host address ([`GuestAddr`]), so guest memory can fault at any time.
//! The free functions of this crate ([`read_u64`], [`copy`], [`cas_u32`] …) touch it through small
//! assembly routines whose faulting instructions stand in a table; the process's signal handler
//! hands each fault to [`sigsafe_fixup::try_fixup`], and the function returns `Err(Fault)`.
//! Without such a handler a bad access kills the process: see [`sigsafe_fixup::install`].
//!
//! [`AddressSpace`] is what the guest has mapped: it makes the host calls behind `mmap` and its
//! relatives, keeps the guest from replacing the emulator's own memory, and tells a [`CodeHook`]
//! (the code cache) when translated pages change.
//!
//! It is *not* a security boundary: a guest can write to the emulator's memory through a pointer,
//! as under any user-mode emulator that maps guest addresses to themselves.
//!
//! Start reading at [`access`](crate::read_u64) (`access.rs`), then `space.rs`.

mod access;
mod addr;
mod code;
mod errno;
mod guard;
mod host;
mod maps;
mod place;
pub mod sigsafe_fixup;
mod space;
mod thread;

pub use access::{
    cas_u8, cas_u16, cas_u32, cas_u64, cas_u128, compare, copy, copy_in, copy_out, fetch_update_u8,
    fetch_update_u32, fetch_update_u64, fill, find_byte, probe, read_u8, read_u16, read_u32,
    read_u64, read_u128, strnlen, write_u8, write_u16, write_u32, write_u64, write_u128,
};
pub use addr::{Access, Cause, Endian, Fault, GuestAddr, PAGE_SIZE};
pub use code::{CodeHook, CodeTicket, PageHasher};
pub use errno::Errno;
pub use maps::{Mapping, Prot};
pub use space::{AddressSpace, MapRequest, WriteFault};
pub use thread::{ReportCodeWrites, ThreadAttachment};
