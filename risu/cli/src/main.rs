//! `risu`: random instruction sequences for testing CPU emulators.
//!
//! Arguments, wiring and messages; everything else is in the crates of this room.

#![forbid(unsafe_code)]

mod args;
mod files;
mod gen_record;
mod ui;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    ui::finish(args.run())
}
