//! Random programs of the toy guest of `tcg-irgen`, and the engines that must run them alike.
//!
//! A program is a seed: the instruction at each address follows from the seed and the address.
//! Control goes forward only, so a program ends, at the latest with a fetch beyond its page.

mod guest;
mod program;

pub use guest::{Code, Toy};
pub use program::{Engines, Outcome, Program};
