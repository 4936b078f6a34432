//! `risu`: random instruction sequences for testing CPU emulators.
//!
//! Arguments, wiring and messages; everything else is in the crates of this room.

#![forbid(unsafe_code)]

mod args;
#[cfg(target_arch = "x86_64")]
mod coverage;
#[cfg(target_arch = "x86_64")]
mod demo;
#[cfg(target_arch = "x86_64")]
mod demo_program;
mod diff;
mod dump;
mod files;
mod gen_record;
mod minimize;
#[cfg(target_arch = "x86_64")]
mod replay;
mod results;
mod ui;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match args::Args::try_parse() {
        Ok(args) => ui::finish(args.run()),
        Err(text) => ui::finish_usage(&text),
    }
}
