//! `cargo xtask campaign`: random streams, recorded on reference hosts and replayed on every
//! engine, and how each instruction of the tables has been verified by it.
//!
//! Streams, traces and results stay in `target/campaign`, a folder for each guest and in it one for
//! each reference: a stream that has not changed is not recorded again.

mod record;
mod results;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::built;
use crate::shell::{build_dir, capture, cargo, succeed};
use record::{Recorder, Reference};
use results::{Results, Sums};

/// Options of `cargo xtask campaign`.
#[derive(Args)]
pub(crate) struct Options {
    /// Guest architecture
    #[arg(long, default_value = "s390x", value_parser = built::NAMES)]
    guest: String,
    /// Number of streams, with seeds from 1 on
    #[arg(long, default_value_t = 208)]
    seeds: u64,
    /// Checkpoints of each stream [default: 10000 of s390x, 16000 of aarch64]
    #[arg(long)]
    count: Option<u64>,
    /// Processes to use; 0 for one on each processor
    #[arg(long, default_value_t = 0)]
    jobs: usize,
    /// Program that runs the guest's recorder, or `none` on a machine of the guest's kind
    /// [default: qemu10 for s390x, qemu11 for aarch64 and qemu10 for a quarter of its streams]
    #[arg(long, value_name = "PROGRAM")]
    reference: Option<String>,
    /// Engines that replay, or `all`: each of what makes the JIT fast off in turn
    #[arg(long, value_delimiter = ' ', default_value = "all")]
    engines: Vec<String>,
}

struct Campaign {
    guest: String,
    folder: PathBuf,
    /// The host's own risu.
    risu: PathBuf,
    engines: Vec<String>,
    count: u64,
    jobs: usize,
}

/// Runs the campaign; status 1 if something differs without a known reason, or nothing has verified an
/// instruction.
///
/// # Errors
///
/// If something cannot be built, fetched, recorded or read.
pub(crate) fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let start = Instant::now();
    let campaign = Campaign::new(root, options)?;
    let references =
        Reference::choose(root, &campaign.guest, options.reference.as_deref(), &campaign.risu)?;
    let mut sums = Sums::default();
    for (number, reference) in references.iter().enumerate() {
        // The first reference is the best; others tell whether it is alone in something.
        let first = number == 0;
        let seeds = if first { options.seeds } else { options.seeds.div_ceil(4) };
        let traces = campaign.record(reference, seeds)?;
        let engines = if first { campaign.engines.as_slice() } else { &campaign.engines[..1] };
        for engine in engines {
            sums.add(&campaign.replay(reference, engine, &traces)?);
        }
    }
    let covered = campaign.coverage(root, &references[0])?;
    let good = covered && sums.mismatches == 0;
    println!("{sums}, in {:.0} s", start.elapsed().as_secs_f64());
    println!("{}", if good { "the campaign agrees" } else { "the campaign does NOT agree" });
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Campaign {
    fn new(root: &Path, options: &Options) -> Result<Campaign> {
        succeed(cargo().args(["build", "--release", "-p", "risu"]).current_dir(root))?;
        let risu = build_dir().join("release/risu");
        let guest = options.guest.clone();
        let folder = root.join("target/campaign").join(&guest);
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = if options.jobs == 0 { all } else { options.jobs };
        let count = options.count.unwrap_or(if guest == "aarch64" { 16_000 } else { 10_000 });
        let engines = match options.engines.as_slice() {
            [all] if all == "all" => {
                capture(Command::new(&risu).arg("engines"))?.lines().map(str::to_owned).collect()
            }
            chosen => chosen.to_vec(),
        };
        if engines.is_empty() {
            bail!("no engines");
        }
        Ok(Campaign { guest, folder, risu, engines, count, jobs })
    }

    /// Makes and records the streams with seeds from 1 on; their traces.
    fn record(&self, reference: &Reference, seeds: u64) -> Result<Vec<PathBuf>> {
        let folder = self.folder.join(&reference.name);
        let recorder = Recorder {
            reference,
            folder: &folder,
            guest: &self.guest,
            risu: &self.risu,
            count: self.count,
        };
        recorder.record(seeds, self.jobs)
    }

    fn results_file(&self, reference: &Reference, engine: &str) -> PathBuf {
        let name = format!("{}.json", engine.replace([':', ','], "-"));
        self.folder.join(&reference.name).join(name)
    }

    /// Replays everything on one engine and prints the sums.
    fn replay(&self, reference: &Reference, engine: &str, traces: &[PathBuf]) -> Result<Results> {
        let output = Command::new(&self.risu)
            .args(["replay", "--json", "--engine", engine, "--jobs", &self.jobs.to_string(), "--"])
            .args(traces)
            .stderr(Stdio::inherit())
            .output()
            .context("run risu replay")?;
        fs::write(self.results_file(reference, engine), &output.stdout).context("write results")?;
        let results: Results = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("results of engine {engine} ({})", output.status))?;
        if let Some(error) = results.errors.first() {
            bail!("engine {engine}: {error}");
        }
        println!("\n{engine} against {}: {results}", reference.name);
        Ok(results)
    }

    /// Prints how each instruction has been verified; `false` if one differs or has not been.
    fn coverage(&self, root: &Path, reference: &Reference) -> Result<bool> {
        let mut coverage = Command::new(&self.risu);
        coverage.args(["coverage", "--guest", &self.guest]).current_dir(root);
        coverage.args(self.engines.iter().map(|engine| self.results_file(reference, engine)));
        let status = coverage.status().context("run risu coverage")?;
        match status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => bail!("risu coverage failed ({status})"),
        }
    }
}
