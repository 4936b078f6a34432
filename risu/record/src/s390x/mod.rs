//! Recording on s390x.

mod context;
mod facilities;
mod session;
mod sigsafe_enter;

pub(crate) use facilities::host_info;
pub(crate) use session::record;
