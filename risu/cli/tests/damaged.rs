//! Damaged and forged streams and traces through the whole of risu: one line and status 2, or a
//! verdict; never a panic, and never without end.
#![cfg(target_arch = "x86_64")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use risu_trace::{
    Area, AreaKind, Guest, HostInfo, Ignore, Manifest, Outcome, Signal, Step, StreamReader,
    StreamWriter, TraceReader, TraceWriter,
};

/// Damaged files of each kind.
const N_DAMAGED: u64 = 60;
/// Forged traces: good checksums, bad content.
const N_FORGED: u64 = 150;
/// The vectors of either guest will do here.
const VECTORS: &str =
    concat!("--vectors=", env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/s390x");
/// Seconds: far more than any of these takes, which is hundredths.
const LIMIT_S: u32 = 60;

/// A number at a border of something.
fn extreme(random: &mut ChaCha8Rng) -> u64 {
    match random.random_range(0..4) {
        0 => 0,
        1 => u64::MAX >> random.random_range(0..64),
        2 => 1 << random.random_range(0..64),
        _ => random.random(),
    }
}

fn stream(guest: Guest) -> Vec<u8> {
    let stream = risu_gen::generate(&risu_gen::Options {
        guest,
        seed: 1,
        count: 300,
        passes: 4,
        select: None,
        group: None,
        untranslated: false,
        limits: risu_gen::Limits::default(),
    })
    .expect("a stream");
    let mut writer = StreamWriter::new(Vec::new(), &stream.manifest).expect("a stream");
    stream.steps().for_each(|step| writer.push(&step).expect("a step"));
    writer.finish().expect("a stream")
}

/// A stream of each guest and what the interpreter makes of it. Recorded once: its code has fixed
/// addresses, which two threads cannot have at a time.
static GOOD: LazyLock<Vec<Good>> = LazyLock::new(|| {
    let good = |guest| {
        let stream = stream(guest);
        let trace = trace(&stream);
        Good { guest, stream, trace }
    };
    Guest::ALL.into_iter().map(good).collect()
});

struct Good {
    guest: Guest,
    stream: Vec<u8>,
    trace: Vec<u8>,
}

fn trace(stream: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let engine = "interp".parse().expect("an engine");
    let mut reader = StreamReader::new(stream).expect("a stream");
    risu_replay::record(&mut reader, &mut out, engine, "interp").expect("a trace");
    out
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("risu-damaged-{}-{name}", std::process::id()))
}

/// Runs risu on a file.
fn risu(args: &[&str], file: &Path) -> Output {
    let mut command = Command::new("timeout");
    command.arg(LIMIT_S.to_string()).arg(env!("CARGO_BIN_EXE_risu"));
    command.args(args).arg(file).output().expect("run risu")
}

/// Status 2 and one line, or a verdict where damage may go unnoticed.
fn check(what: &str, output: &Output, may_pass: bool) {
    let errors = String::from_utf8_lossy(&output.stderr);
    let is_line = errors.starts_with("risu: ") && errors.trim_end().lines().count() == 1;
    match output.status.code() {
        Some(2) => assert!(is_line, "{what}: {errors}"),
        Some(0 | 1) if may_pass => assert!(!errors.contains("panicked"), "{what}: {errors}"),
        status => panic!("{what}: status {status:?}, {errors}"),
    }
}

#[test]
fn damaged_files_are_refused_in_one_line() {
    GOOD.iter().for_each(check_damaged);
}

fn check_damaged(good: &Good) {
    let guest = format!("--guest={}", good.guest.name());
    let coverage = ["coverage", VECTORS, &guest];
    for (kind, bytes, commands) in [
        ("stream", &good.stream, &[&["dump", "--steps=1000"][..], &["dump", "--code"]][..]),
        ("trace", &good.trace, &[&["replay"], &["dump", "--steps=1000"], &coverage]),
    ] {
        for seed in 0..N_DAMAGED {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut bytes = bytes.clone();
            let at = random.random_range(0..bytes.len());
            match random.random_range(0..3) {
                0 => bytes.truncate(at),
                _ => bytes[at] ^= 1 << random.random_range(0..8),
            }
            let file = temporary(kind);
            std::fs::write(&file, &bytes).expect("write a file");
            for args in commands {
                // The blocks are read before the steps, where the damage may be.
                let may_pass = args.contains(&"--code");
                let what = format!("{kind} with seed {seed}, {guest}, {args:?}");
                check(&what, &risu(args, &file), may_pass);
            }
            std::fs::remove_file(&file).expect("remove the file");
        }
    }
}

