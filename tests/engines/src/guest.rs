//! The toy guest as the execution loop wants it.

use rand::{RngExt as _, SeedableRng as _};
use std::cell::RefCell;
use tcg_ir::{Builder, CodeWindow, Env, ExitCode, Guest, GuestLayout, TranslateOptions};
use tcg_irgen::{Config, INSN_BYTES, Random, ToyState, random_insn, toy_layout};

thread_local! {
    static CODE: RefCell<Code> = RefCell::new(Code::new(0, Config::without_memory(4), 0));
}

/// What instructions this thread's translations find.
#[derive(Clone, Debug)]
pub struct Code {
    seed: u64,
    config: Config,
    start: u64,
    /// How much there is of the instruction at each place.
    pub(crate) parts: Vec<Part>,
}

/// Part of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The end of the program stands in its place.
    Stop,
    /// Nothing.
    Nothing,
    /// So many first ops.
    Ops(u32),
    /// All.
    Whole,
}

impl Code {
    /// The instructions of `seed`, shaped by `config`, from `start` on.
    #[must_use]
    pub fn new(seed: u64, config: Config, start: u64) -> Code {
        Code { seed, config, start, parts: Vec::new() }
    }

    /// Makes this thread's translations find this code.
    pub fn choose(&self) {
        CODE.with_borrow_mut(|code| code.clone_from(self));
    }

    fn insn(&self, b: &mut Builder, pc: u64) {
        let place = (pc - self.start) / u64::from(INSN_BYTES);
        let mut random = Random::seed_from_u64(self.seed.wrapping_mul(0x1_0001) ^ place);
        let mut n_ops = 1 + random.random_range(0..self.config.n_ops);
        match self.parts.get(place as usize) {
            None | Some(Part::Whole) => {}
            Some(Part::Ops(n)) => n_ops = n_ops.min(*n),
            Some(Part::Nothing) => return b.insn_start(pc, INSN_BYTES),
            Some(Part::Stop) => return b.exit(ExitCode::SYSCALL.0, pc, None),
        }
        random_insn(b, &mut random, &Config { n_ops, ..self.config }, pc);
    }
}

/// The toy guest; see [`Code`].
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
        let mut pc = b.tb.pc;
        while b.tb.n_insns < options.max_insns && code.from(pc).len() >= usize::from(INSN_BYTES) {
            CODE.with_borrow(|code| code.insn(b, pc));
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
