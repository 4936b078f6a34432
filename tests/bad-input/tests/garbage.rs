//! Random code ends in a signal of the guest: the right one.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use bad_input_tests::{
    Emulator, End, Guest, Kind, RECORDED, Report, executable_file, in_parallel, program,
};

/// What qemu made of each program of random bytes (`examples/record.rs`), and where it is known to
/// be wrong, or momonga not to be ready, and why.
fn reference(guest: Guest) -> (&'static str, &'static str) {
    match guest {
        Guest::S390x => (
            include_str!("../garbage-s390x.reference"),
            include_str!("../garbage-s390x.differences"),
        ),
        Guest::Aarch64 => (
            include_str!("../garbage-aarch64.reference"),
            include_str!("../garbage-aarch64.differences"),
        ),
    }
}

/// In the place of a fault: the program loops.
const NO_END: &str = "no end";
/// Programs made of defined instructions.
const N_INSTRUCTIONS: u64 = 400;

/// Lines of a seed and a fault, the reason behind a colon left out.
fn faults(text: &'static str) -> BTreeMap<u64, &'static str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let parse = |line: &'static str| {
        let (seed, fault) = line.split(':').next()?.split_once(' ')?;
        Some((seed.parse().ok()?, fault))
    };
    lines.filter_map(parse).collect()
}

/// Runs a program; the report, if momonga itself behaved. With keys that were not always the same, now and then one would
/// sign an address of the data with zeros.
fn run(guest: Guest, kind: Kind, seed: u64, options: &[&str]) -> Result<Report> {
    let name = format!("garbage-{guest:?}-{kind:?}-{}-{seed}", options.join(""));
    let file = executable_file(&name, &program(guest, kind, seed))?;
    let args = ["--strace", "--seed=1"]
        .iter()
        .chain(options)
        .map(AsRef::as_ref)
        .chain([file.path().as_os_str()]);
    let report = Emulator::momonga()?.run(args)?;
    match report.complaint() {
        Some(complaint) => anyhow::bail!("{complaint}"),
        None => Ok(report),
    }
}

/// Random bytes end in the right signal.
fn check_bytes(guest: Guest) {
    let (reference, differences) = reference(guest);
    let (reference, differences) = (faults(reference), faults(differences));
    assert_eq!(reference.len() as u64, RECORDED);
    let check = |seed: u64| -> Result<()> {
        let report = run(guest, Kind::Bytes, seed, &[])?;
        let expected = differences.get(&seed).or(reference.get(&seed)).context("no reference")?;
        if *expected == NO_END {
            ensure!(report.end == End::Signal(libc::SIGXCPU), "it ends: {report:?}");
            return Ok(());
        }
        let fault = report.fault().context("no fault")?;
        let is_same = fault.to_string() == *expected
            || expected.strip_suffix(" -").is_some_and(|signal| fault.signal == signal);
        ensure!(is_same, "{fault}, should be {expected}");
        ensure!(report.end == End::Signal(fault.number()?), "{:?} after {fault}", report.end);
        Ok(())
    };
    let complaints =
        in_parallel(RECORDED, |seed| check(seed).err().map(|e| format!("seed {seed}: {e:#}")));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Random instructions end alike on every engine.
fn check_instructions(guest: Guest) {
    let check = |seed: u64| -> Result<()> {
        let jit = run(guest, Kind::Instructions, seed, &[])?;
        for options in [&["--engine=interp"][..], &["--one-insn-per-tb"]] {
            let other = run(guest, Kind::Instructions, seed, options)?;
            let is_same = (jit.end, &jit.stderr) == (other.end, &other.stderr);
            ensure!(is_same, "{jit:?}, with {options:?} {other:?}");
        }
        Ok(())
    };
    let complaints = in_parallel(N_INSTRUCTIONS, |seed| {
        check(seed).err().map(|e| format!("seed {seed}: {e:#}"))
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn random_bytes_end_in_the_right_signal() {
    Guest::ALL.into_iter().for_each(check_bytes);
}

#[test]
fn random_instructions_end_alike_on_every_engine() {
    Guest::ALL.into_iter().for_each(check_instructions);
}
