//! From options to a stream.

use isa::row::Row;
use regex::Regex;
use risu_trace::{Area, AreaKind, Guest, Header, Manifest, Step, s390x as layout};

use crate::limits::{Limits, matches_whole};
use crate::rng::Rng;
use crate::s390x::{self, Planned, RunRows, Shape};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose instructions.
    pub guest: Guest,
    /// Where chance starts.
    pub seed: u64,
    /// How many steps, that is, checkpoints.
    pub count: u64,
    /// How many steps enter each block, with new operands each time.
    pub passes: u64,
    /// Only rows whose whole name matches.
    pub select: Option<Regex>,
    /// Only rows of this group.
    pub group: Option<String>,
    /// What the reference cannot be asked.
    pub limits: Limits,
}

/// Why there is no stream.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// No row is left.
    #[error("no instruction matches the selection")]
    NothingSelected,
    /// The image would be longer than the format allows.
    #[error("{0} steps need too long an image; use more passes or fewer steps")]
    TooMany(u64),
}

/// A generated stream; its steps are made on demand.
#[derive(Debug)]
pub struct Stream {
    /// Header, image and blocks.
    pub manifest: Manifest,
    shapes: Vec<Shape>,
    seed: u64,
    count: u64,
    passes: u64,
    masks_off: u64,
}

/// The steps of a stream, in order.
#[derive(Debug)]
pub struct Steps<'a> {
    stream: &'a Stream,
    rng: Rng,
    block: usize,
    pass: u64,
    done: u64,
}

/// Longest image in bytes, a little below what the format allows.
const MAX_IMAGE: usize = 60 << 20;

/// Plans the blocks of a stream.
///
/// # Errors
///
/// If the selection matches no instruction, or the image would be too long.
pub fn generate(options: &Options) -> Result<Stream, GenerateError> {
    let wanted = |row: &Row| is_wanted(options, row);
    let mut rows: Vec<&'static Row> = isa::s390x::ROWS.iter().filter(|r| wanted(r)).collect();
    if rows.is_empty() {
        return Err(GenerateError::NothingSelected);
    }
    let mut rng = Rng::new(options.seed, 0);
    let limits = &options.limits;
    let run_rows = RunRows::new(limits, wanted);
    let mut plan = Plan::default();
    rng.shuffle(&mut rows);
    let mut next_row = rows.iter().cycle();
    while plan.n_steps < options.count {
        let selected = options.select.is_some() || options.group.is_some();
        let planned = match rng.below(32) {
            0 => plan_run(&mut rng, &run_rows, plan.at()),
            1 if !selected => s390x::plan_illegal(&mut rng, plan.at()),
            2 | 3 if !selected => s390x::plan_execute(&mut rng, limits, plan.at()),
            _ => next_row
                .next()
                .filter(|row| limits.has(row) || rng.one_in(8))
                .map(|row| s390x::plan_row(&mut rng, row, plan.at())),
        };
        if let Some(planned) = planned.filter(|p| is_feasible(p, &mut rng)) {
            plan.add(&mut rng, planned, options.passes);
        }
        if plan.image.len() > MAX_IMAGE {
            return Err(GenerateError::TooMany(options.count));
        }
    }
    Ok(plan.finish(options))
}

fn is_wanted(options: &Options, row: &Row) -> bool {
    row.translated()
        && !(row.marks.gen_skip.is_some() && row.marks.branch)
        && options.group.as_ref().is_none_or(|group| row.group.name == group)
        && options.select.as_ref().is_none_or(|select| matches_whole(select, row))
        && !matches!(row.name, "ex" | "exrl")
}

fn plan_run(rng: &mut Rng, rows: &RunRows, at: u32) -> Option<Planned> {
    let n = [8, 24, 80, 200][rng.below(4) as usize];
    s390x::plan_run(rng, rows, at, n)
}

/// Whether inputs can be found at all; some choices of registers leave no way.
fn is_feasible(planned: &Planned, rng: &mut Rng) -> bool {
    let seed = rng.u64();
    planned.shape.step(&mut Rng::new(seed, 2), 0).is_some()
}

