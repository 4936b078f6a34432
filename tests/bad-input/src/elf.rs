//! Small ELF programs for s390x, made by hand.

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
/// System V ABI, "Object Files"; s390x ELF ABI supplement: `EM_S390` is 22.
pub fn executable(entry: u64, segments: &[Segment]) -> Vec<u8> {
    const PT_LOAD: u32 = 1;
    const PT_GNU_STACK: u32 = 0x6474_e551;
    let mut out = b"\x7fELF\x02\x02\x01".to_vec();
    out.resize(16, 0);
    out.extend([0, 2, 0, 22, 0, 0, 0, 1]);
    for word in [entry, HEADER as u64, 0] {
        out.extend(word.to_be_bytes());
    }
    out.extend(0u32.to_be_bytes());
    for half in [HEADER, PROGRAM_HEADER, segments.len() + 1, 64, 0, 0] {
        out.extend((half as u16).to_be_bytes());
    }
    let mut header = |kind: u32, flags: u32, words: [u64; 6]| {
        out.extend(kind.to_be_bytes());
        out.extend(flags.to_be_bytes());
        words.iter().for_each(|word| out.extend(word.to_be_bytes()));
    };
    let mut offset = PAGE;
    for segment in segments {
        let (addr, len) = (segment.addr, segment.bytes.len() as u64);
        header(PT_LOAD, segment.flags, [offset as u64, addr, addr, len, len, PAGE as u64]);
        offset += segment.bytes.len().next_multiple_of(PAGE);
    }
    header(PT_GNU_STACK, 6, [0, 0, 0, 0, 0, 16]);
    for segment in segments {
        out.resize(out.len().next_multiple_of(PAGE), 0);
        out.extend(&segment.bytes);
    }
    out
}
