//! The code cache: what is translated, what jumps to what, and how it goes away.
//!
//! Readers take no lock ([`Table`]). Everything that changes the cache happens under one lock,
//! for well under a microsecond. Lock order: cache, then address space, then epochs.

mod owner;

use crate::chunk::{self, CHUNK_BYTES, Chunk, CodeOffset, NO_ID, block_at};
use crate::code_memory::CodeMemory;
use crate::epoch::Epochs;
use crate::stats::Stats;
use crate::table::Table;
use owner::{ChunkUse, Link, LinkId, Owner};
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};
use tcg_ir::DirectExit;
use tcg_mem::{AddressSpace, CodeTicket};

/// The code cache of a machine.
#[derive(Debug)]
pub(crate) struct CodeCache {
    memory: CodeMemory,
    table: Table,
    /// Which blocks count: grows at each flush. Never `DEAD`.
    generation: AtomicU32,
    owner: Mutex<Owner>,
    prologue: Prologue,
    /// Chunks of the prologue, which are never given out.
    n_prologue: usize,
}

/// Where the back end's own code is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prologue {
    /// Host address it was compiled for.
    pub(crate) at: u64,
}

/// Why there is no chunk to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoChunk {
    /// There will be one when this epoch is over.
    Wait(u64),
    /// There is a live block in each.
    Full,
}

/// A translation that is to be published.
#[derive(Debug)]
pub(crate) struct NewBlock<'a> {
    pub(crate) at: CodeOffset,
    pub(crate) pc: u64,
    pub(crate) flags: u32,
    /// The generation it was begun in.
    pub(crate) generation: u32,
    /// Proofs for its pages.
    pub(crate) tickets: &'a [CodeTicket],
    pub(crate) exits: &'a [DirectExit],
}

/// What became of a new block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Published {
    /// It can be found.
    Yes,
    /// Another thread was first: here is its block.
    Twin(CodeOffset),
    /// The guest code or the translation options changed meanwhile: translate again.
    Stale,
}

impl CodeCache {
    /// A cache of `len` bytes, whose first chunks hold `prologue`, made for the address it is
    /// called with.
    pub(crate) fn new(
        len: usize,
        prologue: impl FnOnce(u64, &mut Vec<u8>),
    ) -> io::Result<CodeCache> {
        let chunk_bytes = CHUNK_BYTES as usize;
        let memory = CodeMemory::new(len.next_multiple_of(chunk_bytes).max(4 * chunk_bytes))?;
        let at = memory.address(0);
        let mut code = Vec::new();
        prologue(at, &mut code);
        if code.len() > memory.len() / 2 {
            return Err(io::Error::other("the code cache is too small for the back end"));
        }
        memory.write(0, &code);
        let n_prologue = code.len().div_ceil(chunk_bytes);
        let mut chunks = vec![ChunkUse::default(); memory.len() / chunk_bytes];
        // The chunks of the prologue are never given out.
        chunks[..n_prologue].iter_mut().for_each(|chunk| chunk.is_open = true);
        let (table, table_owner) = Table::new();
        let owner = Mutex::new(Owner::new(table_owner, chunks, n_prologue));
        Ok(CodeCache {
            memory,
            table,
            generation: AtomicU32::new(1),
            owner,
            prologue: Prologue { at },
            n_prologue,
        })
    }

    pub(crate) fn memory(&self) -> &CodeMemory {
        &self.memory
    }

    pub(crate) fn prologue(&self) -> Prologue {
        self.prologue
    }

