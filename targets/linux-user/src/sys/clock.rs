//! The clock that programs read most.

use crate::errno::SysResult;
use crate::layout::kernel;
use crate::process::{Args, Ctx};
use crate::unsafe_clock;

/// `clock_gettime`, by the host's vdso.
pub fn clock_gettime(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let (seconds, nanoseconds) = unsafe_clock::read(a[0] as i32)?;
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&seconds.to_le_bytes());
    bytes[8..].copy_from_slice(&nanoseconds.to_le_bytes());
    ctx.put_layout(a[1], kernel::TIMESPEC, &bytes)?;
    Ok(0)
}
