//! `risu minimize`: where in a long block a difference begins.

use std::io::Write;

use anyhow::{Context, Result, bail};
use risu_trace::{Block, Delta, Manifest, Outcome, State, Step, StreamWriter, TraceReader, Word};

use crate::args::MinimizeArgs;
use crate::files;
use crate::ui::Verdict;

/// Bytes between two copies of the code: checkpoints for branches that leave it.
const GAP: u32 = 64;

/// Writes a stream that enters growing pieces of one step's block with that step's inputs: the
/// first piece that differs ends with the instruction at fault.
pub(crate) fn run(args: &MinimizeArgs) -> Result<Verdict> {
    let name = || args.trace.display().to_string();
    let mut trace = TraceReader::new(files::open(&args.trace)?).with_context(name)?;
    let (before, step) = find(&mut trace, args.step).with_context(name)?;
    let manifest = trace.manifest();
    let Some(block) = manifest.blocks.get(step.block as usize) else { bail!("no such block") };
    let pieces = split(manifest, block)?;
    let mut patch = Delta::default();
    for (index, &value) in before.words.iter().enumerate() {
        patch.set_word(index, value);
    }
    patch.push_piece(0, &before.memory);
    let mut writer = StreamWriter::new(files::create(&args.output)?, &pieces)?;
    for block in 0..pieces.blocks.len() as u32 {
        writer.push(&Step { block, patch: patch.clone() })?;
    }
    writer.finish()?.flush()?;
    Ok(Verdict::Agree)
}

/// State at the entry of a step.
fn find<R: std::io::Read>(trace: &mut TraceReader<R>, number: u64) -> Result<(State, Step)> {
    let header = &trace.manifest().header;
    let memory_len = header.scratch().map_or(0, |area| area.len as usize);
    let mut state = State::zero(usize::from(header.n_words), memory_len);
    let (mut step, mut outcome) = (Step::default(), Outcome::default());
    for n in 0..=number {
        if !trace.next(&mut step, &mut outcome)? {
            bail!("there are only {n} steps");
        }
        state.apply(&step.patch);
        if n < number {
            state.apply(&outcome.delta);
        }
    }
    Ok((state, step))
}

/// A stream's manifest with one block for each number of instructions of `block`.
fn split(manifest: &Manifest, block: &Block) -> Result<Manifest> {
    let (mut image, mut blocks) = (vec![0u8; GAP as usize], Vec::new());
    for n in 1..=block.words.len() {
        let words = &block.words[..n];
        let at = image.len() as u32;
        let last = &words[n - 1];
        let (start, end) = (block.entry as usize, last.offset as usize + usize::from(last.len));
        image.extend_from_slice(manifest.image.get(start..end).context("block has no code")?);
        image.resize(image.len() + GAP as usize, 0);
        let moved = words
            .iter()
            .map(|word| Word { offset: at + word.offset - block.entry, ..word.clone() });
        blocks.push(Block { entry: at, words: moved.collect(), ..block.clone() });
    }
    image.resize(image.len().next_multiple_of(4096), 0);
    let mut header = manifest.header.clone();
    header.count = blocks.len() as u64;
    header.image_len = image.len() as u32;
    header.origin = format!("{} minimized", header.origin);
    Ok(Manifest { header, image, blocks })
}
