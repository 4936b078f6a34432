//! Streams and their recordings.

use std::ffi::OsString;
use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use crossbeam::queue::SegQueue;

use crate::hosts;
use crate::peers::{self, PEERS};
use crate::shell::succeed;

/// What records.
pub(super) struct Reference {
    /// Name of its folder.
    pub(super) name: String,
    /// The program and arguments before `record`.
    command: Vec<PathBuf>,
    /// How `risu gen` calls it.
    known_as: &'static str,
}

impl Reference {
    /// What records for a guest, the best first: the program that was named, the processor for
    /// `none`, else the peers.
    ///
    /// # Errors
    ///
    /// If the recorder cannot be built or a peer not be fetched.
    pub(super) fn choose(
        root: &Path,
        guest: &str,
        named: Option<&str>,
        risu: &Path,
    ) -> Result<Vec<Reference>> {
        let foreign = root.join("target/hosts").join(guest).join("risu");
        if named != Some("none") {
            hosts::run(root, Some(guest))?;
        }
        let one = |name: &str, command, known_as| {
            Ok(vec![Reference { name: name.to_owned(), command, known_as }])
        };
        match named {
            Some("none") => return one("none", vec![risu.to_owned()], "hardware"),
            Some(program) => return one("other", vec![program.into(), foreign], "qemu"),
            None => peers::run(root)?,
        }
        let [oldest, newest] = &PEERS;
        // The newest has features of aarch64 that the oldest lacks.
        let chosen = match guest {
            "aarch64" => vec![(newest, "qemu"), (oldest, "qemu-user 10")],
            _ => vec![(oldest, "qemu")],
        };
        let reference = |(peer, known_as): (&peers::Peer, _)| Reference {
            name: peer.name.to_owned(),
            command: vec![peers::emulator(root, peer, guest), foreign.clone()],
            known_as,
        };
        Ok(chosen.into_iter().map(reference).collect())
    }

    /// What tells this reference from another in the same folder.
    fn note(&self) -> OsString {
        self.command[0].as_os_str().to_owned()
    }
}

/// Makes and records streams.
pub(super) struct Recorder<'a> {
    pub(super) reference: &'a Reference,
    /// Where streams and traces stand.
    pub(super) folder: &'a Path,
    pub(super) guest: &'a str,
    /// The host's own risu.
    pub(super) risu: &'a Path,
    /// Checkpoints of each stream.
    pub(super) count: u64,
}

impl Recorder<'_> {
    /// Generates the streams of seeds from 1 on and records those that are new, in so many
    /// processes at a time; the traces.
    ///
    /// # Errors
    ///
    /// If a stream cannot be made, recorded or written.
    pub(super) fn record(&self, seeds: u64, jobs: usize) -> Result<Vec<PathBuf>> {
        let start = Instant::now();
        fs::create_dir_all(self.folder)
            .with_context(|| format!("create {}", self.folder.display()))?;
        self.forget_other_reference()?;
        let (work, done) = (SegQueue::new(), SegQueue::new());
        (1..=seeds).for_each(|seed| work.push(seed));
        std::thread::scope(|scope| {
            let record = || {
                while let Some(seed) = work.pop() {
                    let new = self.record_one(seed).with_context(|| format!("seed {seed}"));
                    let failed = new.is_err();
                    done.push(new);
                    show(done.len() as u64, seeds);
                    if failed {
                        break;
                    }
                }
            };
            (0..jobs).for_each(|_| drop(scope.spawn(record)));
        });
        let new: Vec<bool> = done.into_iter().collect::<Result<_>>()?;
        println!(
            "{seeds} streams of {} checkpoints; {} recorded in {:.0} s by {}",
            self.count,
            new.into_iter().filter(|new| *new).count(),
            start.elapsed().as_secs_f64(),
            self.reference.name
        );
        Ok((1..=seeds).map(|seed| self.file(seed, "trace")).collect())
    }

    fn file(&self, seed: u64, kind: &str) -> PathBuf {
        self.folder.join(format!("{seed}.{kind}"))
    }

    /// Removes traces that another program recorded.
    fn forget_other_reference(&self) -> Result<()> {
        let (file, note) = (self.folder.join("reference"), self.reference.note());
        let note = note.as_encoded_bytes();
        if fs::read(&file).is_ok_and(|last| last == note) {
            return Ok(());
        }
        for entry in fs::read_dir(self.folder).context("list the traces")? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "trace") {
                fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
            }
        }
        fs::write(&file, note).context("note the reference")
    }

    /// Whether the stream was new and has been recorded.
    fn record_one(&self, seed: u64) -> Result<bool> {
        let (stream, trace) = (self.file(seed, "stream"), self.file(seed, "trace"));
        let (fresh, part) = (self.file(seed, "stream.new"), self.file(seed, "trace.new"));
        succeed(
            Command::new(self.risu)
                .args(["gen", "--guest", self.guest, "--reference", self.reference.known_as])
                .args(["--seed", &seed.to_string(), "--count", &self.count.to_string(), "-o"])
                .arg(&fresh),
        )?;
        if trace.exists() && fs::read(&fresh)? == fs::read(&stream).unwrap_or_default() {
            fs::remove_file(&fresh)?;
            return Ok(false);
        }
        let log = fs::File::create(self.file(seed, "log"))?;
        let (program, arguments) =
            self.reference.command.split_first().context("no program that records")?;
        let mut recorder = Command::new(program);
        recorder.args(arguments).arg("record").arg(&fresh).arg("-o").arg(&part);
        // QEMU's processor has pointer authentication only if asked; other hosts do not look here.
        if self.guest == "aarch64" {
            recorder.env("QEMU_CPU", "max,pauth=on");
        }
        succeed(recorder.stdout(log.try_clone()?).stderr(log))?;
        fs::rename(&fresh, &stream)?;
        fs::rename(&part, &trace)?;
        Ok(true)
    }
}

/// Progress, on a terminal only.
fn show(done: u64, of: u64) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        // Progress that cannot be shown is no loss.
        let _ = write!(out, "\r{done} of {of} streams{}", if done == of { "\n" } else { "" });
    }
}
