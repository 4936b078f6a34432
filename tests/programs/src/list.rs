//! The program lists: `lists/*.toml`.
//!
//! ```toml
//! program = "busybox"                 # put before every command line; optional
//!
//! [cases]
//! cat = "cat text.txt"                # name of the case, command line (quoted as in sh)
//! tac = { run = "tac", stdin = "text.txt" }
//!
//! [excluded]
//! reboot = "needs root"               # names that have no case, and why
//! ```
//!
//! In command lines `{triplet}` stands for the guest's folder of libraries, `aarch64-linux-gnu` for instance.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use regex::Regex;
use serde::Deserialize;

use crate::machine::{Guest, triplet};

/// One file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Words put before each command line.
    #[serde(default)]
    pub program: String,
    /// The cases by name.
    pub cases: BTreeMap<String, Entry>,
    /// Names without a case, and the reason.
    #[serde(default)]
    pub excluded: BTreeMap<String, String>,
}

/// A case as written: a command line alone, or one with options.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// The command line.
    Line(String),
    /// The command line with options.
    Full(Box<Options>),
}

/// A case with options.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The command line, quoted as in a shell.
    pub run: String,
    /// The command line of the native side where it must differ.
    pub native: Option<String>,
    /// File of `data/` that standard input comes from; empty without.
    pub stdin: Option<String>,
    /// Standard output counts only where this regular expression matches.
    pub keep: Option<String>,
    /// Seconds after which the run is given up.
    pub timeout_s: Option<u32>,
}

/// A case ready to run.
#[derive(Debug)]
pub struct Case {
    /// `guest::list::name`.
    pub name: String,
    /// Whose programs are run under the emulator.
    pub machine: Guest,
    /// Program and arguments under the emulator.
    pub guest: Vec<String>,
    /// Program and arguments of the native run.
    pub native: Vec<String>,
    /// File of `data/` that standard input comes from.
    pub stdin: Option<String>,
    /// The part of standard output that counts.
    pub keep: Option<Regex>,
    /// Seconds after which the run is given up.
    pub timeout_s: u32,
}

/// Time that a case without a limit of its own may take, in seconds: ten times what the longest takes.
const TIMEOUT_S: u32 = 300;

/// Reads one list.
///
/// # Errors
///
/// If the file cannot be read, or is not a list.
pub fn read(path: &Path) -> Result<List> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("parse {}", path.display()))
}

/// Reads all lists of a folder and returns their cases for a guest in order.
///
/// # Errors
///
/// As [`read()`], or if a command line or expression is malformed.
pub fn read_cases(folder: &Path, guest: Guest) -> Result<Vec<Case>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let list = read(&path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (name, entry) in list.cases {
            let name = format!("{}::{stem}::{name}", guest.name());
            let case = ready(guest, name.clone(), &list.program, entry);
            cases.push(case.with_context(|| format!("case {name}"))?);
        }
    }
    Ok(cases)
}

fn ready(machine: Guest, name: String, program: &str, entry: Entry) -> Result<Case> {
    let options = match entry {
        Entry::Full(options) => *options,
        Entry::Line(run) => Options { run, native: None, stdin: None, keep: None, timeout_s: None },
    };
    let words = |line: &str| {
        let line = format!("{program} {line}").replace("{triplet}", &triplet(machine));
        shlex::split(&line).with_context(|| format!("unbalanced quotes in {line}"))
    };
    let guest = words(&options.run)?;
    Ok(Case {
        name,
        machine,
        native: options.native.as_deref().map_or_else(|| Ok(guest.clone()), words)?,
        guest,
        stdin: options.stdin,
        keep: options.keep.as_deref().map(Regex::new).transpose()?,
        timeout_s: options.timeout_s.unwrap_or(TIMEOUT_S),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_may_be_short_or_long() {
        let text = "program = \"busybox\"\n[cases]\na = \"cat 'x y' {triplet}\"\nb = { run = \"tac\", stdin = \"f\" }";
        let list: List = toml::from_str(text).expect("a list");
        let cases: Vec<Case> = list
            .cases
            .into_iter()
            .map(|(n, e)| ready(Guest::Aarch64, n, &list.program, e).unwrap())
            .collect();
        assert_eq!(cases[0].guest, ["busybox", "cat", "x y", "aarch64-linux-gnu"]);
        assert_eq!(cases[1].stdin.as_deref(), Some("f"));
    }

    #[test]
    fn a_misspelt_option_is_refused() {
        assert!(toml::from_str::<List>("[cases]\na = { run = \"x\", stdni = \"f\" }").is_err());
    }
}
