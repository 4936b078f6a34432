//! Prints which random words of A64 a reference has no instruction for, for
//! `undefined-aarch64.reference`: lines of hexadecimal digits, each of four words, the first word
//! in the highest bit. The recorder comes from `cargo xtask hosts aarch64`.
//!
//! ```sh
//! cargo run -p bad-input-tests --example undefined -- \
//!     target/peers/qemu11/usr/bin/qemu-aarch64 -cpu max,pauth=on,sve=off,sme=off \
//!     target/hosts/aarch64/risu > tests/bad-input/undefined-aarch64.reference
//! ```

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bad_input_tests::undefined;
use risu_trace::{Outcome, Step, TraceReader};

/// Words on a line.
const LINE: usize = 256;

fn main() -> Result<()> {
    let recorder: Vec<OsString> = std::env::args_os().skip(1).collect();
    let undefined = record(&recorder, &undefined::words())?;
    for line in undefined.chunks(LINE) {
        let digit = |four: &[bool]| four.iter().fold(0, |all, one| all << 1 | u32::from(*one));
        let text: String = line.chunks(4).map(|four| format!("{:x}", digit(four))).collect();
        println!("{text}");
    }
    Ok(())
}

/// Which words are undefined. The recorder fails at a few, which branch to themselves: instructions.
fn record(recorder: &[OsString], words: &[u32]) -> Result<Vec<bool>> {
    let (program, arguments) = recorder.split_first().context("which emulator and recorder?")?;
    let folder = std::env::temp_dir().join(format!("momonga-undefined-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (stream, trace) = (folder.join("stream"), folder.join("trace"));
    std::fs::write(&stream, undefined::stream(words)?)?;
    let status = Command::new(program)
        .args(arguments)
        .args(["record".as_ref(), stream.as_os_str(), "-o".as_ref(), trace.as_os_str()])
        .status()
        .context("run the recorder")?;
    ensure!(status.success(), "the recorder failed ({status})");
    let file = std::io::BufReader::new(std::fs::File::open(&trace)?);
    let mut trace = TraceReader::new(file)?;
    let (mut step, mut outcome) = (Step::default(), Outcome::default());
    let mut found = Vec::new();
    while trace.next(&mut step, &mut outcome)? {
        found.push(undefined::is_undefined(step.block, &outcome));
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(found)
}
