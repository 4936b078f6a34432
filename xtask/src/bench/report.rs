//! The table, the summary against the bars, and the records.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Row;
use super::cases::{Bar, bars};
use super::measure::{Engine, Sample};
use crate::built::Target;

/// One line of the table, after the column names if it has a `heading`.
///
/// Marks: `!` slower than the best peer, `m` more memory than every peer, `≠` other output than
/// native, `x` failed.
pub(super) fn line(row: &Row, engines: &[Engine], heading: &str) -> String {
    let mut text = String::new();
    if !heading.is_empty() {
        let _ = write!(text, "{heading:24} {:>9}", "native");
        for engine in &engines[1..] {
            let _ = write!(text, " {:>11} {:>8}", engine.name, "MiB");
        }
        text.push('\n');
    }
    let Some(native) = row.sample("native") else { return text };
    let name = format!("{}/{}", row.case.class, row.case.name);
    let _ = write!(text, "{name:24} {:>7.1}ms", native.cpu_s * 1e3);
    for engine in &engines[1..] {
        let Some(sample) = row.sample(&engine.name) else { continue };
        let ratio = sample.cpu_s / native.cpu_s;
        let (marks, mib) =
            (marks(row, &engine.name, sample, native), sample.rss_kib as f64 / 1024.0);
        let _ = write!(text, " {ratio:>8.2}x{marks:2} {mib:>8.1}");
    }
    text
}

fn marks(row: &Row, engine: &str, sample: &Sample, native: &Sample) -> String {
    let mut marks = String::new();
    if !sample.success {
        marks.push('x');
    } else if sample.output != native.output {
        marks.push('≠');
    }
    if engine == "momonga" {
        if best_peer(row).is_some_and(|peer| sample.cpu_s > peer) {
            marks.push('!');
        }
        let most = peers(row).map(|peer| peer.rss_kib).max();
        if most.is_some_and(|most| sample.rss_kib > most) {
            marks.push('m');
        }
    }
    marks
}

fn peers(row: &Row) -> impl Iterator<Item = &Sample> {
    let peers = row.samples.iter().filter(|(name, _)| name.starts_with("qemu"));
    peers.filter_map(|(_, sample)| sample.as_ref()).filter(|sample| sample.success)
}

/// The time of the fastest peer that ran the case.
fn best_peer(row: &Row) -> Option<f64> {
    peers(row).map(|sample| sample.cpu_s).min_by(f64::total_cmp)
}

/// Geometric means of each class against its bar.
pub(super) fn summary(rows: &[Row], engines: &[Engine], guest: Target) -> String {
    let mut text = format!("{:28}", "geometric mean, x native");
    for engine in &engines[1..] {
        let _ = write!(text, " {:>9}", engine.name);
    }
    text.push_str("  best peer  bar\n");
    for (name, classes, bar) in bars(guest) {
        let members: Vec<&Row> =
            rows.iter().filter(|row| classes.contains(&row.case.class)).collect();
        if members.is_empty() {
            continue;
        }
        let _ = write!(text, "{name:28}");
        for engine in &engines[1..] {
            let mean = mean(&members, |row| time(row, &engine.name));
            let _ = write!(text, " {:>9}", number(mean));
        }
        let peer = mean(&members, best_peer);
        let ours = mean(&members, |row| time(row, "momonga"));
        let (limit, words) = match bar {
            Bar::Native(limit) => (Some(*limit), format!("at most {limit}x native")),
            Bar::Peer(part) => {
                (peer.map(|peer| part * peer), format!("at most {part} of the best peer"))
            }
        };
        let verdict = match (ours, limit) {
            (Some(ours), Some(limit)) if ours <= limit => ": met",
            (Some(_), Some(_)) => ": MISSED",
            _ => "",
        };
        let _ = writeln!(text, " {:>10}  {words}{verdict}", number(peer));
    }
    text
}

fn time(row: &Row, engine: &str) -> Option<f64> {
    row.sample(engine).filter(|sample| sample.success).map(|sample| sample.cpu_s)
}

/// A number for a table; a dash if nothing ran that it could be of.
fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

/// Geometric mean of times over native times; cases that did not run are left out.
fn mean(rows: &[&Row], time: impl Fn(&Row) -> Option<f64>) -> Option<f64> {
    let native = |row: &Row| row.sample("native").map(|sample| sample.cpu_s);
    let ratios: Vec<f64> = rows.iter().filter_map(|row| Some(time(row)? / native(row)?)).collect();
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| (logarithms / ratios.len() as f64).exp())
}

/// A row for programs to read.
pub(super) fn record(row: &Row, guest: Target) -> Value {
    let native = row.sample("native");
    let mut engines = serde_json::Map::new();
    for (name, sample) in &row.samples {
        let Some(sample) = sample else { continue };
        let same = native.is_some_and(|native| native.output == sample.output);
        let value = json!({
            "cpu_s": sample.cpu_s,
            "rss_kib": sample.rss_kib,
            "success": sample.success,
            "same_output": same,
        });
        engines.insert(name.clone(), value);
    }
    json!({ "guest": guest.name, "class": row.case.class, "name": row.case.name, "engines": engines })
}
