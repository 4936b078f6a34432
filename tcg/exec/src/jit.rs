//! A vCPU's way of running guest code as compiled code.

use crate::cache::{CodeCache, NewBlock, NoChunk, Published};
use crate::chunk::{Chunk, CodeOffset, Header};
use crate::epoch::Member;
use crate::host_address::faulting_operand;
use crate::machine::Core;
use crate::sigsafe_fault::Running;
use crate::starts::Starts;
use crate::translate::{Purpose, Translator, WINDOW_BYTES, may_enter};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Instant;
use tcg_ir::layout::{N_BRANCH_TYPES, N_JUMP_ENTRIES};
use tcg_ir::{Backend, Compiled, Env, ExitCode, Guest, JumpEntry, RunResult, TranslateOptions};
use tcg_mem::{Access, Cause, Fault, GuestAddr};

/// Longest x86 instruction, bytes.
const MAX_HOST_INSN: u32 = 15;

/// The compiling engine of one vCPU.
pub(crate) struct Jit {
    core: Arc<Core>,
    member: Arc<Member>,
    backend: Box<dyn Backend>,
    entry: extern "C" fn(*mut Env, u64) -> u64,
    running: Box<Running>,
    compiled: Compiled,
    chunk: Option<Chunk>,
    starts: Starts,
    /// Entries of the jump tables that may be in use, a bit each: all others have never been touched
    /// or are empty.
    used: [u64; N_JUMP_ENTRIES * N_BRANCH_TYPES / 64],
    /// Generation of the cache that the jump tables are for.
    generation: u32,
    /// Host address of the direct exit that was just taken and is not chained yet.
    pending: Option<u64>,
    /// The last exit was an indirect jump that the jump table did not know.
    missed: bool,
}

impl Jit {
    /// # Safety
    /// `env` is the head of a CPU state of the machine's guest that outlives the engine.
    pub(crate) unsafe fn new(core: &Arc<Core>, member: &Arc<Member>, env: *mut Env) -> Option<Jit> {
        let prologue = core.cache.as_ref()?.prologue();
        let backend = core.backend.as_ref()?.for_vcpu();
        let entry = backend.entry(prologue.at) as *const ();
        // SAFETY: CODE-ENTRY: the address of the trampoline with this signature, by the contract
        // of `Backend::entry`, in code memory that lives as long as `core`.
        let entry =
            unsafe { std::mem::transmute::<*const (), extern "C" fn(*mut Env, u64) -> u64>(entry) };
        let running = Box::new(Running {
            core: Arc::as_ptr(core),
            backend: &raw const *backend,
            env,
            fault_exit: backend.fault_exit(prologue.at),
            unknown: Cell::new(None),
            is_bus: Cell::new(false),
        });
        Some(Jit {
            core: Arc::clone(core),
            member: Arc::clone(member),
            backend,
            entry,
            running,
            compiled: Compiled::default(),
            chunk: None,
            starts: Starts::new(),
            used: [0; N_JUMP_ENTRIES * N_BRANCH_TYPES / 64],
            generation: core.cache.as_ref()?.generation(),
            pending: None,
            missed: false,
        })
    }

    /// What the signal handler must know while this engine runs.
    pub(crate) fn running(&self) -> *const Running {
        &raw const *self.running
    }

    /// Forgets which block the last one went to.
    pub(crate) fn forget(&mut self) {
        self.pending = None;
        self.missed = false;
    }

    /// At a safe point of a new epoch: forgets pointers to code that was dropped.
    ///
    /// The jump table has none, unless the whole cache was dropped: see `remember`.
    pub(crate) fn pass_safe_point(&mut self) {
        self.forget();
        if self.generation != self.cache().generation() {
            self.generation = self.cache().generation();
            self.forget_jumps();
        }
    }

    /// Drops the TB for `key`, whose guest code has changed.
    pub(crate) fn discard(&mut self, key: (u64, u32)) {
        self.forget();
        self.cache().discard(key, &self.core.epochs, &self.core.stats);
    }

    /// Empties the jump table.
    pub(crate) fn forget_jumps(&mut self) {
        for group in 0..self.member.n_tables() * N_JUMP_ENTRIES / 64 {
            let mut left = std::mem::take(&mut self.used[group]);
            while left != 0 {
                let (key, _) = self.jump_entry(group * 64 + left.trailing_zeros() as usize);
                key.store(JumpEntry::EMPTY_PC, Ordering::Relaxed);
                left &= left - 1;
            }
        }
    }

    /// Key and code of an entry of the jump tables.
    fn jump_entry(&mut self, slot: usize) -> (&AtomicU64, &AtomicU64) {
        let table = *self.env().jump_table.get_mut();
        // SAFETY: JUMP-TABLE: the tables have so many entries and live as long as we do.
        let entry = unsafe { table.add(slot % (N_JUMP_ENTRIES * N_BRANCH_TYPES)) };
        // SAFETY: JUMP-TABLE: other threads use atomic accesses too.
        let key = unsafe { AtomicU64::from_ptr(&raw mut (*entry).pc) };
        // SAFETY: as above.
        let code = unsafe { AtomicU64::from_ptr(&raw mut (*entry).code) };
        (key, code)
    }

