//! The recording proper: inputs in, outcomes out.

use std::io::{self, Read, Write};

use risu_trace::{Header, Outcome, Signal, State, Step, StreamReader, TraceWriter};

use super::context::UserContext;
use super::sigsafe_enter::{self, Event, Next};
use crate::Summary;
use crate::error::RecordError;
use crate::map::Memory;

/// Time after which a step that did not end never will, in seconds.
const PATIENCE_S: i64 = 4;
/// Steps between two calls of the progress function.
const PROGRESS_STEPS: u64 = 1024;

struct Session<'a, R, W: Write> {
    stream: StreamReader<R>,
    writer: TraceWriter<W>,
    memory: Memory,
    progress: &'a mut dyn FnMut(u64),
    /// What the state was before the running step and is after it.
    state: State,
    step: Step,
    outcome: Outcome,
    /// Scratch for the registers at a signal.
    words: Vec<u64>,
    summary: Summary,
    /// Steps done when the last alarm came.
    alarm_at: Option<u64>,
    result: Result<(), RecordError>,
}

/// Records all steps.
pub(crate) fn record<R: Read, W: Write>(
    stream: StreamReader<R>,
    writer: TraceWriter<W>,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, RecordError> {
    let memory = Memory::new(stream.manifest())?;
    let header = &stream.manifest().header;
    let n_words = usize::from(header.n_words);
    if n_words != risu_trace::s390x::N_BASE {
        return Err(RecordError::Layout("vector registers, which this version does not record"));
    }
    let scratch_len = header.scratch().map_or(0, |a| a.len as usize);
    let mut session = Session {
        stream,
        writer,
        memory,
        progress,
        state: State::zero(n_words, scratch_len),
        step: Step::default(),
        outcome: Outcome::default(),
        words: vec![0; n_words],
        summary: Summary { n_steps: 0, n_signals: 0 },
        alarm_at: None,
        result: Ok(()),
    };
    set_alarm(PATIENCE_S)?;
    let entered = sigsafe_enter::run(&mut |event| session.on_event(event));
    set_alarm(0)?;
    entered?;
    session.result?;
    session.writer.finish()?;
    Ok(session.summary)
}

/// Asks for SIGALRM every so many seconds; 0 for never.
fn set_alarm(seconds: i64) -> io::Result<()> {
    let time = libc::timeval { tv_sec: seconds, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: time, it_value: time };
    // SAFETY: the timer is a valid local; the handler for its signal is ours while it runs.
    if unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, std::ptr::null_mut()) } == 0 {
        return Ok(());
    }
    Err(io::Error::last_os_error())
}

impl<R: Read, W: Write> Session<'_, R, W> {
    fn on_event(&mut self, event: Event<'_>) -> Next {
        let done = match event.number {
            0 => self.begin_step(event.context),
            libc::SIGALRM => return self.on_alarm(event.context),
            _ => self.end_step(&event).and_then(|()| self.begin_step(event.context)),
        };
        done.unwrap_or_else(|error| {
            self.result = Err(error);
            Next::Stop
        })
    }

    /// A step that is still running at the second alarm is stuck.
    fn on_alarm(&mut self, context: &UserContext) -> Next {
        let header = &self.stream.manifest().header;
        let inside = context.pc().wrapping_sub(header.base) < u64::from(header.image_len);
        let n_steps = self.summary.n_steps;
        if !inside || self.alarm_at.replace(n_steps) != Some(n_steps) {
            return Next::Continue;
        }
        self.result = Err(RecordError::Stuck(n_steps));
        Next::Stop
    }

    /// Takes in what the step that just ended did.
    fn end_step(&mut self, event: &Event<'_>) -> Result<(), RecordError> {
        event.context.save(&mut self.words);
        let memory = self.memory.scratch();
        self.state.diff_into(&self.words, memory, &mut self.outcome.delta);
        let manifest = self.stream.manifest();
        let at_check = event.number == libc::SIGILL
            && is_checkpoint(&manifest.header, &manifest.image, event.addr);
        if at_check {
            self.outcome.pc = event.addr;
            self.outcome.signal = None;
        } else {
            let number = u8::try_from(event.number).unwrap_or(0);
            self.outcome.pc = event.context.pc();
            self.outcome.signal = Some(Signal { number, code: event.code, addr: event.addr });
            self.summary.n_signals += 1;
        }
        self.writer.push(&self.step, &self.outcome)?;
        self.state.apply(&self.outcome.delta);
        self.summary.n_steps += 1;
        if self.summary.n_steps % PROGRESS_STEPS == 0 {
            (self.progress)(self.summary.n_steps);
        }
        Ok(())
    }

    /// Puts the inputs of the next step in place.
    fn begin_step(&mut self, context: &mut UserContext) -> Result<Next, RecordError> {
        if !self.stream.next(&mut self.step)? {
            return Ok(Next::Stop);
        }
        let patch = &self.step.patch;
        self.state.apply(patch);
        let memory = self.memory.scratch();
        for (offset, bytes) in patch.iter_pieces() {
            let start = offset as usize;
            memory[start..start + bytes.len()].copy_from_slice(bytes);
        }
        context.load(&self.state);
        let manifest = self.stream.manifest();
        let block = manifest.blocks.get(self.step.block as usize);
        let entry = block.ok_or(RecordError::Layout("a step without a block"))?.entry;
        context.set_pc(manifest.header.base + u64::from(entry));
        Ok(Next::Continue)
    }
}

/// Whether the undefined instruction at `addr` is a checkpoint: a zero halfword of the image.
fn is_checkpoint(header: &Header, image: &[u8], addr: u64) -> bool {
    let offset = addr.wrapping_sub(header.base) as usize;
    image.get(offset..).and_then(|code| code.get(..2)) == Some(&[0, 0])
}
