//! Random TBs leave the same state with and without the passes, in the interpreter.

use backend_interp::Interp;
use rand::{RngExt as _, SeedableRng as _};
use std::sync::atomic::Ordering;
use tcg_ir::{Interpreter, Tb, verify};
use tcg_irgen::{Config, Random, ToyState, random_tb, toy_layout};
use tcg_opt::{Optimizer, Passes};

const N_CASES: u64 = 50_000;
const WINDOW_BYTES: usize = 128;
/// In the first page, which no process has mapped.
const BAD_ADDRESS: u64 = 0x40;

#[repr(C, align(64))]
#[derive(Clone, PartialEq, Debug)]
struct Window([u8; WINDOW_BYTES]);

/// What can be seen after a run.
#[derive(PartialEq, Debug)]
struct Outcome {
    globals: tcg_irgen::Globals,
    extra: [u64; 4],
    pc: u64,
    exit: (u32, u64),
    fp: (u32, u32),
    memory: Window,
}

fn run(tb: &Tb, start: &ToyState, window: &mut Window, interrupt: bool) -> Outcome {
    let before = window.clone();
    let mut state = start.copy();
    state.env.exit_request.store(u32::from(interrupt), Ordering::Relaxed);
    let mut interp = Interp::new(toy_layout());
    // SAFETY: `state` is live and ours alone; the window that the TB may write is `window`.
    unsafe { interp.run(tb, &raw mut state.env) };
    let memory = std::mem::replace(window, before);
    Outcome {
        globals: state.globals,
        extra: state.extra,
        pc: state.env.pc,
        exit: (state.env.exit_code.0, state.env.exit_arg),
        fp: (state.env.fp_flags, state.env.fp_round),
        memory,
    }
}

fn check(seed: u64, optimizer: &mut Optimizer, window: &mut Window) {
    let mut random = Random::seed_from_u64(seed);
    let mut config = Config::without_memory(4 + random.random_range(0..40));
    config.window = (window.0.as_ptr() as u64, WINDOW_BYTES as u64);
    config.bad_address = BAD_ADDRESS;
    config.control = random.random_ratio(1, 2);
    config.calls = random.random_ratio(1, 4);
    config.forward = random.random_ratio(1, 2);
    let tb = random_tb(&mut random, &config, 0x1000);
    verify(&tb, toy_layout()).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{tb}"));
    let start = ToyState::random(&mut random);
    random.fill(&mut window.0);
    let interrupt = random.random_ratio(1, 4);
    let passes = if random.random_ratio(1, 2) { Passes::ALL } else { some_passes(&mut random) };
    let mut after = tb.clone();
    optimizer.run(&mut after, toy_layout(), passes, random.random_ratio(1, 2));
    verify(&after, toy_layout())
        .unwrap_or_else(|e| panic!("seed {seed}: {e}\n{tb}after {passes:?}:\n{after}"));
    assert_eq!(
        run(&after, &start, window, interrupt),
        run(&tb, &start, window, interrupt),
        "seed {seed}: optimized on the left\n{tb}after {passes:?}:\n{after}"
    );
}

fn some_passes(random: &mut Random) -> Passes {
    Passes::NAMES
        .iter()
        .filter(|_| random.random_ratio(1, 2))
        .fold(Passes::NONE, |all, (_, pass)| all.with(*pass))
}

#[test]
fn random_blocks() {
    tcg_mem::sigsafe_fixup::install().expect("the fault handler");
    let mut optimizer = Optimizer::default();
    let mut window = Window([0; WINDOW_BYTES]);
    for seed in 0..N_CASES {
        check(seed, &mut optimizer, &mut window);
    }
    assert!(optimizer.counters.folds > N_CASES && optimizer.counters.dead > N_CASES);
}
