//! Machine state, and changes of it.

use crate::error::Bad;
use crate::wire::{Cursor, Put};

/// Registers and scratch memory of a guest at a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Registers; which word is which says [`crate::Guest::reg_info`].
    pub words: Vec<u64>,
    /// The scratch area, in the guest's byte order.
    pub memory: Vec<u8>,
}

/// Words and bytes that change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Index and new value, by ascending index.
    pub words: Vec<(u16, u64)>,
    /// Pieces of the scratch area: offset in bytes and length.
    pub pieces: Vec<(u32, u32)>,
    /// The bytes of all pieces, in order.
    pub bytes: Vec<u8>,
}

impl State {
    /// All registers and memory zero.
    #[must_use]
    pub fn zero(n_words: usize, memory_len: usize) -> State {
        State { words: vec![0; n_words], memory: vec![0; memory_len] }
    }

    /// Applies a change; what lies outside of this state is ignored.
    ///
    /// Readers refuse such changes, so that only a caller's own mistake is ignored.
    pub fn apply(&mut self, delta: &Delta) {
        for &(index, value) in &delta.words {
            if let Some(word) = self.words.get_mut(usize::from(index)) {
                *word = value;
            }
        }
        for (offset, bytes) in delta.iter_pieces() {
            let start = offset as usize;
            if let Some(to) = self.memory.get_mut(start..start + bytes.len()) {
                to.copy_from_slice(bytes);
            }
        }
    }

    /// Writes what leads from `self` to the given registers and memory into `delta`.
    pub fn diff_into(&self, words: &[u64], memory: &[u8], delta: &mut Delta) {
        delta.clear();
        for (index, (old, &new)) in self.words.iter().zip(words).enumerate() {
            if *old != new {
                delta.words.push((index as u16, new));
            }
        }
        let mut at = 0;
        while let Some(start) = first_difference(&self.memory, memory, at) {
            let end = end_of_difference(&self.memory, memory, start);
            delta.push_piece(start as u32, &memory[start..end]);
            at = end;
        }
    }
}

/// First index from `at` on where the slices differ.
fn first_difference(a: &[u8], b: &[u8], mut at: usize) -> Option<usize> {
    const CHUNK: usize = 64;
    let len = a.len().min(b.len());
    while at + CHUNK <= len && a[at..at + CHUNK] == b[at..at + CHUNK] {
        at += CHUNK;
    }
    (at..len).find(|&i| a[i] != b[i])
}

/// End of a run of differences; a gap shorter than a piece's header is included.
fn end_of_difference(a: &[u8], b: &[u8], start: usize) -> usize {
    const GAP: usize = 4;
    let len = a.len().min(b.len());
    let mut end = start + 1;
    while let Some(next) = (end..len.min(end + GAP)).find(|&i| a[i] != b[i]) {
        end = next + 1;
    }
    end
}

impl Delta {
    /// Empties the change and keeps its buffers.
    pub fn clear(&mut self) {
        self.words.clear();
        self.pieces.clear();
        self.bytes.clear();
    }

    /// Adds bytes of scratch memory at `offset`.
    pub fn push_piece(&mut self, offset: u32, bytes: &[u8]) {
        self.pieces.push((offset, bytes.len() as u32));
        self.bytes.extend_from_slice(bytes);
    }

    /// Sets a register word, replacing an earlier value.
    pub fn set_word(&mut self, index: usize, value: u64) {
        let index = index as u16;
        match self.words.binary_search_by_key(&index, |w| w.0) {
            Ok(at) => self.words[at].1 = value,
            Err(at) => self.words.insert(at, (index, value)),
        }
    }

    /// The memory pieces with their offsets.
    pub fn iter_pieces(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let mut rest = self.bytes.as_slice();
        self.pieces.iter().map(move |&(offset, len)| {
            let (piece, tail) = rest.split_at(len as usize);
            rest = tail;
            (offset, piece)
        })
    }

    pub(crate) fn encode(&self, n_words: usize, out: &mut Vec<u8>) {
        let mut from = self.words.iter().peekable();
        for group in 0..n_words.div_ceil(64) {
            let mut mask = 0u64;
            while let Some((index, _)) = from.next_if(|w| usize::from(w.0) / 64 == group) {
                mask |= 1 << (index % 64);
            }
            out.put_u64(mask);
        }
        for &(_, value) in &self.words {
            out.put_u64(value);
        }
        out.put_var(self.pieces.len() as u32);
        for (offset, bytes) in self.iter_pieces() {
            out.put_var(offset);
            out.put_var(bytes.len() as u32);
            out.put_bytes(bytes);
        }
    }

    pub(crate) fn decode(
        &mut self,
        from: &mut Cursor<'_>,
        n_words: usize,
        memory_len: usize,
    ) -> Result<(), Bad> {
        self.clear();
        for group in 0..n_words.div_ceil(64) {
            let mut mask = from.u64()?;
            while mask != 0 {
                let index = group * 64 + mask.trailing_zeros() as usize;
                if index >= n_words {
                    return Err(Bad("register number"));
                }
                self.words.push((index as u16, 0));
                mask &= mask - 1;
            }
        }
        for (_, value) in &mut self.words {
            *value = from.u64()?;
        }
        for _ in 0..from.var()? {
            let (offset, len) = (from.var()?, from.var()?);
            if offset as u64 + u64::from(len) > memory_len as u64 {
                return Err(Bad("memory outside of the scratch area"));
            }
            self.pieces.push((offset, len));
            self.bytes.extend_from_slice(from.bytes(len as usize)?);
        }
        Ok(())
    }
}
