//! `momonga`: runs a program for another machine.
//!
//! The C library starts this program directly, not through Rust's run-time start-up: that one
//! would ignore SIGPIPE and open missing standard descriptors, and the guest would inherit both.
#![cfg_attr(not(test), no_main)]
#![deny(unsafe_code)]

mod engine;
mod options;
mod ui;

#[cfg(not(test))]
use linux_user::unsafe_view;
use linux_user::{Launch, run};
use std::ffi::c_int;

/// Entry point, called by the C library. Tests have Rust's own.
#[cfg(not(test))]
#[expect(unsafe_code, reason = "the symbol that the C library's start code calls")]
#[unsafe(no_mangle)]
pub extern "C" fn main(_argc: c_int, _argv: *const *const u8) -> c_int {
    let start = options::Start {
        preserved_argv0: unsafe_view::has_preserved_argv0(),
        program_fd: unsafe_view::program_descriptor(),
    };
    main_with(options::parse_from(std::env::args_os().collect(), start))
}

/// Does what the command line asks for; the exit status.
fn main_with(parsed: Result<options::Parsed, String>) -> c_int {
    match parsed {
        Ok(options::Parsed::Run(launch)) => start(*launch),
        Ok(options::Parsed::Print(text)) => ui::print(&text),
        Err(message) => ui::fail(&message, 1),
    }
}

/// Runs a program; the exit status if it does not end the process itself.
fn start(launch: Launch) -> c_int {
    if let Err(message) = backend_x86_64::check_host() {
        return ui::fail(&message, 1);
    }
    match run(launch) {
        Ok(()) => 0,
        Err(error) => ui::fail(&error.to_string(), error.status()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_start_has_a_shells_status() {
        let status = |args: &[&str]| {
            let args = args.iter().map(std::ffi::OsString::from).collect();
            main_with(options::parse_from(args, options::Start::default()))
        };
        assert_eq!(status(&["momonga", "--nope"]), 1);
        assert_eq!(status(&["momonga", "/nowhere/at/all"]), 127);
        assert_eq!(status(&["momonga", "/"]), 126);
        assert_eq!(status(&["momonga", "--version"]), 0);
    }
}