    /// The generation that new blocks belong to.
    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Ordering::Acquire)
    }

    /// The block for (pc, flags). Takes no lock.
    #[inline]
    pub(crate) fn find(&self, pc: u64, flags: u32) -> Option<CodeOffset> {
        self.table.find(&self.memory, pc, flags, self.generation())
    }

    /// Whether a block has not been dropped.
    pub(crate) fn is_live(&self, at: CodeOffset) -> bool {
        chunk::state(&self.memory, at) == self.generation()
    }

    /// Takes an unused chunk.
    ///
    /// # Errors
    /// Why there is none now.
    pub(crate) fn open_chunk(&self, epochs: &Epochs) -> Result<Chunk, NoChunk> {
        let mut owner = self.lock();
        let number = owner.unused_chunk(epochs)?;
        owner.chunks[number] = ChunkUse { is_open: true, ..ChunkUse::default() };
        drop(owner);
        self.memory.populate(number as u32 * CHUNK_BYTES, CHUNK_BYTES);
        Ok(Chunk::open(&self.memory, number))
    }

    /// Ends the filling of a chunk.
    pub(crate) fn close_chunk(&self, chunk: &Chunk, epochs: &Epochs) {
        let in_use = &mut self.lock().chunks[chunk.number()];
        in_use.is_open = false;
        // Blocks that were never published were dropped at some time before now.
        in_use.dropped_in = in_use.dropped_in.max(epochs.now());
    }

    /// Makes a block known, if it is still true to the guest's memory.
    pub(crate) fn publish(
        &self,
        space: &AddressSpace,
        epochs: &Epochs,
        new: &NewBlock<'_>,
    ) -> Published {
        let mut owner = self.lock();
        let is_current = |ticket: &CodeTicket| space.is_current(*ticket);
        if new.generation != self.generation() || !new.tickets.iter().all(is_current) {
            chunk::kill(&self.memory, new.at);
            return Published::Stale;
        }
        if let Some(twin) = self.find(new.pc, new.flags) {
            chunk::kill(&self.memory, new.at);
            return Published::Twin(twin);
        }
        let id = owner.add(new);
        chunk::set_id(&self.memory, new.at, id);
        let key = (new.pc, new.flags);
        self.table.insert(&mut owner.table, &self.memory, new.at, key, epochs);
        Published::Yes
    }

    /// Makes the exit whose rel32 is at host address `patch_address` jump straight to `target`.
    pub(crate) fn link(&self, patch_address: u64, target: CodeOffset, stats: &Stats) {
        let Some(patch_at) = self.memory.offset(patch_address) else { return };
        let Some(source) = block_at(&self.memory, patch_at) else { return };
        let mut owner = self.lock();
        let (Some(from), Some(to)) = (self.live_id(source), self.live_id(target)) else { return };
        let is_wanted = |link: &Link| source.0 + link.patch_at == patch_at;
        let exits = &mut owner.blocks[from as usize].exits;
        let Some(n) = exits.iter().position(is_wanted) else { return };
        if exits[n].target != NO_ID {
            return;
        }
        owner.add_incoming(to, LinkId { block: from, exit: n as u32 });
        self.memory.patch_jump(patch_at, target.0);
        stats.count_link();
    }

    /// The id of a block that is published and live. Under the lock.
    fn live_id(&self, at: CodeOffset) -> Option<u32> {
        let id = chunk::id(&self.memory, at);
        (self.is_live(at) && id != NO_ID).then_some(id)
    }

    /// Drops every block with a byte in `range` (page-aligned).
    pub(crate) fn invalidate(&self, range: &Range<u64>, epochs: &Epochs, stats: &Stats) {
        let mut owner = self.lock();
        let ids = owner.take_pages(range);
        self.drop_blocks(owner, &ids, epochs, stats);
    }

    /// Drops the block for (pc, flags), if there is one.
    pub(crate) fn discard(&self, (pc, flags): (u64, u32), epochs: &Epochs, stats: &Stats) {
        let mut owner = self.lock();
        let Some(id) = self.find(pc, flags).and_then(|at| self.live_id(at)) else { return };
        owner.leave_pages(id);
        self.drop_blocks(owner, &[id], epochs, stats);
    }

    /// Drops blocks that are in no page list any more.
    fn drop_blocks(
        &self,
        mut owner: MutexGuard<'_, Owner>,
        ids: &[u32],
        epochs: &Epochs,
        stats: &Stats,
    ) {
        if ids.is_empty() {
            return;
        }
        let pcs: Vec<u64> = ids.iter().map(|&id| owner.blocks[id as usize].pc).collect();
        for &id in ids {
            self.unlink(&mut owner, id);
        }
        let ended = epochs.advance(pcs.iter().copied());
        for &id in ids {
            owner.drop_block(id, ended);
        }
        stats.count_invalidated(ids.len());
    }

    /// Makes a block unreachable (not found, not jumped to), and its own exits jump nowhere.
    fn unlink(&self, owner: &mut Owner, id: u32) {
        let block = &owner.blocks[id as usize];
        let (at, key) = (block.at, (block.pc, block.flags));
        chunk::kill(&self.memory, at);
        self.table.remove(at, key);
        while let Some(link) = owner.pop_incoming(id) {
            self.unchain(owner, link);
        }
        for exit in 0..owner.blocks[id as usize].exits.len() as u32 {
            let link = LinkId { block: id, exit };
            if owner.remove_from_target(link) {
                self.unchain(owner, link);
            }
        }
    }

    /// Makes an exit that was chained go to its stub.
    fn unchain(&self, owner: &Owner, link: LinkId) {
        let source = &owner.blocks[link.block as usize];
        let exit = &source.exits[link.exit as usize];
        self.memory.patch_jump(source.at.0 + exit.patch_at, source.at.0 + exit.stub_at);
    }

    /// Drops everything. The memory is free once every vCPU has passed a safe point.
    pub(crate) fn flush(&self, epochs: &Epochs, stats: &Stats) {
        let mut owner = self.lock();
        // `DEAD` is 0: skip it when the count wraps.
        let next = self.generation().checked_add(1).unwrap_or(1);
        self.generation.store(next, Ordering::SeqCst);
        self.table.clear(&mut owner.table);
        // Threads that are in old blocks go on in new ones: what they run after this can be
        // invalidated, and nobody will know of the old ones any more.
        for block in &owner.blocks {
            for exit in block.exits.iter().filter(|exit| exit.target != NO_ID) {
                self.memory.patch_jump(block.at.0 + exit.patch_at, block.at.0 + exit.stub_at);
            }
        }
        let ended = epochs.advance_all();
        owner.clear(ended);
        stats.count_flush();
    }

    /// In the child of a `fork`: takes the memory apart from the parent's, and closes the chunks of
    /// threads that are not here; `mine` is the one the calling thread fills.
    pub(crate) fn after_fork_in_child(
        &self,
        mine: Option<usize>,
        epochs: &Epochs,
    ) -> io::Result<()> {
        let mut owner = self.lock();
        let n_used = owner.n_opened;
        for (number, chunk) in owner.chunks[..n_used].iter_mut().enumerate().skip(self.n_prologue) {
            if chunk.is_open && Some(number) != mine {
                *chunk = ChunkUse { is_open: false, dropped_in: epochs.now(), ..*chunk };
            }
        }
        self.memory.unshare(n_used * CHUNK_BYTES as usize)
    }

    /// Runs `fork` while no other thread holds the lock.
    pub(crate) fn with_quiet_lock<R>(&self, fork: impl FnOnce() -> R) -> R {
        let owner = self.lock();
        let result = fork();
        drop(owner);
        result
    }

    fn lock(&self) -> MutexGuard<'_, Owner> {
        self.owner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
