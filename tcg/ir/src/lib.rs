//! The intermediate representation (IR) between guest front ends and host back ends.
//!
//! A [`Tb`] (translation block) is a straight list of [`Op`]s over single-assignment values ([`Val`]), with side exits and, rarely, forward labels.
//! Front ends append to it through [`Builder`]; optimizer passes rewrite it; back ends compile or interpret it.
//! Every op is declared once, in [`ops`]; enum, printer, parser and verifier come from that table.
//!
//! What this crate is *not*: it knows no guest, no host, no cache and no loop.
//!
//! Start reading at [`ops`], then [`Builder`], then [`layout`] for what a guest's CPU state looks like.
#![deny(unsafe_code)]

pub mod builder;
pub mod crypto;
pub mod layout;
pub mod ops;
mod parse;
mod print;
pub mod tb;
pub mod traits;
pub mod types;
pub mod vector;
pub mod verify;

pub use builder::Builder;
pub use crypto::CryptoOp;
pub use layout::{Env, Global, GlobalDesc, GuestLayout, HelperDesc, HelperId, JumpEntry};
pub use ops::Op;
pub use parse::{ParseError, parse_tb};
pub use tb::{Tb, Val, ValInfo};
pub use traits::{
    Backend, CodeWindow, Compiled, DirectExit, ExitCode, Guest, HostContext, Interpreter,
    RunResult, TooBig, TranslateOptions,
};
pub use types::{
    Attr, Barriers, Cond, Endian, FpMask, Label, MemOp, Order, RmwOp, Round, Sign, TargetKind, Type,
};
pub use vector::{Lane, Narrow, VecFpCmp, VecFpOp, VecOp, VecShift};
pub use verify::{VerifyError, verify};
