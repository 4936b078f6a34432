//! What is changed under the lock of the cache: blocks by id and by page, the jumps between them, and how chunks are in use.

use super::{NewBlock, NoChunk};
use crate::chunk::{CodeOffset, NO_ID};
use crate::epoch::Epochs;
use crate::table::TableOwner;
use std::collections::HashMap;
use std::ops::Range;
use tcg_ir::DirectExit;
use tcg_mem::{PAGE_SIZE, PageHasher};

/// What is changed under the lock.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) table: TableOwner,
    pub(super) blocks: Vec<Block>,
    free_ids: Vec<u32>,
    by_page: HashMap<u64, Vec<u32>, PageHasher>,
    pub(super) chunks: Vec<ChunkUse>,
    /// Lowest chunk that was never used.
    pub(super) n_opened: usize,
}

/// A published block.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) at: CodeOffset,
    pub(super) flags: u32,
    pub(super) pc: u64,
    pages: Pages,
    pub(super) exits: Box<[Link]>,
    /// First of the links of other blocks (or its own) that jump here.
    incoming: LinkId,
}

/// First and last page of a block, equal if it is in one.
type Pages = [u64; 2];

/// A direct exit.
#[derive(Debug)]
pub(super) struct Link {
    /// Offsets in the block's code of the rel32 and of the stub.
    pub(super) patch_at: u32,
    pub(super) stub_at: u32,
    /// Id of the block it jumps to, or `NO_ID`.
    pub(super) target: u32,
    /// The next link to the same target.
    next: LinkId,
}

/// Names a link: block and number of the exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LinkId {
    pub(super) block: u32,
    pub(super) exit: u32,
}

/// Ends a list of links.
const NO_LINK: LinkId = LinkId { block: NO_ID, exit: 0 };

/// How a chunk is in use.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ChunkUse {
    /// A vCPU fills it.
    pub(super) is_open: bool,
    pub(super) n_live: u32,
    /// Epoch in which a block of it was last dropped.
    pub(super) dropped_in: u64,
}

impl Owner {
    /// Nothing published; the first `n_opened` chunks are taken.
    pub(super) fn new(table: TableOwner, chunks: Vec<ChunkUse>, n_opened: usize) -> Owner {
        Owner {
            table,
            blocks: Vec::new(),
            free_ids: Vec::new(),
            by_page: HashMap::default(),
            chunks,
            n_opened,
        }
    }

    /// Forgets every block; the chunks they are in were last used in epoch `ended`.
    pub(super) fn clear(&mut self, ended: u64) {
        self.blocks.clear();
        self.free_ids.clear();
        self.by_page.clear();
        for chunk in &mut self.chunks {
            *chunk = ChunkUse { n_live: 0, dropped_in: ended, ..*chunk };
        }
    }

    /// The number of a chunk that nobody uses: one that never was, or else the one dropped first.
    ///
    /// # Errors
    /// Why there is none now.
    pub(super) fn unused_chunk(&mut self, epochs: &Epochs) -> Result<usize, NoChunk> {
        if self.n_opened < self.chunks.len() {
            self.n_opened += 1;
            return Ok(self.n_opened - 1);
        }
        let is_dropped =
            |chunk: &ChunkUse| !chunk.is_open && chunk.n_live == 0 && chunk.dropped_in != 0;
        let candidates = self.chunks.iter().enumerate().filter(|(_, chunk)| is_dropped(chunk));
        let Some((number, chunk)) = candidates.min_by_key(|(_, chunk)| chunk.dropped_in) else {
            return Err(NoChunk::Full);
        };
        let chunk = *chunk;
        if epochs.is_over(chunk.dropped_in) {
            return Ok(number);
        }
        if chunk.dropped_in >= epochs.now() {
            // Nothing else may ever end this epoch.
            epochs.advance(std::iter::empty());
        }
        Err(NoChunk::Wait(chunk.dropped_in))
    }

