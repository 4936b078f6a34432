//! Making a trace with an engine as the reference host.

use std::io::{Read, Write};

use risu_trace::{HostInfo, Outcome, State, Step, StreamReader, TraceWriter};

use crate::engine::EngineChoice;
use crate::guest::{Cpu, ReplayGuest, Use, for_guest};
use crate::memory::Memory;
use crate::replay::{ReplayError, check_registers};
use crate::watchdog::Watchdog;

/// Runs a stream on an engine and writes what it does as a trace; gives the number of steps.
///
/// # Errors
///
/// If the stream is damaged, the trace cannot be written, or the host refuses memory.
pub fn record<R: Read, W: Write>(
    stream: &mut StreamReader<R>,
    to: W,
    engine: EngineChoice,
    name: &str,
) -> Result<u64, ReplayError> {
    tcg_exec::sigsafe_fault::install()?;
    let guest = stream.manifest().header.guest;
    for_guest(guest, Recording { stream, to, engine, name })
}

/// What [`record`] was called with.
struct Recording<'a, R, W> {
    stream: &'a mut StreamReader<R>,
    to: W,
    engine: EngineChoice,
    name: &'a str,
}

impl<R: Read, W: Write> Use for Recording<'_, R, W> {
    type Out = Result<u64, ReplayError>;

    fn with<G: ReplayGuest>(self) -> Self::Out {
        record_on::<G, R, W>(self)
    }
}

fn record_on<G: ReplayGuest, R: Read, W: Write>(
    recording: Recording<'_, R, W>,
) -> Result<u64, ReplayError> {
    let Recording { stream, to, engine, name } = recording;
    let manifest = stream.manifest().clone();
    check_registers::<G>(&manifest.header)?;
    let host = HostInfo { name: format!("momonga {name}"), features: Vec::new() };
    let mut writer = TraceWriter::new(to, &manifest, &host)?;
    let memory = Memory::new(&manifest)?;
    let machine = engine.machine::<G>(memory.space.clone())?;
    let mut cpu = Cpu::new(&machine)?;
    let watchdog = Watchdog::new(cpu.vcpu.exit_handle());
    let scratch_len = manifest.header.scratch().map_or(0, |a| a.len as usize);
    let mut state = State::zero(usize::from(manifest.header.n_words), scratch_len);
    let (mut words, mut bytes) = (state.words.clone(), state.memory.clone());
    let (mut step, mut outcome) = (Step::default(), Outcome::default());
    let mut n_steps = 0;
    while stream.next(&mut step)? {
        watchdog.step(n_steps);
        state.apply(&step.patch);
        cpu.patch(&step.patch);
        memory.patch(&step.patch)?;
        let entry = manifest.blocks.get(step.block as usize).map_or(0, |b| u64::from(b.entry));
        let ended = cpu.run(manifest.header.base + entry);
        cpu.save(&mut words);
        memory.read(&mut bytes)?;
        state.diff_into(&words, &bytes, &mut outcome.delta);
        (outcome.pc, outcome.signal) = (ended.pc, ended.signal);
        writer.push(&step, &outcome)?;
        state.apply(&outcome.delta);
        n_steps += 1;
    }
    writer.finish()?;
    Ok(n_steps)
}
