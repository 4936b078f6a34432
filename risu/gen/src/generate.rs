//! From options to a stream.

use isa::row::Row;
use rand::RngExt as _;
use regex::Regex;
use risu_trace::{Area, AreaKind, Delta, Guest, Header, Manifest, Step};

use crate::aarch64;
use crate::limits::{Limits, matches_whole};
use crate::place;
use crate::rng::{self, Rng};
use crate::s390x;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose instructions.
    pub guest: Guest,
    /// Seed of the random generator.
    pub seed: u64,
    /// How many steps, that is, checkpoints.
    pub count: u64,
    /// How many steps enter each block, with new operands each time.
    pub passes: u64,
    /// Only rows whose whole name matches.
    pub select: Option<Regex>,
    /// Only rows of this group.
    pub group: Option<String>,
    /// Rows that are marked as to do as well, of which only references know what they do.
    pub untranslated: bool,
    /// What the reference cannot be asked.
    pub limits: Limits,
}

/// A block with its code, and how its inputs are made.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Offsets in the image and bytes; what lies between is zero, that is, checkpoints.
    pub(crate) code: Vec<(u32, Vec<u8>)>,
    /// First offset behind the block that another one may use.
    pub(crate) end: u32,
    pub(crate) block: risu_trace::Block,
    pub(crate) inputs: Box<dyn Inputs>,
}

/// Makes the inputs of a block.
pub(crate) trait Inputs: std::fmt::Debug {
    /// How many steps enter the block, of so many that are asked for: inputs change nothing where
    /// there are no operands.
    fn passes(&self, asked: u64) -> u64;

    /// Makes inputs; `None` if chance leads nowhere many times. The masks of `masks_off` stay off
    /// in runs.
    fn step(&self, rng: &mut Rng, masks_off: u64) -> Option<Delta>;
}

/// Makes the blocks of a guest.
pub(crate) trait Planner {
    /// Plans a block at offset `at` of the image; `None` if chance leads nowhere.
    fn plan(&mut self, rng: &mut Rng, at: u32) -> Option<Planned>;
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
    inputs: Vec<Box<dyn Inputs>>,
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
    let mut rng = rng::source(options.seed, 0);
    let planner = match options.guest {
        Guest::S390x => s390x::planner(options, &mut rng),
        Guest::Aarch64 => aarch64::planner(options, &mut rng),
    };
    let mut planner = planner.ok_or(GenerateError::NothingSelected)?;
    let mut plan = Plan::default();
    while plan.n_steps < options.count {
        let planned = planner.plan(&mut rng, plan.at());
        if let Some(planned) = planned.filter(|p| is_feasible(p, &mut rng)) {
            plan.add(&mut rng, planned, options);
        }
        if plan.image.len() > MAX_IMAGE {
            return Err(GenerateError::TooMany(options.count));
        }
    }
    Ok(plan.finish(options))
}

/// Whether the options ask for a row.
pub(crate) fn is_wanted(options: &Options, row: &Row) -> bool {
    (row.translated() || options.untranslated && row.marks.todo)
        && !(row.marks.gen_skip.is_some() && row.marks.branch)
        && options.group.as_ref().is_none_or(|group| row.group.name == group)
        && options.select.as_ref().is_none_or(|select| matches_whole(select, row))
}

/// Whether inputs can be found at all; some choices of registers leave no way.
fn is_feasible(planned: &Planned, rng: &mut Rng) -> bool {
    let seed = rng.random();
    planned.inputs.step(&mut rng::source(seed, 2), 0).is_some()
}

#[derive(Default)]
struct Plan {
    image: Vec<u8>,
    blocks: Vec<risu_trace::Block>,
    inputs: Vec<Box<dyn Inputs>>,
    n_steps: u64,
}

impl Plan {
    fn at(&self) -> u32 {
        self.image.len() as u32
    }

    fn add(&mut self, rng: &mut Rng, planned: Planned, options: &Options) {
        let gap = options.guest.checkpoint_len() * rng.random_range(0..4);
        self.image.resize(planned.end as usize + gap, 0);
        for (offset, bytes) in &planned.code {
            let start = *offset as usize;
            self.image[start..start + bytes.len()].copy_from_slice(bytes);
        }
        self.blocks.push(planned.block);
        self.n_steps += planned.inputs.passes(options.passes);
        self.inputs.push(planned.inputs);
    }

    fn finish(mut self, options: &Options) -> Stream {
        self.image.resize(self.image.len().next_multiple_of(4096) + 4096, 0);
        let header = Header {
            guest: options.guest,
            n_words: *options.guest.n_words().start() as u16,
            seed: options.seed,
            count: options.count,
            base: place::IMAGE,
            image_len: self.image.len() as u32,
            areas: areas(),
            origin: origin(options),
        };
        Stream {
            manifest: Manifest { header, image: self.image, blocks: self.blocks },
            inputs: self.inputs,
            seed: options.seed,
            count: options.count,
            passes: options.passes,
            masks_off: options.limits.masks_off,
        }
    }
}

fn areas() -> Vec<Area> {
    use place::{GUARD_LEN, READ_ONLY_LEN, SCRATCH, SCRATCH_LEN};
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
    if options.untranslated {
        text.push_str(" --untranslated");
    }
    text.push_str(&format!(" --reference '{}'", options.limits.reference));
    text
}

impl Stream {
    /// The steps from the first on.
    #[must_use]
    pub fn steps(&self) -> Steps<'_> {
        Steps { stream: self, rng: rng::source(self.seed, 1), block: 0, pass: 0, done: 0 }
    }
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        while self.done < self.stream.count {
            let inputs = self.stream.inputs.get(self.block)?;
            let block = self.block as u32;
            self.pass += 1;
            if self.pass >= inputs.passes(self.stream.passes) {
                self.pass = 0;
                self.block += 1;
            }
            if let Some(mut patch) = inputs.step(&mut self.rng, self.stream.masks_off) {
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
    let mut bytes = vec![0; place::SCRATCH_LEN as usize];
    rng.fill(&mut bytes);
    let mut whole =
        risu_trace::Delta { words: std::mem::take(&mut patch.words), ..Default::default() };
    whole.push_piece(0, &bytes);
    for (offset, piece) in patch.iter_pieces() {
        whole.push_piece(offset, piece);
    }
    *patch = whole;
}
