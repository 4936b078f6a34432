//! `risu dump`.

use std::io::{self, Write};

use anyhow::{Context, Result};
use risu_trace::{Delta, Guest, Manifest, Outcome, Step, StreamReader, TraceReader};

use crate::args::DumpArgs;
use crate::files;
use crate::ui::Verdict;

/// Either of the two.
enum File {
    Stream(StreamReader<Box<dyn io::Read>>),
    Trace(TraceReader<Box<dyn io::Read>>),
}

/// Prints header, code or steps.
pub(crate) fn run(args: &DumpArgs) -> Result<Verdict> {
    let name = || args.file.display().to_string();
    let stream = StreamReader::new(files::open(&args.file)?).with_context(name)?;
    let mut file = match stream.into_trace() {
        Ok(trace) => File::Trace(trace),
        Err(stream) => File::Stream(*stream),
    };
    let mut out = io::stdout().lock();
    match print(args, &mut file, &mut out) {
        // A reader that has seen enough, as `head` does, is no error.
        Err(error) if is_broken_pipe(&error) => Ok(Verdict::Agree),
        other => other.with_context(name).map(|()| Verdict::Agree),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

fn print(args: &DumpArgs, file: &mut File, out: &mut impl Write) -> Result<()> {
    let manifest = file.manifest().clone();
    let header = &manifest.header;
    let kind = if matches!(file, File::Trace(_)) { "trace" } else { "stream" };
    writeln!(out, "{kind} for {}, seed {}, {}", header.guest.name(), header.seed, header.origin)?;
    writeln!(out, "image {:#x} bytes at {:#x}", header.image_len, header.base)?;
    for area in &header.areas {
        writeln!(out, "{:?} {:#x} bytes at {:#x}", area.kind, area.len, area.addr)?;
    }
    writeln!(out, "{} blocks, {} steps", manifest.blocks.len(), header.count)?;
    if let File::Trace(trace) = file {
        let features: Vec<String> =
            trace.host().features.iter().map(|w| format!("{w:016x}")).collect();
        writeln!(out, "recorded on {}", trace.host().name)?;
        writeln!(out, "facilities {}", features.join(" "))?;
    }
    if args.code { print_code(&manifest, out) } else { print_steps(args, file, &manifest, out) }
}

impl File {
    fn manifest(&self) -> &Manifest {
        match self {
            File::Stream(stream) => stream.manifest(),
            File::Trace(trace) => trace.manifest(),
        }
    }

    fn next(&mut self, step: &mut Step, outcome: &mut Outcome) -> Result<bool> {
        Ok(match self {
            File::Stream(stream) => stream.next(step)?,
            File::Trace(trace) => trace.next(step, outcome)?,
        })
    }
}

fn print_code(manifest: &Manifest, out: &mut impl Write) -> Result<()> {
    for (number, block) in manifest.blocks.iter().enumerate() {
        writeln!(out, "block {number} {:?}", block.kind)?;
        print_block(manifest, block, out)?;
    }
    Ok(())
}

fn print_block(manifest: &Manifest, block: &risu_trace::Block, out: &mut impl Write) -> Result<()> {
    for word in &block.words {
        let addr = manifest.header.base + u64::from(word.offset);
        let start = word.offset as usize;
        let bytes = manifest.image.get(start..start + usize::from(word.len)).unwrap_or_default();
        let hex = risu_compare::code_text(manifest.header.guest, bytes);
        let text = risu_compare::disassemble(manifest, word.offset);
        writeln!(out, "  {addr:#x}  {hex:12}  {text}")?;
    }
    Ok(())
}

fn print_steps(
    args: &DumpArgs,
    file: &mut File,
    manifest: &Manifest,
    out: &mut impl Write,
) -> Result<()> {
    let (mut step, mut outcome) = (Step::default(), Outcome::default());
    let mut number = 0;
    while number < args.from.saturating_add(args.steps) && file.next(&mut step, &mut outcome)? {
        if number >= args.from {
            writeln!(out, "step {number}, block {}", step.block)?;
            if let Some(block) = manifest.blocks.get(step.block as usize) {
                print_block(manifest, block, out)?;
            }
            print_delta(manifest.header.guest, "in", &step.patch, out)?;
            if matches!(file, File::Trace(_)) {
                print_delta(manifest.header.guest, "out", &outcome.delta, out)?;
                writeln!(out, "  {}", risu_compare::end_text(outcome.pc, outcome.signal))?;
            }
        }
        number += 1;
    }
    Ok(())
}

fn print_delta(guest: Guest, what: &str, delta: &Delta, out: &mut impl Write) -> Result<()> {
    for &(index, value) in &delta.words {
        writeln!(out, "  {what:3} {} = {value:#x}", guest.reg_info(usize::from(index)))?;
    }
    for (offset, bytes) in delta.iter_pieces() {
        let shown: String = bytes.iter().take(32).map(|b| format!("{b:02x}")).collect();
        let more = if bytes.len() > 32 { "…" } else { "" };
        writeln!(out, "  {what:3} scratch+{offset:#x} = {shown}{more}")?;
    }
    Ok(())
}
