//! How the code memory is divided: chunks of 64 KiB, in each an index of its blocks.
//!
//! A block is a header, host code and its fault table. A chunk belongs to one vCPU, which fills it
//! from the bottom; the index (one bit for each 32 bytes) finds the block of any address without a
//! lock, also in a signal handler.

use crate::code_memory::CodeMemory;
use std::sync::atomic::Ordering;

/// Bytes in a chunk.
pub(crate) const CHUNK_BYTES: u32 = 1 << 16;
/// Blocks and their code start at multiples of this, half a cache line: loops of the same code should not differ in speed
/// by where they happen to lie.
const UNIT: u32 = 32;
/// Bytes of the index at the start of a chunk.
const INDEX_BYTES: u32 = CHUNK_BYTES / UNIT / 8;
/// Bytes of a header; a multiple of `UNIT`, so that code is aligned as well.
const HEADER_BYTES: u32 = 32;
/// What a block may have at most, header included.
const MAX_BLOCK: u32 = CHUNK_BYTES - INDEX_BYTES;

/// State word of a block that must not be entered any more.
pub(crate) const DEAD: u32 = 0;
/// Id of a block that the cache does not know.
pub(crate) const NO_ID: u32 = u32::MAX;

/// What stands before the code of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Guest address.
    pub(crate) pc: u64,
    /// Guest mode.
    pub(crate) flags: u32,
    /// Bytes of code.
    pub(crate) code_len: u32,
    /// Bytes of the fault table, which follows the code.
    pub(crate) faults_len: u32,
    /// Slot in the cache's list, or `NO_ID`.
    pub(crate) id: u32,
    /// Generation of the cache it belongs to, or `DEAD`.
    pub(crate) state: u32,
}

impl Header {
    /// The header of a block about to be added to a chunk.
    pub(crate) fn new(
        (pc, flags): (u64, u32),
        generation: u32,
        (code_len, faults_len): (usize, usize),
    ) -> Header {
        let (code_len, faults_len) = (code_len as u32, faults_len as u32);
        Header { pc, flags, code_len, faults_len, id: NO_ID, state: generation }
    }
}

/// Offset of a block's code, which identifies the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CodeOffset(pub(crate) u32);

impl CodeOffset {
    /// The chunk it is in, as number.
    pub(crate) fn chunk(self) -> usize {
        (self.0 / CHUNK_BYTES) as usize
    }

    fn header(self) -> u32 {
        self.0 - HEADER_BYTES
    }

    fn state_word(self) -> u32 {
        self.header() + 24
    }
}

/// A chunk being filled by one vCPU.
#[derive(Debug)]
pub(crate) struct Chunk {
    base: u32,
    next: u32,
}

impl Chunk {
    /// Takes over chunk `number`, in which nothing is in use; clears its index.
    pub(crate) fn open(memory: &CodeMemory, number: usize) -> Chunk {
        let base = number as u32 * CHUNK_BYTES;
        for word in (0..INDEX_BYTES).step_by(4) {
            memory.word(base + word).store(0, Ordering::Relaxed);
        }
        Chunk { base, next: base + INDEX_BYTES }
    }

    /// Its number.
    pub(crate) fn number(&self) -> usize {
        (self.base / CHUNK_BYTES) as usize
    }

    /// Where the code of the next block will be.
    pub(crate) fn next_code(&self) -> CodeOffset {
        CodeOffset(self.next + HEADER_BYTES)
    }

    /// Whether a block with `code_len` and `faults_len` fits.
    pub(crate) fn fits(&self, code_len: usize, faults_len: usize) -> bool {
        u64::from(self.next) + block_bytes(code_len, faults_len)
            <= u64::from(self.base + CHUNK_BYTES)
    }

    /// Whether such a block fits any chunk.
    pub(crate) fn fits_empty(code_len: usize, faults_len: usize) -> bool {
        block_bytes(code_len, faults_len) <= u64::from(MAX_BLOCK)
    }

    /// Adds a block, which must fit; it can be found and run afterwards.
    pub(crate) fn add(
        &mut self,
        memory: &CodeMemory,
        header: Header,
        code: &[u8],
        faults: &[u8],
    ) -> CodeOffset {
        assert!(self.fits(code.len(), faults.len()), "the caller makes room first");
        let at = self.next_code();
        memory.write(at.header(), &encode(&header));
        memory.write(at.0, code);
        memory.write(at.0 + code.len() as u32, faults);
        set_bit(memory, self.base, self.next, true);
        self.next += block_bytes(code.len(), faults.len()) as u32;
        at
    }

    /// Takes the last block back, which nobody else has learnt of.
    pub(crate) fn undo(&mut self, memory: &CodeMemory, at: CodeOffset) {
        set_bit(memory, self.base, at.header(), false);
        self.next = at.header();
    }
}

fn block_bytes(code_len: usize, faults_len: usize) -> u64 {
    let bytes = u64::from(HEADER_BYTES) + code_len as u64 + faults_len as u64;
    bytes.next_multiple_of(u64::from(UNIT))
}

fn set_bit(memory: &CodeMemory, base: u32, header: u32, on: bool) {
    let unit = (header - base) / UNIT;
    let word = memory.word(base + unit / 32 * 4);
    let bit = 1 << (unit % 32);
    // Release: whoever finds the bit finds the header written. Only the owner of the chunk writes.
    let old = word.load(Ordering::Relaxed);
    word.store(if on { old | bit } else { old & !bit }, Ordering::Release);
}

