//! `risu coverage`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use isa::row::Row;
use risu_compare::RowCount;
use serde::Serialize;

use crate::args::CoverageArgs;
use crate::replay::replay_all;
use crate::results::Results;
use crate::ui::Verdict;

/// What a row rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Basis {
    /// Recorded on a reference, and the replay agreed.
    Agreed,
    /// A step did not agree.
    Differs,
    /// The reference does not have it; a hand-made vector stands in.
    Vector,
    /// The reference does not have it, or has it wrong, and there is no vector.
    NoReference,
    /// Never recorded.
    Nothing,
    /// Not translated yet.
    Todo,
    /// Not for problem-state programs.
    Privileged,
}

#[derive(Debug, Serialize)]
struct Line {
    row: &'static str,
    basis: Basis,
    #[serde(flatten)]
    count: RowCount,
}

/// Prints what each row of the tables rests on.
pub(crate) fn run(args: &CoverageArgs) -> Result<Verdict> {
    let (results, traces) = sort_files(&args.files)?;
    let mut all = Results::default();
    for path in results {
        let text = fs::read(&path).with_context(|| path.display().to_string())?;
        all.merge(serde_json::from_slice(&text).with_context(|| path.display().to_string())?);
    }
    if !traces.is_empty() {
        all.merge(replay_all(&traces, &args.engine, args.jobs)?);
    }
    if let Some(error) = all.errors.first() {
        bail!("{error}");
    }
    let vectors = rows_in_vectors(&args.vectors);
    let lines: Vec<Line> = isa::s390x::ROWS
        .iter()
        .map(|row| {
            let count = all.coverage.rows.get(row.name).copied().unwrap_or_default();
            Line { row: row.name, basis: basis(row, count, &vectors), count }
        })
        .collect();
    print(args, &lines)?;
    let bad = lines.iter().any(|line| line.basis == Basis::Differs);
    Ok(if bad { Verdict::Mismatch } else { Verdict::Agree })
}

/// Tells results from traces by their first byte.
fn sort_files(files: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut results, mut traces) = (Vec::new(), Vec::new());
    for path in files {
        let mut first = [0; 1];
        let file = fs::File::open(path).and_then(|mut f| io::Read::read(&mut f, &mut first));
        file.with_context(|| format!("cannot read {}", path.display()))?;
        if first == *b"{" { results.push(path.clone()) } else { traces.push(path.clone()) }
    }
    Ok((results, traces))
}

/// Rows whose instructions are in the code of the folder's vectors: `name: code | …`, the code in hexadecimal.
fn rows_in_vectors(folder: &Path) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let code = line.split([':', '|']).nth(1).unwrap_or_default().trim();
            found.extend(rows_in_code(&bytes(code)));
        }
    }
    found
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hexadecimal.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// The rows of the instructions from the first to the end.
fn rows_in_code(mut code: &[u8]) -> Vec<&'static str> {
    let mut rows = Vec::new();
    while let Some(&first) = code.first() {
        if let Ok(insn) = isa::s390x::decode(code) {
            rows.push(insn.row().name);
        }
        // The first two bits tell the length.
        let len = [2, 4, 4, 6][usize::from(first >> 6)];
        code = code.get(len..).unwrap_or_default();
    }
    rows
}

fn basis(row: &Row, count: RowCount, vectors: &BTreeSet<&str>) -> Basis {
    let has_vector = vectors.contains(row.name);
    if row.marks.privileged || row.marks.gated {
        return Basis::Privileged;
    }
    match count {
        _ if row.marks.todo => Basis::Todo,
        RowCount { differed: 1.., .. } => Basis::Differs,
        RowCount { agreed: 1.., no_reference: 0, .. } => Basis::Agreed,
        _ if has_vector => Basis::Vector,
        RowCount { agreed: 0, no_reference: 0, faulty_reference: 0, .. } => Basis::Nothing,
        _ => Basis::NoReference,
    }
}

fn print(args: &CoverageArgs, lines: &[Line]) -> Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, lines)?;
        writeln!(out)?;
        return Ok(());
    }
    for line in lines {
        let done = matches!(line.basis, Basis::Todo | Basis::Privileged);
        let missing = matches!(line.basis, Basis::Differs | Basis::NoReference | Basis::Nothing);
        if (args.missing && missing) || (!args.missing && !done) {
            let RowCount { agreed, differed, faulty_reference, no_reference } = line.count;
            writeln!(
                out,
                "{:8} {:12} agreed {agreed:8}  differed {differed:6}  faulty reference \
                 {faulty_reference:6}  no reference {no_reference:6}",
                line.row,
                name(line.basis)
            )?;
        }
    }
    let count = |basis: Basis| lines.iter().filter(|line| line.basis == basis).count();
    let all = [
        Basis::Agreed,
        Basis::Vector,
        Basis::Differs,
        Basis::NoReference,
        Basis::Nothing,
        Basis::Todo,
        Basis::Privileged,
    ];
    let summary: Vec<String> =
        all.iter().map(|&basis| format!("{} {}", count(basis), name(basis))).collect();
    writeln!(out, "{} rows: {}", lines.len(), summary.join(", "))?;
    Ok(())
}

fn name(basis: Basis) -> &'static str {
    match basis {
        Basis::Agreed => "agreed",
        Basis::Differs => "differs",
        Basis::Vector => "vector",
        Basis::NoReference => "no reference",
        Basis::Nothing => "nothing",
        Basis::Todo => "to do",
        Basis::Privileged => "privileged",
    }
}
