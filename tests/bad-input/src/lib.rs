//! Input that is wrong: damaged programs, random code, damaged streams and traces.
//!
//! The tests ask for little and for all of it: whatever the input, momonga and risu end within a
//! time limit, with a bounded amount of memory, and either do what the input says or print one
//! line and give the documented exit status. They never panic, and a fault of momonga itself is
//! told from one of the guest by what it prints.
//!
//! Everything random comes from a seed, which a failing test names.

mod damage;
mod elf;
mod emulator;
mod garbage;
mod guest;
pub mod undefined;

pub use damage::{Damage, Victim};
pub use elf::{Segment, executable};
pub use emulator::{
    Emulator, End, Executable, Fault, Report, executable_file, guest_root, in_parallel,
    peak_memory_bytes,
};
pub use garbage::{Kind, RECORDED, program};
pub use risu_trace::Guest;
