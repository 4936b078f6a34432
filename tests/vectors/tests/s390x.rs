//! The s390x vectors on every engine, with and without the passes, as long blocks and one instruction at a time.

use backend_x86_64::X64Backend;
use frontend_s390x::S390x;
use tcg_exec::{Config, Engine};
use tcg_ir::{Guest, TranslateOptions};
use tcg_opt::Passes;
use vector_tests::{Vector, Window};

/// Memory of each engine: tests of one process run at the same time.
const WINDOW: u64 = 0x10_0000;

fn interp() -> Engine {
    Engine::Interp(Box::new(|layout| {
        let mut interp = backend_interp::Interp::new(layout);
        Box::new(move |tb, env| {
            // SAFETY: the vCPU passes its own state.
            unsafe { interp.run(tb, env) }
        })
    }))
}

fn jit(parallel: bool) -> Engine {
    backend_x86_64::check_host().expect("an x86-64-v3 host");
    Engine::Jit(Box::new(move || Box::new(X64Backend::new(S390x::layout(), parallel))))
}

fn vectors() -> Vec<Vector> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/s390x");
    let files = std::fs::read_dir(folder).expect("the folder of vectors");
    let mut all = Vec::new();
    for file in files {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        for line in text.lines() {
            let vector = Vector::parse(line).unwrap_or_else(|error| panic!("{path:?}: {error}"));
            all.extend(vector);
        }
    }
    assert!(all.len() > 200, "only {} vectors", all.len());
    all
}

/// Runs all vectors; `place` tells the tests' memories apart.
fn run(place: u64, engine: Engine, passes: Passes, parallel: bool, max_insns: u32) {
    let translate = TranslateOptions { parallel, max_insns, ..TranslateOptions::default() };
    let config = Config { translate, passes, cache_bytes: 8 << 20, ..Config::new(engine) };
    let mut window = Window::new(place * WINDOW, config).expect("memory");
    let mut failed = Vec::new();
    for vector in vectors() {
        if let Err(error) = window.run(&vector) {
            failed.push(format!("{}: {error}", vector.name));
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

const LONG: u32 = 64;

#[test]
fn interpreter() {
    run(1, interp(), Passes::ALL, false, LONG);
}

#[test]
fn interpreter_without_passes() {
    run(2, interp(), Passes::NONE, true, LONG);
}

#[test]
fn interpreter_one_instruction_a_block() {
    run(3, interp(), Passes::ALL, true, 1);
}

#[test]
fn jit_long_blocks() {
    run(4, jit(false), Passes::ALL, false, LONG);
}

#[test]
fn jit_without_passes() {
    run(5, jit(false), Passes::NONE, false, LONG);
}

#[test]
fn jit_one_instruction_a_block() {
    run(6, jit(false), Passes::COMPILED, false, 1);
}

#[test]
fn jit_with_other_threads_about() {
    run(7, jit(true), Passes::COMPILED, true, LONG);
}
