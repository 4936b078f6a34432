//! `risu replay`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use risu_compare::{Coverage, Faults, Findings};
use risu_replay::EngineChoice;
use risu_trace::TraceReader;

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

/// Replays all traces, each in a process of its own if there are several jobs: streams are at
/// fixed addresses, of which a process has only one.
pub(crate) fn replay_all(traces: &[PathBuf], engine: &str, jobs: usize) -> Result<Results> {
    let choice: EngineChoice = engine.parse()?;
    let jobs = match jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let mut all = Results::default();
    if jobs == 1 || traces.len() == 1 {
        for path in traces {
            all.merge(replay_one(path, choice)?);
        }
        return Ok(all);
    }
    let next = AtomicUsize::new(0);
    let bar = ui::progress("replaying", traces.len() as u64);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(traces.len()) {
            scope.spawn(|| {
                // Relaxed: each number is given out once, nothing else hangs on the order.
                while let Some(path) = traces.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let done = replay_in_child(path, engine);
                    bar.inc(1);
                    if let Ok(mut results) = results.lock() {
                        results.push((path, done));
                    }
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut results = results.into_inner().map_err(|_| anyhow!("a worker gave up"))?;
    results.sort_by_key(|(path, _)| *path);
    for (path, done) in results {
        match done {
            Ok(done) => all.merge(done),
            Err(error) => all.errors.push(format!("{}: {error:#}", path.display())),
        }
    }
    Ok(all)
}

fn replay_in_child(path: &Path, engine: &str) -> Result<Results> {
    let program = std::env::current_exe().context("cannot find myself")?;
    let output = Command::new(program)
        .args(["replay", "--json", "--engine", engine, "--"])
        .arg(path)
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

fn replay_one(path: &Path, engine: EngineChoice) -> Result<Results> {
    let name = || path.display().to_string();
    let mut trace = TraceReader::new(files::open(path)?).with_context(name)?;
    let host = trace.host().name.clone();
    let faults = Faults::of_host(&host)?;
    let bar = ui::progress("replaying", trace.manifest().header.count);
    let mut findings = Findings::default();
    let mut coverage = Coverage::default();
    let done =
        risu_replay::replay(&mut trace, engine, &faults, &mut findings, &mut coverage, &mut |n| {
            bar.set_position(n)
        });
    bar.finish_and_clear();
    let mut results = Results { coverage, references: vec![host], ..Results::default() };
    results.set_findings(&findings);
    match done {
        Ok(done) => {
            results.steps = done.n_steps;
            results.mismatches = done.n_mismatches;
            results.faults = done.n_faults;
            results.no_reference = done.n_no_reference;
            results.seconds = done.time.as_secs_f64();
        }
        Err(error) => {
            results.steps = trace.n_done();
            results.errors.push(format!("{}: {error}", name()));
        }
    }
    Ok(results)
}
