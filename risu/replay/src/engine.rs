//! Which engine replays, with what switched off.

use std::str::FromStr;
use std::sync::Arc;

use backend_x86_64::X64Backend;
use tcg_exec::{Config, Engine, Machine};
use tcg_ir::{Guest, GuestLayout, TranslateOptions};
use tcg_mem::AddressSpace;
use tcg_opt::Passes;

/// Host code of one replay, in bytes: enough for a long stream without a flush.
const CACHE_BYTES: usize = 64 << 20;

/// An engine and its options, as `interp`, `jit`, `jit:one-insn`, `jit:all-passes,no-dce`.
///
/// Passes are those that `momonga` runs before the same engine, unless options say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineChoice {
    interpret: bool,
    one_insn: bool,
    parallel: bool,
    passes: Passes,
}

/// Why a name is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The part before the colon is unknown.
    #[error("unknown engine {0}; known: interp, jit")]
    Engine(String),
    /// A part after the colon is unknown.
    #[error("unknown engine option {0}; known: one-insn, parallel, all-passes, no-passes{1}")]
    Option(String, String),
}

impl FromStr for EngineChoice {
    type Err = EngineError;

    fn from_str(text: &str) -> Result<Self, EngineError> {
        let (name, options) = text.split_once(':').unwrap_or((text, ""));
        let interpret = match name {
            "interp" => true,
            "jit" => false,
            _ => return Err(EngineError::Engine(name.to_owned())),
        };
        let passes = if interpret { Passes::ALL } else { Passes::COMPILED };
        let mut choice = EngineChoice { interpret, one_insn: false, parallel: false, passes };
        for option in options.split(',').filter(|o| !o.is_empty()) {
            choice.set(option)?;
        }
        Ok(choice)
    }
}

impl EngineChoice {
    fn set(&mut self, option: &str) -> Result<(), EngineError> {
        let pass = option.strip_prefix("no-").and_then(Passes::by_name);
        match (option, pass) {
            ("one-insn", _) => self.one_insn = true,
            ("parallel", _) => self.parallel = true,
            ("all-passes", _) => self.passes = Passes::ALL,
            ("no-passes", _) => self.passes = Passes::NONE,
            (_, Some(pass)) => self.passes = self.passes.without(pass),
            _ => {
                let known = Passes::NAMES.iter().map(|(name, _)| format!(", no-{name}")).collect();
                return Err(EngineError::Option(option.to_owned(), known));
            }
        }
        Ok(())
    }

    /// A machine with this engine.
    ///
    /// # Errors
    ///
    /// If the host has too little memory, or is too old for generated code.
    pub(crate) fn machine<G: Guest>(self, space: Arc<AddressSpace>) -> std::io::Result<Machine<G>> {
        Machine::new(space, self.with_layout(G::layout())?)
    }

    /// What a machine with this engine for a guest is made from.
    ///
    /// # Errors
    ///
    /// If the host is too old for generated code.
    pub fn config(self, guest: risu_trace::Guest) -> std::io::Result<Config> {
        self.with_layout(match guest {
            risu_trace::Guest::S390x => frontend_s390x::S390x::layout(),
            risu_trace::Guest::Aarch64 => frontend_aarch64::Aarch64::layout(),
        })
    }

    fn with_layout(self, layout: &'static GuestLayout) -> std::io::Result<Config> {
        let engine = if self.interpret { interpreter() } else { jit(layout, self.parallel)? };
        let max_insns = if self.one_insn { 1 } else { TranslateOptions::default().max_insns };
        let translate =
            TranslateOptions { parallel: self.parallel, max_insns, ..TranslateOptions::default() };
        let passes = self.passes;
        Ok(Config { translate, passes, cache_bytes: CACHE_BYTES, ..Config::new(engine) })
    }
}

fn jit(layout: &'static GuestLayout, parallel: bool) -> std::io::Result<Engine> {
    backend_x86_64::check_host().map_err(std::io::Error::other)?;
    Ok(Engine::Jit(Box::new(move || Box::new(X64Backend::new(layout, parallel)))))
}

fn interpreter() -> Engine {
    Engine::Interp(Box::new(|layout: &'static GuestLayout| {
        let mut interp = backend_interp::Interp::new(layout);
        Box::new(move |tb, env| {
            // SAFETY: the vCPU passes the state that it owns and runs on, laid out as `layout`.
            unsafe { interp.run(tb, env) }
        })
    }))
}