#[derive(Default)]
struct Plan {
    image: Vec<u8>,
    blocks: Vec<risu_trace::Block>,
    shapes: Vec<Shape>,
    n_steps: u64,
}

impl Plan {
    fn at(&self) -> u32 {
        self.image.len() as u32
    }

    fn add(&mut self, rng: &mut Rng, planned: Planned, passes: u64) {
        let gap = 2 * rng.below(4) as usize;
        self.image.resize(planned.end as usize + gap, 0);
        for (offset, bytes) in &planned.code {
            let start = *offset as usize;
            self.image[start..start + bytes.len()].copy_from_slice(bytes);
        }
        self.blocks.push(planned.block);
        self.n_steps += planned.shape.passes(passes);
        self.shapes.push(planned.shape);
    }

    fn finish(mut self, options: &Options) -> Stream {
        self.image.resize(self.image.len().next_multiple_of(4096) + 4096, 0);
        let header = Header {
            guest: options.guest,
            n_words: layout::N_BASE as u16,
            seed: options.seed,
            count: options.count,
            base: s390x::IMAGE,
            image_len: self.image.len() as u32,
            areas: areas(),
            origin: origin(options),
        };
        Stream {
            manifest: Manifest { header, image: self.image, blocks: self.blocks },
            shapes: self.shapes,
            seed: options.seed,
            count: options.count,
            passes: options.passes,
            masks_off: options.limits.masks_off,
        }
    }
}

fn areas() -> Vec<Area> {
    use s390x::{GUARD_LEN, READ_ONLY_LEN, SCRATCH, SCRATCH_LEN};
    let end = SCRATCH + SCRATCH_LEN;
    vec![
        Area { addr: SCRATCH, len: SCRATCH_LEN, kind: AreaKind::Scratch },
        Area { addr: end, len: READ_ONLY_LEN, kind: AreaKind::ReadOnly },
        Area { addr: SCRATCH - GUARD_LEN, len: GUARD_LEN, kind: AreaKind::Guard },
        Area { addr: end + READ_ONLY_LEN, len: GUARD_LEN, kind: AreaKind::Guard },
    ]
}

/// The version, and the command that makes the same stream again.
fn origin(options: &Options) -> String {
    let Options { guest, seed, count, passes, .. } = options;
    let version = env!("CARGO_PKG_VERSION");
    let guest = guest.name();
    let mut text = format!(
        "risu {version}: risu gen --guest {guest} --seed {seed} --count {count} --passes {passes}"
    );
    if let Some(select) = &options.select {
        text.push_str(&format!(" --select '{select}'"));
    }
    if let Some(group) = &options.group {
        text.push_str(&format!(" --group {group}"));
    }
    text.push_str(&format!(" --reference '{}'", options.limits.reference));
    text
}

impl Stream {
    /// The steps from the first on.
    #[must_use]
    pub fn steps(&self) -> Steps<'_> {
        Steps { stream: self, rng: Rng::new(self.seed, 1), block: 0, pass: 0, done: 0 }
    }
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        while self.done < self.stream.count {
            let shape = self.stream.shapes.get(self.block)?;
            let block = self.block as u32;
            self.pass += 1;
            if self.pass >= shape.passes(self.stream.passes) {
                self.pass = 0;
                self.block += 1;
            }
            if let Some(mut patch) = shape.step(&mut self.rng, self.stream.masks_off) {
                if self.done == 0 {
                    fill_scratch(&mut self.rng, &mut patch);
                }
                self.done += 1;
                return Some(Step { block, patch });
            }
        }
        None
    }
}

/// The first step fills the scratch area with anything.
fn fill_scratch(rng: &mut Rng, patch: &mut risu_trace::Delta) {
    let bytes: Vec<u8> = (0..s390x::SCRATCH_LEN).map(|_| rng.u64() as u8).collect();
    let mut whole =
        risu_trace::Delta { words: std::mem::take(&mut patch.words), ..Default::default() };
    whole.push_piece(0, &bytes);
    for (offset, piece) in patch.iter_pieces() {
        whole.push_piece(offset, piece);
    }
    *patch = whole;
}
