//! What the guests' front ends share.
//!
//! * [`condition`]: conditions on IR values, as branches, selections and values.
//! * [`lazy`]: the lazy condition code in a CPU state.
//! * [`block`]: where a block may end.
//! * [`helper`] and [`helpers!`]: out-of-line helpers and the table by which generated code calls them.
//! * [`signal`]: the signals of memory accesses.
//! * [`clocks`]: clocks of the host, for the code of a vdso.
//! * [`random`]: a vCPU's random numbers.
//!
//! What this is *not*: it names no guest and no host. What only one front end needs stands there.

pub mod block;
pub mod clocks;
pub mod condition;
#[doc(hidden)]
pub mod entry;
pub mod helper;
pub mod lazy;
pub mod random;
pub mod signal;

pub use condition::{Test, Tests};
pub use helper::{Stop, Trap};
