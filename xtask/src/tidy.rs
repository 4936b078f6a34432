//! `cargo xtask tidy`: rules of this tree that no lint knows.
//!
//! Each rule is a function that returns its complaints, one line each.

mod layers;
mod manifests;
mod pages;
mod unsafe_files;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell::capture;

/// Kinds of files that are read as text.
const TEXT: [&str; 14] =
    ["rs", "md", "toml", "c", "h", "cpp", "go", "isa", "list", "sh", "yml", "in", "vec", "tcg"];

/// Folder of input files for programs, which may look as they like.
const DATA: &str = "tests/programs/data/";

/// Checks all rules.
///
/// # Errors
///
/// If a rule is broken, with all complaints, or the tree cannot be read.
pub(crate) fn run(root: &Path) -> Result<()> {
    let files = tracked(root)?;
    let mut complaints = layers::check(root)?;
    complaints.extend(unsafe_files::check(root, &files)?);
    complaints.extend(manifests::check(root, &files)?);
    complaints.extend(white_space(root, &files)?);
    complaints.extend(pages::check(root, &files)?);
    complaints.extend(lengths(root, &files)?);
    complaints.extend(names(root, &files)?);
    if !complaints.is_empty() {
        bail!("not tidy:\n{}", complaints.join("\n"));
    }
    Ok(())
}

/// The files under version control that still exist, relative to the root.
fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    // Whoever owns the files: as root, in a container for one, they may be another user's.
    let trusted = format!("safe.directory={}", root.display());
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["-c", &trusted, "ls-files", "-z"]);
    let names = capture(&mut git)?;
    let paths = names.split_terminator('\0').map(PathBuf::from);
    Ok(paths.filter(|path| root.join(path).is_file()).collect())
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e == extension)
}

fn read(root: &Path, path: &Path) -> Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("read {}", path.display()))
}

/// No trailing space, and a line end at the end.
fn white_space(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    let text = |path: &Path| TEXT.iter().any(|e| has_extension(path, e));
    for path in files.iter().filter(|path| text(path) && !path.starts_with(DATA)) {
        let contents = read(root, path)?;
        for (number, line) in contents.lines().enumerate() {
            if line.ends_with([' ', '\t']) {
                complaints.push(format!("{}:{}: trailing space", path.display(), number + 1));
            }
        }
        if !contents.is_empty() && !contents.ends_with('\n') {
            complaints.push(format!("{}: no line end at the end", path.display()));
        }
    }
    Ok(complaints)
}

/// What names no guest or no host: folders, and words that stand in none of their files.
const NAMELESS: [(&[&str], &[&str]); 2] = [
    (
        &["tcg", "backends", "frontend/common"],
        &["s390x", "s390", "aarch64", "arm64", "a64", "psw", "nzcv", "pstate"],
    ),
    (
        &["frontend/common", "frontend/s390x/src", "frontend/aarch64/src"],
        &["x86", "x86_64", "amd64"],
    ),
];

/// Guests are named by front ends and hosts by back ends alone.
fn names(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for (folders, words) in NAMELESS {
        for path in files.iter().filter(|path| folders.iter().any(|f| path.starts_with(f))) {
            let contents = read(root, path)?.to_lowercase();
            let mut found = contents.split(|c: char| !c.is_alphanumeric() && c != '_');
            if let Some(word) = found.find(|word| words.contains(word)) {
                complaints.push(format!("{}: names {word}", path.display()));
            }
        }
    }
    Ok(complaints)
}

/// Most lines of a Rust file: more are more than one subject.
const MAX_LINES: usize = 500;

/// Files that are one table.
const TABLES: [&str; 2] = ["targets/linux-user/src/table.rs", "tcg/ir/src/ops.rs"];

/// Rust files have one subject, as far as their length tells.
fn lengths(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    let is_table = |path: &Path| TABLES.iter().any(|table| path == Path::new(table));
    for path in files.iter().filter(|path| has_extension(path, "rs") && !is_table(path)) {
        let n_lines = read(root, path)?.lines().count();
        if n_lines > MAX_LINES {
            complaints.push(format!("{}: {n_lines} lines, split it by subject", path.display()));
        }
    }
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_tidy() {
        if let Err(error) = run(&crate::shell::workspace()) {
            panic!("{error:#}");
        }
    }
}
