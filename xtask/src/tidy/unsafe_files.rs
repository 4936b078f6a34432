//! The list of files with `unsafe` in `docs/src/unsafe.md` against the files.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{has_extension, read};

const PAGE: &str = "docs/src/unsafe.md";

/// Files with `unsafe` are listed, and listed files have it. Tests may hold it unlisted.
pub(super) fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let page = read(root, Path::new(PAGE))?;
    let listed: Vec<PathBuf> = page.lines().filter_map(listed_file).collect();
    let mut complaints = Vec::new();
    for path in files.iter().filter(|path| has_extension(path, "rs") && !is_test(path)) {
        let holds = holds_unsafe(&read(root, path)?);
        match (holds, listed.contains(path)) {
            (true, false) => complaints.push(format!("{}: not listed in {PAGE}", path.display())),
            (false, true) => complaints.push(format!("{PAGE}: {} holds none", path.display())),
            _ => {}
        }
    }
    for path in listed.iter().filter(|path| !files.contains(path)) {
        complaints.push(format!("{PAGE}: there is no {}", path.display()));
    }
    Ok(complaints)
}

fn listed_file(line: &str) -> Option<PathBuf> {
    let name = line.strip_prefix("| `")?.split('`').next()?;
    name.ends_with(".rs").then(|| PathBuf::from(name))
}

fn is_test(path: &Path) -> bool {
    let folder = |part: std::path::Component<'_>| {
        ["tests", "benches", "examples"].iter().any(|name| part.as_os_str() == *name)
    };
    path.components().any(folder) || path.file_stem().is_some_and(|stem| stem == "tests")
}

/// Whether the code before the tests of a file has the keyword, comments and texts left out.
fn holds_unsafe(text: &str) -> bool {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or(""));
    lines.into_iter().any(|line| {
        let outside: String = line.split('"').step_by(2).collect();
        let word = |c: char| !c.is_alphanumeric() && c != '_';
        outside.split(word).any(|part| part == "unsafe")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyword_counts_only_in_code() {
        assert!(holds_unsafe("fn f() { unsafe { g() } }"));
        assert!(!holds_unsafe("#![forbid(unsafe_code)] // unsafe\nlet x = \"unsafe\";"));
        assert!(!holds_unsafe("fn f() {}\n#[cfg(test)]\nmod tests { unsafe {} }"));
    }
}
