//! What `risu replay --json` says, as far as a campaign is concerned.

use std::cmp::Reverse;
use std::fmt;

use serde::Deserialize;

/// Results of one engine.
#[derive(Deserialize)]
pub(super) struct Results {
    steps: u64,
    mismatches: u64,
    faults: u64,
    no_reference: u64,
    seconds: f64,
    pub(super) errors: Vec<String>,
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

impl Results {
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
        sums.sort_by_key(|&(name, sum)| (Reverse(sum), name));
        sums
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Results { steps, mismatches, faults, no_reference, seconds, .. } = self;
        let agreed = steps - mismatches - faults - no_reference;
        write!(
            f,
            "{steps} checkpoints: {agreed} agreed, {faults} explained by faults of the reference, \
             {no_reference} without reference, {mismatches} unexplained; {:.0} checkpoints/s/core",
            *steps as f64 / seconds.max(1e-9)
        )?;
        for (fault, count) in self.by_fault() {
            write!(f, "\n  {count:>8}  {fault}")?;
        }
        for finding in self.findings.iter().filter(|f| f.fault.is_none()) {
            let Finding { kind, count, first: First { seed, step }, .. } = finding;
            let Kind { row, places } = kind;
            write!(
                f,
                "\n  UNEXPLAINED {count} × {row} ({places}), first in seed {seed} step {step}"
            )?;
        }
        Ok(())
    }
}

/// What all engines come to.
#[derive(Default)]
pub(super) struct Sums {
    engines: u64,
    steps: u64,
    pub(super) mismatches: u64,
}

impl Sums {
    pub(super) fn add(&mut self, results: &Results) {
        self.engines += 1;
        self.steps += results.steps;
        self.mismatches += results.mismatches;
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sums { engines, steps, mismatches } = self;
        write!(f, "{engines} replays, {steps} comparisons, {mismatches} unexplained mismatches")
    }
}
