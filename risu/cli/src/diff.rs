//! `risu diff`.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use risu_compare::{DiffError, Faults, Findings};
use risu_trace::TraceReader;

use crate::args::DiffArgs;
use crate::files;
use crate::results::Results;
use crate::ui::Verdict;

/// Compares two traces.
pub(crate) fn run(args: &DiffArgs) -> Result<Verdict> {
    let name = |path: &std::path::Path| path.display().to_string();
    let mut a = TraceReader::new(files::open(&args.a)?).with_context(|| name(&args.a))?;
    let mut b = TraceReader::new(files::open(&args.b)?).with_context(|| name(&args.b))?;
    let faults = Faults::of_host(a.manifest().header.guest, &a.host().name)?;
    let mut findings = Findings::default();
    let start = Instant::now();
    let done = risu_compare::diff(&mut a, &mut b, &faults, &mut findings);
    if matches!(done, Err(DiffError::Streams)) {
        bail!(DiffError::Streams);
    }
    let guest = a.manifest().header.guest.name().to_owned();
    let mut results = Results { guest, steps: a.n_done(), ..Results::default() };
    results.seconds = start.elapsed().as_secs_f64();
    results.references.push(a.host().name.clone());
    for finding in findings.iter() {
        match finding.fault {
            Some(_) => results.faults += finding.count,
            None => results.mismatches += finding.count,
        }
    }
    results.set_findings(&findings);
    results.print(args.json)?;
    done?;
    Ok(results.verdict(args.strict))
}
