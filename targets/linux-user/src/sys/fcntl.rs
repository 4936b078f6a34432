//! `fcntl`.

use crate::errno::{Errno, SysResult};
use crate::layout::{Layout, kernel};
use crate::process::{Args, Ctx};

/// Commands that the C library's bindings do not name (asm-generic/fcntl.h, linux/fcntl.h).
const F_SETSIG: i32 = 10;
const F_GETSIG: i32 = 11;
const F_SETOWN_EX: i32 = 15;
const F_GETOWN_EX: i32 = 16;
const F_GET_RW_HINT: i32 = 1035;
const F_SET_RW_HINT: i32 = 1036;
const F_GET_FILE_RW_HINT: i32 = 1037;
const F_SET_FILE_RW_HINT: i32 = 1038;

/// `fcntl`.
pub fn fcntl(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    match a[1] as i32 {
        libc::F_DUPFD | libc::F_DUPFD_CLOEXEC => {
            let fd = ctx.blocking(libc::SYS_fcntl, *a)?;
            ctx.process().fds.mark(fd);
            Ok(fd)
        }
        libc::F_GETLK | libc::F_OFD_GETLK => structure(ctx, a, kernel::FLOCK, true),
        libc::F_SETLK | libc::F_SETLKW | libc::F_OFD_SETLK | libc::F_OFD_SETLKW => {
            structure(ctx, a, kernel::FLOCK, false)
        }
        F_SETOWN_EX => structure(ctx, a, kernel::F_OWNER_EX, false),
        F_GETOWN_EX => structure(ctx, a, kernel::F_OWNER_EX, true),
        F_GET_RW_HINT | F_GET_FILE_RW_HINT => structure(ctx, a, kernel::U64, true),
        F_SET_RW_HINT | F_SET_FILE_RW_HINT => structure(ctx, a, kernel::U64, false),
        libc::F_GETFL => {
            let flags = ctx.blocking(libc::SYS_fcntl, *a)?;
            Ok((ctx.process().abi.open_flags)(flags))
        }
        libc::F_SETFL => {
            let flags = (ctx.process().abi.open_flags)(a[2]);
            ctx.blocking(libc::SYS_fcntl, [a[0], a[1], flags, 0, 0, 0])
        }
        libc::F_GETFD
        | libc::F_SETFD
        | libc::F_GETOWN
        | libc::F_SETOWN
        | F_SETSIG
        | F_GETSIG
        | libc::F_SETLEASE
        | libc::F_GETLEASE
        | libc::F_NOTIFY
        | libc::F_SETPIPE_SZ
        | libc::F_GETPIPE_SZ
        | libc::F_ADD_SEALS
        | libc::F_GET_SEALS => ctx.blocking(libc::SYS_fcntl, *a),
        _ => Err(Errno::EINVAL),
    }
}

fn structure(ctx: &mut Ctx<'_>, a: &Args, layout: Layout, back: bool) -> SysResult {
    let mut bytes = ctx.get_layout(a[2], layout)?;
    let args = [a[0], a[1], bytes.as_mut_ptr() as u64, 0, 0, 0];
    let result = ctx.blocking(libc::SYS_fcntl, args)?;
    if back {
        ctx.put_layout(a[2], layout, &bytes)?;
    }
    Ok(result)
}
