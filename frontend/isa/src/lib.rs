//! Instruction tables of the guests: decode, encode, disassemble, rows as data.
//!
//! Everything here comes from the tables in `tables/<guest>/*.isa`, by the compiler `isa-table`
//! at build time: [`s390x::Insn`] with one variant per row, [`s390x::decode`],
//! [`s390x::Insn::encode`], the text of a disassembler, [`s390x::ROWS`] for the random generator
//! and for coverage, and one translator trait per group of rows.
//!
//! This crate knows nothing of the IR and holds no semantics; it builds on every host.
//!
//! Start at [`s390x`] for use, at [`row`] for what a row says, and at `docs/src/tables.md` for
//! the language.

#![forbid(unsafe_code)]

pub mod aarch64;
pub mod bits;
pub mod print;
pub mod row;
pub mod s390x;
mod tree;

pub use row::{DecodeError, Encoded, Row};
