//! Running other programs, and where things of this workspace stand.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Runs a command to its end and turns a bad exit status into an error that shows the command.
///
/// # Errors
///
/// If the program cannot be started or does not exit with status 0.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("run {name}"))?;
    if !status.success() {
        bail!("{name} failed ({status}): {command:?}");
    }
    Ok(())
}

/// Runs a command to its end and returns what it wrote to standard output.
///
/// # Errors
///
/// If the program cannot be started, does not exit with status 0, or writes other than UTF-8.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("run {name}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed ({}): {command:?}\n{errors}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("read the output of {name}"))
}

/// How long to wait before each further attempt at what needs the network or a lock, in seconds.
pub(crate) const PAUSES_S: [u64; 4] = [5, 15, 30, 60];

/// Does what may fail for a while: tries again after each of the pauses, given in seconds, and tells why.
///
/// # Errors
///
/// That of the last attempt.
pub(crate) fn persistently<T>(
    what: &str,
    pauses_s: &[u64],
    mut attempt: impl FnMut() -> Result<T>,
) -> Result<T> {
    for pause in pauses_s {
        match attempt() {
            Ok(done) => return Ok(done),
            Err(error) => println!("{what}: {error:#}\n{what}: again in {pause} s"),
        }
        sleep(Duration::from_secs(*pause));
    }
    attempt().with_context(|| what.to_owned())
}

/// The cargo that runs this task.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The root folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The folder cargo builds into.
pub(crate) fn build_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), |dir| workspace().join(dir))
}

/// The static momonga that `cargo static` builds.
pub(crate) fn momonga() -> PathBuf {
    build_dir().join("x86_64-unknown-linux-gnu/release/momonga")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_tried_again_and_at_last_given_up() {
        let mut n = 0;
        let mut third = || {
            n += 1;
            if n == 3 { Ok(n) } else { bail!("not yet") }
        };
        assert_eq!(persistently("try", &[0, 0, 0], &mut third).unwrap(), 3);
        let error = persistently("try", &[0], || -> Result<()> { bail!("never") }).unwrap_err();
        assert_eq!(format!("{error:#}"), "try: never");
    }
}
