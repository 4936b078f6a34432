//! The parts that take no lock, in every order of events that the C++ memory model allows (up to a bound of preemptions):
//! safe points (`src/epoch.rs`) and the hash table (`src/table.rs`) are built here on the primitives of a model checker.

#[path = "../src/epoch.rs"]
#[allow(dead_code, reason = "requests and jump tables are not modelled")]
mod epoch;
#[path = "../src/table.rs"]
#[allow(dead_code, reason = "clearing is not modelled")]
mod table;

/// What `src/sync.rs` gives, from the model checker.
mod sync {
    pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU64};
    pub(crate) use loom::sync::{Mutex, MutexGuard};

    /// So small that the table is soon rebuilt.
    pub(crate) const FIRST_SLOTS: usize = 4;

    pub(crate) fn barrier_behind_rmw() {
        // The checker takes sequentially consistent accesses for acquire and release only, fences for what they are.
        loom::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
    }

    pub(crate) fn pause(_: u32) {
        loom::thread::yield_now();
    }
}

/// Code memory with three blocks at offsets 0 to 2.
mod code_memory {
    use loom::cell::UnsafeCell;
    use loom::sync::atomic::AtomicU32;

    /// A block: what never changes of its header, its state word, and a word of code.
    #[derive(Debug)]
    pub(crate) struct Block {
        pub(crate) pc: u64,
        pub(crate) flags: u32,
        pub(crate) state: AtomicU32,
        pub(crate) code: UnsafeCell<u32>,
    }

    #[derive(Debug)]
    pub(crate) struct CodeMemory(pub(crate) [Block; 3]);

    impl CodeMemory {
        pub(crate) fn new() -> CodeMemory {
            CodeMemory([0x1000, 0x2000, 0x3000].map(|pc| Block {
                pc,
                flags: 0,
                state: AtomicU32::new(super::LIVE),
                code: UnsafeCell::new(0),
            }))
        }
    }
}

/// As `src/chunk.rs`, over the model of the memory.
mod chunk {
    use super::code_memory::{Block, CodeMemory};
    use std::sync::atomic::Ordering;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct CodeOffset(pub(crate) u32);

    pub(crate) fn header(memory: &CodeMemory, at: CodeOffset) -> &Block {
        &memory.0[at.0 as usize]
    }

    pub(crate) fn is_block_for(
        memory: &CodeMemory,
        at: CodeOffset,
        (pc, flags): (u64, u32),
        generation: u32,
    ) -> bool {
        let block = header(memory, at);
        block.state.load(Ordering::Acquire) == generation && (block.pc, block.flags) == (pc, flags)
    }
}

use chunk::CodeOffset;
use code_memory::CodeMemory;
use epoch::{Epochs, Member, new_jump_table};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use table::Table;
use tcg_ir::Env;

/// State word of a live block.
const LIVE: u32 = 1;
/// Unexpected switches of threads to try in one run.
const MAX_PREEMPTIONS: usize = 3;

fn in_every_order(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(MAX_PREEMPTIONS);
    builder.check(model);
}

fn member(epochs: &Epochs) -> std::sync::Arc<Member> {
    unsafe fn free(env: *mut Env) {
        // SAFETY: the state that `add` was given.
        drop(unsafe { Box::from_raw(env) });
    }
    let env = Box::into_raw(Box::<Env>::default());
    // SAFETY: both were just made, and become the member's.
    unsafe { epochs.add(env, Box::into_raw(new_jump_table()), free) }
}

/// A block of code memory, reachable or not, and the epochs that say when it can be overwritten.
struct Shared {
    epochs: Epochs,
    is_reachable: AtomicBool,
    code: UnsafeCell<u32>,
}

impl Shared {
    fn new() -> Arc<Shared> {
        let is_reachable = AtomicBool::new(true);
        Arc::new(Shared { epochs: Epochs::new(), is_reachable, code: UnsafeCell::new(1) })
    }

    /// Runs the code if it can be reached. That it is not written meanwhile is checked by the cell.
    fn run(&self) {
        if self.is_reachable.load(Ordering::Acquire) {
            // SAFETY: what is being tested.
            self.code
                .with(|code| assert_eq!(unsafe { *code }, 1, "code of a dropped block was run"));
        }
    }

    /// Drops the code, waits until it is out of use, and overwrites it.
    fn reuse(&self) {
        self.is_reachable.store(false, Ordering::Release);
        let ended = self.epochs.advance(std::iter::empty());
        self.epochs.wait_until_over(ended);
        // SAFETY: what is being tested.
        self.code.with_mut(|code| unsafe { *code = 2 });
    }
}

#[test]
fn code_is_overwritten_only_when_nobody_can_run_it() {
    in_every_order(|| {
        let shared = Shared::new();
        let member = member(&shared.epochs);
        let runner = Arc::clone(&shared);
        let thread = loom::thread::spawn(move || {
            for _ in 0..2 {
                member.announce(runner.epochs.now());
                runner.run();
                // The next safe point.
                member.announce(runner.epochs.now());
                runner.run();
                member.leave();
            }
        });
        shared.reuse();
        thread.join().expect("the runner ends");
    });
}

#[test]
fn those_who_wait_for_each_other_both_go_on() {
    in_every_order(|| {
        let epochs = Arc::new(Epochs::new());
        let members = [member(&epochs), member(&epochs)];
        let threads = members.map(|member| {
            let epochs = Arc::clone(&epochs);
            loom::thread::spawn(move || {
                member.announce(epochs.now());
                // As in `Jit::open_chunk`: drop, leave, wait, come back.
                let ended = epochs.advance(std::iter::empty());
                member.leave();
                epochs.wait_until_over(ended);
                member.announce(epochs.now());
                member.leave();
            })
        });
        for thread in threads {
            thread.join().expect("it ends");
        }
    });
}

#[test]
fn a_reader_finds_whole_blocks_and_none_is_lost() {
    in_every_order(|| {
        let memory = Arc::new(CodeMemory::new());
        let (table, mut owner) = Table::new();
        let table = Arc::new(table);
        let epochs = Arc::new(Epochs::new());
        let member = member(&epochs);
        let key = |n: usize| ([0x1000, 0x2000, 0x3000][n], 0);
        table.insert(&mut owner, &memory, CodeOffset(0), key(0), &epochs);
        let (reader, blocks, now) = (Arc::clone(&table), Arc::clone(&memory), Arc::clone(&epochs));
        let thread = loom::thread::spawn(move || {
            member.announce(now.now());
            let find = |n: usize| reader.find(&blocks, key(n).0, key(n).1, LIVE);
            assert_eq!(find(0), Some(CodeOffset(0)), "inserted before, never removed");
            for at in [find(1), find(2)].into_iter().flatten() {
                // SAFETY: what is being tested.
                blocks.0[at.0 as usize].code.with(|code| assert_eq!(unsafe { *code }, 7));
            }
            member.leave();
        });
        for n in [1, 2] {
            // SAFETY: what is being tested.
            memory.0[n].code.with_mut(|code| unsafe { *code = 7 });
            // The second one finds the table half full: it is rebuilt.
            table.insert(&mut owner, &memory, CodeOffset(n as u32), key(n), &epochs);
            if n == 1 {
                table.remove(CodeOffset(1), key(1));
            }
        }
        thread.join().expect("the reader ends");
        assert_eq!(table.find(&memory, key(2).0, 0, LIVE), Some(CodeOffset(2)));
        assert_eq!(table.find(&memory, key(1).0, 0, LIVE), None);
    });
}
