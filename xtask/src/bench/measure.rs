//! Running one case on one engine and reading what it cost.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use wait4::Wait4;

use super::cases::{Case, Program};
use crate::built::{NATIVE, Target};

/// Something that runs the cases.
pub(super) struct Engine {
    /// Column name.
    pub(super) name: String,
    /// What runs the programs of which guest.
    emulator: Option<(PathBuf, Target)>,
}

impl Engine {
    /// This machine, with the amd64 programs.
    pub(super) fn native() -> Engine {
        Engine { name: "native".to_owned(), emulator: None }
    }

    /// An emulator, with the programs of a guest.
    pub(super) fn emulator(name: &str, program: PathBuf, guest: Target) -> Engine {
        Engine { name: name.to_owned(), emulator: Some((program, guest)) }
    }
}

/// What one run cost and what it said.
pub(super) struct Sample {
    /// User plus system time in seconds.
    pub(super) cpu_s: f64,
    /// Largest resident set in KiB.
    pub(super) rss_kib: u64,
    /// Hash of standard output; equal runs have equal hashes.
    pub(super) output: u64,
    /// Whether it exited with status 0.
    pub(super) success: bool,
}

/// Runs a case once, with its repetitions.
///
/// # Errors
///
/// If the engine cannot be started.
pub(super) fn run(root: &Path, engine: &Engine, case: &Case) -> Result<Sample> {
    let mut total = Sample { cpu_s: 0.0, rss_kib: 0, output: 0, success: true };
    for _ in 0..case.repeat {
        let sample = once(root, engine, case)?;
        total.cpu_s += sample.cpu_s;
        total.rss_kib = total.rss_kib.max(sample.rss_kib);
        total.output = sample.output;
        total.success &= sample.success;
    }
    total.cpu_s /= f64::from(case.repeat);
    Ok(total)
}

fn once(root: &Path, engine: &Engine, case: &Case) -> Result<Sample> {
    let mut command = match &engine.emulator {
        Some((emulator, target)) => guest(root, emulator, target, &case.program),
        None => native(root, &case.program),
    };
    let stdin = match &case.stdin {
        Some(path) => File::open(path).with_context(|| format!("open {}", path.display()))?.into(),
        None => Stdio::null(),
    };
    command.args(&case.args).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::null());
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin");
    let mut child = command.spawn().with_context(|| format!("start {command:?}"))?;
    let output = match child.stdout.take() {
        Some(stdout) => hash_of(stdout).with_context(|| format!("read from {command:?}"))?,
        None => 0,
    };
    let end = child.wait4().with_context(|| format!("wait for {command:?}"))?;
    Ok(Sample {
        cpu_s: (end.rusage.utime + end.rusage.stime).as_secs_f64(),
        rss_kib: end.rusage.maxrss / 1024,
        output,
        success: end.status.success(),
    })
}

/// The hash of what a program prints, chunk by chunk: a child starts with the largest resident set that its parent
/// ever had, so this process must stay smaller than any that it measures.
fn hash_of(mut stdout: ChildStdout) -> std::io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    let mut chunk = Vec::new();
    while stdout.by_ref().take(1 << 16).read_to_end(&mut chunk)? > 0 {
        chunk.hash(&mut hasher);
        chunk.clear();
    }
    Ok(hasher.finish())
}

fn guest(root: &Path, emulator: &Path, target: &Target, program: &Program) -> Command {
    let prefix = root.join("target/guests").join(target.name);
    let path = match program {
        Program::Static(path) => prefix.join(path),
        Program::Dynamic(path) => prefix.join(path),
        Program::Different { guest: path, .. } => prefix.join(path),
    };
    let mut command = Command::new(emulator);
    command.arg("-L").arg(prefix).arg(path);
    command
}

/// Dynamic programs run by the loader of their own root, so that they need no change of root.
fn native(root: &Path, program: &Program) -> Command {
    let prefix = root.join("target/guests").join(NATIVE.name);
    let path = match program {
        Program::Static(path) => return Command::new(prefix.join(path)),
        Program::Dynamic(path) => prefix.join(path),
        Program::Different { native: path, .. } => prefix.join(path),
    };
    let mut command = Command::new(prefix.join("usr/lib64/ld-linux-x86-64.so.2"));
    command.arg("--library-path").arg(prefix.join("usr/lib").join(NATIVE.triplet)).arg(path);
    command
}
