//! The toy guest as the execution loop wants it.

use std::cell::Cell;
use tcg_ir::{Builder, CodeWindow, Env, Guest, GuestLayout, TranslateOptions};
use tcg_irgen::{Config, INSN_BYTES, Random, ToyState, random_insn, toy_layout};

thread_local! {
    static PROGRAM: Cell<(u64, Config)> = Cell::new((0, Config::without_memory(4)));
}

/// Chooses what instructions this thread's translations find: those of `seed`, shaped by `config`.
pub fn set_program(seed: u64, config: Config) {
    PROGRAM.set((seed, config));
}

/// The toy guest; see [`set_program`].
#[derive(Debug)]
pub struct Toy;

impl Guest for Toy {
    type State = ToyState;

    fn layout() -> &'static GuestLayout {
        toy_layout()
    }

    fn new_state() -> Box<ToyState> {
        Box::default()
    }

    fn env(state: &ToyState) -> &Env {
        &state.env
    }

    fn env_mut(state: &mut ToyState) -> &mut Env {
        &mut state.env
    }

    fn tb_flags(_: &ToyState) -> u32 {
        0
    }

    fn translate(code: CodeWindow<'_>, options: &TranslateOptions, b: &mut Builder) {
        let (seed, config) = PROGRAM.get();
        let mut pc = b.tb.pc;
        while b.tb.n_insns < options.max_insns && code.from(pc).len() >= usize::from(INSN_BYTES) {
            let mut random = Random::new(seed.wrapping_mul(0x1_0001) ^ pc);
            let shape = Config { n_ops: 1 + random.below(config.n_ops), ..config };
            random_insn(b, &mut random, &shape, pc);
            pc += u64::from(INSN_BYTES);
            b.tb.n_insns += 1;
            if b.is_ended() {
                break;
            }
        }
        if b.tb.n_insns != 0 && !b.is_ended() {
            b.goto(pc);
        }
        b.tb.end_pc = pc;
    }
}
