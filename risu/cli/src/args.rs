//! The command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::gen_record;
use crate::ui::Verdict;

/// Tests CPU emulators with random instruction sequences.
///
/// Exit status: 0 all agree, 1 a mismatch, 2 an error.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate a stream of random instructions with their inputs
    Gen(GenArgs),
    /// Run a stream on this machine's processor and write down what it does
    Record(RecordArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct GenArgs {
    /// Guest architecture
    #[arg(long, default_value = "s390x")]
    pub(crate) guest: String,
    /// Where chance starts; the same seed gives the same stream on every machine
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Number of steps, each of which ends at a checkpoint
    #[arg(long, default_value_t = 10_000)]
    pub(crate) count: u64,
    /// Steps with new operands for each piece of code
    #[arg(long, default_value_t = 16)]
    pub(crate) passes: u64,
    /// Only instructions whose name matches this regular expression as a whole
    #[arg(long, value_name = "REGEX")]
    pub(crate) select: Option<String>,
    /// Only instructions of this group of the tables
    #[arg(long)]
    pub(crate) group: Option<String>,
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

impl Args {
    /// Does what is asked for.
    pub(crate) fn run(&self) -> Result<Verdict> {
        match &self.command {
            Command::Gen(args) => gen_record::generate(args),
            Command::Record(args) => gen_record::record(args),
        }
    }
}
