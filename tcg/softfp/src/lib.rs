//! Reference floating-point arithmetic as pure functions.
