//! `risu gen` and `risu record`.

use anyhow::{Context, Result, anyhow, bail};
use regex::Regex;
use risu_compare::Faults;
use risu_gen::{Limits, Options};
use risu_trace::{Guest, StreamReader, StreamWriter};

use crate::args::{GenArgs, RecordArgs};
use crate::ui::Verdict;
use crate::{files, ui};

/// Generates a stream.
pub(crate) fn generate(args: &GenArgs) -> Result<Verdict> {
    let stream = risu_gen::generate(&options(args)?)?;
    let bar = ui::progress("generating", args.count);
    let to = files::create(&args.output)?;
    let write = || -> std::io::Result<()> {
        let mut writer = StreamWriter::new(to, &stream.manifest)?;
        for step in stream.steps() {
            writer.push(&step)?;
            bar.inc(1);
        }
        writer.finish()?.flush()
    };
    use std::io::Write as _;
    write().with_context(|| format!("cannot write {}", args.output.display()))?;
    bar.finish_and_clear();
    Ok(Verdict::Agree)
}

/// The guest of this name.
pub(crate) fn guest(name: &str) -> Result<Guest> {
    let known = || Guest::ALL.map(Guest::name).join(", ");
    Guest::from_name(name).with_context(|| format!("unknown guest {name}; known: {}", known()))
}

/// The generator's options, checked.
pub(crate) fn options(args: &GenArgs) -> Result<Options> {
    let guest = guest(&args.guest)?;
    let select = args.select.as_deref().map(regex).transpose()?;
    let group = args.group.clone();
    if let Some(name) = &group {
        let mut known: Vec<&str> =
            risu_compare::rows(guest).iter().map(|row| row.group.name).collect();
        known.dedup();
        if !known.contains(&name.as_str()) {
            bail!("unknown group {name}; known: {}", known.join(", "));
        }
    }
    Ok(Options {
        guest,
        seed: args.seed,
        count: args.count,
        passes: args.passes,
        select,
        group,
        untranslated: args.untranslated,
        limits: limits(guest, &args.reference)?,
    })
}

/// A regular expression of the command line.
fn regex(text: &str) -> Result<Regex> {
    Regex::new(text).map_err(|error| {
        // Several lines, of which the last one says what is wrong.
        let error = error.to_string();
        let reason = error.lines().last().unwrap_or_default();
        anyhow!("--select {text}: {}", reason.trim_start_matches("error: "))
    })
}

/// What streams for a reference leave out.
fn limits(guest: Guest, reference: &str) -> Result<Limits> {
    let faults = Faults::of_host(guest, reference)?;
    Ok(Limits {
        reference: reference.to_owned(),
        lacks: faults.lacks().cloned(),
        not_in_runs: faults.not_in_runs(),
        not_executed: faults.not_executed(),
        read_cc: faults.read_cc(),
        masks_off: faults.masks_off(),
    })
}

/// Records a stream on this machine.
pub(crate) fn record(args: &RecordArgs) -> Result<Verdict> {
    let name = || args.stream.display().to_string();
    let stream = StreamReader::new(files::open(&args.stream)?).with_context(name)?;
    let bar = ui::progress("recording", stream.manifest().header.count);
    // A stream that this host refuses costs no earlier recording.
    let done = risu_record::record(stream, files::Late::new(&args.output), &mut |done| {
        bar.set_position(done)
    });
    bar.finish_and_clear();
    let done = done.with_context(name)?;
    if done.n_failures > 0 {
        ui::say(&format!("this host failed at {} of {} steps", done.n_failures, done.n_steps));
    }
    Ok(Verdict::Agree)
}