/// The block whose header, code or fault table holds `offset`. Async-signal-safe.
pub(crate) fn block_at(memory: &CodeMemory, offset: u32) -> Option<CodeOffset> {
    let base = offset & !(CHUNK_BYTES - 1);
    let unit = (offset - base) / UNIT;
    let mut below = u32::MAX >> (31 - unit % 32);
    for word in (0..=unit / 32).rev() {
        let bits = memory.load(base + word * 4, Ordering::Acquire) & below;
        if bits != 0 {
            let found = word * 32 + (31 - bits.leading_zeros());
            return Some(CodeOffset(base + found * UNIT + HEADER_BYTES));
        }
        below = u32::MAX;
    }
    None
}

fn encode(header: &Header) -> [u8; HEADER_BYTES as usize] {
    let mut bytes = [0; HEADER_BYTES as usize];
    bytes[..8].copy_from_slice(&header.pc.to_le_bytes());
    let words = [header.flags, header.code_len, header.faults_len, header.id, header.state];
    for (to, word) in bytes[8..].chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

/// Reads a block's header. Async-signal-safe.
pub(crate) fn header(memory: &CodeMemory, at: CodeOffset) -> Header {
    let word = |n: u32| memory.load(at.header() + 4 * n, Ordering::Relaxed);
    Header {
        pc: u64::from(word(0)) | u64::from(word(1)) << 32,
        flags: word(2),
        code_len: word(3),
        faults_len: word(4),
        id: word(5),
        state: state(memory, at),
    }
}

/// Whether a block is the live one of `generation` for `key`. Async-signal-safe.
#[inline]
pub(crate) fn is_block_for(
    memory: &CodeMemory,
    at: CodeOffset,
    (pc, flags): (u64, u32),
    generation: u32,
) -> bool {
    let word = |n: u32| memory.load(at.header() + 4 * n, Ordering::Relaxed);
    state(memory, at) == generation
        && word(0) == pc as u32
        && word(1) == (pc >> 32) as u32
        && word(2) == flags
}

/// A block's state word. Async-signal-safe.
pub(crate) fn state(memory: &CodeMemory, at: CodeOffset) -> u32 {
    memory.load(at.state_word(), Ordering::Acquire)
}

/// A block's id.
pub(crate) fn id(memory: &CodeMemory, at: CodeOffset) -> u32 {
    memory.load(at.header() + 20, Ordering::Relaxed)
}

/// Marks a block dead.
pub(crate) fn kill(memory: &CodeMemory, at: CodeOffset) {
    memory.word(at.state_word()).store(DEAD, Ordering::Release);
}

/// Writes the id of a block that is about to be published.
pub(crate) fn set_id(memory: &CodeMemory, at: CodeOffset, id: u32) {
    memory.word(at.header() + 20).store(id, Ordering::Release);
}

/// A block's fault table. Async-signal-safe.
pub(crate) fn faults(memory: &CodeMemory, at: CodeOffset) -> &[u8] {
    let header = header(memory, at);
    memory.bytes(at.0 + header.code_len, header.faults_len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_address_of_a_block_finds_it() {
        let memory = CodeMemory::new(2 * CHUNK_BYTES as usize).unwrap();
        let mut chunk = Chunk::open(&memory, 1);
        let mut blocks = Vec::new();
        for (i, len) in [1usize, 16, 700, 5000, 3].into_iter().enumerate() {
            let header = Header {
                pc: 0x1_0000_0000 + i as u64,
                flags: 7,
                code_len: len as u32,
                faults_len: 5,
                id: i as u32,
                state: 1,
            };
            let at = chunk.add(&memory, header, &vec![0x90; len], b"fault");
            blocks.push((at, header));
        }
        for (at, expected) in &blocks {
            for offset in [at.0, at.0 + expected.code_len - 1, at.0 - 1] {
                assert_eq!(block_at(&memory, offset), Some(*at));
            }
            assert_eq!(header(&memory, *at), *expected);
            assert_eq!(faults(&memory, *at), b"fault");
        }
        assert_eq!(block_at(&memory, CHUNK_BYTES + 100), None);
        assert_eq!(block_at(&memory, 100), None);
        kill(&memory, blocks[2].0);
        assert_eq!(state(&memory, blocks[2].0), DEAD);
    }

    #[test]
    fn undo_gives_the_room_back() {
        let memory = CodeMemory::new(CHUNK_BYTES as usize).unwrap();
        let mut chunk = Chunk::open(&memory, 0);
        let header = Header { pc: 0, flags: 0, code_len: 4, faults_len: 0, id: NO_ID, state: 1 };
        let first = chunk.next_code();
        let at = chunk.add(&memory, header, &[0; 4], &[]);
        chunk.undo(&memory, at);
        assert_eq!((at, chunk.next_code()), (first, first));
        assert_eq!(block_at(&memory, at.0), None);
        assert!(!chunk.fits(CHUNK_BYTES as usize, 0));
        assert!(Chunk::fits_empty(64_000, 0) && !Chunk::fits_empty(65_536, 0));
    }
}
