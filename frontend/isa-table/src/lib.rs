//! Compiler of the instruction tables: parses, checks, and generates Rust.
//!
//! A table is text, one instruction a line, written beside the architecture manual; the language
//! is described in `docs/src/tables.md`.
//! [`compile`] turns the files of one guest into a checked [`Table`], or into all errors found,
//! each with file and line; [`emit::rust`] turns the table into the Rust source that the `isa`
//! crate includes.
//!
//! This crate is a build dependency only.
//! It knows neither the guests' semantics nor the IR.
//!
//! Start reading at [`model`].

#![forbid(unsafe_code)]

mod check;
pub mod emit;
mod error;
mod kind;
mod lex;
pub mod model;
mod parse;
mod shape;

pub use error::Error;
pub use model::Table;

/// One file of a table: the name that messages use, and its text.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name for messages and for [`model::Row::file`], as `s390x/arith.isa`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Source of the types that tables and the `isa` crate share, which includes it.
pub const SHAPE: &str = include_str!("shape.rs");

/// Parses and checks the files of one guest, in order.
///
/// Declarations (`format`, `facility`, `manual`, …) must stand before their first use.
///
/// # Errors
///
/// Every error found, in order of file and line.
pub fn compile(sources: &[Source]) -> Result<Table, Vec<Error>> {
    let mut errors = Vec::new();
    let table = parse::parse(sources, &mut errors);
    let first = sources.first().map_or("", |s| s.name.as_str());
    check::check(&table, first, &mut errors);
    errors.sort_by_key(|e| (e.file_index(sources), e.line));
    if errors.is_empty() { Ok(table) } else { Err(errors) }
}
