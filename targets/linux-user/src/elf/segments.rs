//! What of a program goes where.

use super::LoadElfError;
use goblin::elf::program_header::{PF_R, PF_W, PF_X, PT_LOAD, ProgramHeader};
use tcg_mem::{PAGE_SIZE, Prot};

/// Highest address a segment may reach: what the host gives a process.
const ADDRESS_LIMIT: u64 = (1 << 47) - PAGE_SIZE;

/// Greatest alignment of a segment that is heeded.
const MAX_ALIGNMENT: u64 = 1 << 30;

/// A segment to be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Address as in the file.
    pub addr: u64,
    /// Bytes in memory.
    pub memory_len: u64,
    /// Where its contents are in the file.
    pub offset: u64,
    /// Bytes in the file.
    pub file_len: u64,
    /// Permissions.
    pub prot: Prot,
}

/// The segments to load, ascending and apart.
pub(super) fn segments(headers: &[ProgramHeader], len: u64) -> Result<Vec<Segment>, LoadElfError> {
    let mut out: Vec<Segment> = Vec::new();
    for header in headers.iter().filter(|h| h.p_type == PT_LOAD) {
        let segment = check_segment(header, len)?;
        if segment.memory_len == 0 {
            continue;
        }
        let follows = out.last().is_none_or(|last| last.addr + last.memory_len <= segment.addr);
        if !follows {
            return Err(LoadElfError::Bad("order of segments"));
        }
        out.push(segment);
    }
    if out.is_empty() {
        return Err(LoadElfError::Bad("program without segments"));
    }
    Ok(out)
}

/// The greatest alignment of a segment; what is no power of two has no effect (Linux fs/binfmt_elf.c:maximum_alignment).
pub(super) fn alignment(headers: &[ProgramHeader]) -> u64 {
    let loaded = headers.iter().filter(|h| h.p_type == PT_LOAD).map(|h| h.p_align);
    let valid = loaded.filter(|align| align.is_power_of_two() && *align <= MAX_ALIGNMENT);
    valid.max().unwrap_or(0).max(PAGE_SIZE)
}

fn check_segment(header: &ProgramHeader, len: u64) -> Result<Segment, LoadElfError> {
    if header.p_filesz > header.p_memsz {
        return Err(LoadElfError::Bad("segment: more bytes in the file than in memory"));
    }
    let end = header.p_vaddr.checked_add(header.p_memsz).filter(|end| *end <= ADDRESS_LIMIT);
    if end.is_none() {
        return Err(LoadElfError::Bad("segment: past the end of the address space"));
    }
    if header.p_vaddr % PAGE_SIZE != header.p_offset % PAGE_SIZE {
        return Err(LoadElfError::Bad("segment: address and offset differ within a page"));
    }
    let file_end = header.p_offset.checked_add(header.p_filesz).filter(|end| *end <= len);
    // What has no bytes in the file may be beyond its end.
    if file_end.is_none() && header.p_filesz > 0 {
        return Err(LoadElfError::Truncated { what: "segment", offset: header.p_offset });
    }
    let flag = |bit: u32, prot: Prot| if header.p_flags & bit != 0 { prot } else { Prot::NONE };
    let prot = flag(PF_R, Prot::READ).union(flag(PF_W, Prot::WRITE)).union(flag(PF_X, Prot::EXEC));
    Ok(Segment {
        addr: header.p_vaddr,
        memory_len: header.p_memsz,
        offset: header.p_offset,
        file_len: header.p_filesz,
        prot,
    })
}
