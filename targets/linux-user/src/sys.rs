//! The handlers of system calls that are more than a conversion of arguments, by subject.

pub mod clock;
pub mod clone;
pub mod descriptor;
pub mod epoll;
pub mod exec;
pub mod fcntl;
pub mod file;
pub mod futex;
mod futex_pi;
pub mod guarded;
pub mod ioctl;
pub mod ipc;
pub mod memory;
pub mod misc;
pub mod poll;
pub mod prctl;
pub mod process;
pub mod signal;
pub mod socket;
pub mod stat;
pub mod thread;
