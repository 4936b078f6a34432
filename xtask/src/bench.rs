//! `cargo xtask bench`: the same work native, under the peers and under momonga.
//!
//! Runs are interleaved, so that a busy moment of the machine meets every engine; of several runs
//! the cheapest counts. Time is user plus system time of the process and the children it waited
//! for; memory is the largest resident set. Each guest has its own table and its own bars.

mod cases;
mod measure;
mod report;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::built::{self, GUESTS, Target};
use crate::shell::momonga;
use crate::{guests, peers};
use cases::Case;
use measure::{Engine, Sample};

/// Options of `cargo xtask bench`.
#[derive(Args)]
pub(crate) struct Options {
    /// Measure this guest alone [default: each, one after the other]
    #[arg(long, value_parser = built::NAMES)]
    guest: Option<String>,
    /// Run only cases whose `class/name` contains this
    #[arg(long)]
    filter: Option<String>,
    /// Runs of each case on each engine
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// Write records as JSON to standard output instead of the table
    #[arg(long)]
    json: bool,
    /// Leave out engines whose name contains this (may be repeated)
    #[arg(long)]
    without: Vec<String>,
    /// The momonga to measure [default: what `cargo static` built]
    #[arg(long, value_name = "PROGRAM")]
    momonga: Option<PathBuf>,
}

/// One case with the best sample of each engine that ran it.
struct Row {
    case: Case,
    samples: Vec<(String, Option<Sample>)>,
}

impl Row {
    fn sample(&self, engine: &str) -> Option<&Sample> {
        self.samples.iter().find(|(name, _)| name == engine)?.1.as_ref()
    }
}

/// Measures and prints.
///
/// # Errors
///
/// If programs cannot be fetched, built or started natively.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    if let Some(program) = &options.momonga {
        ensure!(program.is_file(), "there is no {}", program.display());
    }
    peers::run(root)?;
    guests::run(root)?;
    let mut records = Vec::new();
    for guest in GUESTS {
        if options.guest.as_ref().is_none_or(|name| name == guest.name) {
            records.extend(of_guest(root, options, guest)?);
        }
    }
    ensure!(!records.is_empty(), "no case matches the filter");
    if options.json {
        println!("{}", serde_json::to_string_pretty(&records)?);
    }
    Ok(())
}

/// Measures one guest: the table and the summary, or the records for JSON.
fn of_guest(root: &Path, options: &Options, guest: Target) -> Result<Vec<serde_json::Value>> {
    let engines = engines(root, options, guest)?;
    let mut rows = Vec::new();
    for case in cases::all(root, guest)? {
        let name = format!("{}/{}", case.class, case.name);
        if options.filter.as_ref().is_some_and(|part| !name.contains(part.as_str())) {
            continue;
        }
        let row = measured(root, case, &engines, options.runs)?;
        if !options.json {
            let heading = if rows.is_empty() { guest.name } else { "" };
            println!("{}", report::line(&row, &engines, heading));
        }
        rows.push(row);
    }
    if !options.json && !rows.is_empty() {
        println!("\n{}", report::summary(&rows, &engines, guest));
    }
    Ok(rows.iter().map(|row| report::record(row, guest)).collect())
}

fn engines(root: &Path, options: &Options, guest: Target) -> Result<Vec<Engine>> {
    let mut engines = vec![Engine::native()];
    for peer in &peers::PEERS {
        engines.push(Engine::emulator(peer.name, peers::emulator(root, peer, guest.name), guest));
    }
    let momonga = options.momonga.clone().unwrap_or_else(momonga);
    if momonga.exists() {
        engines.push(Engine::emulator("momonga", momonga, guest));
    } else {
        eprintln!("xtask: no {} (run cargo static)", momonga.display());
    }
    let dropped = |engine: &Engine| options.without.iter().any(|part| engine.name.contains(part));
    engines.retain(|engine| engine.name == "native" || !dropped(engine));
    Ok(engines)
}

fn measured(root: &Path, case: Case, engines: &[Engine], runs: u32) -> Result<Row> {
    let mut samples: Vec<(String, Option<Sample>)> =
        engines.iter().map(|engine| (engine.name.clone(), None)).collect();
    for _ in 0..runs.max(1) {
        for (engine, (_, best)) in engines.iter().zip(&mut samples) {
            let sample = measure::run(root, engine, &case)
                .with_context(|| format!("{}/{} on {}", case.class, case.name, engine.name))?;
            let better = best.as_ref().is_none_or(|best| sample.cpu_s < best.cpu_s);
            if better {
                *best = Some(sample);
            }
        }
    }
    Ok(Row { case, samples })
}
