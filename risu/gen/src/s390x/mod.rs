//! Streams of z/Architecture instructions.

mod address;
mod block;
mod execute;
mod fields;
mod illegal;
mod pass;
mod quirks;
mod run;

pub(crate) use block::{Planned, Shape, plan_row};
pub(crate) use execute::plan_execute;
pub(crate) use illegal::plan_illegal;
pub(crate) use run::{RunRows, plan_run};

/// Address of the image. Far from where Linux puts programs on s390x and x86_64, and within the
/// reach of relative-long addressing from the scratch area.
pub(crate) const IMAGE: u64 = 0x20_0000_0000;
/// Address of the scratch area.
pub(crate) const SCRATCH: u64 = IMAGE + 0x1000_0000;
/// Length of the scratch area in bytes: two pages, so that operands can cross one.
pub(crate) const SCRATCH_LEN: u64 = 0x2000;
/// Length of the read-only area behind it, in bytes.
pub(crate) const READ_ONLY_LEN: u64 = 0x1000;
/// Length of each guard in bytes: more than any index reaches that the generator lets loose.
pub(crate) const GUARD_LEN: u64 = 0x10_0000;

/// Free bytes around a block that may branch; every halfword of them is a checkpoint.
pub(crate) const LANDING: u32 = 128;
