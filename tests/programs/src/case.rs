//! One case: two fresh folders of the same name, one after the other, and the comparison.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::list::Case;
use crate::machine::{Job, Machines};
use crate::outcome::{Outcome, difference};

/// The date of all input files, in seconds of Unix time.
const DATE_S: u64 = 1_700_000_000;

/// Runs a case on both machines.
///
/// # Errors
///
/// If the runs differ, or one of them could not be started.
pub fn check(case: &Case, machines: &Machines) -> Result<()> {
    let folder = folder_for(&case.name);
    let native = in_fresh(&folder, |folder| machines.native(&job(case, &case.native, folder)));
    let mut native = native.context("run natively")?;
    let guest =
        in_fresh(&folder, |folder| machines.guest(case.machine, &job(case, &case.guest, folder)));
    let mut guest = guest.context("run the guest")?;
    if let Some(keep) = &case.keep {
        native.reduce(keep);
        guest.reduce(keep);
    }
    match difference(&native, &guest) {
        None => Ok(()),
        Some(report) => bail!("{}\n{report}", case.guest.join(" ")),
    }
}

/// The working folder of a test; its parent is different in each process.
pub fn folder_for(test: &str) -> PathBuf {
    PathBuf::from(format!("/tmp/program-tests.{}", process::id())).join(test.replace("::", "-"))
}

fn job<'a>(case: &'a Case, words: &'a [String], folder: &'a Path) -> Job<'a> {
    let stdin = case.stdin.as_ref().map(|name| data().join(name));
    Job { words, folder, stdin, timeout_s: case.timeout_s }
}

/// The input files every case finds in its working folder.
pub fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
}

/// Runs something in a new folder that holds the input files, and removes the folder.
///
/// # Errors
///
/// If the folder cannot be made or removed, or what runs in it fails.
pub fn in_fresh(folder: &Path, run: impl FnOnce(&Path) -> Result<Outcome>) -> Result<Outcome> {
    // A process of the same number, which somebody ended, may have left one.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    let outcome = copy(&data(), folder).and_then(|()| run(folder));
    fs::remove_dir_all(folder).with_context(|| format!("remove {}", folder.display()))?;
    outcome
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("list {}", from.display()))? {
        let source = entry?.path();
        let target = to.join(source.file_name().unwrap_or_default());
        if source.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&source, &target)?;
            continue;
        }
        fs::copy(&source, &target).with_context(|| format!("copy {}", source.display()))?;
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(DATE_S);
        File::options().write(true).open(&target)?.set_modified(date)?;
    }
    Ok(())
}
