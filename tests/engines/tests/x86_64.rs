//! The x86_64 back end runs random programs as the interpreter does.

use backend_x86_64::X64Backend;
use engine_tests::Engines;
use tcg_exec::Engine;
use tcg_opt::Passes;

fn interp() -> Engine {
    Engine::Interp(Box::new(|layout| {
        let mut interp = backend_interp::Interp::new(layout);
        Box::new(move |tb, env| {
            // SAFETY: the vCPU passes its own state.
            unsafe { interp.run(tb, env) }
        })
    }))
}

fn jit() -> Engine {
    Engine::Jit(Box::new(|| Box::new(X64Backend::new(tcg_irgen::toy_layout(), true))))
}

#[test]
fn random_programs() {
    backend_x86_64::check_host().expect("an x86-64-v3 host");
    let engines = Engines::new(vec![
        ("interpreter", interp(), Passes::ALL),
        ("x86_64, no passes", jit(), Passes::NONE),
        ("x86_64", jit(), Passes::ALL),
    ])
    .expect("memory for the machines");
    let n: u64 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(5000);
    let start: u64 = std::env::var("START").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    for seed in start..n {
        if std::env::var_os("VERBOSE").is_some() { eprintln!("{seed}"); }
        let program = engines.program(seed);
        if let Err(difference) = engines.compare(&program) {
            panic!("{difference}");
        }
    }
}
