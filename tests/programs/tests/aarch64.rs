//! Programs of `aarch64/`: what the architecture and Linux on it promise, which no other machine can show.
//!
//! Each prints what it found; `aarch64/NAME.expected` is what the manuals say.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use program_tests::machine::{emulator, guests};

/// Runs the program `a64_NAME` and compares what it prints.
fn check(name: &str) -> Result<()> {
    let program = guests()?.join("aarch64/opt/programs").join(format!("a64_{name}"));
    let output = Command::new(emulator()?).arg(program).output()?;
    let told = String::from_utf8_lossy(&output.stdout);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("aarch64").join(name);
    let file = file.with_extension("expected");
    let expected = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(told == expected, "{}\n{told}{errors}", output.status);
    Ok(())
}

#[test]
fn misaligned_accesses_are_atomic_or_refused() -> Result<()> {
    check("lse2")
}
