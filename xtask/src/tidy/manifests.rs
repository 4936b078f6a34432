//! What the manifests say: lints, and dependencies that something uses.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use toml::{Table, Value};

use super::{has_extension, read};

/// The tables of a manifest that name dependencies.
const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// The page that says what dependencies are for.
const PAGE: &str = "docs/src/dependencies.md";

/// Every crate inherits the lints of the workspace and names each of its dependencies in its code; every dependency of the
/// workspace is a crate's; the page has a row for all of them but our own, and for no others.
pub(super) fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    let (mut taken, mut ours) = (BTreeSet::new(), BTreeSet::new());
    for path in files.iter().filter(|path| path.ends_with("Cargo.toml")) {
        let manifest: Table = read(root, path)?.parse()?;
        let Some(package) = manifest.get("package") else { continue };
        ours.extend(package.get("name").and_then(Value::as_str).map(str::to_owned));
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if lints != Some(&Value::Boolean(true)) {
            complaints.push(format!("{}: [lints] workspace = true is missing", path.display()));
        }
        let code = code_of(root, path, files)?;
        let names = dependencies(&manifest);
        let unused = names.iter().filter(|name| !names_crate(&code, name));
        complaints.extend(unused.map(|name| format!("{}: {name} is not used", path.display())));
        taken.extend(names);
    }
    let foreign = taken.iter().filter(|name| !ours.contains(*name)).map(String::as_str).collect();
    complaints.extend(check_page(&read(root, Path::new(PAGE))?, &foreign));
    let workspace: Table = read(root, Path::new("Cargo.toml"))?.parse()?;
    let offered = workspace.get("workspace").and_then(|table| table.get("dependencies"));
    for name in offered.and_then(Value::as_table).into_iter().flat_map(Table::keys) {
        if !taken.contains(name) {
            complaints.push(format!("Cargo.toml: no crate takes {name}"));
        }
    }
    Ok(complaints)
}

/// The page has a row for each of these dependencies, and for no other.
fn check_page(page: &str, dependencies: &BTreeSet<&str>) -> Vec<String> {
    let rows = page.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    // What is between backticks.
    let names: BTreeSet<&str> = rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let missing = dependencies.difference(&names).map(|name| format!("{PAGE}: no {name}"));
    let gone = names.difference(dependencies).map(|name| format!("{PAGE}: no crate takes {name}"));
    missing.chain(gone).collect()
}

/// The names of all dependencies, those for some targets too.
fn dependencies(manifest: &Table) -> Vec<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let tables = std::iter::once(manifest).chain(targets);
    let kinds = tables.flat_map(|table| KINDS.iter().filter_map(|kind| table.get(*kind)));
    kinds.filter_map(Value::as_table).flat_map(Table::keys).cloned().collect()
}

/// All Rust code below the folder of a manifest.
fn code_of(root: &Path, manifest: &Path, files: &[PathBuf]) -> Result<String> {
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let code = files.iter().filter(|path| path.starts_with(folder) && has_extension(path, "rs"));
    code.map(|path| read(root, path)).collect()
}

/// Whether code has the name under which it knows a dependency.
fn names_crate(code: &str, dependency: &str) -> bool {
    let name = dependency.replace('-', "_");
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_every_kind_are_found() {
        let text = "[dependencies]\na.workspace = true\n[dev-dependencies]\nb = \"1\"\n\
                    [target.'cfg(unix)'.dependencies]\nc = \"2\"\n";
        assert_eq!(dependencies(&text.parse().expect("a manifest")), ["a", "b", "c"]);
    }

    #[test]
    fn the_page_names_what_is_taken() {
        let page = "`a` is no row\n| crate | for |\n| --- | --- |\n| `b`, `c` | `d` |\n";
        assert!(check_page(page, &["b", "c"].into()).is_empty());
        let complaints = check_page(page, &["a", "b"].into());
        assert_eq!(complaints.len(), 2, "{complaints:?}");
        assert!(complaints[0].ends_with("no a") && complaints[1].ends_with("takes c"));
    }

    #[test]
    fn names_are_whole_words() {
        assert!(names_crate("use tcg_ir::Op;", "tcg-ir"));
        assert!(!names_crate("use tcg_irgen::Op;", "tcg-ir"));
    }
}
