//! Results as people and programs read them.

use std::io::{self, Write};

use anyhow::Result;
use risu_compare::{Coverage, Finding, Findings};
use serde::{Deserialize, Serialize};

use crate::ui::Verdict;

/// What a replay or diff found.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Results {
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

    /// Adds what another process found.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn merge(&mut self, other: Results) {
        self.steps += other.steps;
        self.mismatches += other.mismatches;
        self.faults += other.faults;
        self.no_reference += other.no_reference;
        self.seconds += other.seconds;
        self.errors.extend(other.errors);
        self.coverage.merge(&other.coverage);
        for name in other.references {
            if !self.references.contains(&name) {
                self.references.push(name);
            }
        }
        let mut all = Findings::default();
        for finding in self.findings.drain(..).chain(other.findings) {
            all.add_finding(finding);
        }
        self.set_findings(&all);
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
             reference, {:.0} checkpoints a second and core",
            self.steps, self.mismatches, self.faults, self.no_reference, rate
        )
    }

    /// Whether something differs that should not.
    pub(crate) fn verdict(&self, strict: bool) -> Verdict {
        let bad = self.mismatches + if strict { self.faults } else { 0 };
        if bad == 0 { Verdict::Agree } else { Verdict::Mismatch }
    }
}
