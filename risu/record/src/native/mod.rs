//! Recording on a processor that streams are for.
//!
//! What differs between processors is in one folder for each, which gives: `GUEST` and `N_WORDS`,
//! what can be recorded here; [`cpu::UserContext`], registers in the signal frame; `host_info`;
//! and the few instructions around the entry, in `sigsafe_cpu.rs`.

mod batch;
mod map;
mod session;
mod shared;
mod sigsafe_enter;

#[cfg(target_arch = "aarch64")]
#[path = "aarch64/mod.rs"]
mod cpu;
#[cfg(target_arch = "s390x")]
#[path = "s390x/mod.rs"]
mod cpu;

pub(crate) use cpu::{GUEST, host_info};
pub(crate) use session::record;
