//! Recording on s390x.

mod batch;
mod context;
mod facilities;
mod session;
mod shared;
mod sigsafe_enter;

pub(crate) use facilities::host_info;
pub(crate) use session::record;
