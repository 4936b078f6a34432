//! No outcome that the architecture forbids, in two threads with ordered accesses and barriers.
//!
//! `LITMUS_RUNS` in the environment says how many runs of each shape, 200,000 if it is not set.

use anyhow::{Result, ensure};
use program_tests::machine::{guests, limited_emulator};

/// Seconds for the runs that are made without being asked for, on a machine with one busy processor.
const TIMEOUT_S: u32 = 1200;

#[test]
fn forbidden_outcomes_are_never_seen() -> Result<()> {
    let asked = std::env::var("LITMUS_RUNS").ok();
    // 0: no limit.
    let timeout_s = if asked.is_some() { 0 } else { TIMEOUT_S };
    let runs = asked.unwrap_or_else(|| "200000".to_owned());
    let program = guests()?.join("aarch64/opt/programs/litmus");
    let output = limited_emulator(timeout_s)?.arg(program).arg(runs).output()?;
    let (told, counts) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success() && !told.contains("SEEN"), "{told}{counts}");
    ensure!(told.lines().filter(|line| line.ends_with(" never")).count() >= 100, "{told}");
    Ok(())
}
