//! The child process: runs a batch of steps and leaves their outcomes in shared memory.

use std::io;

use risu_trace::{Manifest, Outcome, Signal, State, Step};

use super::cpu::UserContext;
use super::map::Memory;
use super::shared::Shared;
use super::sigsafe_enter::{self, Event, Next};

/// Time after which a step that did not end never will, in seconds.
const PATIENCE_S: i64 = 1;

/// What a batch needs.
pub(crate) struct Batch<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) memory: &'a mut Memory,
    pub(crate) shared: &'a mut Shared,
    /// The state before the first step, then as it goes on.
    pub(crate) state: State,
    pub(crate) steps: &'a [Step],
}

struct Running<'a> {
    batch: Batch<'a>,
    next: usize,
    outcome: Outcome,
    words: Vec<u64>,
    bytes: Vec<u8>,
    /// Steps done when the last alarm came.
    alarm_at: Option<usize>,
}

/// Runs the steps; returns early if one does not end or memory runs out.
pub(crate) fn run(batch: Batch<'_>) -> io::Result<()> {
    let words = batch.state.words.clone();
    let outcome = Outcome::default();
    let mut running = Running { batch, next: 0, outcome, words, bytes: Vec::new(), alarm_at: None };
    set_alarm(PATIENCE_S)?;
    sigsafe_enter::run(&mut |event| running.on_event(event))
}

/// Asks for SIGALRM every so many seconds.
fn set_alarm(seconds: i64) -> io::Result<()> {
    let time = libc::timeval { tv_sec: seconds, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: time, it_value: time };
    // SAFETY: the timer is a valid local; the handler for its signal is ours before it fires.
    if unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, std::ptr::null_mut()) } == 0 {
        return Ok(());
    }
    Err(io::Error::last_os_error())
}

impl Running<'_> {
    fn on_event(&mut self, event: Event<'_>) -> Next {
        match event.number {
            0 => self.begin_step(event.context),
            libc::SIGALRM => self.on_alarm(event.context),
            _ => match self.end_step(&event) {
                true => self.begin_step(event.context),
                false => Next::Stop,
            },
        }
    }

    /// A step that is still running at the second alarm is stuck.
    fn on_alarm(&mut self, context: &UserContext) -> Next {
        let header = &self.batch.manifest.header;
        let inside = context.pc().wrapping_sub(header.base) < u64::from(header.image_len);
        match inside && self.alarm_at.replace(self.next) == Some(self.next) {
            true => Next::Stop,
            false => Next::Continue,
        }
    }

    /// Takes in what the step that just ended did.
    fn end_step(&mut self, event: &Event<'_>) -> bool {
        event.context.save(&mut self.words);
        let memory = self.batch.memory.scratch();
        self.batch.state.diff_into(&self.words, memory, &mut self.outcome.delta);
        let at_check =
            event.number == libc::SIGILL && is_checkpoint(self.batch.manifest, event.addr);
        if at_check {
            self.outcome.pc = event.addr;
            self.outcome.signal = None;
        } else {
            let number = u8::try_from(event.number).unwrap_or(0);
            self.outcome.pc = event.context.pc();
            self.outcome.signal = Some(Signal { number, code: event.code, addr: event.addr });
        }
        self.batch.state.apply(&self.outcome.delta);
        self.bytes.clear();
        self.outcome.write(&self.batch.manifest.header, &mut self.bytes);
        self.batch.shared.push(&self.bytes)
    }

    /// Puts the inputs of the next step in place.
    fn begin_step(&mut self, context: &mut UserContext) -> Next {
        let Some(step) = self.batch.steps.get(self.next) else { return Next::Stop };
        let Some(block) = self.batch.manifest.blocks.get(step.block as usize) else {
            return Next::Stop;
        };
        self.next += 1;
        self.batch.state.apply(&step.patch);
        let memory = self.batch.memory.scratch();
        for (offset, bytes) in step.patch.iter_pieces() {
            let start = offset as usize;
            memory[start..start + bytes.len()].copy_from_slice(bytes);
        }
        context.load(&self.batch.state);
        context.set_pc(self.batch.manifest.header.base + u64::from(block.entry));
        Next::Continue
    }
}

/// Whether the undefined instruction at `addr` is a checkpoint: zeros in the image.
fn is_checkpoint(manifest: &Manifest, addr: u64) -> bool {
    let len = manifest.header.guest.checkpoint_len();
    let offset = addr.wrapping_sub(manifest.header.base) as usize;
    let code = manifest.image.get(offset..).and_then(|code| code.get(..len));
    code.is_some_and(|code| code.iter().all(|byte| *byte == 0))
}
