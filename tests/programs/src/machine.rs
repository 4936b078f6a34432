//! The machines a command line runs on: this one, inside the folder of amd64 programs, and the
//! emulator with the folder of a guest's programs as its prefix.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
pub use risu_trace::Guest;

use crate::outcome::{Outcome, snapshot};

/// Folders below a root in which programs are looked up, first match first.
const SEARCH: [&str; 3] = ["opt/programs", "usr/bin", "usr/sbin"];

/// What a program sees of the environment.
const ENVIRONMENT: [(&str, &str); 7] = [
    ("PATH", "/opt/programs:/usr/bin:/usr/sbin"),
    ("LC_ALL", "C.UTF-8"),
    ("TZ", "UTC"),
    ("TERM", "dumb"),
    ("PYTHONHASHSEED", "0"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("TMPDIR", "/tmp"),
];

/// The script that runs a program in another root.
const ENTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/enter.sh");

/// Folders of this machine that programs need.
const SHARED: &str = "/dev /proc /sys /tmp";

/// Debian's name of the folder with a guest's libraries.
#[must_use]
pub fn triplet(guest: Guest) -> String {
    format!("{}-linux-gnu", guest.name())
}

/// Where programs come from and what runs those of the guests.
#[derive(Debug)]
pub struct Machines {
    guests: PathBuf,
    emulator: PathBuf,
}

/// What to run and where.
#[derive(Debug)]
pub struct Job<'a> {
    /// Program and arguments.
    pub words: &'a [String],
    /// Working folder, below `/tmp`.
    pub folder: &'a Path,
    /// File for standard input.
    pub stdin: Option<PathBuf>,
    /// Seconds after which the run is given up.
    pub timeout_s: u32,
}

impl Machines {
    /// Finds the programs and the emulator.
    ///
    /// # Errors
    ///
    /// If either is missing; the message says which command makes it.
    pub fn find() -> Result<Machines> {
        Ok(Machines { guests: guests()?, emulator: emulator()? })
    }

    /// Runs a job with the amd64 programs.
    ///
    /// # Errors
    ///
    /// If the root cannot be entered.
    pub fn native(&self, job: &Job<'_>) -> Result<Outcome> {
        let root = self.guests.join("amd64");
        let program = look_up(&root, &job.words[0])?;
        let mut command = limited(job.timeout_s);
        command.arg(ENTER).arg(&root).arg(job.folder).arg(SHARED);
        command.arg(Path::new("/").join(program)).args(&job.words[1..]);
        let outcome = run(command, job)?;
        let errors = String::from_utf8_lossy(&outcome.stderr);
        ensure!(outcome.status != "exit 125", "cannot enter {}: {errors}", root.display());
        Ok(outcome)
    }

    /// Runs a job with the programs of a guest under the emulator.
    ///
    /// # Errors
    ///
    /// If the emulator cannot be started.
    pub fn guest(&self, guest: Guest, job: &Job<'_>) -> Result<Outcome> {
        let root = self.guests.join(guest.name());
        let program = look_up(&root, &job.words[0])?;
        let mut command = limited(job.timeout_s);
        command.arg(&self.emulator).arg("-L").arg(&root);
        command.arg(root.join(program)).args(&job.words[1..]);
        let mut outcome = run(command, job)?;
        outcome.strip(&root.to_string_lossy());
        Ok(outcome)
    }
}

/// The folder with the programs of all architectures.
///
/// # Errors
///
/// If they are not there.
pub fn guests() -> Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let guests = workspace.join("target/guests");
    ensure!(
        Guest::ALL.iter().all(|guest| guests.join(guest.name()).join("opt/programs").exists())
            && guests.join("amd64/usr/bin").exists(),
        "no guest programs in {} (run cargo xtask guests)",
        guests.display()
    );
    Ok(guests)
}

/// The emulator under test: `MOMONGA`, or the newest one that cargo built here.
///
/// # Errors
///
/// If none is built.
pub fn emulator() -> Result<PathBuf> {
    if let Some(path) = env::var_os("MOMONGA") {
        return Ok(path.into());
    }
    let this = env::current_exe().context("find this program")?;
    let target = this.ancestors().nth(3).unwrap_or(Path::new("target"));
    let folders = ["x86_64-unknown-linux-gnu/release", "release", "debug"];
    let built = folders.map(|folder| target.join(folder).join("momonga"));
    let age = |path: &PathBuf| path.metadata().and_then(|meta| meta.modified()).ok();
    let newest = built.into_iter().filter(|path| path.exists()).max_by_key(age);
    newest.with_context(|| format!("no momonga in {} (run cargo static)", target.display()))
}

fn look_up(root: &Path, program: &str) -> Result<PathBuf> {
    let mut places = SEARCH.iter().map(|folder| Path::new(folder).join(program));
    let found = places.find(|place| root.join(place).exists());
    found.with_context(|| format!("no program {program} in {}", root.display()))
}

/// A command that runs the rest of its arguments and ends them after some seconds, with exit status 124 or 137.
///
/// A signal that ends the program ends it as well.
fn limited(timeout_s: u32) -> Command {
    let mut command = Command::new("timeout");
    command.arg("--kill-after=5").arg(timeout_s.to_string());
    command
}

/// The emulator under test, which is ended after `timeout_s` seconds.
///
/// # Errors
///
/// If none is built.
pub fn limited_emulator(timeout_s: u32) -> Result<Command> {
    let mut command = limited(timeout_s);
    command.arg(emulator()?);
    Ok(command)
}

fn run(mut command: Command, job: &Job<'_>) -> Result<Outcome> {
    let stdin = match &job.stdin {
        Some(path) => File::open(path).with_context(|| format!("open {}", path.display()))?.into(),
        None => Stdio::null(),
    };
    let output = command
        .env_clear()
        .envs(ENVIRONMENT)
        .env("HOME", job.folder)
        .current_dir(job.folder)
        .stdin(stdin)
        .output()
        .with_context(|| format!("run {command:?}"))?;
    let status = match (output.status.code(), output.status) {
        (Some(124 | 137), _) => format!("no end within {} s", job.timeout_s),
        (Some(code), _) => format!("exit {code}"),
        (None, status) => status.to_string(),
    };
    let (stdout, stderr) = (output.stdout, output.stderr);
    Ok(Outcome { status, stdout, stderr, files: snapshot(job.folder)? })
}
