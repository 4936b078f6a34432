//! The layer table of ARCHITECTURE.md against the dependencies that the crates declare.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell::{capture, cargo};

/// One row of the table: its layer, its folders, and what it may use.
struct Row {
    layer: u32,
    folders: Vec<String>,
    uses: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    path: Option<String>,
    kind: Option<String>,
}

/// Each crate stands in the table, and each arrow leads down and is allowed by its row.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let page = fs::read_to_string(root.join("ARCHITECTURE.md")).context("read ARCHITECTURE.md")?;
    let rows: Vec<Row> = page.lines().filter_map(parse_row).collect();
    let args = ["metadata", "--format-version=1", "--no-deps"];
    let text = capture(cargo().args(args).current_dir(root))?;
    let metadata: Metadata = serde_json::from_str(&text).context("read cargo metadata")?;
    let mut complaints = Vec::new();
    for package in &metadata.packages {
        let folder = folder_of(root, &package.manifest_path);
        let Some(row) = find(&rows, &folder) else {
            complaints.push(format!("{folder}: not in the layer table of ARCHITECTURE.md"));
            continue;
        };
        let used = package.dependencies.iter().filter(|d| d.kind.as_deref() != Some("dev"));
        for dependency in used.filter(|d| d.path.is_some()) {
            let path = dependency.path.as_deref().unwrap_or_default();
            let to = folder_of(root, &format!("{path}/Cargo.toml"));
            if !allowed(&rows, row, dependency, &to) {
                let (from, name) = (&package.name, &dependency.name);
                complaints.push(format!("{from} uses {name}, which its row does not allow"));
            }
        }
    }
    Ok(complaints)
}

/// Reads `| 1 | `folder` (`crate`), `folder` | uses |`.
fn parse_row(line: &str) -> Option<Row> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let layer = cells.next()?.parse().ok()?;
    let folders = cells.next()?;
    let uses = cells.next()?;
    Some(Row { layer, folders: expand(&quoted(folders)), uses: names(uses) })
}

/// The texts between back quotes, without those in parentheses, which are crate names.
fn quoted(cell: &str) -> Vec<String> {
    let parts: Vec<&str> = cell.split('`').collect();
    let outside = |index: usize| !parts[index - 1].ends_with('(');
    let inside = (1..parts.len()).step_by(2);
    inside.filter(|&i| outside(i)).map(|i| parts[i].to_owned()).collect()
}

/// Writes `a/{b,c}` out.
fn expand(folders: &[String]) -> Vec<String> {
    let one = |folder: &String| match folder.split_once('{') {
        Some((head, tail)) => {
            tail.trim_end_matches('}').split(',').map(|part| format!("{head}{part}")).collect()
        }
        None => vec![folder.clone()],
    };
    folders.iter().flat_map(one).collect()
}

fn names(cell: &str) -> Vec<String> {
    let words = cell.split(',').map(|word| word.split('(').next().unwrap_or("").trim());
    words.filter(|word| !word.is_empty() && *word != "–").map(str::to_owned).collect()
}

fn folder_of(root: &Path, manifest: &str) -> String {
    let folder = Path::new(manifest).parent().unwrap_or(Path::new(""));
    folder.strip_prefix(root).unwrap_or(folder).to_string_lossy().into_owned()
}

fn find<'a>(rows: &'a [Row], folder: &str) -> Option<&'a Row> {
    let stands = |entry: &String| {
        folder.strip_prefix(entry.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('/'))
    };
    rows.iter().find(|row| row.folders.iter().any(stands))
}

fn allowed(rows: &[Row], row: &Row, dependency: &Dependency, to: &str) -> bool {
    let Some(target) = find(rows, to) else { return false };
    let lower = target.layer < row.layer;
    let named = row.uses.iter().any(|word| match word.as_str() {
        "any" => true,
        "any below" => lower,
        "frontends" => to.starts_with("frontend/"),
        "backends" => to.starts_with("backends/"),
        word => match word.strip_suffix('*') {
            Some(prefix) => dependency.name.starts_with(prefix),
            None => dependency.name == word,
        },
    });
    named && (lower || row.uses.iter().any(|word| word == "any"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read() {
        let row =
            parse_row("| 2 | `risu/{gen,record}`, `tcg/exec` (`tcg-exec`) | isa (build), a |");
        let row = row.expect("a row");
        assert_eq!(row.layer, 2);
        assert_eq!(row.folders, ["risu/gen", "risu/record", "tcg/exec"]);
        assert_eq!(row.uses, ["isa", "a"]);
        assert!(parse_row("| layer | folder | may use |").is_none());
    }
}
