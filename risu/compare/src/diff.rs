//! Comparing two traces of one stream.

use std::io::Read;

use risu_trace::{Outcome, ReadError, State, Step, TraceReader};

use crate::compare::{Difference, End, Place, compare};
use crate::faults::Faults;
use crate::findings::{Case, Findings};

/// Why two traces cannot be compared, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// The first trace is damaged.
    #[error("first trace: {0}")]
    First(#[source] ReadError),
    /// The second trace is damaged.
    #[error("second trace: {0}")]
    Second(#[source] ReadError),
    /// They are recordings of different streams.
    #[error("the traces are of different streams")]
    Streams,
    /// One is shorter.
    #[error("one trace ends at step {0}, the other goes on")]
    Length(u64),
}

/// Compares `b` with the reference `a`; gives the number of steps.
///
/// # Errors
///
/// If a trace is damaged, or they are not of the same stream; `findings` then holds what was
/// found before.
pub fn diff<A: Read, B: Read>(
    a: &mut TraceReader<A>,
    b: &mut TraceReader<B>,
    faults: &Faults,
    findings: &mut Findings,
) -> Result<u64, DiffError> {
    if a.manifest() != b.manifest() {
        return Err(DiffError::Streams);
    }
    let header = &a.manifest().header;
    let memory_len = header.scratch().map_or(0, |area| area.len as usize);
    let zero = State::zero(usize::from(header.n_words), memory_len);
    let mut sides = [Side::new(&zero), Side::new(&zero)];
    let mut n_steps = 0;
    loop {
        let [left, right] = &mut sides;
        let more_a = a.next(&mut left.step, &mut left.outcome).map_err(DiffError::First)?;
        let more_b = b.next(&mut right.step, &mut right.outcome).map_err(DiffError::Second)?;
        match (more_a, more_b) {
            (false, false) => return Ok(n_steps),
            (true, true) => {}
            _ => return Err(DiffError::Length(n_steps)),
        }
        if left.step != right.step {
            return Err(DiffError::Streams);
        }
        left.advance();
        right.advance();
        let manifest = a.manifest();
        if let Some(block) = manifest.blocks.get(left.step.block as usize) {
            let mut found = compare(block, &left.end(), &right.end());
            found.retain(|d| !is_inherited(d, left, right));
            if !found.is_empty() {
                let (patch, before) = (&left.step.patch, &left.before);
                let case = Case { manifest, step: n_steps, block: left.step.block, patch, before };
                findings.add(faults, &case, &left.end(), &right.end(), &found);
            }
        }
        n_steps += 1;
    }
}

/// One of the two traces.
struct Side {
    before: State,
    after: State,
    step: Step,
    outcome: Outcome,
}

impl Side {
    fn new(zero: &State) -> Side {
        let (step, outcome) = (Step::default(), Outcome::default());
        Side { before: zero.clone(), after: zero.clone(), step, outcome }
    }

    fn advance(&mut self) {
        self.before.words.copy_from_slice(&self.after.words);
        self.before.memory.copy_from_slice(&self.after.memory);
        self.before.apply(&self.step.patch);
        self.after.apply(&self.step.patch);
        self.after.apply(&self.outcome.delta);
    }

    fn end(&self) -> End<'_> {
        let Outcome { pc, signal, .. } = self.outcome;
        End { pc, signal, words: &self.after.words, memory: &self.after.memory }
    }
}

/// Whether a difference was there before the step, and the step did not touch the place.
fn is_inherited(difference: &Difference, a: &Side, b: &Side) -> bool {
    let untouched = |side: &Side| match difference.place {
        Place::Word(index) => {
            let index = usize::from(index);
            side.before.words.get(index) == side.after.words.get(index)
        }
        Place::Memory(offset) => {
            let offset = offset as usize;
            side.before.memory.get(offset) == side.after.memory.get(offset)
        }
        _ => false,
    };
    untouched(a) && untouched(b)
}
