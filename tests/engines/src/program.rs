//! Running a program on an engine, and what can be seen of it.

use crate::guest::{Code, Part, Toy};
use rand::{RngExt as _, SeedableRng as _};
use std::sync::{Arc, Mutex};
use tcg_exec::{Config, Engine, Exit, Machine, Vcpu};
use tcg_irgen::{Globals, INSN_BYTES, Random, RandomExt as _, ToyState};
use tcg_mem::{Access, AddressSpace, Cause, Fault, GuestAddr, MapRequest, Prot};
use tcg_opt::Passes;

/// Bytes of code (what they are does not matter) and of data.
const PAGE: u64 = 4096;
const WINDOW_BYTES: usize = 256;

/// A program and its start.
#[derive(Debug)]
pub struct Program {
    seed: u64,
    code: Code,
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

/// Host code and IR of what was translated, while somebody wants it.
type Log = Arc<Mutex<Option<String>>>;

/// A machine for each engine, over memory at the same addresses.
pub struct Engines {
    machines: Vec<(&'static str, Machine<Toy>)>,
    log: Log,
    code: GuestAddr,
    data: GuestAddr,
}

impl Engines {
    /// Maps the memory and makes the machines. Names tell engines apart in messages; the last part of each is whether its code must
    /// reckon with other threads.
    ///
    /// # Errors
    /// The host's.
    pub fn new(engines: Vec<(&'static str, Engine, Passes, bool)>) -> std::io::Result<Engines> {
        tcg_exec::sigsafe_fault::install()?;
        let refused = |errno| std::io::Error::other(format!("{errno:?}"));
        let space = Arc::new(AddressSpace::new());
        let map = |n_pages, prot| {
            space.mmap(&MapRequest::anonymous(GuestAddr(0), n_pages * PAGE, prot)).map_err(refused)
        };
        let code = map(1, Prot::READ.union(Prot::EXEC))?;
        let data = map(1, Prot::READ.union(Prot::WRITE))?;
        let (mut machines, log) = (Vec::new(), Log::default());
        for (name, engine, passes, parallel) in engines {
            // Each machine has a space of its own, that knows of the same mappings.
            let own = Arc::new(AddressSpace::new());
            for mapping in space.mappings() {
                own.adopt(mapping);
            }
            let mut config = Config { passes, cache_bytes: 4 << 20, ..Config::new(engine) };
            config.translate.parallel = parallel;
            config.log = Some(logger(&log));
            machines.push((name, Machine::new(own, config)?));
        }
        Ok(Engines { machines, log, code, data })
    }

    /// The program of this seed.
    #[must_use]
    pub fn program(&self, seed: u64) -> Program {
        let mut random = Random::seed_from_u64(seed);
        // Long instructions have many values at a time.
        let n_ops = random.pick(&[12, 12, 80]);
        let config = tcg_irgen::Config {
            n_ops: 1 + random.random_range(0..n_ops),
            window: (self.data.0, WINDOW_BYTES as u64),
            bad_address: if random.random_ratio(1, 3) { 0x40 } else { 0 },
            floats: !random.random_ratio(1, 4),
            vectors: !random.random_ratio(1, 4),
            control: random.random_ratio(1, 2),
            calls: random.random_ratio(1, 2),
            forward: true,
        };
        let start = ToyState::random(&mut random);
        let mut memory = [0; WINDOW_BYTES];
        random.fill(&mut memory);
        let code = Code::new(seed, config, self.code.0);
        Program { seed, code, start, memory }
    }

    /// Runs the program on every engine, the first being the reference.
    ///
    /// # Errors
    /// How an engine differs from the reference, with the smallest part of the program that shows it.
    pub fn compare(&self, program: &Program) -> Result<(), String> {
        let (reference, others) = self.machines.split_first().ok_or("no engines")?;
        let wanted = self.run(program, &program.code, &reference.1)?;
        for other in others {
            if self.run(program, &program.code, &other.1)? != wanted {
                return Err(self.report(program, reference, other));
            }
        }
        Ok(())
    }

    fn report(
        &self,
        program: &Program,
        a: &(&str, Machine<Toy>),
        b: &(&str, Machine<Toy>),
    ) -> String {
        let code = self.shrink(program, &a.1, &b.1);
        let logged = |machine| {
            *lock(&self.log) = Some(String::new());
            let outcome = self.run(program, &code, machine);
            (outcome, lock(&self.log).take().unwrap_or_default())
        };
        let ((wanted, ir), (got, host)) = (logged(&a.1), logged(&b.1));
        let seed = program.seed;
        let (a, b) = (a.0, b.0);
        format!(
            "seed {seed}:\n{ir}{host}start {:x?}\n{a}: {wanted:?}\n{b}: {got:?}",
            program.start.globals
        )
    }

    /// Ends the program early, removes instructions, then last ops of instructions, while the difference stays.
    fn shrink(&self, program: &Program, a: &Machine<Toy>, b: &Machine<Toy>) -> Code {
        let mut code = program.code.clone();
        let n_places = (PAGE / u64::from(INSN_BYTES)) as usize;
        code.parts = vec![Part::Whole; n_places];
        let parts = [Part::Stop, Part::Nothing].into_iter().chain((1..8).map(Part::Ops));
        for part in parts {
            for place in 0..n_places {
                let before = code.parts[place];
                if before == Part::Whole {
                    code.parts[place] = part;
                    if self.run(program, &code, a) == self.run(program, &code, b) {
                        code.parts[place] = before;
                    }
                }
            }
        }
        code
    }

    fn run(
        &self,
        program: &Program,
        code: &Code,
        machine: &Machine<Toy>,
    ) -> Result<Outcome, String> {
        code.choose();
        machine.flush();
        tcg_mem::copy_out(self.data, &program.memory).map_err(|e| format!("{e:?}"))?;
        let mut vcpu = Vcpu::new(machine, program.start.copy()).map_err(|e| e.to_string())?;
        vcpu.env_mut().pc = self.code.0;
        let exit = any_access(vcpu.run());
        let mut memory = [0; WINDOW_BYTES];
        tcg_mem::copy_in(&mut memory, self.data).map_err(|e| format!("{e:?}"))?;
        let state = vcpu.state();
        let (globals, extra) = (state.globals, state.extra);
        Ok(Outcome { exit, pc: state.env.pc, globals, extra, memory })
    }
}

/// Whether an atomic update of unmapped memory counts as read or as write is the host's choice.
fn any_access(exit: Exit) -> Exit {
    match exit {
        Exit::Fault(fault) if fault.access == Access::Read && fault.cause == Cause::Unmapped => {
            Exit::Fault(Fault { access: Access::Write, ..fault })
        }
        other => other,
    }
}

fn lock(log: &Log) -> std::sync::MutexGuard<'_, Option<String>> {
    log.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn logger(log: &Log) -> tcg_exec::CodeLog {
    let log = Arc::clone(log);
    Box::new(move |tb, host, at| {
        if let Some(text) = lock(&log).as_mut() {
            let bytes: String = host.iter().map(|byte| format!("{byte:02x}")).collect();
            *text += &format!("{tb}host code at {at:#x}: {bytes}\n");
        }
    })
}

impl std::fmt::Debug for Engines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.machines.iter().map(|(name, _)| name)).finish()
    }
}
