//! The vectors of every guest on every engine, with each of what makes it fast switched off in turn.

use std::path::Path;

use frontend_aarch64::Aarch64;
use frontend_s390x::S390x;
use risu_replay::EngineChoice;
use risu_trace::Guest;
use tcg_exec::Config;
use vector_tests::{Vector, VectorGuest, Window};

fn vectors<G: VectorGuest>(at_least: usize) -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(G::NAME);
    let files = std::fs::read_dir(folder).expect("the folder of vectors");
    let mut all = Vec::new();
    for file in files {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        for line in text.lines() {
            let vector = Vector::parse(line, G::MANUAL);
            all.extend(vector.unwrap_or_else(|error| panic!("{path:?}: {error}")));
        }
    }
    assert!(all.len() >= at_least, "only {} vectors", all.len());
    all
}

/// Runs all vectors of a guest on all engines, in memory at `place`.
fn run<G: VectorGuest>(guest: Guest, place: u64, at_least: usize) {
    let vectors = vectors::<G>(at_least);
    let mut window = Window::new(place).expect("memory");
    let mut failed = Vec::new();
    for name in EngineChoice::sweep() {
        let engine: EngineChoice = name.parse().expect("an engine");
        let config = Config { cache_bytes: 8 << 20, ..engine.config(guest).expect("a host") };
        let mut engine = window.engine::<G>(config).expect("an engine");
        for vector in &vectors {
            if let Err(error) = engine.run(vector) {
                failed.push(format!("{} on {name}: {error}", vector.name));
            }
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn s390x() {
    run::<S390x>(Guest::S390x, 0x10_0000, 200);
}

#[test]
fn aarch64() {
    run::<Aarch64>(Guest::Aarch64, 0x20_0000, 60);
}
