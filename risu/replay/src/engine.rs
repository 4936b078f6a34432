//! Which engine replays, with what switched off.

use std::str::FromStr;
use std::sync::Arc;

use backend_x86_64::{Shortcuts, X64Backend};
use tcg_exec::{Config, Engine, Machine};
use tcg_ir::{Guest, GuestLayout, TranslateOptions};
use tcg_mem::AddressSpace;
use tcg_opt::Passes;

/// Host code of one replay, in bytes: enough for a long stream without a flush.
const CACHE_BYTES: usize = 64 << 20;

/// An engine and its options, as `interp`, `jit`, `jit:one-insn`, `jit:all-passes,no-dce`.
///
/// Passes are those that `momonga` runs before the same engine, unless options say otherwise.
/// [`EngineChoice::sweep`] has each of them, and each shortcut of the back end, the loop and the front ends, off in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineChoice {
    interpret: bool,
    one_insn: bool,
    parallel: bool,
    passes: Passes,
    shortcuts: Shortcuts,
    chaining: bool,
    lookup: bool,
    inline: bool,
}

/// Why a name is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The part before the colon is unknown.
    #[error("unknown engine {0}; known: interp, jit")]
    Engine(String),
    /// A part after the colon is unknown.
    #[error(
        "unknown engine option {0}; known: one-insn, parallel, all-passes, no-passes, no-shortcuts{1}"
    )]
    Option(String, String),
}

/// Options that switch something off in the execution loop, or in front ends: [`TranslateOptions::inline`].
const ENDS: [&str; 3] = ["chaining", "lookup", "inline"];

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
        let shortcuts = Shortcuts::of_host();
        let mut choice = EngineChoice {
            interpret,
            one_insn: false,
            parallel: false,
            passes,
            shortcuts,
            chaining: true,
            lookup: true,
            inline: true,
        };
        for option in options.split(',').filter(|o| !o.is_empty()) {
            choice.set(option)?;
        }
        Ok(choice)
    }
}

impl EngineChoice {
    /// The engines that a thorough comparison runs: the interpreter with and without passes, the JIT,
    /// and the JIT with each of what makes it fast switched off in turn, and with all of it.
    #[must_use]
    pub fn sweep() -> Vec<String> {
        let whole = ["interp", "interp:no-passes", "jit", "jit:one-insn", "jit:parallel"];
        let all = ["jit:all-passes", "jit:no-passes", "jit:no-passes,no-shortcuts"];
        let without = |name: &&str| format!("jit:all-passes,no-{name}");
        let singly = Self::switches().map(|name| without(&name));
        whole.into_iter().chain(all).map(str::to_owned).chain(singly).collect()
    }

    /// Names of all that can be switched off alone.
    fn switches() -> impl Iterator<Item = &'static str> {
        Passes::NAMES.into_iter().map(|(name, _)| name).chain(Shortcuts::NAMES).chain(ENDS)
    }

    fn set(&mut self, option: &str) -> Result<(), EngineError> {
        match option {
            "one-insn" => self.one_insn = true,
            "parallel" => self.parallel = true,
            "all-passes" => self.passes = Passes::ALL,
            "no-passes" => self.passes = Passes::NONE,
            "no-shortcuts" => {
                self.shortcuts = Shortcuts::NONE;
                (self.chaining, self.lookup) = (false, false);
            }
            _ => {
                let known = || Self::switches().map(|name| format!(", no-{name}")).collect();
                let off = option.strip_prefix("no-").and_then(|name| self.switch_off(name));
                off.ok_or_else(|| EngineError::Option(option.to_owned(), known()))?;
            }
        }
        Ok(())
    }

    /// Switches off what has this name; `None` if nothing has.
    fn switch_off(&mut self, name: &str) -> Option<()> {
        match name {
            "chaining" => self.chaining = false,
            "lookup" => self.lookup = false,
            "inline" => self.inline = false,
            _ => match Passes::by_name(name) {
                Some(pass) => self.passes = self.passes.without(pass),
                None => self.shortcuts = self.shortcuts.without(name)?,
            },
        }
        Some(())
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
        let engine = if self.interpret { interpreter() } else { self.jit(layout)? };
        let max_insns = if self.one_insn { 1 } else { TranslateOptions::default().max_insns };
        let EngineChoice { parallel, inline, passes, chaining, lookup, .. } = self;
        let translate =
            TranslateOptions { parallel, max_insns, inline, ..TranslateOptions::default() };
        let cache_bytes = CACHE_BYTES;
        Ok(Config { translate, passes, chaining, lookup, cache_bytes, ..Config::new(engine) })
    }

    fn jit(self, layout: &'static GuestLayout) -> std::io::Result<Engine> {
        backend_x86_64::check_host().map_err(std::io::Error::other)?;
        let EngineChoice { parallel, shortcuts, .. } = self;
        Ok(Engine::Jit(Box::new(move || Box::new(X64Backend::with(layout, parallel, shortcuts)))))
    }
}

fn interpreter() -> Engine {
    Engine::Interp(Box::new(|layout| Box::new(backend_interp::Interp::new(layout))))
}

#[cfg(test)]
mod tests {
    use super::EngineChoice;

    #[test]
    fn the_sweep_has_every_switch_once() {
        let sweep = EngineChoice::sweep();
        let mut choices: Vec<EngineChoice> =
            sweep.iter().map(|name| name.parse().expect("an engine")).collect();
        assert_eq!(choices.len(), 8 + EngineChoice::switches().count());
        while let Some(choice) = choices.pop() {
            assert!(!choices.contains(&choice), "{choice:?} twice");
        }
        let error = "jit:no-brakes".parse::<EngineChoice>().expect_err("no such option");
        assert!(error.to_string().contains("no-chaining"), "{error}");
    }
}
