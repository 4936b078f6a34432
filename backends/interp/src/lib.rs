//! The IR interpreter: slow, obvious reference.
