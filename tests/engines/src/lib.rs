//! Random programs of the toy guest of `tcg-irgen`, and the engines that must run them alike.
//!
//! A program is a seed: the instruction at each address follows from the seed and the address.
//! Control goes forward only, so a program ends, at the latest with a fetch beyond its page.
//!
//! And [`Forms`]: what a front end makes of single instructions.

mod forms;
mod guest;
mod program;

pub use forms::{Forms, rows_without_helper};
pub use guest::{Code, Toy};
pub use program::{Engines, Outcome, Program};
