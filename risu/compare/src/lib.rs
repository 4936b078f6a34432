//! Comparison of outcomes, and what is said about a difference.
//!
//! [`compare`] finds what differs between two ends of a step beyond what the architecture leaves
//! open; [`Report`] names the instruction, the operands and the bits; [`Findings`] keeps one
//! report of each kind and counts the rest; [`Faults`] knows the proven faults of reference
//! hosts; [`Coverage`] counts what agreed, by row of the tables.
//! This crate runs nothing.

#![forbid(unsafe_code)]

mod compare;
mod coverage;
mod diff;
mod faults;
mod findings;
mod report;
mod tables;

pub use compare::{Difference, End, Place, compare};
pub use coverage::{Coverage, RowCount};
pub use diff::{DiffError, diff};
pub use faults::{Faults, FaultsError};
pub use findings::{Case, Finding, Findings, Kind};
pub use report::{DifferenceText, RegisterChange, Report, end_text};
pub use tables::{code_text, disassemble, find_row, rows};
