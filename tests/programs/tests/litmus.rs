//! No outcome that the architecture forbids, in two threads with ordered accesses and barriers.
//!
//! `LITMUS_RUNS` in the environment says how many runs of each shape, 200,000 if it is not set.

use std::process::Command;

use anyhow::{Result, ensure};
use program_tests::machine::{emulator, guests};

#[test]
fn forbidden_outcomes_are_never_seen() -> Result<()> {
    let runs = std::env::var("LITMUS_RUNS").unwrap_or_else(|_| "200000".to_owned());
    let program = guests()?.join("aarch64/opt/programs/litmus");
    let output = Command::new(emulator()?).arg(program).arg(runs).output()?;
    let (told, counts) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success() && !told.contains("SEEN"), "{told}{counts}");
    ensure!(told.lines().filter(|line| line.ends_with(" never")).count() >= 100, "{told}");
    Ok(())
}
