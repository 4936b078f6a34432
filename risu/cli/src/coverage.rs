//! `risu coverage`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use risu_compare::RowCount;
use risu_trace::Guest;
use serde::Serialize;

use crate::args::CoverageArgs;
use crate::gen_record;
use crate::replay::replay_all;
use crate::results::Results;
use crate::ui::Verdict;

/// Fills vectors of s390x up to the length of the longest instruction.
const FILLER: [u8; 2] = [0x07, 0x07];

/// How a translated row has been verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Basis {
    /// Recorded on a reference, and every replay agreed.
    Agreed,
    /// The reference lacks it or never has it right; hand-written vectors test it.
    Vectors,
    /// A step differs, and no known fault of the reference explains it.
    Differs,
    /// Neither by a recording nor by a vector.
    Nothing,
}

#[derive(Debug, Serialize)]
struct Line {
    row: &'static str,
    basis: Basis,
    #[serde(flatten)]
    count: RowCount,
    /// Hand-written vectors that run the row.
    vectors: u64,
}

/// Prints how each row of the tables has been verified.
pub(crate) fn run(args: &CoverageArgs) -> Result<Verdict> {
    let guest = gen_record::guest(&args.guest)?;
    let (results, traces) = sort_files(&args.files)?;
    let mut parts = Vec::new();
    for path in results {
        let text = fs::read(&path).with_context(|| path.display().to_string())?;
        parts.push(serde_json::from_slice(&text).with_context(|| path.display().to_string())?);
    }
    if !traces.is_empty() {
        parts.push(replay_all(&traces, &args.engine, args.jobs)?);
    }
    let all = Results::sum(parts);
    if let Some(error) = all.errors.first() {
        bail!("{error}");
    }
    if !all.guest.is_empty() && all.guest != guest.name() {
        bail!("these are results of {}: say --guest {0}", all.guest);
    }
    let folder = args.vectors.clone();
    let folder = folder.unwrap_or_else(|| Path::new("tests/vectors").join(guest.name()));
    let vectors = vectors_by_row(guest, &folder)?;
    let lines: Vec<Line> = risu_compare::rows(guest)
        .iter()
        .filter(|row| row.translated())
        .map(|row| {
            let count = all.coverage.rows.get(row.name).copied().unwrap_or_default();
            let vectors = vectors.get(row.name).copied().unwrap_or(0);
            Line { row: row.name, basis: basis(count, vectors), count, vectors }
        })
        .collect();
    print(args, &lines)?;
    let bad = lines.iter().any(|line| matches!(line.basis, Basis::Differs | Basis::Nothing));
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

/// Numbers of the folder's vectors (`*.vec`) by row: a vector counts for each row in its code.
///
/// A line is `name: code in hexadecimal | …`, or a comment after `#`.
fn vectors_by_row(guest: Guest, folder: &Path) -> Result<BTreeMap<&'static str, u64>> {
    let mut found = BTreeMap::new();
    let entries = fs::read_dir(folder).with_context(|| {
        format!("{} (--vectors says where the hand-written vectors are)", folder.display())
    })?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|e| e != "vec") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let code = line.split_once(':').and_then(|(_, rest)| rest.split('|').next());
            for row in rows_of(guest, &bytes(code.unwrap_or_default())) {
                *found.entry(row).or_insert(0) += 1;
            }
        }
    }
    Ok(found)
}

/// Bytes of hexadecimal digits, up to the first that is none.
fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.trim().chars().map_while(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Rows of the instructions that follow each other in `code`, without repetitions and without the
/// two-byte fillers at its end.
fn rows_of(guest: Guest, mut code: &[u8]) -> BTreeSet<&'static str> {
    let mut rows = BTreeSet::new();
    while !code.is_empty() && code.chunks(FILLER.len()).any(|piece| piece != FILLER) {
        let Some((row, _)) = risu_compare::find_row(guest, code) else { break };
        rows.insert(row.name);
        code = code.get(row.len_bytes()..).unwrap_or_default();
    }
    rows
}

fn basis(count: RowCount, vectors: u64) -> Basis {
    match count {
        RowCount { differed: 1.., .. } => Basis::Differs,
        RowCount { agreed: 1.., no_reference: 0, .. } => Basis::Agreed,
        _ if vectors > 0 => Basis::Vectors,
        _ => Basis::Nothing,
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
        let missing = matches!(line.basis, Basis::Differs | Basis::Nothing);
        if missing || !args.missing {
            writeln!(out, "{}", text(line))?;
        }
    }
    let never = |line: &&Line| line.count == RowCount::default();
    let never: Vec<&str> = lines.iter().filter(never).map(|line| line.row).collect();
    if !never.is_empty() {
        writeln!(out, "in no stream: {}", never.join(" "))?;
    }
    let count = |basis: Basis| lines.iter().filter(|line| line.basis == basis).count();
    writeln!(
        out,
        "{} translated rows: {} agree with a recording, {} are tested by vectors only, {} differ, {} are not tested",
        lines.len(),
        count(Basis::Agreed),
        count(Basis::Vectors),
        count(Basis::Differs),
        count(Basis::Nothing)
    )?;
    Ok(())
}

fn text(line: &Line) -> String {
    let RowCount { agreed, differed, faulty_reference, no_reference } = line.count;
    let basis = match line.basis {
        Basis::Agreed => "agreed",
        Basis::Vectors => "vectors",
        Basis::Differs => "DIFFERS",
        Basis::Nothing => "NOTHING",
    };
    format!(
        "{:8} {basis:8} agreed {agreed:7}  vectors {:3}  differed {differed:3}  \
         faulty reference {faulty_reference:5}  no reference {no_reference:5}",
        line.row, line.vectors
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_counts_for_the_rows_of_its_code() {
        let rows = |line| rows_of(Guest::S390x, &bytes(line)).into_iter().collect::<Vec<_>>();
        assert_eq!(rows(" b90a0013b9880002 "), ["alcgr", "algr"]);
        assert_eq!(rows("eb13500000040707"), ["lmg"], "the filler is no BRANCH ON CONDITION");
        assert_eq!(rows("0707b9040012"), ["bcr", "lgr"], "but it is one before other code");
        assert_eq!(rows(""), Vec::<&str>::new());
        assert_eq!(rows("b904"), Vec::<&str>::new());
        assert!(rows_of(Guest::Aarch64, &bytes("2000028b")).contains("add_shift"));
    }

    #[test]
    fn a_row_that_the_reference_lacks_needs_a_vector() {
        let count = |agreed, no_reference| RowCount { agreed, no_reference, ..RowCount::default() };
        assert_eq!(basis(count(5, 0), 0), Basis::Agreed);
        assert_eq!(basis(count(5, 1), 0), Basis::Nothing);
        assert_eq!(basis(count(0, 1), 2), Basis::Vectors);
        assert_eq!(basis(RowCount { differed: 1, ..count(5, 0) }, 2), Basis::Differs);
        let faulty = RowCount { faulty_reference: 7, ..RowCount::default() };
        assert_eq!(basis(faulty, 0), Basis::Nothing);
    }
}
