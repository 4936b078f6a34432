//! `prctl`: what concerns the process as the kernel sees it; the rest is not known.

use crate::errno::{Errno, SysResult};
use crate::process::{Args, Ctx, read_bytes};

/// Not among the C library's bindings (linux/prctl.h).
const PR_PAC_RESET_KEYS: i32 = 54;
const PR_PAC_SET_ENABLED_KEYS: i32 = 60;
const PR_PAC_GET_ENABLED_KEYS: i32 = 61;

/// `prctl`.
pub fn prctl(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let host = |ctx: &mut Ctx<'_>| ctx.blocking(libc::SYS_prctl, *a);
    match a[0] as i32 {
        libc::PR_SET_NAME => {
            let _ = read_bytes(a[1], 1)?;
            host(ctx)
        }
        libc::PR_GET_NAME
        | libc::PR_GET_DUMPABLE
        | libc::PR_SET_DUMPABLE
        | libc::PR_SET_PDEATHSIG
        | libc::PR_GET_KEEPCAPS
        | libc::PR_SET_KEEPCAPS
        | libc::PR_CAPBSET_READ
        | libc::PR_CAPBSET_DROP
        | libc::PR_CAP_AMBIENT
        | libc::PR_SET_SECUREBITS
        | libc::PR_GET_SECUREBITS
        | libc::PR_SET_TIMERSLACK
        | libc::PR_GET_TIMERSLACK
        | libc::PR_SET_CHILD_SUBREAPER
        | libc::PR_SET_NO_NEW_PRIVS
        | libc::PR_GET_NO_NEW_PRIVS
        | libc::PR_SET_THP_DISABLE
        | libc::PR_GET_THP_DISABLE => host(ctx),
        libc::PR_GET_PDEATHSIG | libc::PR_GET_CHILD_SUBREAPER => {
            let mut value = 0u32;
            let args = [a[0], &raw mut value as u64, 0, 0, 0, 0];
            ctx.blocking(libc::SYS_prctl, args)?;
            ctx.put_u32(a[1], value)?;
            Ok(0)
        }
        PR_PAC_RESET_KEYS if a[2..5] == [0; 3] => ctx.cpu.reset_keys(a[1]).map(|()| 0),
        PR_PAC_GET_ENABLED_KEYS if a[1..5] == [0; 4] => enabled_keys(ctx),
        PR_PAC_SET_ENABLED_KEYS if a[3..5] == [0; 2] => {
            let (which, enabled) = (a[1], a[2]);
            // None can be disabled.
            let may = which & !enabled_keys(ctx)? == 0 && enabled == which;
            if may { Ok(0) } else { Err(Errno::EINVAL) }
        }
        libc::PR_GET_SECCOMP => Ok(0),
        // Names of mappings are a debugging aid.
        libc::PR_SET_VMA => Ok(0),
        _ => Err(Errno::EINVAL),
    }
}

/// The keys of pointer authentication for addresses, as a mask of `PR_PAC_AP*KEY`: all of them, always.
fn enabled_keys(ctx: &Ctx<'_>) -> SysResult {
    match ctx.cpu.address_keys() {
        0 => Err(Errno::EINVAL),
        keys => Ok(keys),
    }
}
