//! Prints what an emulator makes of the programs of random bytes, for `garbage.reference`:
//!
//! ```sh
//! cargo run -p bad-input-tests --example record -- target/peers/qemu10/usr/bin/qemu-s390x \
//!     > tests/bad-input/garbage.reference
//! ```

use std::path::PathBuf;

use anyhow::{Context, Result};
use bad_input_tests::{Emulator, Kind, RECORDED, executable_file, program};

fn main() -> Result<()> {
    let path = std::env::args_os().nth(1).context("which emulator?")?;
    let emulator = Emulator::other(&PathBuf::from(path));
    for seed in 0..RECORDED {
        let file = executable_file(&format!("record-{seed}"), &program(Kind::Bytes, seed))?;
        let report = emulator.run(["-strace".as_ref(), file.path()])?;
        let fault = report.fault().with_context(|| format!("seed {seed}: {report:?}"))?;
        println!("{seed} {fault}");
    }
    Ok(())
}
