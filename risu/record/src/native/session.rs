//! The recording process: reads steps, lets a child run them, writes the trace.
//!
//! The child may die, be it by a fault of an emulator that stands in for the processor; then the
//! step it was at is written down as failed, and another child goes on behind it.

use std::io::{self, Read, Write};

use risu_trace::{Manifest, Outcome, Signal, State, Step, StreamReader, TraceWriter};

use super::batch::{self, Batch};
use super::cpu;
use super::map::Memory;
use super::shared::Shared;
use crate::Summary;
use crate::error::RecordError;

/// Most steps that one child runs.
const BATCH_STEPS: usize = 1024;

struct Session<'a, W: Write> {
    manifest: &'a Manifest,
    writer: TraceWriter<W>,
    memory: Memory,
    shared: Shared,
    /// State after the last step that is in the trace.
    state: State,
    outcome: Outcome,
    summary: Summary,
}

/// Records all steps.
pub(crate) fn record<R: Read, W: Write>(
    mut stream: StreamReader<R>,
    writer: TraceWriter<W>,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, RecordError> {
    let manifest = stream.manifest().clone();
    let header = &manifest.header;
    let n_words = usize::from(header.n_words);
    if n_words != cpu::N_WORDS {
        return Err(RecordError::Layout("registers that this version does not record"));
    }
    let scratch_len = header.scratch().map_or(0, |a| a.len as usize);
    let mut session = Session {
        manifest: &manifest,
        writer,
        memory: Memory::new(&manifest)?,
        shared: Shared::new()?,
        state: State::zero(n_words, scratch_len),
        outcome: Outcome::default(),
        summary: Summary { n_steps: 0, n_signals: 0, n_failures: 0 },
    };
    loop {
        let steps = read_batch(&mut stream)?;
        if steps.is_empty() {
            break;
        }
        session.run(&steps)?;
        progress(session.summary.n_steps);
    }
    session.writer.finish()?;
    Ok(session.summary)
}

fn read_batch<R: Read>(stream: &mut StreamReader<R>) -> Result<Vec<Step>, RecordError> {
    let mut steps = Vec::with_capacity(BATCH_STEPS);
    let mut step = Step::default();
    while steps.len() < BATCH_STEPS && stream.next(&mut step)? {
        steps.push(step.clone());
    }
    Ok(steps)
}

impl<W: Write> Session<'_, W> {
    /// Runs all steps, with as many children as it takes.
    fn run(&mut self, mut steps: &[Step]) -> Result<(), RecordError> {
        while !steps.is_empty() {
            self.shared.clear();
            let status = self.run_in_child(steps)?;
            let done = self.take_outcomes(steps)?;
            steps = &steps[done..];
            if let Some((failed, rest)) = steps.split_first() {
                self.write_failure(failed, status)?;
                steps = rest;
            }
        }
        Ok(())
    }

    /// Gives the child's wait status.
    fn run_in_child(&mut self, steps: &[Step]) -> io::Result<i32> {
        self.memory.scratch().copy_from_slice(&self.state.memory);
        // SAFETY: this process has one thread, so the child may do what any process may.
        let pid = unsafe { libc::fork() };
        match pid {
            -1 => Err(io::Error::last_os_error()),
            0 => self.be_child(steps),
            _ => wait(pid),
        }
    }

    fn be_child(&mut self, steps: &[Step]) -> ! {
        let (manifest, state) = (self.manifest, self.state.clone());
        let (memory, shared) = (&mut self.memory, &mut self.shared);
        let done = batch::run(Batch { manifest, memory, shared, state, steps });
        // SAFETY: ends the child without running what is left for the parent to run at its end.
        unsafe { libc::_exit(i32::from(done.is_err())) }
    }

    /// Writes what the child did; gives the number of steps.
    fn take_outcomes(&mut self, steps: &[Step]) -> Result<usize, RecordError> {
        let (n_items, mut bytes) = self.shared.items();
        let n_items = (n_items as usize).min(steps.len());
        for step in &steps[..n_items] {
            let header = &self.manifest.header;
            if self.outcome.read(header, &mut bytes).is_none() {
                return Err(RecordError::Layout("outcomes that its own code destroyed"));
            }
            self.writer.push(step, &self.outcome)?;
            self.state.apply(&step.patch);
            self.state.apply(&self.outcome.delta);
            self.summary.n_steps += 1;
            self.summary.n_signals += u64::from(self.outcome.signal.is_some());
        }
        Ok(n_items)
    }

    /// Writes that the host failed at this step.
    fn write_failure(&mut self, step: &Step, status: i32) -> Result<(), RecordError> {
        let signal = Signal { number: Signal::HOST_FAILED, code: status, addr: 0 };
        let block = self.manifest.blocks.get(step.block as usize);
        let entry = block.map_or(0, |b| u64::from(b.entry));
        self.outcome.delta.clear();
        self.outcome.signal = Some(signal);
        self.outcome.pc = self.manifest.header.base + entry;
        self.writer.push(step, &self.outcome)?;
        self.state.apply(&step.patch);
        self.summary.n_steps += 1;
        self.summary.n_failures += 1;
        Ok(())
    }
}

fn wait(pid: i32) -> io::Result<i32> {
    let mut status = 0;
    loop {
        // SAFETY: the status is a local.
        if unsafe { libc::waitpid(pid, &mut status, 0) } == pid {
            return Ok(status);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
