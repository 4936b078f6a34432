//! `cargo xtask campaign`: random streams, recorded on a reference host and replayed on every
//! engine, and what each instruction of the tables then rests on.
//!
//! Streams and traces stay in `target/campaign`, a folder for each guest: a stream that has not changed is not recorded
//! again.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use serde::Deserialize;

use crate::hosts;
use crate::peers::{self, Peer};
use crate::shell::{build_dir, cargo, succeed};

/// Options of `cargo xtask campaign`.
#[derive(Args)]
pub(crate) struct Options {
    /// Guest architecture: s390x or aarch64
    #[arg(long, default_value = "s390x", value_parser = ["s390x", "aarch64"])]
    guest: String,
    /// Number of streams, with seeds from 1 on
    #[arg(long, default_value_t = 208)]
    seeds: u64,
    /// Checkpoints of each stream
    #[arg(long, default_value_t = 10_000)]
    count: u64,
    /// Processes to use; 0 for one on each processor
    #[arg(long, default_value_t = 0)]
    jobs: usize,
    /// Program that runs the guest's recorder, or `none` on a machine of the guest's kind
    /// [default: qemu10 for s390x, qemu11 for aarch64]
    #[arg(long, value_name = "PROGRAM")]
    reference: Option<String>,
    /// Engines that replay
    #[arg(long, value_delimiter = ' ', default_value = "interp jit jit:one-insn jit:no-passes")]
    engines: Vec<String>,
}

/// What `risu replay --json` says, as far as it matters here.
#[derive(Deserialize)]
struct Results {
    steps: u64,
    mismatches: u64,
    faults: u64,
    no_reference: u64,
    seconds: f64,
    errors: Vec<String>,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    kind: Kind,
    count: u64,
    fault: Option<String>,
    first: First,
}

#[derive(Deserialize)]
struct Kind {
    row: String,
    places: String,
}

#[derive(Deserialize)]
struct First {
    seed: u64,
    step: u64,
}

struct Campaign {
    guest: String,
    folder: PathBuf,
    /// The host's own risu.
    risu: PathBuf,
    /// The program and arguments before `record`.
    recorder: Vec<PathBuf>,
    /// What streams are made for.
    reference: &'static str,
    count: u64,
    jobs: usize,
}

/// Runs the campaign; status 1 if something differs without a known reason, or an instruction
/// rests on nothing.
///
/// # Errors
///
/// If something cannot be built, fetched, recorded or read.
pub(crate) fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let campaign = Campaign::new(root, options)?;
    let seeds: Vec<u64> = (1..=options.seeds).collect();
    campaign.record(&seeds)?;
    let traces: Vec<PathBuf> = seeds.iter().map(|seed| campaign.file(*seed, "trace")).collect();
    let mut good = true;
    for engine in &options.engines {
        good &= campaign.replay(engine, &traces)?;
    }
    if let Some(engine) = options.engines.last() {
        good &= campaign.coverage(root, engine)?;
    }
    println!("{}", if good { "the campaign agrees" } else { "the campaign does NOT agree" });
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The peer that records where there is no other reference: for aarch64 the newest, which has
/// features that the oldest lacks.
fn peer(guest: &str) -> &'static Peer {
    let [oldest, newest] = &peers::PEERS;
    if guest == "aarch64" { newest } else { oldest }
}

impl Campaign {
    fn new(root: &Path, options: &Options) -> Result<Campaign> {
        succeed(cargo().args(["build", "--release", "-p", "risu"]).current_dir(root))?;
        let risu = build_dir().join("release/risu");
        let guest = options.guest.as_str();
        let foreign = root.join("target/hosts").join(guest).join("risu");
        let recorder = match options.reference.as_deref() {
            Some("none") => vec![risu.clone()],
            Some(program) => vec![program.into(), foreign],
            None => {
                peers::run(root)?;
                vec![peers::emulator(root, peer(guest), guest), foreign]
            }
        };
        let native = recorder.len() == 1;
        if !native {
            hosts::run(root, Some(guest))?;
        }
        let folder = root.join("target/campaign").join(guest);
        fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = if options.jobs == 0 { all } else { options.jobs };
        let reference = if native { "hardware" } else { "qemu" };
        let count = options.count;
        let campaign =
            Campaign { guest: guest.to_owned(), folder, risu, recorder, reference, count, jobs };
        campaign
            .forget_other_reference(options.reference.as_deref().unwrap_or(peer(guest).name))?;
        Ok(campaign)
    }

    fn file(&self, seed: u64, kind: &str) -> PathBuf {
        self.folder.join(format!("{seed}.{kind}"))
    }

