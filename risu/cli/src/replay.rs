//! `risu replay`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use crossbeam::queue::SegQueue;
use risu_compare::{Coverage, Faults, Findings};
use risu_replay::{CpuTime, EngineChoice};
use risu_trace::{Guest, TraceReader};

use crate::args::ReplayArgs;
use crate::results::Results;
use crate::ui::Verdict;
use crate::{files, ui};

/// Replays traces and prints what differs.
pub(crate) fn run(args: &ReplayArgs) -> Result<Verdict> {
    let results = replay_all(&args.traces, &args.engine, args.jobs)?;
    results.print(args.json)?;
    if let Some(error) = results.errors.first() {
        bail!("{error}");
    }
    Ok(results.verdict(args.strict))
}

/// Prints the engines that a thorough comparison runs.
pub(crate) fn engines() -> Result<Verdict> {
    let mut out = io::stdout().lock();
    EngineChoice::sweep().iter().try_for_each(|name| writeln!(out, "{name}"))?;
    Ok(Verdict::Agree)
}

/// Most traces that one process replays, one after the other.
const BATCH: usize = 8;

/// Replays all traces, in several processes if there are several jobs: streams are at fixed
/// addresses, of which a process has only one.
pub(crate) fn replay_all(traces: &[PathBuf], engine: &str, jobs: usize) -> Result<Results> {
    let choice: EngineChoice = engine.parse()?;
    let jobs = match jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    if jobs == 1 || traces.len() == 1 {
        let mut replays = Replays::default();
        traces.iter().try_for_each(|trace| replays.add(trace, choice))?;
        return Ok(replays.into_results());
    }
    Ok(replay_in_children(traces, engine, jobs))
}

/// Replays all traces, in so many processes at a time.
fn replay_in_children(traces: &[PathBuf], engine: &str, jobs: usize) -> Results {
    let (work, results) = (SegQueue::new(), SegQueue::new());
    let batches = traces.chunks(traces.len().div_ceil(jobs).min(BATCH));
    batches.enumerate().for_each(|batch| work.push(batch));
    let bar = ui::progress("replaying", traces.len() as u64);
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(work.len()) {
            scope.spawn(|| {
                while let Some((number, batch)) = work.pop() {
                    results.push((number, replay_batch(batch, engine)));
                    bar.inc(batch.len() as u64);
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut results: Vec<(usize, Results)> = results.into_iter().collect();
    results.sort_by_key(|(number, _)| *number);
    Results::sum(results.into_iter().map(|(_, results)| results))
}

/// Replays traces in a process; that it failed is an error among the results.
fn replay_batch(traces: &[PathBuf], engine: &str) -> Results {
    replay_in_child(traces, engine).unwrap_or_else(|error| {
        let first = traces[0].display();
        let errors = vec![format!("{first} or one of the next: {error:#}")];
        Results { errors, ..Results::default() }
    })
}

fn replay_in_child(traces: &[PathBuf], engine: &str) -> Result<Results> {
    let program = std::env::current_exe().context("cannot find myself")?;
    let output = Command::new(program)
        .args(["replay", "--json", "--engine", engine, "--"])
        .args(traces)
        .stderr(Stdio::piped())
        .output()
        .context("cannot start a worker")?;
    match serde_json::from_slice(&output.stdout) {
        Ok(results) => Ok(results),
        Err(_) => {
            let message = String::from_utf8_lossy(&output.stderr);
            let line = message.lines().last().unwrap_or("").trim_start_matches("risu: ");
            bail!("the worker ended with {}: {line}", output.status)
        }
    }
}

/// Replays one after the other, and what they found.
#[derive(Default)]
struct Replays {
    /// References that were met, by guest and name, with their faults.
    references: Vec<(Guest, String, Faults)>,
    findings: Findings,
    coverage: Coverage,
    /// Sums; what is above is not in it yet.
    results: Results,
}

impl Replays {
    /// Replays a trace; one that is damaged is an error among the results.
    fn add(&mut self, path: &Path, engine: EngineChoice) -> Result<()> {
        let name = || path.display().to_string();
        let start = CpuTime::now();
        let mut trace = TraceReader::new(files::open(path)?).with_context(name)?;
        let guest = trace.manifest().header.guest;
        self.results.set_guest(guest.name());
        let reference = self.reference(guest, &trace.host().name)?;
        let bar = ui::progress("replaying", trace.manifest().header.count);
        let done = risu_replay::replay(
            &mut trace,
            engine,
            &self.references[reference].2,
            &mut self.findings,
            &mut self.coverage,
            &mut |n| bar.set_position(n),
        );
        bar.finish_and_clear();
        match done {
            Ok(done) => self.results.add(&done),
            Err(error) => {
                self.results.steps += trace.n_done();
                self.results.errors.push(format!("{}: {error}", name()));
            }
        }
        self.results.seconds += start.elapsed().as_secs_f64();
        Ok(())
    }

    /// Index of a reference.
    fn reference(&mut self, guest: Guest, host: &str) -> Result<usize> {
        let is_it = |(of, name, _): &(Guest, String, Faults)| *of == guest && name == host;
        if let Some(known) = self.references.iter().position(is_it) {
            return Ok(known);
        }
        self.references.push((guest, host.to_owned(), Faults::of_host(guest, host)?));
        Ok(self.references.len() - 1)
    }

    fn into_results(self) -> Results {
        let mut results = self.results;
        results.set_findings(&self.findings);
        results.coverage = self.coverage;
        results.references = self.references.into_iter().map(|(_, name, _)| name).collect();
        results
    }
}
