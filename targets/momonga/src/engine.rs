//! How guest code is run: the machine's configuration.

use backend_x86_64::{RETURN_STACK_BYTES, X64Backend};
use linux_user::spawn::HOST_STACK;
use tcg_exec::{Config, Engine};
use tcg_ir::GuestLayout;
use tcg_opt::Passes;

// Predicted returns leave most of a thread's stack to the emulator and its signal handler.
const _: () = assert!(HOST_STACK >= 4 * RETURN_STACK_BYTES as usize);

/// The engines to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Compile to host code.
    Jit,
    /// Interpret.
    Interp,
}

impl Kind {
    /// As the command line spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Jit => "jit",
            Kind::Interp => "interp",
        }
    }
}

impl Kind {
    /// The passes that pay off.
    fn passes(self) -> Passes {
        match self {
            Kind::Jit => Passes::COMPILED,
            Kind::Interp => Passes::ALL,
        }
    }
}

/// The passes named in a list with commas; `none` names none.
pub(crate) fn passes(list: &str) -> Option<Passes> {
    list.split(',')
        .filter(|name| *name != "none")
        .try_fold(Passes::NONE, |all, name| Some(all.with(Passes::by_name(name)?)))
}

/// The configuration of a machine that runs code of a guest.
pub(crate) fn machine(kind: Kind, layout: &'static GuestLayout, passes: Option<Passes>) -> Config {
    let engine = match kind {
        Kind::Jit => Engine::Jit(Box::new(move || Box::new(X64Backend::new(layout, false)))),
        Kind::Interp => interpreter(),
    };
    let mut config = Config::new(engine);
    config.passes = passes.unwrap_or(kind.passes());
    config
}

fn interpreter() -> Engine {
    Engine::Interp(Box::new(|layout| Box::new(backend_interp::Interp::new(layout))))
}
