//! Every engine, with and without the passes, runs random programs alike.

use engine_tests::Engines;
use tcg_exec::Engine;
use tcg_opt::Passes;

const N_PROGRAMS: u64 = 5_000;

fn interp() -> Engine {
    Engine::Interp(Box::new(|layout| Box::new(backend_interp::Interp::new(layout))))
}

#[test]
fn random_programs() {
    let engines = Engines::new(vec![
        ("interpreter, no passes", interp(), Passes::NONE, true),
        ("interpreter", interp(), Passes::ALL, true),
    ])
    .expect("memory for the machines");
    for seed in 0..N_PROGRAMS {
        let program = engines.program(seed);
        if let Err(difference) = engines.compare(&program) {
            panic!("{difference}");
        }
    }
}
