//! What the vCPUs of a guest process share.

use crate::cache::CodeCache;
use crate::epoch::Epochs;
use crate::stats::Stats;
use std::io;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use tcg_ir::{Backend, Guest, GuestLayout, Interpreter, Tb, TranslateOptions};
use tcg_mem::{AddressSpace, CodeHook};
use tcg_opt::Passes;

/// Makes a back end; called once for a machine.
pub type MakeBackend = Box<dyn Fn() -> Box<dyn Backend> + Send + Sync>;

/// Makes an interpreter for a vCPU.
pub type MakeInterpreter = Box<dyn Fn(&'static GuestLayout) -> Box<dyn Interpreter> + Send + Sync>;

/// Told of every TB made: the IR, the host code and the address it was made for.
pub type CodeLog = Box<dyn Fn(&Tb, &[u8], u64) + Send + Sync>;

/// How guest code is run.
pub enum Engine {
    /// Compiled into the code cache.
    Jit(MakeBackend),
    /// Interpreted TB by TB.
    Interp(MakeInterpreter),
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Engine::Jit(_) => "Jit",
            Engine::Interp(_) => "Interp",
        })
    }
}

/// What a machine is made from.
pub struct Config {
    /// How guest code is run.
    pub engine: Engine,
    /// How the front end translates; `parallel` is where the machine starts.
    pub translate: TranslateOptions,
    /// Optimizer passes.
    pub passes: Passes,
    /// Whether exits of compiled blocks are patched to jump to the block that follows.
    pub chaining: bool,
    /// Whether compiled code finds the targets of indirect jumps by itself, in a table that the loop fills.
    pub lookup: bool,
    /// Size of the code cache in bytes.
    pub cache_bytes: usize,
    /// Told of every TB.
    pub log: Option<CodeLog>,
    /// Whether to measure the time that translation takes (two readings of a clock a TB).
    pub timed: bool,
}

impl Config {
    /// The usual choices: one thread so far, all passes and shortcuts, 64 MiB of code.
    #[must_use]
    pub fn new(engine: Engine) -> Config {
        let translate = TranslateOptions { parallel: false, ..TranslateOptions::default() };
        Config {
            engine,
            translate,
            passes: Passes::ALL,
            chaining: true,
            lookup: true,
            cache_bytes: 64 << 20,
            log: None,
            timed: false,
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("engine", &self.engine)
            .field("translate", &self.translate)
            .field("passes", &self.passes)
            .field("chaining", &self.chaining)
            .field("lookup", &self.lookup)
            .field("cache_bytes", &self.cache_bytes)
            .finish_non_exhaustive()
    }
}

/// The part of a machine that does not depend on the guest.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) space: Arc<AddressSpace>,
    /// `None` when interpreting.
    pub(crate) cache: Option<CodeCache>,
    /// The back end that those of the vCPUs are made from; `None` when interpreting.
    pub(crate) backend: Option<Box<dyn Backend>>,
    pub(crate) epochs: Epochs,
    pub(crate) stats: Stats,
    pub(crate) config: Config,
    parallel: AtomicBool,
    /// There is guarded code.
    checks_targets: AtomicBool,
}

impl Core {
    /// The options for a translation that begins now.
    pub(crate) fn translate_options(&self) -> TranslateOptions {
        // Acquire: pairs with `set_parallel` and `code_is_guarded`; a translation begun before belongs to an older
        // generation of the cache and is not published.
        let parallel = self.parallel.load(Ordering::Acquire);
        let checks_targets = self.checks_targets.load(Ordering::Acquire);
        TranslateOptions { parallel, checks_targets, ..self.config.translate }
    }

    fn set_parallel(&self) {
        if !self.parallel.swap(true, Ordering::SeqCst) {
            self.flush();
        }
    }

    /// Drops all translations.
    pub(crate) fn flush(&self) {
        match &self.cache {
            Some(cache) => cache.flush(&self.epochs, &self.stats),
            None => {
                self.epochs.advance(std::iter::empty());
                self.stats.count_flush();
            }
        }
    }
}

impl CodeHook for Core {
    fn invalidate(&self, range: Range<u64>) {
        match &self.cache {
            Some(cache) => cache.invalidate(&range, &self.epochs, &self.stats),
            None => {
                self.epochs.advance(std::iter::empty());
            }
        }
    }

    fn memory_is_shared(&self) {
        self.set_parallel();
    }

    fn code_is_guarded(&self) {
        if !self.checks_targets.swap(true, Ordering::SeqCst) {
            self.flush();
        }
    }
}

/// A guest process as its vCPUs share it: address space, translations, options.
///
/// Cheap to clone; any thread may use it.
#[derive(Debug)]
pub struct Machine<G> {
    pub(crate) core: Arc<Core>,
    _guest: PhantomData<fn() -> G>,
}

impl<G> Clone for Machine<G> {
    fn clone(&self) -> Self {
        Machine { core: Arc::clone(&self.core), _guest: PhantomData }
    }
}

impl<G: Guest> Machine<G> {
    /// A machine for the guest memory of `space`, which must have no other machine.
    ///
    /// # Errors
    /// The host's, when there is no memory for code.
    pub fn new(space: Arc<AddressSpace>, config: Config) -> io::Result<Machine<G>> {
        let (cache, backend) = match &config.engine {
            Engine::Jit(make) => {
                let mut backend = make();
                let prologue = |at, out: &mut Vec<u8>| backend.prologue(at, out);
                (Some(CodeCache::new(config.cache_bytes, prologue)?), Some(backend))
            }
            Engine::Interp(_) => (None, None),
        };
        let core = Arc::new(Core {
            parallel: AtomicBool::new(config.translate.parallel),
            checks_targets: AtomicBool::new(config.translate.checks_targets),
            cache,
            backend,
            epochs: Epochs::new(),
            stats: Stats::default(),
            config,
            space,
        });
        let hook: Weak<Core> = Arc::downgrade(&core);
        core.space.set_hook(hook);
        Ok(Machine { core, _guest: PhantomData })
    }

    /// The guest's memory.
    #[must_use]
    pub fn space(&self) -> &Arc<AddressSpace> {
        &self.core.space
    }

    /// What has been done so far.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.core.stats
    }

    /// From now on several threads run guest code: atomic operations become really atomic.
    ///
    /// Call it before the second thread starts. A writable shared mapping has the same effect by
    /// itself. Does nothing when called again.
    pub fn set_parallel(&self) {
        self.core.set_parallel();
    }

    /// Drops all translations.
    pub fn flush(&self) {
        self.core.flush();
    }

    /// Runs `fork` while no thread holds a lock of this machine or its address space.
    ///
    /// In the child, call [`Vcpu::after_fork_in_child`](crate::Vcpu::after_fork_in_child) next.
    pub fn with_quiet_locks<R>(&self, fork: impl FnOnce() -> R) -> R {
        let core = &self.core;
        let with_epochs = || core.epochs.with_quiet_lock(fork);
        let with_space = || core.space.with_quiet_lock(with_epochs);
        match &core.cache {
            Some(cache) => cache.with_quiet_lock(with_space),
            None => with_space(),
        }
    }
}
