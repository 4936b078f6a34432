//! The command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::ui::Verdict;
#[cfg(target_arch = "x86_64")]
use crate::{coverage, demo, replay};
use crate::{diff, dump, gen_record, minimize};

/// Tests CPU emulators with random instruction sequences.
///
/// Exit status: 0 all agree, 1 a mismatch, 2 an error.
#[derive(Debug, Parser)]
#[command(name = "risu", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate a stream of random instructions with their inputs
    Gen(GenArgs),
    /// Run a stream on this machine's processor and record the results
    Record(RecordArgs),
    /// Run traces under emulation and compare every checkpoint
    #[cfg(target_arch = "x86_64")]
    Replay(ReplayArgs),
    /// Compare two traces of the same stream
    Diff(DiffArgs),
    /// Write a stream that ends a long block at the first instruction that differs
    Minimize(MinimizeArgs),
    /// Print the contents of a stream or trace
    Dump(DumpArgs),
    /// Print how each instruction of the tables has been verified
    #[cfg(target_arch = "x86_64")]
    Coverage(CoverageArgs),
    /// Print the engines that a campaign compares, as `--engine` takes them
    #[cfg(target_arch = "x86_64")]
    Engines,
    /// Generate a stream, record it on the interpreter, replay it on the JIT, and run a tiny program
    #[cfg(target_arch = "x86_64")]
    Demo(DemoArgs),
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct GenArgs {
    /// Guest architecture
    #[arg(long, default_value = "s390x")]
    pub(crate) guest: String,
    /// Seed of the random generator; the same seed gives the same stream on every machine
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Number of steps, each of which ends at a checkpoint
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: u64,
    /// How often each block of code is run, each time with new operands
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) passes: u64,
    /// Only instructions whose whole name matches this regular expression
    #[arg(long, value_name = "REGEX")]
    pub(crate) select: Option<String>,
    /// Only instructions of this group of the tables
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// Also instructions that momonga does not translate yet, to compare references with each other
    #[arg(long)]
    pub(crate) untranslated: bool,
    /// Reference that will record the stream: instructions that it lacks or has wrong stay out of long blocks
    /// (`qemu`; no faults of others are known)
    #[arg(long, default_value = "qemu", value_name = "NAME")]
    pub(crate) reference: String,
    /// Where to write the stream; `-` is standard output
    #[arg(short, long, value_name = "STREAM")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RecordArgs {
    /// The stream; `-` is standard input
    pub(crate) stream: PathBuf,
    /// Where to write the trace; `-` is standard output
    #[arg(short, long, value_name = "TRACE")]
    pub(crate) output: PathBuf,
}

#[cfg(target_arch = "x86_64")]
#[derive(Debug, clap::Args)]
pub(crate) struct ReplayArgs {
    /// The traces; `-` is standard input
    #[arg(required = true, value_name = "TRACE")]
    pub(crate) traces: Vec<PathBuf>,
    /// `interp`, `jit`, or either with options behind a colon, such as `jit:one-insn,no-fold` (`risu engines` lists them)
    #[arg(long, default_value = "jit")]
    pub(crate) engine: String,
    /// Processes to use; 0 for one on each processor
    #[arg(long, default_value_t = 1)]
    pub(crate) jobs: usize,
    /// Print results as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Count known faults of the reference as mismatches
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// The trace of the reference
    #[arg(value_name = "A")]
    pub(crate) a: PathBuf,
    /// The trace that is compared with it
    #[arg(value_name = "B")]
    pub(crate) b: PathBuf,
    /// Print results as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Count known faults of the reference as mismatches
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct MinimizeArgs {
    /// The trace with the difference
    pub(crate) trace: PathBuf,
    /// Number of the step that differs
    #[arg(long)]
    pub(crate) step: u64,
    /// Where to write the stream, to be recorded and replayed; `-` is standard output
    #[arg(short, long, value_name = "STREAM")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DumpArgs {
    /// A stream or trace; `-` is standard input
    pub(crate) file: PathBuf,
    /// First step to print
    #[arg(long, default_value_t = 0)]
    pub(crate) from: u64,
    /// Number of steps to print
    #[arg(long, default_value_t = 20)]
    pub(crate) steps: u64,
    /// Print the instructions of all blocks instead of steps
    #[arg(long)]
    pub(crate) code: bool,
}

#[cfg(target_arch = "x86_64")]
#[derive(Debug, clap::Args)]
pub(crate) struct CoverageArgs {
    /// Traces, and results of `replay --json`
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Engine that traces are replayed on
    #[arg(long, default_value = "jit")]
    pub(crate) engine: String,
    /// Processes to use for traces; 0 for one on each processor
    #[arg(long, default_value_t = 1)]
    pub(crate) jobs: usize,
    /// Guest architecture
    #[arg(long, default_value = "s390x")]
    pub(crate) guest: String,
    /// Folder of hand-written test vectors [default: tests/vectors/GUEST]
    #[arg(long)]
    pub(crate) vectors: Option<PathBuf>,
    /// Print only instructions that differ or that nothing has verified
    #[arg(long)]
    pub(crate) missing: bool,
    /// Print results as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(target_arch = "x86_64")]
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// Guest architecture
    #[arg(long, default_value = "s390x")]
    pub(crate) guest: String,
    /// Seed of the random generator
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Number of steps
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: u64,
    /// Print results as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Only run the tiny program, in this process
    #[arg(long, hide = true)]
    pub(crate) only_program: bool,
}

impl Args {
    /// Does what is asked for.
    pub(crate) fn run(&self) -> Result<Verdict> {
        match &self.command {
            Command::Gen(args) => gen_record::generate(args),
            Command::Record(args) => gen_record::record(args),
            #[cfg(target_arch = "x86_64")]
            Command::Replay(args) => replay::run(args),
            Command::Diff(args) => diff::run(args),
            Command::Minimize(args) => minimize::run(args),
            Command::Dump(args) => dump::run(args),
            #[cfg(target_arch = "x86_64")]
            Command::Coverage(args) => coverage::run(args),
            #[cfg(target_arch = "x86_64")]
            Command::Engines => replay::engines(),
            #[cfg(target_arch = "x86_64")]
            Command::Demo(args) => demo::run(args),
        }
    }
}
