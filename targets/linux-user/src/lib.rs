//! What a Linux guest process stands on: ELF loader, memory, system calls, signals, threads.
//!
//! [`run()`] loads a program and runs it to its end. A guest process is a host process, a guest
//! thread a host thread; the host kernel does what it can (signal queues, job control, waiting),
//! and this crate converts what differs: numbers, structures, byte order, signal frames.
//!
//! What this is *not*: it translates no instruction (`tcg-exec`, the front ends) and knows no
//! option text (`momonga`).
//!
//! Start reading at `table.rs` (every system call in one list), then `signal.rs` (the loop).
//!
//! Invariants: a handler returns `Result<u64, Errno>` and only `signal::finish` stores it; the
//! host's signal mask of a thread is the guest's but for SIGSEGV, SIGBUS and SIGFPE; nothing a guest
//! does makes this crate panic.

pub mod abi;
pub mod dispatch;
pub mod elf;
pub mod errno;
pub mod fdkind;
pub mod host;
pub mod layout;
pub mod limits;
pub mod loader;
pub mod marshal;
pub mod netlink;
pub mod path;
pub mod process;
pub mod procfs;
pub mod program;
pub mod run;
pub mod siginfo;
pub mod signal;
pub mod sigsafe;
pub mod sockaddr;
pub mod spawn;
pub mod stack;
pub mod strace;
pub mod sys;
pub mod table;
pub mod ui;
pub mod unsafe_clock;
pub mod unsafe_fork;
pub mod unsafe_view;
pub mod vdso;

pub use process::Config;
pub use run::{Launch, LaunchError, run};