/// A trace taken apart.
#[derive(Clone)]
struct Parts {
    manifest: Manifest,
    host: HostInfo,
    steps: Vec<(Step, Outcome)>,
}

impl Parts {
    fn read(bytes: &[u8]) -> Parts {
        let mut reader = TraceReader::new(bytes).expect("a trace");
        let (manifest, host) = (reader.manifest().clone(), reader.host().clone());
        let (mut step, mut outcome) = (Step::default(), Outcome::default());
        let mut steps = Vec::new();
        while reader.next(&mut step, &mut outcome).expect("a step") {
            steps.push((step.clone(), outcome.clone()));
        }
        Parts { manifest, host, steps }
    }

    /// The file; `None` if the writer refuses.
    fn write(&self) -> Option<Vec<u8>> {
        let mut writer = TraceWriter::new(Vec::new(), &self.manifest, &self.host).ok()?;
        for (step, outcome) in &self.steps {
            writer.push(step, outcome).ok()?;
        }
        writer.finish().ok()
    }

    fn forge(&mut self, random: &mut ChaCha8Rng) {
        let header = &mut self.manifest.header;
        let block = random.random_range(0..self.manifest.blocks.len());
        let block = &mut self.manifest.blocks[block];
        let step = random.random_range(0..self.steps.len());
        let (step, outcome) = &mut self.steps[step];
        match random.random_range(0..12) {
            0 => header.base = extreme(random),
            1 => header.image_len = extreme(random) as u32,
            2 => {
                let area = random.random_range(0..header.areas.len());
                header.areas[area].addr = extreme(random);
            }
            3 => {
                let area = random.random_range(0..header.areas.len());
                header.areas[area].len = extreme(random);
            }
            4 => header.areas.push(Area {
                addr: extreme(random),
                len: extreme(random),
                kind: AreaKind::Scratch,
            }),
            5 => block.entry = extreme(random) as u32,
            6 => {
                let word = random.random_range(0..block.words.len());
                block.words[word].offset = extreme(random) as u32;
            }
            7 => {
                block.ignore.push(Ignore::Memory(extreme(random) as u32, extreme(random) as u32));
                block.ignore.push(Ignore::Word(extreme(random) as u16, u64::MAX));
            }
            8 => step.block = extreme(random) as u32,
            9 => step.patch.push_piece(extreme(random) as u32, &[1, 2, 3]),
            10 => {
                let at = random.random_range(0..self.manifest.image.len());
                self.manifest.image[at] ^= 1 << random.random_range(0..8);
            }
            _ => {
                let number = extreme(random) as u32 as _;
                outcome.signal = Some(Signal { number, code: 1, addr: extreme(random) });
                outcome.pc = extreme(random);
            }
        }
    }
}

#[test]
fn forged_traces_are_refused_or_differ() {
    GOOD.iter().for_each(check_forged);
}

fn check_forged(good: &Good) {
    let name = good.guest.name();
    let good = Parts::read(&good.trace);
    let mut n_refused = 0;
    for seed in 0..N_FORGED {
        let mut parts = good.clone();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        parts.forge(&mut random);
        let Some(bytes) = parts.write() else { continue };
        let file = temporary("forged");
        std::fs::write(&file, bytes).expect("write a trace");
        for engine in ["--engine=jit", "--engine=interp"] {
            let output = risu(&["replay", engine], &file);
            check(&format!("forged with seed {seed}, {name}, {engine}"), &output, true);
            n_refused += u64::from(output.status.code() == Some(2));
        }
        std::fs::remove_file(&file).expect("remove the trace");
    }
    assert!(n_refused > N_FORGED / 4, "{n_refused} refused");
}
