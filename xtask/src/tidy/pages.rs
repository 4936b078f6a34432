//! What the pages say about the tree: links, paths and titles.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{has_extension, read};

const SUMMARY: &str = "docs/src/SUMMARY.md";

/// Links lead somewhere, files and folders that are named exist, and the table of contents has the titles of the pages.
pub(super) fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for path in files.iter().filter(|path| has_extension(path, "md")) {
        let page = read(root, path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let dead = link_targets(&page).filter(|target| !root.join(folder).join(target).exists());
        complaints.extend(dead.map(|to| format!("{}: link to {to} leads nowhere", path.display())));
        let missing = quoted(&page).filter(|text| !is_there(text, files));
        complaints.extend(missing.map(|text| format!("{}: there is no {text}", path.display())));
    }
    let summary = read(root, Path::new(SUMMARY))?;
    for (title, page) in entries(&summary) {
        let heading = read(root, &Path::new("docs/src").join(page))?;
        if heading.lines().next() != Some(&format!("# {title}")) {
            complaints.push(format!("{SUMMARY}: {page} is not called {title}"));
        }
    }
    Ok(complaints)
}

/// The targets of the relative links of a page, without anchors.
fn link_targets(page: &str) -> impl Iterator<Item = &str> {
    let pieces = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let targets = pieces.map(|target| target.split('#').next().unwrap_or(""));
    targets.filter(|target| !target.is_empty() && !target.contains("://") && !target.contains(' '))
}

/// Texts between back quotes on one line.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    page.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether a text that reads like a path of this tree or of a crate, or the name of a Rust file, is one. Patterns are not
/// looked at.
fn is_there(text: &str, files: &[PathBuf]) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    let path = Path::new(text);
    if !text.chars().all(plain) {
        return true;
    }
    let Some((top, _)) = text.split_once('/') else {
        return !text.ends_with(".rs") || files.iter().any(|file| file.ends_with(path));
    };
    let is_ours = !top.is_empty() && files.iter().any(|file| file.starts_with(top));
    !is_ours || files.iter().any(|file| file.starts_with(path) || file.ends_with(path))
}

/// Title and file of each entry of the table of contents.
fn entries(summary: &str) -> impl Iterator<Item = (&str, &str)> {
    summary.lines().filter_map(|line| line.strip_prefix("- [")?.strip_suffix(')')?.split_once("]("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relative_links_are_followed() {
        let page = "[a](b.md#part) [c](https://x.example/) [d](#here) ![e](f/g.png)";
        assert!(link_targets(page).eq(["b.md", "f/g.png"]));
    }

    #[test]
    fn what_reads_like_a_path_must_be_one() {
        let files = ["tcg/ir/src/ops.rs", "README.md"].map(PathBuf::from);
        let good =
            ["tcg/ir/src/ops.rs", "tcg/ir", "ops.rs", "src/ops.rs", "tcg/<guest>/x.rs", "/proc"];
        assert!(good.iter().all(|text| is_there(text, &files)));
        assert!(["tcg/ir/ops.rs", "tb.rs"].iter().all(|text| !is_there(text, &files)));
    }

    #[test]
    fn entries_have_title_and_file() {
        assert!(entries("# Summary\n\n- [A b](c.md)\n").eq([("A b", "c.md")]));
    }
}
