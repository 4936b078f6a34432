//! What a run left behind, and how two runs differ.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result};
use regex::Regex;

/// Everything that is compared, and standard error, which is only shown.
#[derive(Debug)]
pub struct Outcome {
    /// Exit status or signal, in words.
    pub status: String,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// Path → kind, mode and contents of all files in the working folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Outcome {
    /// Removes every mention of `prefix`, the folder that is the root for the guest.
    pub fn strip(&mut self, prefix: &str) {
        self.stdout = without(&self.stdout, prefix.as_bytes());
        for contents in self.files.values_mut() {
            *contents = without(contents, prefix.as_bytes());
        }
    }

    /// Reduces standard output to the parts that `keep` matches, one a line.
    pub fn reduce(&mut self, keep: &Regex) {
        let text = String::from_utf8_lossy(&self.stdout).into_owned();
        let parts: Vec<&str> = keep.find_iter(&text).map(|found| found.as_str()).collect();
        self.stdout = parts.join("\n").into_bytes();
    }
}

fn without(text: &[u8], word: &[u8]) -> Vec<u8> {
    let mut rest = text;
    let mut out = Vec::with_capacity(text.len());
    while let Some(at) = rest.windows(word.len()).position(|window| window == word) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + word.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Reads all files below `folder`.
///
/// # Errors
///
/// If a folder or file cannot be read.
pub fn snapshot(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files)?;
    Ok(files)
}

fn collect(top: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let path = entry?.path();
        let meta = fs::symlink_metadata(&path)?;
        let kind = meta.file_type();
        let mut seen = format!("mode {:o}\n", meta.permissions().mode()).into_bytes();
        if kind.is_dir() {
            collect(top, &path, files)?;
        } else if kind.is_symlink() {
            seen.extend_from_slice(fs::read_link(&path)?.as_os_str().as_encoded_bytes());
        } else if !kind.is_fifo() && !kind.is_socket() && !kind.is_char_device() {
            seen.extend(fs::read(&path).with_context(|| format!("read {}", path.display()))?);
        }
        files.insert(path.strip_prefix(top)?.to_string_lossy().into_owned(), seen);
    }
    Ok(())
}

/// Describes how `guest` differs from `native`, or returns `None` if it does not.
pub fn difference(native: &Outcome, guest: &Outcome) -> Option<String> {
    let mut report = String::new();
    if native.status != guest.status {
        let _ = writeln!(report, "status: native {}, guest {}", native.status, guest.status);
    }
    if native.stdout != guest.stdout {
        let _ = writeln!(report, "standard output: {}", first(&native.stdout, &guest.stdout));
    }
    let none = Vec::new();
    let names: std::collections::BTreeSet<&String> =
        native.files.keys().chain(guest.files.keys()).collect();
    for name in names {
        match (native.files.get(name), guest.files.get(name)) {
            (Some(left), Some(right)) if left == right => {}
            (Some(left), Some(right)) => {
                let _ = writeln!(report, "file {name}: {}", first(left, right));
            }
            (None, _) => drop(writeln!(report, "file {name}: only the guest made it")),
            (_, None) => drop(writeln!(report, "file {name}: the guest did not make it")),
        }
    }
    if report.is_empty() {
        return None;
    }
    for (who, outcome) in [("native", native), ("guest", guest)] {
        let stderr = if outcome.stderr.is_empty() { &none } else { &outcome.stderr };
        let text = String::from_utf8_lossy(stderr);
        let tail: Vec<&str> = text.lines().rev().take(15).collect();
        for line in tail.iter().rev() {
            let _ = writeln!(report, "{who} error: {line}");
        }
    }
    Some(report)
}

/// The first line in which two texts differ.
fn first(native: &[u8], guest: &[u8]) -> String {
    let mut left = native.split(|byte| *byte == b'\n');
    let mut right = guest.split(|byte| *byte == b'\n');
    for number in 1.. {
        match (left.next(), right.next()) {
            (Some(a), Some(b)) if a == b => {}
            (a, b) => return format!("line {number}: native {}, guest {}", show(a), show(b)),
        }
    }
    String::new()
}

fn show(line: Option<&[u8]>) -> String {
    let Some(line) = line else { return "ends".to_owned() };
    let text = String::from_utf8_lossy(line);
    let short: String = text.chars().take(160).collect();
    format!("{short:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: &str, stdout: &str) -> Outcome {
        let (stdout, stderr) = (stdout.as_bytes().to_vec(), Vec::new());
        Outcome { status: status.to_owned(), stdout, stderr, files: BTreeMap::new() }
    }

    #[test]
    fn equal_runs_have_no_difference() {
        assert_eq!(difference(&outcome("exit 0", "a\n"), &outcome("exit 0", "a\n")), None);
    }

    #[test]
    fn the_first_differing_line_is_named() {
        let report = difference(&outcome("exit 0", "a\nb\n"), &outcome("exit 1", "a\nc\n"));
        let report = report.expect("a difference");
        assert!(report.contains("native exit 0, guest exit 1"), "{report}");
        assert!(report.contains("line 2: native \"b\", guest \"c\""), "{report}");
    }

    #[test]
    fn the_prefix_is_stripped() {
        let mut run = outcome("exit 0", "at /a/root/usr/bin: /a/root");
        run.strip("/a/root");
        assert_eq!(run.stdout, b"at /usr/bin: ");
    }
}
