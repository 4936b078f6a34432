//! Each instruction of aarch64 on vectors and floating point, as ops and by its helper.
//!
//! The front end translates most of them into ops. A helper says the same of each, a lane at a time, as the manual does: it is
//! the specification, and [`Forms`] compares with it what engines make of the ops, for random encodings, operands and modes.
//! For an instruction without a helper it compares engines with the interpreter.

mod operands;
mod registers;

use frontend_aarch64::Aarch64;
use isa::Row;
use isa::aarch64::{ROWS, decode_word};
use rand::{RngExt as _, SeedableRng as _};
use registers::{Mode, Registers};
use std::collections::BTreeMap;
use std::sync::Arc;
use tcg_exec::{Config, Engine, Exit, Machine, Vcpu};
use tcg_ir::{Builder, CodeWindow, Guest, TranslateOptions};
use tcg_irgen::Random;
use tcg_mem::{AddressSpace, GuestAddr, MapRequest, Prot};
use tcg_opt::Passes;

/// `svc #0`, left-aligned.
const STOP: u32 = 0xd400_0001;
/// From an instruction to the next one, in bytes: it and [`STOP`].
const STEP: u64 = 8;
/// Operands that an instruction gets in each mode.
const OPERANDS: u64 = 8;
/// Modes that an encoding gets.
const MODES: u64 = 8;

/// Names of the rows for which no helper is called, inlined or not: [`Forms`] has nothing to compare them with but engines.
#[must_use]
pub fn rows_without_helper() -> Vec<&'static str> {
    let options = TranslateOptions { inline: false, ..TranslateOptions::default() };
    let (mut random, mut b) = (Random::seed_from_u64(1), Builder::new(Aarch64::layout(), true));
    let calls = |row: &&Row| {
        let insn = row.encode(encoding(&mut random, row));
        b.start(0, 0);
        Aarch64::translate(CodeWindow { base: 0, bytes: insn.as_slice() }, &options, &mut b);
        b.tb.to_string().contains("call ")
    };
    let (_, without): (Vec<_>, Vec<&Row>) = ROWS.iter().filter(|row| is_form(row)).partition(calls);
    without.iter().map(|row| row.name).collect()
}

/// Whether instructions of the row compute on vectors or floating point without memory.
fn is_form(row: &Row) -> bool {
    let group = row.group.name;
    let computes = ["fp", "crypto"].contains(&group) || group.starts_with("simd_");
    computes && row.translated()
}

/// An instruction of the row, in its left-aligned word.
fn encoding(random: &mut Random, row: &Row) -> u64 {
    loop {
        let mut word = (random.random::<u64>() & !row.mask | row.value) >> 32 << 32;
        if let (true, Some(n), Some(m)) =
            (random.random_ratio(1, 8), row.field("rn"), row.field("rm"))
        {
            word = m.with_raw(word, n.raw(word));
        }
        if let (true, Some(n), Some(d)) =
            (random.random_ratio(1, 8), row.field("rn"), row.field("rd"))
        {
            word = d.with_raw(word, n.raw(word));
        }
        let decoded = decode_word(word).map(|insn| insn.row().id);
        if row.valid(word) && decoded == Some(row.id) {
            return word;
        }
    }
}

/// An engine with its machine.
struct Runner {
    name: &'static str,
    space: Arc<AddressSpace>,
    machine: Machine<Aarch64>,
    vcpu: Vcpu<Aarch64>,
}

impl Runner {
    fn run(&mut self, pc: u64, start: &Registers) -> (Exit, Registers) {
        let state = self.vcpu.state_mut();
        start.store(state);
        (state.env.pc, state.alone) = (pc, 0);
        let exit = self.vcpu.run();
        (exit, Registers::load(self.vcpu.state()))
    }
}

/// The rows that are compared, and the engines.
pub struct Forms {
    rows: Vec<&'static Row>,
    /// The first one calls helpers.
    runners: Vec<Runner>,
    code: GuestAddr,
    random: Random,
    /// A difference by row and engine, and how many there were.
    differences: BTreeMap<(&'static str, &'static str), (String, u64)>,
}

