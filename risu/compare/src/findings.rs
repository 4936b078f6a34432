//! Mismatches, one of each kind.

use std::collections::BTreeMap;

use risu_trace::{Delta, Guest, Manifest, Signal, State};
use serde::{Deserialize, Serialize};

use crate::compare::{Difference, End, Place};
use crate::faults::Faults;
use crate::report::{Mismatch, Report, row_of};

/// What makes two mismatches alike: the row and the sort of places that differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Kind {
    /// Name of the row.
    pub row: String,
    /// Sorts of places, separated by blanks.
    pub places: String,
}

/// One kind of mismatch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finding {
    /// What is alike in them.
    pub kind: Kind,
    /// How many there were.
    pub count: u64,
    /// The known fault of the reference that explains them, if there is one.
    pub fault: Option<String>,
    /// The first one.
    pub first: Report,
}

/// All mismatches of a run.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    by_kind: BTreeMap<(Kind, Option<String>), Finding>,
}

/// A step whose ends differ.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The stream.
    pub manifest: &'a Manifest,
    /// Number of the step.
    pub step: u64,
    /// Its block.
    pub block: u32,
    /// What was prepared for it.
    pub patch: &'a Delta,
    /// State at the entry of the block.
    pub before: &'a State,
}

impl Findings {
    /// Adds a mismatch; gives whether a known fault of the reference explains it.
    pub fn add(
        &mut self,
        faults: &Faults,
        case: &Case<'_>,
        expected: &End<'_>,
        got: &End<'_>,
        differences: &[Difference],
    ) -> bool {
        let row = row_of(case.manifest, case.block);
        let fault = faults.explain(row, case, expected, got, differences).map(str::to_owned);
        let kind =
            Kind { row: row.to_owned(), places: places(case.manifest.header.guest, differences) };
        let known = fault.is_some();
        let key = (kind, fault);
        if let Some(finding) = self.by_kind.get_mut(&key) {
            finding.count += 1;
            return known;
        }
        let ends: [(u64, Option<Signal>); 2] =
            [(expected.pc, expected.signal), (got.pc, got.signal)];
        let first = Report::new(&Mismatch {
            manifest: case.manifest,
            step: case.step,
            block: case.block,
            patch: case.patch,
            before: case.before,
            expected: ends[0],
            got: ends[1],
            differences,
            in_full: !known,
        });
        let (kind, fault) = key.clone();
        self.by_kind.insert(key, Finding { kind, count: 1, fault, first });
        known
    }

    /// All kinds, by row.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.by_kind.values()
    }

    /// Adds one kind of mismatch of another run.
    pub fn add_finding(&mut self, finding: Finding) {
        let key = (finding.kind.clone(), finding.fault.clone());
        match self.by_kind.get_mut(&key) {
            Some(mine) => mine.count += finding.count,
            None => {
                self.by_kind.insert(key, finding);
            }
        }
    }
}

/// Sorts of places: registers by file and memory as one.
fn places(guest: Guest, differences: &[Difference]) -> String {
    let mut sorts: Vec<&'static str> = differences.iter().map(|d| sort(guest, d.place)).collect();
    sorts.sort_unstable();
    sorts.dedup();
    sorts.join(" ")
}

fn sort(guest: Guest, place: Place) -> &'static str {
    match place {
        Place::Signal => "signal",
        Place::SignalCode => "si_code",
        Place::SignalAddress => "si_addr",
        Place::Pc => "pc",
        Place::Memory(_) => "memory",
        Place::Word(index) => guest.reg_info(usize::from(index)).file,
    }
}
