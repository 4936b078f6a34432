//! Small ELF programs, made by hand.

use risu_trace::Guest;

use crate::guest::Machine;

/// Bytes of an ELF64 header and of a program header.
pub(crate) const HEADER: usize = 64;
pub(crate) const PROGRAM_HEADER: usize = 56;
/// Contents begin on a page of their own.
const PAGE: usize = 4096;

/// A part of memory with its contents.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Where it goes: a multiple of 4096.
    pub addr: u64,
    /// `PF_*`: 4 read, 2 write, 1 execute.
    pub flags: u32,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// An executable (`ET_EXEC`) with these segments and a stack without code.
///
/// System V ABI, "Object Files".
pub fn executable(guest: Guest, entry: u64, segments: &[Segment]) -> Vec<u8> {
    const ET_EXEC: u64 = 2;
    const PT_LOAD: u64 = 1;
    const PT_GNU_STACK: u64 = 0x6474_e551;
    let mut out = vec![0x7f, b'E', b'L', b'F', 2, if guest.little_endian() { 1 } else { 2 }, 1];
    out.resize(16, 0);
    let mut put = |numbers: &[u64], len| {
        numbers.iter().for_each(|number| out.extend(guest.number(*number, len)));
    };
    put(&[ET_EXEC, guest.elf_machine().into()], 2);
    put(&[1], 4);
    put(&[entry, HEADER as u64, 0], 8);
    put(&[0], 4);
    put(&[HEADER as u64, PROGRAM_HEADER as u64, segments.len() as u64 + 1, 64, 0, 0], 2);
    let mut offset = PAGE;
    for segment in segments {
        let (addr, len) = (segment.addr, segment.bytes.len() as u64);
        put(&[PT_LOAD, segment.flags.into()], 4);
        put(&[offset as u64, addr, addr, len, len, PAGE as u64], 8);
        offset += segment.bytes.len().next_multiple_of(PAGE);
    }
    put(&[PT_GNU_STACK, 6], 4);
    put(&[0, 0, 0, 0, 0, 16], 8);
    for segment in segments {
        out.resize(out.len().next_multiple_of(PAGE), 0);
        out.extend(&segment.bytes);
    }
    out
}