    fn cache(&self) -> &CodeCache {
        self.core.cache.as_ref().expect("a machine that compiles has a cache")
    }

    /// Runs the TB for `key`, which a branch of type `branch_type` led to, and all that is chained to it.
    ///
    /// Afterwards `Env` tells why it left; `ExitCode::NONE` when the TB at `Env::pc` is wanted.
    ///
    /// # Errors
    /// A fetch fault.
    pub(crate) fn run<G: Guest>(
        &mut self,
        translator: &mut Translator,
        key: (u64, u32),
        branch_type: u32,
    ) -> Result<(), Fault> {
        let block = match self.cache().find(key.0, key.1) {
            Some(block) => block,
            None => self.make_timed::<G>(translator, key)?,
        };
        if let Some(patch_address) = self.pending.take() {
            self.cache().link(patch_address, block, &self.core.stats);
        } else if self.missed
            && (branch_type == 0 || may_enter::<G>(&self.core, key.0, branch_type).is_ok())
        {
            // Asked again: what was guarded or changed since the block was found has dropped it.
            self.remember(key.0, branch_type, block);
        }
        let (chaining, lookup) = (self.core.config.chaining, self.core.config.lookup);
        match self.enter(block) {
            RunResult::Chain(patch_address) => self.pending = chaining.then_some(patch_address),
            RunResult::Exit => {
                let code = self.env().exit_code;
                self.missed = lookup && matches!(code, ExitCode::NONE | ExitCode::ENTER);
            }
        }
        Ok(())
    }

    /// Runs one instruction that may store to its own page, uncached.
    ///
    /// # Errors
    /// A fetch fault.
    pub(crate) fn run_once<G: Guest>(
        &mut self,
        translator: &mut Translator,
        key: (u64, u32),
    ) -> Result<(), Fault> {
        let block = self.make::<G>(translator, key, Purpose::RunOnce)?;
        self.enter(block);
        self.forget();
        if let (Some(chunk), Some(cache)) = (&mut self.chunk, &self.core.cache) {
            chunk.undo(cache.memory(), block);
        }
        Ok(())
    }

    fn env(&mut self) -> &mut Env {
        // SAFETY: STATE-OWNED: valid by `new`, and only this thread uses it, outside of calls.
        unsafe { &mut *self.running.env }
    }

    fn enter(&mut self, block: CodeOffset) -> RunResult {
        let code = self.cache().memory().address(block.0);
        let env = self.env();
        env.exit_code = ExitCode::NONE;
        match (self.entry)(self.running.env, code) {
            0 => RunResult::Exit,
            patch_address => {
                self.env().exit_code = ExitCode::NONE;
                RunResult::Chain(patch_address)
            }
        }
    }

    /// Puts a block into the jump table of a branch type, where generated code finds it.
    fn remember(&mut self, pc: u64, branch_type: u32, block: CodeOffset) {
        self.missed = false;
        let address = self.cache().memory().address(block.0);
        let table = branch_type as usize % N_BRANCH_TYPES;
        self.member.use_table(table);
        let slot = table * N_JUMP_ENTRIES + JumpEntry::slot(pc);
        self.used[slot / 64] |= 1 << (slot % 64);
        let (key, code) = self.jump_entry(slot);
        code.store(address, Ordering::Relaxed);
        key.store(pc, Ordering::SeqCst);
        // Who drops the block marks it dead before emptying the entry. So either that comes after
        // our store, or we see the mark here.
        fence(Ordering::SeqCst);
        if !self.cache().is_live(block) {
            self.jump_entry(slot).0.store(JumpEntry::EMPTY_PC, Ordering::Relaxed);
        }
    }

    /// The operand that the host could not access, when it did not tell the address.
    pub(crate) fn unknown_fault(&mut self) -> Option<(u64, Access)> {
        let host = self.running.unknown.take()?;
        let memory = self.cache().memory();
        let offset = memory.offset(host.pc)?;
        let len = MAX_HOST_INSN.min(memory.len() as u32 - offset);
        faulting_operand(memory.bytes(offset, len), &host)
    }

    /// A TB to be kept; measures the time if that is wanted.
    fn make_timed<G: Guest>(
        &mut self,
        translator: &mut Translator,
        key: (u64, u32),
    ) -> Result<CodeOffset, Fault> {
        let begun = self.core.config.timed.then(Instant::now);
        let block = self.make::<G>(translator, key, Purpose::Keep);
        if let Some(begun) = begun {
            let n_insns = translator.tb().n_insns;
            self.core.stats.count_translating(n_insns, begun.elapsed());
        }
        block
    }

    /// Whether the last fault in generated code was a SIGBUS of the host.
    pub(crate) fn was_bus_error(&self) -> bool {
        self.running.is_bus.get()
    }

    /// The chunk that is being filled.
    pub(crate) fn open_chunk_number(&self) -> Option<usize> {
        self.chunk.as_ref().map(Chunk::number)
    }

