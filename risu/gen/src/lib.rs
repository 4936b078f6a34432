//! Random instruction stream generator.
