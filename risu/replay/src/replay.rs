//! The replay loop.

use std::io::{self, Read};
use std::time::Duration;

use risu_compare::{Case, Coverage, End, Faults, Findings, RowCount, compare};
use risu_trace::{
    Block, BlockKind, Header, Manifest, Meaning, Outcome, ReadError, Signal, State, Step,
    TraceReader,
};

use crate::cpu_time::CpuTime;
use crate::engine::EngineChoice;
use crate::guest::{Cpu, Ended, ReplayGuest, Use, for_guest};
use crate::memory::Memory;
use crate::watchdog::Watchdog;

/// Why a replay ended before the trace did.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The trace is damaged.
    #[error("{0}")]
    Trace(#[from] ReadError),
    /// The host refused something.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The register file has other words than those that engines have.
    #[error("a register file of {0} words, which this version does not replay")]
    Registers(u16),
}

/// Refuses streams with registers that the engines do not have.
pub(crate) fn check_registers<G: ReplayGuest>(header: &Header) -> Result<(), ReplayError> {
    if usize::from(header.n_words) == G::N_WORDS {
        return Ok(());
    }
    Err(ReplayError::Registers(header.n_words))
}

/// What a replay did.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    /// Steps, that is, checkpoints.
    pub n_steps: u64,
    /// Steps that differ for no known reason.
    pub n_mismatches: u64,
    /// Steps that differ because of a known fault of the reference.
    pub n_faults: u64,
    /// Steps that the reference had no instruction for.
    pub n_no_reference: u64,
    /// Processor time of the thread, reading of the trace included.
    pub time: Duration,
}

/// Steps between two calls of the progress function.
const PROGRESS_STEPS: u64 = 1 << 14;
const SIGILL: u8 = 4;
/// Codes of an undefined instruction; the second is what QEMU 10 says on aarch64.
const ILL_ILLOPC: i32 = 1;
const ILL_ILLOPN: i32 = 2;

struct Replayer<'a, G: ReplayGuest> {
    cpu: Cpu<G>,
    memory: Memory,
    /// What the reference has: before and after the current step.
    before: State,
    after: State,
    /// What the engine has, after a step that differs.
    words: Vec<u64>,
    bytes: Vec<u8>,
    faults: &'a Faults,
    findings: &'a mut Findings,
    by_block: Vec<RowCount>,
    done: Replayed,
}

/// Replays a trace and compares after each step; goes on after a mismatch from the reference's
/// state.
///
/// # Errors
///
/// If the trace is damaged or the host refuses memory; findings until then are kept.
pub fn replay<R: Read>(
    trace: &mut TraceReader<R>,
    engine: EngineChoice,
    faults: &Faults,
    findings: &mut Findings,
    coverage: &mut Coverage,
    progress: &mut dyn FnMut(u64),
) -> Result<Replayed, ReplayError> {
    tcg_exec::sigsafe_fault::install()?;
    let guest = trace.manifest().header.guest;
    for_guest(guest, Replaying { trace, engine, faults, findings, coverage, progress })
}

/// What [`replay`] was called with.
struct Replaying<'a, R> {
    trace: &'a mut TraceReader<R>,
    engine: EngineChoice,
    faults: &'a Faults,
    findings: &'a mut Findings,
    coverage: &'a mut Coverage,
    progress: &'a mut dyn FnMut(u64),
}

impl<R: Read> Use for Replaying<'_, R> {
    type Out = Result<Replayed, ReplayError>;

    fn with<G: ReplayGuest>(self) -> Self::Out {
        replay_on::<G, R>(self)
    }
}

fn replay_on<G: ReplayGuest, R: Read>(
    replaying: Replaying<'_, R>,
) -> Result<Replayed, ReplayError> {
    let Replaying { trace, engine, faults, findings, coverage, progress } = replaying;
    let start = CpuTime::now();
    let manifest = trace.share_manifest();
    check_registers::<G>(&manifest.header)?;
    let memory = Memory::new(&manifest)?;
    let machine = engine.machine::<G>(memory.space.clone())?;
    let cpu = Cpu::new(&machine)?;
    let watchdog = Watchdog::new(cpu.vcpu.exit_handle());
    let header = &manifest.header;
    let scratch_len = header.scratch().map_or(0, |a| a.len as usize);
    let zero = State::zero(usize::from(header.n_words), scratch_len);
    let mut replayer = Replayer {
        cpu,
        memory,
        before: zero.clone(),
        words: zero.words.clone(),
        bytes: zero.memory.clone(),
        after: zero,
        faults,
        findings,
        by_block: vec![RowCount::default(); manifest.blocks.len()],
        done: Replayed::default(),
    };
    let (mut step, mut outcome) = (Step::default(), Outcome::default());
    let end = loop {
        match trace.next(&mut step, &mut outcome) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error.into()),
        }
        watchdog.step(replayer.done.n_steps);
        if let Err(error) = replayer.step(&manifest, &step, &outcome) {
            break Err(error.into());
        }
        if replayer.done.n_steps.is_multiple_of(PROGRESS_STEPS) {
            progress(replayer.done.n_steps);
        }
    };
    replayer.done.time = start.elapsed();
    coverage.add(&manifest, &replayer.by_block);
    end.map(|()| replayer.done)
}

