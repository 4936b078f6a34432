//! Results as people and programs read them.

use std::io::{self, Write};

use anyhow::Result;
use risu_compare::{Coverage, Finding, Findings};
#[cfg(target_arch = "x86_64")]
use risu_replay::Replayed;
use serde::{Deserialize, Serialize};

use crate::ui::Verdict;

/// What a replay or diff found.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Results {
    /// Whose instructions; empty if there was no trace.
    #[serde(default)]
    pub(crate) guest: String,
    /// Steps compared.
    pub(crate) steps: u64,
    /// Steps that differ for no known reason.
    pub(crate) mismatches: u64,
    /// Steps that differ by a known fault of the reference.
    pub(crate) faults: u64,
    /// Steps that the reference has no instruction for.
    pub(crate) no_reference: u64,
    /// Processor time of the comparison in seconds.
    pub(crate) seconds: f64,
    /// Names of the references.
    pub(crate) references: Vec<String>,
    /// Traces that ended early, with the reason.
    pub(crate) errors: Vec<String>,
    /// One mismatch of each kind.
    pub(crate) findings: Vec<Finding>,
    /// Counts by row.
    pub(crate) coverage: Coverage,
}

impl Results {
    /// Takes in what was found.
    pub(crate) fn set_findings(&mut self, findings: &Findings) {
        self.findings = findings.iter().cloned().collect();
    }

    /// Notes whose instructions were replayed; results of two guests are an error, because rows are
    /// counted by name.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn set_guest(&mut self, guest: &str) {
        if self.guest.is_empty() {
            self.guest = guest.to_owned();
        } else if self.guest != guest && !guest.is_empty() {
            self.errors.push(format!("traces of {} and of {guest} at once", self.guest));
        }
    }

    /// Adds the numbers of a replay, but for its time.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn add(&mut self, done: &Replayed) {
        self.steps += done.n_steps;
        self.mismatches += done.n_mismatches;
        self.faults += done.n_faults;
        self.no_reference += done.n_no_reference;
    }

    /// The sum of what several replays found.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn sum(parts: impl IntoIterator<Item = Results>) -> Results {
        let mut all = Results::default();
        let mut findings = Findings::default();
        for part in parts {
            all.set_guest(&part.guest);
            all.steps += part.steps;
            all.mismatches += part.mismatches;
            all.faults += part.faults;
            all.no_reference += part.no_reference;
            all.seconds += part.seconds;
            all.errors.extend(part.errors);
            all.coverage.merge(&part.coverage);
            for name in part.references {
                if !all.references.contains(&name) {
                    all.references.push(name);
                }
            }
            part.findings.into_iter().for_each(|finding| findings.add_finding(finding));
        }
        all.set_findings(&findings);
        all
    }

    /// Prints everything, as JSON or for people.
    pub(crate) fn print(&self, json: bool) -> Result<()> {
        let mut out = io::stdout().lock();
        if json {
            serde_json::to_writer(&mut out, self)?;
            writeln!(out)?;
            return Ok(());
        }
        for finding in self.findings.iter().filter(|f| f.fault.is_none()) {
            writeln!(out, "{} × {}", finding.count, finding.first)?;
        }
        for finding in &self.findings {
            if let Some(fault) = &finding.fault {
                let (row, places) = (&finding.kind.row, &finding.kind.places);
                writeln!(out, "known fault {fault}: {} × {row} ({places})", finding.count)?;
            }
        }
        writeln!(out, "{}", self.summary())?;
        Ok(())
    }

    fn summary(&self) -> String {
        let rate = if self.seconds > 0.0 { self.steps as f64 / self.seconds } else { 0.0 };
        format!(
            "{} checkpoints, {} mismatches, {} by known faults of the reference, {} without \
             reference, {:.0} checkpoints/s/core",
            self.steps, self.mismatches, self.faults, self.no_reference, rate
        )
    }

    /// Whether something differs that should not.
    pub(crate) fn verdict(&self, strict: bool) -> Verdict {
        let bad = self.mismatches + if strict { self.faults } else { 0 };
        if bad == 0 { Verdict::Agree } else { Verdict::Mismatch }
    }
}