    /// Removes traces that another reference than `name` recorded.
    fn forget_other_reference(&self, name: &str) -> Result<()> {
        let note = self.folder.join("reference");
        if fs::read_to_string(&note).is_ok_and(|last| last == name) {
            return Ok(());
        }
        for entry in fs::read_dir(&self.folder).context("list the traces")? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "trace") {
                fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
            }
        }
        fs::write(&note, name).context("note the reference")
    }

    /// Generates all streams and records those that are new.
    fn record(&self, seeds: &[u64]) -> Result<()> {
        let start = Instant::now();
        let (next, done, recorded) =
            (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || -> Result<()> {
            // Relaxed: plain counters.
            while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                let new = self.record_one(seed).with_context(|| format!("seed {seed}"))?;
                recorded.fetch_add(usize::from(new), Ordering::Relaxed);
                show(done.fetch_add(1, Ordering::Relaxed) + 1, seeds.len());
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.jobs).map(|_| scope.spawn(work)).collect();
            let ended = workers.into_iter().map(|w| w.join().map_err(|_| anyhow!("a worker died")));
            ended.collect::<Result<Vec<_>>>()?.into_iter().collect::<Result<()>>()
        })?;
        println!(
            "{} streams of {} checkpoints; {} recorded in {:.0} s by {}",
            seeds.len(),
            self.count,
            recorded.into_inner(),
            start.elapsed().as_secs_f64(),
            self.recorder[0].display()
        );
        Ok(())
    }

    /// Whether the stream was new and has been recorded.
    fn record_one(&self, seed: u64) -> Result<bool> {
        let (stream, trace) = (self.file(seed, "stream"), self.file(seed, "trace"));
        let (fresh, part) = (self.file(seed, "stream.new"), self.file(seed, "trace.new"));
        succeed(
            Command::new(&self.risu)
                .args(["gen", "--guest", &self.guest, "--reference", self.reference])
                .args(["--seed", &seed.to_string(), "--count", &self.count.to_string(), "-o"])
                .arg(&fresh),
        )?;
        if trace.exists() && fs::read(&fresh)? == fs::read(&stream).unwrap_or_default() {
            fs::remove_file(&fresh)?;
            return Ok(false);
        }
        let log = fs::File::create(self.file(seed, "log"))?;
        let mut recorder = Command::new(&self.recorder[0]);
        recorder.args(&self.recorder[1..]).arg("record").arg(&fresh).arg("-o").arg(&part);
        // QEMU's processor has pointer authentication only if asked; other hosts do not look here.
        if self.guest == "aarch64" {
            recorder.env("QEMU_CPU", "max,pauth=on");
        }
        succeed(recorder.stdout(log.try_clone()?).stderr(log))?;
        fs::rename(&fresh, &stream)?;
        fs::rename(&part, &trace)?;
        Ok(true)
    }

    fn results_file(&self, engine: &str) -> PathBuf {
        self.folder.join(format!("{}.json", engine.replace(':', "-")))
    }

    /// Replays everything on one engine and prints the sums; `false` if something differs.
    fn replay(&self, engine: &str, traces: &[PathBuf]) -> Result<bool> {
        let output = Command::new(&self.risu)
            .args(["replay", "--json", "--engine", engine, "--jobs", &self.jobs.to_string(), "--"])
            .args(traces)
            .stderr(Stdio::inherit())
            .output()
            .context("run risu replay")?;
        fs::write(self.results_file(engine), &output.stdout).context("write results")?;
        let results: Results = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("results of engine {engine} ({})", output.status))?;
        if let Some(error) = results.errors.first() {
            bail!("engine {engine}: {error}");
        }
        results.print(engine);
        Ok(results.mismatches == 0)
    }

    /// Prints which instructions rest on what; `false` if one rests on nothing.
    fn coverage(&self, root: &Path, engine: &str) -> Result<bool> {
        let mut coverage = Command::new(&self.risu);
        coverage.args(["coverage", "--guest", &self.guest]).arg(self.results_file(engine));
        coverage.current_dir(root);
        let status = coverage.status().context("run risu coverage")?;
        match status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => bail!("risu coverage failed ({status})"),
        }
    }
}

impl Results {
    fn print(&self, engine: &str) {
        let agreed = self.steps - self.mismatches - self.faults - self.no_reference;
        println!(
            "\n{engine}: {} checkpoints: {agreed} agreed, {} explained by faults of the reference, \
             {} without reference, {} unexplained; {:.0} checkpoints/s/core",
            self.steps,
            self.faults,
            self.no_reference,
            self.mismatches,
            self.steps as f64 / self.seconds.max(1e-9)
        );
        for (fault, count) in self.by_fault() {
            println!("  {count:>8}  {fault}");
        }
        for finding in self.findings.iter().filter(|f| f.fault.is_none()) {
            let (Kind { row, places }, First { seed, step }) = (&finding.kind, &finding.first);
            let count = finding.count;
            println!("  UNEXPLAINED {count} × {row} ({places}), first in seed {seed} step {step}");
        }
    }

    /// Numbers of steps by fault, the most frequent first.
    fn by_fault(&self) -> Vec<(&str, u64)> {
        let mut sums: Vec<(&str, u64)> = Vec::new();
        for finding in &self.findings {
            let Some(fault) = finding.fault.as_deref() else { continue };
            match sums.iter_mut().find(|(name, _)| *name == fault) {
                Some((_, sum)) => *sum += finding.count,
                None => sums.push((fault, finding.count)),
            }
        }
        sums.sort_by_key(|&(name, sum)| (std::cmp::Reverse(sum), name));
        sums
    }
}

/// Progress, on a terminal only.
fn show(done: usize, of: usize) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        // Progress that cannot be shown is no loss.
        let _ = write!(out, "\r{done} of {of} streams{}", if done == of { "\n" } else { "" });
    }
}
