//! `momonga`: runs a program for another machine.
//!
//! The C library starts this program directly, not through Rust's run-time start-up: that one
//! would ignore SIGPIPE and open missing standard descriptors, and the guest would inherit both.
#![no_main]
#![deny(unsafe_code)]

mod engine;
mod options;
mod ui;

use linux_user::{Launch, run};
use options::Parsed;
use std::ffi::c_int;

/// Entry point, called by the C library.
#[expect(unsafe_code, reason = "the symbol that the C library's start code calls")]
#[unsafe(no_mangle)]
pub extern "C" fn main(_argc: c_int, _argv: *const *const u8) -> c_int {
    let launch = match options::parse() {
        Ok(Parsed::Run(launch)) => launch,
        Ok(Parsed::Print(text)) => return ui::print(&text),
        Err(message) => return ui::fail(&message, 1),
    };
    start(*launch)
}

fn start(launch: Launch) -> c_int {
    if let Err(message) = backend_x86_64::check_host() {
        return ui::fail(&message, 1);
    }
    match run(launch) {
        Ok(()) => 0,
        Err(error) => ui::fail(&error.to_string(), error.status()),
    }
}
