//! Programs of `aarch64/`: what the architecture and Linux on it promise, and no other machine can show, or no other guest.
//!
//! Most print what they found; `aarch64/NAME.expected` is what the manuals say.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Output;

use anyhow::{Context, Result, ensure};
use program_tests::machine::{guests, limited_emulator};

const SIGILL: i32 = 4;
/// Far more than any of them takes.
const TIMEOUT_S: u32 = 300;

/// Runs the program `a64_NAME`.
fn run(options: &[&str], name: &str) -> Result<Output> {
    let program = guests()?.join("aarch64/opt/programs").join(format!("a64_{name}"));
    Ok(limited_emulator(TIMEOUT_S)?.args(options).arg(program).output()?)
}

/// Runs the program `a64_NAME` and compares what it prints, and the signal that ends it.
fn check(name: &str, signal: Option<i32>) -> Result<()> {
    let output = run(&[], name)?;
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
fn a_seed_decides_the_machine_s_random_numbers() -> Result<()> {
    let told = |options: &[&str]| -> Result<String> {
        let output = run(options, "random")?;
        ensure!(output.status.success(), "{output:?}");
        Ok(String::from_utf8(output.stdout)?)
    };
    let seeded = told(&["--seed=7"])?;
    assert_eq!(told(&["-seed", "0x7"])?, seeded);
    assert_ne!(told(&["--seed=8"])?, seeded);
    assert_ne!(told(&[])?, told(&[])?);
    // A line is a name, a number and a signed pointer; the keys are the process's.
    let column = |i| seeded.lines().skip(1).filter_map(move |line| line.split(' ').nth(i));
    assert_eq!(column(1).collect::<BTreeSet<_>>().len(), 3, "{seeded}");
    assert_eq!(column(2).collect::<BTreeSet<_>>().len(), 1, "{seeded}");
    Ok(())
}

#[test]
fn robust_mutexes_outlive_threads_that_others_end() -> Result<()> {
    check("robust", None)
}

#[test]
fn copies_that_another_processor_began_are_started_again() -> Result<()> {
    check("mops", None)
}
