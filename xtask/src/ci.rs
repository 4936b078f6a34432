//! `cargo xtask ci`: all that must hold before a change goes in, in order, and
//! `cargo xtask setup`: what the machine must have for it.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::shell::{PAUSES_S, capture, cargo, momonga, persistently, succeed};
use crate::{apt, guests, space, tidy};

/// Debian and Ubuntu packages that the tests need: compilers and disassemblers for both guests,
/// the archive's keys and default mirror.
const PACKAGES: [&str; 11] = [
    "binutils",
    "binutils-aarch64-linux-gnu",
    "binutils-s390x-linux-gnu",
    "debian-archive-keyring",
    "debootstrap",
    "gcc",
    "gcc-aarch64-linux-gnu",
    "gcc-s390x-linux-gnu",
    "git",
    "libc6-dev",
    "util-linux",
];

/// Installs the packages that are missing; needs root only if one is.
///
/// # Errors
///
/// If a package cannot be installed.
pub(crate) fn setup() -> Result<()> {
    let missing: Vec<&str> = PACKAGES.into_iter().filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let is_root = Path::new("/proc/self").metadata().is_ok_and(|this| this.uid() == 0);
    ensure!(is_root, "only root can install what is missing: {names}");
    println!("installing {names}");
    persistently("install packages", &PAUSES_S, || install(&missing))
}

/// Installs packages, even if no newer lists of packages can be read: those that are there may do.
fn install(packages: &[&str]) -> Result<()> {
    let apt = || {
        let mut command = apt::tool("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        command
    };
    if let Err(error) = capture(apt().arg("update")) {
        println!("read package lists: {error:#}");
    }
    capture(apt().args(["install", "-y", "--no-install-recommends"]).args(packages)).map(drop)
}

fn installed(package: &str) -> bool {
    let args = ["--show", "--showformat=${db:Status-Status}", package];
    capture(Command::new("dpkg-query").args(args)).is_ok_and(|status| status == "installed")
}

/// Fetches and builds what the tests run on.
///
/// # Errors
///
/// If something cannot be fetched or built.
pub(crate) fn prepare(root: &Path) -> Result<()> {
    space::check(root)?;
    setup()?;
    guests::run(root)?;
    succeed(cargo().arg("static").current_dir(root))
}

/// Formatting, lints, documentation, own rules, and all tests.
///
/// # Errors
///
/// If a step fails; the tests run even if the steps before them complained.
pub(crate) fn run(root: &Path) -> Result<()> {
    step("prepare");
    prepare(root)?;
    let mut failed = Vec::new();
    let mut note = |name: &'static str, result: Result<()>| {
        if let Err(error) = result {
            println!("{name}: {error:#}");
            failed.push(name);
        }
    };
    step("format");
    note("format", succeed(cargo().args(["fmt", "--all", "--check"]).current_dir(root)));
    step("clippy");
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
    note("clippy", succeed(cargo().args(clippy).current_dir(root)));
    step("doc");
    let doc = ["doc", "--workspace", "--no-deps", "--quiet"];
    note("doc", succeed(cargo().args(doc).env("RUSTDOCFLAGS", "-Dwarnings").current_dir(root)));
    step("tidy");
    note("tidy", tidy::run(root));
    step("test");
    note("test", test(root));
    step("engines, optimized");
    // As shipped: without debug assertions, and without the verifier before each block.
    let engines = ["test", "--release", "--quiet", "-p", "engine-tests", "-p", "vector-tests"];
    note("engines, optimized", succeed(cargo().args(engines).current_dir(root)));
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn step(name: &str) {
    println!("== {name}");
}

/// Runs all tests, shows what they print, and ends with one line of totals.
fn test(root: &Path) -> Result<()> {
    let mut child = cargo()
        .args(["test", "--workspace", "--no-fail-fast"])
        .env("MOMONGA", momonga())
        .current_dir(root)
        .stdout(Stdio::piped())
        .spawn()
        .context("run cargo test")?;
    let output = child.stdout.take().context("read the output of cargo test")?;
    let mut totals = [0_u32; 3];
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        count(&line, &mut totals);
    }
    let [passed, failed, ignored] = totals;
    println!("\nall tests: {passed} passed; {failed} failed; {ignored} ignored");
    if !child.wait()?.success() || failed > 0 {
        bail!("{failed} tests failed");
    }
    Ok(())
}

/// Adds the numbers of a line `test result: ok. 1 passed; 2 failed; 3 ignored; …`.
fn count(line: &str, totals: &mut [u32; 3]) {
    let Some((_, numbers)) = line.strip_prefix("test result: ").and_then(|r| r.split_once(". "))
    else {
        return;
    };
    for (part, total) in numbers.split("; ").zip(totals) {
        let number = part.split(' ').next().and_then(|word| word.parse::<u32>().ok());
        *total += number.unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added() {
        let mut totals = [1, 0, 0];
        count("test result: FAILED. 12 passed; 3 failed; 4 ignored; 0 measured", &mut totals);
        count("test a ... ok", &mut totals);
        assert_eq!(totals, [13, 3, 4]);
    }
}
