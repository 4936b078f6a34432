//! The clock that programs read most.

use crate::errno::SysResult;
use crate::process::{Args, Ctx};
use crate::unsafe_clock;

/// `clock_gettime`, by the host's vdso.
pub fn clock_gettime(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let (seconds, nanoseconds) = unsafe_clock::read(a[0] as i32)?;
    ctx.put_u64(a[1], seconds as u64)?;
    ctx.put_u64(a[1].wrapping_add(8), nanoseconds as u64)?;
    Ok(0)
}
