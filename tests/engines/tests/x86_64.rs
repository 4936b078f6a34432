//! The x86_64 back end runs random programs as the interpreter does.

use backend_x86_64::{Shortcuts, X64Backend};
use engine_tests::Engines;
use tcg_exec::Engine;
use tcg_opt::Passes;

const N_PROGRAMS: u64 = 5_000;

fn interp() -> Engine {
    Engine::Interp(Box::new(|layout| Box::new(backend_interp::Interp::new(layout))))
}

fn jit() -> Engine {
    Engine::Jit(Box::new(|| Box::new(X64Backend::new(tcg_irgen::toy_layout(), true))))
}

/// With nothing beyond x86-64-v3, and straight.
fn base() -> Engine {
    let layout = tcg_irgen::toy_layout();
    let backend = move || X64Backend::with(layout, true, Shortcuts::NONE);
    Engine::Jit(Box::new(move || Box::new(backend())))
}

/// With GFNI in instructions of AVX, where the host has it.
fn without_avx512() -> Engine {
    let layout = tcg_irgen::toy_layout();
    let shortcuts = Shortcuts::of_host().without("avx512").expect("a shortcut");
    Engine::Jit(Box::new(move || Box::new(X64Backend::with(layout, true, shortcuts))))
}

#[test]
fn random_programs() {
    backend_x86_64::check_host().expect("an x86-64-v3 host");
    let engines = Engines::new(vec![
        ("interpreter", interp(), Passes::ALL, true),
        ("x86_64, no passes", jit(), Passes::NONE, true),
        ("x86_64, all passes", jit(), Passes::ALL, true),
        ("x86_64", jit(), Passes::COMPILED, true),
        ("x86_64, no AVX-512", without_avx512(), Passes::COMPILED, true),
        ("x86_64, x86-64-v3", base(), Passes::COMPILED, true),
        ("x86_64, one thread", jit(), Passes::COMPILED, false),
    ])
    .expect("memory for the machines");
    // More, or other, programs by hand.
    let from_env =
        |name, default| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    for seed in from_env("START", 0)..from_env("N", N_PROGRAMS) {
        let program = engines.program(seed);
        if let Err(difference) = engines.compare(&program) {
            panic!("{difference}");
        }
    }
}