    /// Translates and compiles; publishes what is to be kept.
    fn make<G: Guest>(
        &mut self,
        translator: &mut Translator,
        key: (u64, u32),
        purpose: Purpose,
    ) -> Result<CodeOffset, Fault> {
        let limit = self.core.config.translate.max_insns;
        let mut max_insns = if purpose == Purpose::RunOnce { 1 } else { limit };
        loop {
            let generation = self.cache().generation();
            let core = Arc::clone(&self.core);
            // Sampled after the generation: a switch in between makes the translation stale.
            let stop_at = self.next_start(key);
            let options = TranslateOptions { max_insns, stop_at, ..core.translate_options() };
            translator.translate::<G>(&core, key, purpose, &options)?;
            self.backend.set_parallel(options.parallel);
            let Some(block) = self.compile(translator, key, generation) else {
                max_insns = translator.tb().n_insns / 2;
                if max_insns == 0 {
                    tracing::error!(pc = key.0, "an instruction needs more than the back end has");
                    let addr = GuestAddr(key.0);
                    return Err(Fault { addr, access: Access::Execute, cause: Cause::Bus });
                }
                continue;
            };
            if purpose == Purpose::RunOnce {
                self.core.stats.count_single_step();
                return Ok(block);
            }
            if let Some(block) = self.publish(translator, key, generation, block) {
                return Ok(block);
            }
        }
    }

    /// Where the next TB behind that of `key` starts, if near; else no address of an instruction.
    fn next_start(&self, (pc, flags): (u64, u32)) -> u64 {
        let mut near = self.starts.after(pc, WINDOW_BYTES as u64);
        near.find(|&start| self.cache().find(start, flags).is_some()).unwrap_or(u64::MAX)
    }

    /// Compiles the translator's TB into this vCPU's chunk; `None` if it is too big.
    fn compile(
        &mut self,
        translator: &Translator,
        key: (u64, u32),
        generation: u32,
    ) -> Option<CodeOffset> {
        loop {
            let at = self.chunk().next_code();
            let address = self.cache().memory().address(at.0);
            self.compiled.reset();
            self.backend.compile(translator.tb(), address, &mut self.compiled).ok()?;
            let (code, faults) = (&self.compiled.code, &self.compiled.faults);
            let sizes = (code.len(), faults.len());
            if !Chunk::fits_empty(sizes.0, sizes.1) {
                return None;
            }
            let core = &self.core;
            let (Some(chunk), Some(cache)) = (&mut self.chunk, &core.cache) else { continue };
            if !chunk.fits(sizes.0, sizes.1) {
                self.close_chunk();
                continue;
            }
            if let Some(log) = &core.config.log {
                log(translator.tb(), code, address);
            }
            let header = Header::new(key, generation, sizes);
            return Some(chunk.add(cache.memory(), header, code, faults));
        }
    }

    /// Makes a compiled block known; `None` if it is stale already.
    fn publish(
        &mut self,
        translator: &Translator,
        (pc, flags): (u64, u32),
        generation: u32,
        at: CodeOffset,
    ) -> Option<CodeOffset> {
        let new = NewBlock {
            at,
            pc,
            flags,
            generation,
            tickets: translator.tickets(),
            exits: &self.compiled.exits,
        };
        let published = self.cache().publish(&self.core.space, &self.core.epochs, &new);
        self.starts.insert(pc);
        if published == Published::Yes {
            self.core.stats.count_block(translator.tb().n_insns, self.compiled.code.len());
            return Some(at);
        }
        if let (Some(chunk), Some(cache)) = (&mut self.chunk, &self.core.cache) {
            chunk.undo(cache.memory(), at);
        }
        match published {
            Published::Twin(twin) => Some(twin),
            _ => None,
        }
    }

    /// The chunk to fill; takes one, flushing the cache if need be.
    fn chunk(&mut self) -> &mut Chunk {
        if self.chunk.is_none() {
            self.chunk = Some(self.open_chunk());
        }
        self.chunk.as_mut().expect("just filled")
    }

    fn open_chunk(&mut self) -> Chunk {
        let core = Arc::clone(&self.core);
        loop {
            match self.cache().open_chunk(&core.epochs) {
                Ok(chunk) => return chunk,
                Err(NoChunk::Full) => core.flush(),
                Err(NoChunk::Wait(epoch)) => self.wait_until_over(epoch),
            }
        }
    }

    /// Waits until the other vCPUs have left an epoch. Takes no lock of the cache meanwhile: who is on the way to a safe
    /// point may need it.
    fn wait_until_over(&mut self, epoch: u64) {
        self.forget();
        self.forget_jumps();
        // From here on this thread holds no pointer to code.
        self.member.leave();
        self.core.epochs.wait_until_over(epoch);
        self.member.announce(self.core.epochs.now());
    }

    fn close_chunk(&mut self) {
        if let Some(chunk) = self.chunk.take() {
            self.cache().close_chunk(&chunk, &self.core.epochs);
        }
    }
}

impl Drop for Jit {
    fn drop(&mut self) {
        self.close_chunk();
    }
}