impl<G: ReplayGuest> Replayer<'_, G> {
    fn step(&mut self, manifest: &Manifest, step: &Step, outcome: &Outcome) -> io::Result<()> {
        let Some(block) = manifest.blocks.get(step.block as usize) else {
            return Err(io::Error::other("a step without a block"));
        };
        self.cpu.patch(&step.patch);
        self.memory.patch(&step.patch)?;
        self.before.apply(&step.patch);
        self.after.apply(&step.patch);
        self.after.apply(&outcome.delta);
        let ended = self.cpu.run(manifest.header.base + u64::from(block.entry));
        self.done.n_steps += 1;
        let same = ended.pc == outcome.pc
            && ended.signal == outcome.signal
            && self.cpu.has(&self.after.words)
            && self.memory.has(&self.after.memory);
        if same {
            self.by_block[step.block as usize].agreed += 1;
        } else {
            self.judge(manifest, block, step, outcome, &ended)?;
        }
        self.before.apply(&outcome.delta);
        Ok(())
    }

    /// Looks closer at a step with a difference, and restores the reference's state.
    fn judge(
        &mut self,
        manifest: &Manifest,
        block: &Block,
        step: &Step,
        outcome: &Outcome,
        ended: &Ended,
    ) -> io::Result<()> {
        self.cpu.save(&mut self.words);
        self.memory.read(&mut self.bytes)?;
        let (words, memory) = (self.after.words.as_slice(), self.after.memory.as_slice());
        let expected = End { pc: outcome.pc, signal: outcome.signal, words, memory };
        let (words, memory) = (self.words.as_slice(), self.bytes.as_slice());
        let got = End { pc: ended.pc, signal: ended.signal, words, memory };
        let mut differences = compare(block, &expected, &got);
        if outcome.is_host_failure() {
            // The signal differs, and nothing else is known.
            differences.truncate(1);
        }
        let refused = self.is_refused(manifest, block, &expected);
        let count = &mut self.by_block[step.block as usize];
        if refused && ended.signal != outcome.signal {
            count.no_reference += 1;
            self.done.n_no_reference += 1;
        } else if differences.is_empty() {
            count.agreed += 1;
        } else {
            let case = Case {
                manifest,
                step: self.done.n_steps - 1,
                block: step.block,
                patch: &step.patch,
                before: &self.before,
            };
            if self.findings.add(self.faults, &case, &expected, &got, &differences) {
                count.faulty_reference += 1;
                self.done.n_faults += 1;
            } else {
                count.differed += 1;
                self.done.n_mismatches += 1;
            }
        }
        self.restore()
    }

    /// Whether the reference does not have the instruction: an operation exception on a row of ours
    /// that it is known to lack, or on any if nothing is known about it.
    fn is_refused(&self, manifest: &Manifest, block: &Block, expected: &End<'_>) -> bool {
        let Some(Signal { number: SIGILL, code: ILL_ILLOPC | ILL_ILLOPN, addr }) = expected.signal
        else {
            return false;
        };
        let offset = addr.wrapping_sub(manifest.header.base);
        let lacked = |row: &str| match self.faults.lacks() {
            Some(rows) => rows.is_match(row),
            None => self.faults.is_empty(),
        };
        block.kind != BlockKind::Run
            && block.words.iter().any(|word| match &word.meaning {
                Meaning::Insn(row) => u64::from(word.offset) == offset && lacked(row),
                Meaning::Target(_) | Meaning::Check | Meaning::Illegal => false,
            })
    }

    /// Gives the engine the reference's state.
    fn restore(&mut self) -> io::Result<()> {
        self.cpu.load(&self.after);
        self.memory.write(0, &self.after.memory)
    }
}
