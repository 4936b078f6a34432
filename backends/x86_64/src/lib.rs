//! x86_64 code generation with dynasm.
