//! In-process replay of streams and traces under emulation.
