//! Running a program on an engine, and what can be seen of it.

use crate::guest::{Toy, set_program};
use std::sync::Arc;
use tcg_exec::{Config, Engine, Exit, Machine, Vcpu};
use tcg_ir::{Tb, verify};
use tcg_irgen::{Globals, Random, ToyState, toy_layout};
use tcg_mem::{AddressSpace, GuestAddr, MapRequest, Prot};
use tcg_opt::Passes;

/// Bytes of code (what they are does not matter) and of data.
const PAGE: u64 = 4096;
const WINDOW_BYTES: usize = 256;

/// A program and its start.
#[derive(Debug)]
pub struct Program {
    seed: u64,
    config: tcg_irgen::Config,
    start: Box<ToyState>,
    memory: [u8; WINDOW_BYTES],
}

/// What can be seen of a run.
#[derive(PartialEq)]
pub struct Outcome {
    exit: Exit,
    pc: u64,
    globals: Globals,
    extra: [u64; 4],
    memory: [u8; WINDOW_BYTES],
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:x?} at {:#x}", self.exit, self.pc)?;
        writeln!(f, "  {:x?}", self.globals)?;
        writeln!(f, "  extra {:x?}", self.extra)?;
        write!(f, "  memory {:02x?}", self.memory)
    }
}

/// A machine for each engine, over memory at the same addresses.
pub struct Engines {
    machines: Vec<(&'static str, Machine<Toy>)>,
    code: GuestAddr,
    data: GuestAddr,
}

impl Engines {
    /// Maps the memory and makes the machines. Names tell engines apart in messages.
    ///
    /// # Errors
    /// The host's.
    pub fn new(engines: Vec<(&'static str, Engine, Passes)>) -> std::io::Result<Engines> {
        tcg_exec::sigsafe_fault::install()?;
        let refused = |errno| std::io::Error::other(format!("{errno:?}"));
        let space = Arc::new(AddressSpace::new());
        let map = |n_pages, prot| {
            space.mmap(&MapRequest::anonymous(GuestAddr(0), n_pages * PAGE, prot)).map_err(refused)
        };
        let code = map(1, Prot::READ.union(Prot::EXEC))?;
        let data = map(1, Prot::READ.union(Prot::WRITE))?;
        let mut machines = Vec::new();
        for (name, engine, passes) in engines {
            // Each machine has a space of its own, that knows of the same mappings.
            let own = Arc::new(AddressSpace::new());
            for mapping in space.mappings() {
                own.adopt(mapping);
            }
            let config = Config { passes, cache_bytes: 4 << 20, ..Config::new(engine) };
            machines.push((name, Machine::new(own, config)?));
        }
        Ok(Engines { machines, code, data })
    }

    /// The program of this seed.
    #[must_use]
    pub fn program(&self, seed: u64) -> Program {
        let mut random = Random::new(seed);
        let config = tcg_irgen::Config {
            n_ops: 1 + random.below(12),
            window: (self.data.0, WINDOW_BYTES as u64),
            bad_address: if random.one_in(3) { 0x40 } else { 0 },
            floats: !random.one_in(4),
            vectors: !random.one_in(4),
            control: random.one_in(2),
            calls: random.one_in(2),
            forward: true,
        };
        let start = ToyState::random(&mut random);
        let mut memory = [0; WINDOW_BYTES];
        memory.fill_with(|| random.bits() as u8);
        Program { seed, config, start, memory }
    }

    /// Runs the program on every engine, the first being the reference.
    ///
    /// # Errors
    /// How an engine differs from the reference.
    pub fn compare(&self, program: &Program) -> Result<(), String> {
        let mut reference: Option<(&str, Outcome)> = None;
        for (name, machine) in &self.machines {
            let outcome = self.run(program, machine)?;
            match &reference {
                None => reference = Some((name, outcome)),
                Some((first, wanted)) if *wanted != outcome => {
                    let seed = program.seed;
                    return Err(format!(
                        "seed {seed}:\n{first}: {wanted:?}\n{name}: {outcome:?}\n{}",
                        self.listing(program)
                    ));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn run(&self, program: &Program, machine: &Machine<Toy>) -> Result<Outcome, String> {
        set_program(program.seed, program.config);
        machine.flush();
        tcg_mem::copy_out(self.data, &program.memory).map_err(|e| format!("{e:?}"))?;
        let mut vcpu = Vcpu::new(machine, program.start.copy()).map_err(|e| e.to_string())?;
        vcpu.env_mut().pc = self.code.0;
        let exit = vcpu.run();
        let mut memory = [0; WINDOW_BYTES];
        tcg_mem::copy_in(&mut memory, self.data).map_err(|e| format!("{e:?}"))?;
        let state = vcpu.state();
        let (globals, extra) = (state.globals, state.extra);
        Ok(Outcome { exit, pc: state.env.pc, globals, extra, memory })
    }

    /// The first translations of the program, as IR.
    fn listing(&self, program: &Program) -> String {
        let tb = self.first_block(program);
        let verdict = verify(&tb, toy_layout()).map_or_else(|e| e.to_string(), |()| String::new());
        format!("{tb}{verdict}")
    }

    fn first_block(&self, program: &Program) -> Tb {
        use tcg_ir::{Builder, CodeWindow, Guest, TranslateOptions};
        set_program(program.seed, program.config);
        let mut builder = Builder::new(toy_layout(), true);
        builder.start(self.code.0, 0);
        let bytes = [0; PAGE as usize];
        let code = CodeWindow { base: self.code.0, bytes: &bytes };
        Toy::translate(code, &TranslateOptions::default(), &mut builder);
        builder.tb
    }
}

impl std::fmt::Debug for Engines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.machines.iter().map(|(name, _)| name)).finish()
    }
}
