//! Runs the program list: each case is one command line, run natively and, for each guest, under an emulator in
//! two equal folders; exit status, standard output and the files left behind must be equal.
//!
//! The cases are data: `lists/*.toml` ([`list`]). The programs come from `cargo xtask guests`.
//! The emulator is `momonga` as cargo built it, or what the variable `MOMONGA` names, so that the
//! list itself can be checked with another emulator.
//! This crate knows nothing of how either program works: it only starts them ([`machine`]).

#![forbid(unsafe_code)]

pub mod case;
pub mod list;
pub mod machine;
pub mod outcome;
