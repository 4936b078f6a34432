//! Whether the disk has room for what is about to be fetched and built.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::shell::{build_dir, capture};

/// What is fetched below `target`: a path that is there when the part is, and its megabytes, as `du` says.
/// The largest has room for the packages that are downloaded together, too: they go as they are unpacked.
const FETCHED: [(&str, u64); 5] = [
    ("guests/s390x.packages", 540),
    ("guests/aarch64.packages", 590),
    ("guests/amd64.packages", 1160),
    ("guests/go/cache", 400),
    ("hosts/toolchain/ready", 720),
];

/// The same of what cargo builds in its folder for `cargo xtask ci`: tests, the shipped momonga, documentation.
const BUILT: [(&str, u64); 1] = [("doc", 2600)];

/// Fails if what is missing needs more room than there is.
///
/// # Errors
///
/// Then, and if the free space cannot be read.
pub(crate) fn check(root: &Path) -> Result<()> {
    let target = root.join("target");
    let needed = missing(&FETCHED, &target) + missing(&BUILT, &build_dir());
    let free = free_megabytes(if target.exists() { &target } else { root })?;
    ensure!(
        needed <= free,
        "what is missing below {} needs {needed} MB, but its disk has {free} MB free",
        target.display()
    );
    Ok(())
}

fn missing(parts: &[(&str, u64)], folder: &Path) -> u64 {
    let missing = parts.iter().filter(|(path, _)| !folder.join(path).exists());
    missing.map(|(_, megabytes)| megabytes).sum()
}

fn free_megabytes(folder: &Path) -> Result<u64> {
    let text = capture(Command::new("df").args(["--output=avail", "--block-size=1M"]).arg(folder))?;
    let number = text.lines().nth(1).map(str::trim);
    number.and_then(|number| number.parse().ok()).context("read the output of df")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_counts() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(missing(&[("src/space.rs", 5), ("src", 7), ("no such file", 3)], here), 3);
    }

    #[test]
    fn free_space_is_read() {
        assert!(free_megabytes(Path::new("/")).is_ok());
    }
}
