//! `execve`: guest programs re-enter the emulator, others are the host's.

use super::file::at_path;
use crate::errno::{Errno, SysResult};
use crate::process::{Args, Config, Ctx, lock};
use crate::program::{self, Program};
use std::ffi::{CStr, CString};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;

/// Most arguments and environment strings together.
const MAX_STRINGS: usize = 1 << 17;

/// `execve`.
pub fn execve(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let path = ctx.get_path(a[0])?;
    run(ctx, &path, a[1], a[2])
}

/// `execveat`.
pub fn execveat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let name = ctx.get_path(a[1])?;
    let is_plain = name.to_bytes().starts_with(b"/") || a[0] as i32 == libc::AT_FDCWD;
    if is_plain && !name.is_empty() {
        return run(ctx, &name, a[2], a[3]);
    }
    let empty_is_fd = a[4] & libc::AT_EMPTY_PATH as u64 != 0;
    let path = match (name.is_empty(), empty_is_fd) {
        (true, true) => format!("/proc/self/fd/{}", a[0] as i32).into_bytes(),
        (true, false) => return Err(Errno::ENOENT),
        _ => [format!("/proc/self/fd/{}/", a[0] as i32).as_bytes(), name.to_bytes()].concat(),
    };
    run(ctx, &crate::path::c_string(&path), a[2], a[3])
}

fn run(ctx: &mut Ctx<'_>, path: &CStr, argv: u64, envp: u64) -> SysResult {
    let args = strings(ctx, argv)?;
    let env = strings(ctx, envp)?;
    if path.is_empty() {
        return Err(Errno::ENOENT);
    }
    let path = own_program(ctx, path);
    let config = &ctx.process().config;
    let program = program::find(ctx.process().abi, config.prefix.as_deref(), &path, args)?;
    if !program.is_guest {
        return execute(None, &program.host_path, &program.args, &env);
    }
    let exe = self_exe(ctx)?;
    let args = reentry(config, &program);
    execute(Some(&exe), c"", &args, &env)
}

/// `/proc/self/exe` means the guest's program.
fn own_program(ctx: &Ctx<'_>, path: &CStr) -> CString {
    if crate::procfs::is_own_exe(path.to_bytes()) {
        return crate::path::c_string(ctx.process().image.exe.as_os_str().as_bytes());
    }
    path.to_owned()
}

fn strings(ctx: &Ctx<'_>, list: u64) -> Result<Vec<CString>, Errno> {
    let mut out = Vec::new();
    if list == 0 {
        return Ok(out);
    }
    for i in 0..MAX_STRINGS as u64 {
        match ctx.get_u64(list.wrapping_add(8 * i))? {
            0 => return Ok(out),
            addr => out.push(ctx.get_arg(addr)?),
        }
    }
    Err(Errno::E2BIG)
}

/// The emulator's command line for a program: all that was asked of it this time.
fn reentry(config: &Config, program: &Program) -> Vec<CString> {
    let mut args = vec![c"momonga".to_owned()];
    args.extend(config.carried.iter().cloned());
    // Without an argument 0 the program gets an empty one (Linux fs/exec.c, since 5.18).
    args.push(c"-0".to_owned());
    args.push(program.args.first().cloned().unwrap_or_default());
    args.push(c"--".to_owned());
    args.push(program.guest_path.clone());
    args.extend(program.args.iter().skip(1).cloned());
    args
}

/// The emulator's executable, from now if it can be seen, else as kept before `chroot`.
fn self_exe(ctx: &Ctx<'_>) -> Result<File, Errno> {
    if let Some(kept) = &*lock(&ctx.process().self_exe) {
        return kept.try_clone().map_err(Errno::from);
    }
    File::open("/proc/self/exe").map_err(Errno::from)
}

/// Opens the emulator's executable while it can be seen.
pub(crate) fn keep_self(ctx: &Ctx<'_>) {
    let mut kept = lock(&ctx.process().self_exe);
    if kept.is_none() {
        *kept = File::open("/proc/self/exe").ok();
    }
}

fn execute(exe: Option<&File>, path: &CStr, args: &[CString], env: &[CString]) -> SysResult {
    let pointers = |list: &[CString]| -> Vec<u64> {
        list.iter().map(|s| s.as_ptr() as u64).chain([0]).collect()
    };
    let (args, env) = (pointers(args), pointers(env));
    let (dir, flags) = match exe {
        Some(file) => (file.as_raw_fd() as u64, libc::AT_EMPTY_PATH as u64),
        None => (libc::AT_FDCWD as u64, 0),
    };
    let all = [dir, path.as_ptr() as u64, args.as_ptr() as u64, env.as_ptr() as u64, flags, 0];
    crate::host::call(libc::SYS_execveat, all)
}

/// `chroot`.
pub fn chroot(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    keep_self(ctx);
    let path = at_path(ctx, a[0], true)?;
    ctx.blocking(libc::SYS_chroot, [super::file::pointer(&path), 0, 0, 0, 0, 0])
}

/// `pivot_root`.
pub fn pivot_root(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    keep_self(ctx);
    let (new, old) = (at_path(ctx, a[0], true)?, at_path(ctx, a[1], true)?);
    let (new, old) = (super::file::pointer(&new), super::file::pointer(&old));
    ctx.blocking(libc::SYS_pivot_root, [new, old, 0, 0, 0, 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reentry_carries_what_was_asked() {
        let carried = ["-L", "/guest", "--strace"].map(|s| CString::new(s).unwrap()).to_vec();
        let config = Config { carried, ..Config::default() };
        let program = Program {
            host_path: c"/guest/bin/x".into(),
            guest_path: c"/bin/x".into(),
            args: vec![c"-x".into(), c"--help".into()],
            is_guest: true,
        };
        let args = reentry(&config, &program);
        let texts: Vec<_> = args.iter().filter_map(|a| a.to_str().ok()).collect();
        let expected =
            ["momonga", "-L", "/guest", "--strace", "-0", "-x", "--", "/bin/x", "--help"];
        assert_eq!(texts, expected);
    }
}