impl Forms {
    /// All rows whose names contain `part`; [`Forms::compare`] runs them on each engine and compares with the interpreter
    /// that calls helpers.
    ///
    /// # Errors
    /// The host's.
    pub fn new(
        part: &str,
        seed: u64,
        engines: Vec<(&'static str, Engine, Passes)>,
    ) -> std::io::Result<Forms> {
        tcg_exec::sigsafe_fault::install()?;
        let rows: Vec<_> =
            ROWS.iter().filter(|row| is_form(row) && row.name.contains(part)).collect();
        let memory = AddressSpace::new();
        let prot = Prot::READ.union(Prot::WRITE).union(Prot::EXEC);
        let request = MapRequest::anonymous(GuestAddr(0), rows.len() as u64 * STEP, prot);
        let code = memory.mmap(&request).map_err(|e| std::io::Error::other(format!("{e:?}")))?;
        let reference = Engine::Interp(Box::new(|l| Box::new(backend_interp::Interp::new(l))));
        let reference = ("helpers", reference, Passes::ALL);
        let mut runners = Vec::new();
        for (name, engine, passes) in std::iter::once(reference).chain(engines) {
            // Each machine has a space of its own, that knows of the same mappings.
            let space = Arc::new(AddressSpace::new());
            memory.mappings().into_iter().for_each(|mapping| space.adopt(mapping));
            let mut config = Config { passes, ..Config::new(engine) };
            config.translate.inline = !runners.is_empty();
            let machine = Machine::new(Arc::clone(&space), config)?;
            let vcpu = Vcpu::new(&machine, Aarch64::new_state())?;
            runners.push(Runner { name, space, machine, vcpu });
        }
        let (random, differences) = (Random::seed_from_u64(seed), BTreeMap::new());
        Ok(Forms { rows, runners, code, random, differences })
    }

    /// Compares at least `cases` operands in all, a few encodings of each row.
    ///
    /// # Errors
    /// The first difference of each row and engine, and how many there are.
    pub fn compare(&mut self, cases: u64) -> Result<(), String> {
        let mut left = cases;
        while left > 0 {
            let words = self.place();
            for _ in 0..MODES {
                let mode = Mode::any(&mut self.random);
                for (place, &word) in words.iter().enumerate() {
                    self.compare_one(place, word, mode);
                }
            }
            left = left.saturating_sub(words.len() as u64 * MODES * OPERANDS);
        }
        let all: Vec<_> =
            self.differences.values().map(|(text, n)| format!("{n} as {text}")).collect();
        if all.is_empty() { Ok(()) } else { Err(all.join("\n")) }
    }

    /// Puts a new encoding of each row into memory.
    fn place(&mut self) -> Vec<u64> {
        let random = &mut self.random;
        let words: Vec<u64> = self.rows.iter().map(|row| encoding(random, row)).collect();
        let insns = words.iter().flat_map(|word| [(word >> 32) as u32, STOP]);
        let bytes: Vec<u8> = insns.flat_map(u32::to_le_bytes).collect();
        for runner in &self.runners {
            runner.space.release_code(self.code, bytes.len() as u64);
        }
        tcg_mem::copy_out(self.code, &bytes).expect("memory for code");
        self.runners.iter().for_each(|runner| runner.machine.flush());
        words
    }

    fn compare_one(&mut self, place: usize, word: u64, mode: Mode) {
        let (row, pc) = (self.rows[place], self.code.0 + place as u64 * STEP);
        let mut start = Registers::default();
        for _ in 0..OPERANDS {
            start.renew(&mut self.random, row, word, mode);
            let Some((reference, others)) = self.runners.split_first_mut() else { return };
            let want = reference.run(pc, &start);
            assert!(matches!(want.0, Exit::Syscall(_)), "{}: {:?}", row.name, want.0);
            for other in others {
                let is = other.run(pc, &start);
                if is != want {
                    let differences = &mut self.differences;
                    let entry = differences
                        .entry((row.name, other.name))
                        .or_insert_with(|| (explain(row, word, &start, other.name, &want, &is), 0));
                    entry.1 += 1;
                }
            }
        }
    }
}

fn explain(
    row: &Row,
    word: u64,
    start: &Registers,
    name: &str,
    want: &(Exit, Registers),
    is: &(Exit, Registers),
) -> String {
    let text = decode_word(word).map(|insn| insn.fmt_at(0).to_string()).unwrap_or_default();
    let exit = if is.0 == want.0 { String::new() } else { format!(" {:?}", is.0) };
    let (reads, differences) = (start.read_by(row, word), want.1.differences(&is.1));
    let word = word >> 32;
    format!("{} {word:08x} {text}\n  {reads}\n  helper or {name}:{exit}{differences}", row.name)
}

impl std::fmt::Debug for Forms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.rows.iter().map(|row| row.name)).finish()
    }
}
