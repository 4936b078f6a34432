//! Compiler of the instruction tables: parses, checks, and generates Rust.