    /// Takes a block into the lists; returns its id.
    pub(super) fn add(&mut self, new: &NewBlock<'_>) -> u32 {
        let first = new.tickets.first().map_or(0, |ticket| ticket.page.0);
        let last = new.tickets.last().map_or(first, |ticket| ticket.page.0);
        let link = |exit: &DirectExit| Link {
            patch_at: exit.patch_at,
            stub_at: exit.stub_at,
            target: NO_ID,
            next: NO_LINK,
        };
        let exits = new.exits.iter().map(link).collect();
        let block = Block {
            at: new.at,
            pc: new.pc,
            flags: new.flags,
            pages: [first, last],
            exits,
            incoming: NO_LINK,
        };
        self.chunks[new.at.chunk()].n_live += 1;
        let id = self.free_ids.pop().unwrap_or(self.blocks.len() as u32);
        if id as usize == self.blocks.len() {
            self.blocks.push(block);
        } else {
            self.blocks[id as usize] = block;
        }
        self.by_page.entry(first).or_default().push(id);
        if last != first {
            self.by_page.entry(last).or_default().push(id);
        }
        id
    }

    fn exit(&mut self, link: LinkId) -> &mut Link {
        &mut self.blocks[link.block as usize].exits[link.exit as usize]
    }

    /// Notes that `link`, which had no target, jumps to block `target`.
    pub(super) fn add_incoming(&mut self, target: u32, link: LinkId) {
        let first = std::mem::replace(&mut self.blocks[target as usize].incoming, link);
        let exit = self.exit(link);
        exit.target = target;
        exit.next = first;
    }

    /// Takes one link away from block `target`.
    pub(super) fn pop_incoming(&mut self, target: u32) -> Option<LinkId> {
        let first = self.blocks[target as usize].incoming;
        if first == NO_LINK {
            return None;
        }
        let exit = self.exit(first);
        exit.target = NO_ID;
        let next = std::mem::replace(&mut exit.next, NO_LINK);
        self.blocks[target as usize].incoming = next;
        Some(first)
    }

    /// Takes `link` away from its target; `false` if it has none.
    pub(super) fn remove_from_target(&mut self, link: LinkId) -> bool {
        let exit = self.exit(link);
        let target = std::mem::replace(&mut exit.target, NO_ID);
        let next = std::mem::replace(&mut exit.next, NO_LINK);
        if target == NO_ID {
            return false;
        }
        let mut at = self.blocks[target as usize].incoming;
        if at == link {
            self.blocks[target as usize].incoming = next;
            return true;
        }
        while at != NO_LINK {
            let exit = self.exit(at);
            if exit.next == link {
                exit.next = next;
                return true;
            }
            at = exit.next;
        }
        true
    }

    /// Takes the blocks with a byte in `range` out of the page lists; returns their ids.
    pub(super) fn take_pages(&mut self, range: &Range<u64>) -> Vec<u32> {
        let n_pages = (range.end.saturating_sub(range.start)) / PAGE_SIZE;
        let pages: Vec<u64> = if n_pages > self.by_page.len() as u64 {
            self.by_page.keys().copied().filter(|page| range.contains(page)).collect()
        } else {
            (0..n_pages).map(|i| range.start + i * PAGE_SIZE).collect()
        };
        let mut ids: Vec<u32> =
            pages.iter().filter_map(|page| self.by_page.remove(page)).flatten().collect();
        ids.sort_unstable();
        ids.dedup();
        for &id in &ids {
            self.leave_pages(id);
        }
        ids
    }

    /// Takes a block out of the lists of its pages.
    pub(super) fn leave_pages(&mut self, id: u32) {
        for page in self.blocks[id as usize].pages {
            if let Some(list) = self.by_page.get_mut(&page) {
                list.retain(|&other| other != id);
            }
        }
    }

    /// Forgets an unlinked block, dropped in epoch `ended`.
    pub(super) fn drop_block(&mut self, id: u32, ended: u64) {
        let block = &mut self.blocks[id as usize];
        block.exits = Box::default();
        let chunk = &mut self.chunks[block.at.chunk()];
        chunk.n_live -= 1;
        chunk.dropped_in = ended;
        self.free_ids.push(id);
    }
}
