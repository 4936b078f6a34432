//! Prints what an emulator makes of the programs of random bytes of a guest, for
//! `garbage-GUEST.reference`:
//!
//! ```sh
//! cargo run -p bad-input-tests --example record -- s390x target/peers/qemu10/usr/bin/qemu-s390x \
//!     > tests/bad-input/garbage-s390x.reference
//! cargo run -p bad-input-tests --example record -- aarch64 \
//!     target/peers/qemu11/usr/bin/qemu-aarch64 -cpu max,pauth=on,sve=off,sme=off \
//!     > tests/bad-input/garbage-aarch64.reference
//! ```

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use bad_input_tests::{Emulator, End, Guest, Kind, RECORDED, executable_file, program};

fn main() -> Result<()> {
    let mut words = std::env::args_os().skip(1);
    let guest = words.next().context("which guest?")?;
    let guest = Guest::from_name(&guest.to_string_lossy()).context("unknown guest")?;
    let emulator = Emulator::other(&PathBuf::from(words.next().context("which emulator?")?));
    let options: Vec<OsString> = words.chain(["-strace".into()]).collect();
    for seed in 0..RECORDED {
        let bytes = program(guest, Kind::Bytes, seed);
        let file = executable_file(&format!("record-{seed}"), &bytes)?;
        let args = options.iter().map(OsString::as_os_str).chain([file.path().as_os_str()]);
        let report = emulator.run(args)?;
        match (report.fault(), report.end) {
            (Some(fault), _) => println!("{seed} {fault}"),
            (None, End::Signal(libc::SIGXCPU)) => println!("{seed} no end"),
            _ => bail!("seed {seed}: {report:?}"),
        }
    }
    Ok(())
}
