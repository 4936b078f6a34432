//! s390x hosts.

mod context;
mod host;
mod sigsafe_cpu;

pub(super) use context::UserContext;
pub(crate) use host::host_info;
pub(super) use sigsafe_cpu::{BEHIND_ENTRY, publish_code, raise_entry, settle, thread_pointer};

/// Whose streams are recorded here.
pub(crate) const GUEST: risu_trace::Guest = risu_trace::Guest::S390x;
/// Words of the register file that are recorded.
pub(super) const N_WORDS: usize = risu_trace::s390x::N_BASE;
