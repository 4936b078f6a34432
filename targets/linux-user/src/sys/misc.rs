//! What fits nowhere else.

use crate::errno::{Errno, SysResult};
use crate::process::{Args, Ctx, write_bytes};
use crate::unsafe_view::{bytes_of, zeroed};

/// Calls that would harm the emulator and whose effect nobody sees.
pub fn zero(_: &mut Ctx<'_>, _: &Args) -> SysResult {
    Ok(0)
}

/// `restart_syscall` of a program that was not told to make it: there is nothing to restart.
pub fn interrupted(_: &mut Ctx<'_>, _: &Args) -> SysResult {
    Err(Errno::EINTR)
}

/// Bytes of a field of `struct utsname`.
const FIELD: usize = 65;

/// `uname`: the host's, but for machine and, if asked for, release.
pub fn uname(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut host = zeroed::<libc::utsname>();
    ctx.blocking(libc::SYS_uname, [std::ptr::from_mut(&mut host) as u64, 0, 0, 0, 0, 0])?;
    let mut bytes = bytes_of(&host).to_vec();
    let mut set = |field: usize, text: &str| {
        let place = &mut bytes[field * FIELD..(field + 1) * FIELD];
        place.fill(0);
        let len = text.len().min(FIELD - 1);
        place[..len].copy_from_slice(&text.as_bytes()[..len]);
    };
    set(4, ctx.process().abi.machine);
    // personality(UNAME26) is the host's affair and already in the release.
    if let Some(release) = &ctx.process().config.uname_release {
        set(2, release);
    }
    write_bytes(a[0], &bytes)?;
    Ok(0)
}
