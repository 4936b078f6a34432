//! Programs of `aarch64/`: what the architecture and Linux on it promise, and no other machine can show, or no other guest.
//!
//! Each prints what it found; `aarch64/NAME.expected` is what the manuals say.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use program_tests::machine::{emulator, guests};

const SIGILL: i32 = 4;

/// Runs the program `a64_NAME` and compares what it prints, and the signal that ends it.
fn check(name: &str, signal: Option<i32>) -> Result<()> {
    let program = guests()?.join("aarch64/opt/programs").join(format!("a64_{name}"));
    let output = Command::new(emulator()?).arg(program).output()?;
    let told = String::from_utf8_lossy(&output.stdout);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("aarch64").join(name);
    let file = file.with_extension("expected");
    let expected = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let as_expected = told == expected && output.status.signal() == signal;
    ensure!(as_expected, "{}\n{told}{errors}", output.status);
    Ok(())
}

#[test]
fn misaligned_accesses_are_atomic_or_refused() -> Result<()> {
    check("lse2", None)
}

#[test]
fn indirect_branches_come_to_landing_pads() -> Result<()> {
    check("bti", None)
}

#[test]
fn a_note_guards_a_program_without_interpreter() -> Result<()> {
    check("bti_static", Some(SIGILL))
}

#[test]
fn subnormals_are_flushed_and_nans_default() -> Result<()> {
    check("flush", None)
}

#[test]
fn all_families_of_netlink_are_there() -> Result<()> {
    check("netlink", None)
}

#[test]
fn robust_mutexes_outlive_threads_that_others_end() -> Result<()> {
    check("robust", None)
}

#[test]
fn copies_that_another_processor_began_are_started_again() -> Result<()> {
    check("mops", None)
}
