//! `execve`: guest programs re-enter the emulator, others are the host's.

use super::file::at_path;
use crate::errno::{Errno, SysResult};
use crate::limits;
use crate::process::{Args, Config, Ctx};
use crate::program::{self, Program};
use crate::unsafe_view;
use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::AtomicU32;

/// Most bytes of arguments and environment, with their addresses: three quarters of the usual
/// stack (Linux fs/exec.c:bprm_stack_limits). The host may allow less.
const MAX_STRINGS: usize = 6 << 20;

/// `execve`.
pub fn execve(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let path = ctx.get_path(a[0])?;
    run(ctx, &path, a[1], a[2])
}

/// `execveat`.
pub fn execveat(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if a[4] & !EXECVEAT_FLAGS & 0xffff_ffff != 0 {
        return Err(Errno::EINVAL);
    }
    let name = ctx.get_path(a[1])?;
    let empty_is_fd = a[4] & libc::AT_EMPTY_PATH as u64 != 0;
    let fd = a[0] as i32;
    if name.is_empty() {
        let path = crate::path::c_string(format!("/proc/self/fd/{fd}").as_bytes());
        return if empty_is_fd { run_or_check(ctx, &path, a) } else { Err(Errno::ENOENT) };
    }
    let is_plain = name.to_bytes().starts_with(b"/") || fd == libc::AT_FDCWD;
    let path = match is_plain {
        true => name,
        false => crate::path::c_string(
            &[format!("/proc/self/fd/{fd}/").as_bytes(), name.to_bytes()].concat(),
        ),
    };
    if !super::file::follows(a[4]) && is_link(ctx, &path) {
        return Err(Errno::ELOOP);
    }
    run_or_check(ctx, &path, a)
}

fn is_link(ctx: &Ctx<'_>, path: &CStr) -> bool {
    let host = crate::path::resolve_link(ctx.process(), path);
    std::fs::read_link(OsStr::from_bytes(host.to_bytes())).is_ok()
}

/// The flags that `execveat` knows.
const EXECVEAT_FLAGS: u64 =
    (libc::AT_EMPTY_PATH | libc::AT_SYMLINK_NOFOLLOW) as u64 | program::EXECVE_CHECK;

/// Executes a program, or only asks whether it may be executed.
fn run_or_check(ctx: &mut Ctx<'_>, path: &CStr, a: &Args) -> SysResult {
    if a[4] & program::EXECVE_CHECK == 0 {
        return run(ctx, path, a[2], a[3]);
    }
    program::check_execute(&ctx.resolve(&own_program(ctx, path))).map(|()| 0)
}

fn run(ctx: &mut Ctx<'_>, path: &CStr, argv: u64, envp: u64) -> SysResult {
    let call = prepare(ctx, path, argv, envp)?;
    // Kept by the thread, whose parent frees it after a vfork: a program that has been executed
    // frees nothing, and the memory is the parent's.
    let call = ctx.task.exec.insert(call);
    let result = call.execute(&ctx.task.inbox.pending);
    // Only now: after a successful call the number may mean something else in the parent.
    if let Target::Opened(fd) = call.target {
        let _ = crate::host::call(libc::SYS_close, crate::host::args([fd as u64]));
    }
    ctx.task.exec = None;
    result
}

fn prepare(ctx: &Ctx<'_>, path: &CStr, argv: u64, envp: u64) -> Result<ExecCall, Errno> {
    let mut room = MAX_STRINGS;
    let args = strings(ctx, argv, &mut room)?;
    let env = strings(ctx, envp, &mut room)?;
    if path.is_empty() {
        return Err(Errno::ENOENT);
    }
    let path = own_program(ctx, path);
    let config = &ctx.process().config;
    let program = program::find(config.prefix.as_deref(), &path, args)?;
    if !program.is_guest {
        return Ok(ExecCall::new(Target::Path(program.host_path), program.args, env));
    }
    may_execute(&ctx.resolve(&path), &program.host_path)?;
    let limits = ctx.process().limits.values();
    let mut args = reentry(config, &program);
    if limits != limits::of_host() {
        let text = crate::path::c_string(limits::to_text(&limits).as_bytes());
        args.splice(1..1, [c"--limits".to_owned(), text]);
    }
    Ok(match self_exe(ctx) {
        Some(Target::Kept(fd)) => ExecCall::new(Target::Kept(fd), keep_option(fd, args), env),
        Some(target) => ExecCall::new(target, args, env),
        None => {
            let path = unsafe_view::exec_path().ok_or(Errno::ENOENT)?;
            ExecCall::new(Target::Path(path), args, env)
        }
    })
}

/// Asks the host, which is going to execute the emulator instead, about a program of the guest, and the script it is for.
fn may_execute(file: &CStr, program: &CStr) -> Result<(), Errno> {
    let check = |path| match program::check_execute(path) {
        // The host cannot be asked; its permissions have been looked at.
        Err(Errno::EINVAL) => Ok(()),
        checked => checked,
    };
    check(file)?;
    if file == program { Ok(()) } else { check(program) }
}

/// What the host is to execute.
#[derive(Debug)]
enum Target {
    /// A file by its path.
    Path(CString),
    /// The emulator itself, by the descriptor kept before a `chroot`.
    Kept(i32),
    /// The emulator itself, by a descriptor opened for this call.
    Opened(i32),
}

/// An `execve` of the host with all it points to.
#[derive(Debug)]
pub struct ExecCall {
    target: Target,
    /// Addresses of the strings, with the zero behind them.
    args: Vec<u64>,
    env: Vec<u64>,
    _strings: [Vec<CString>; 2],
}

impl ExecCall {
    fn new(target: Target, args: Vec<CString>, env: Vec<CString>) -> ExecCall {
        let pointers = |list: &[CString]| -> Vec<u64> {
            list.iter().map(|s| s.as_ptr() as u64).chain([0]).collect()
        };
        let (arg_pointers, env_pointers) = (pointers(&args), pointers(&env));
        ExecCall { target, args: arg_pointers, env: env_pointers, _strings: [args, env] }
    }

    /// Comes back only with an error. A signal that has arrived is delivered first: the new
    /// program would know nothing of it, and start with all signals blocked.
    fn execute(&self, pending: &AtomicU32) -> SysResult {
        let (dir, path, flags) = match &self.target {
            Target::Path(path) => (libc::AT_FDCWD, path.as_c_str(), 0),
            Target::Kept(fd) | Target::Opened(fd) => (*fd, c"", libc::AT_EMPTY_PATH),
        };
        let (args, env) = (self.args.as_ptr() as u64, self.env.as_ptr() as u64);
        let all = [dir as u64, path.as_ptr() as u64, args, env, flags as u64, 0];
        crate::host::blocking(pending, libc::SYS_execveat, all)
    }
}

/// Lowest number for the descriptor that outlives `execve`.
const HIGH_FD: u64 = 512;

/// Tells the next emulator of the kept descriptor, which it could not open again.
fn keep_option(fd: i32, mut args: Vec<CString>) -> Vec<CString> {
    let clear = [fd as u64, libc::F_SETFD as u64, 0, 0, 0, 0];
    if crate::host::call(libc::SYS_fcntl, clear).is_ok() {
        let number = crate::path::c_string(fd.to_string().as_bytes());
        args.splice(1..1, [c"--self-fd".to_owned(), number]);
    }
    args
}

/// `/proc/self/exe` means the guest's program; a descriptor, which may be closed by `execve`,
/// means the file it is open on.
fn own_program(ctx: &Ctx<'_>, path: &CStr) -> CString {
    let bytes = path.to_bytes();
    if crate::procfs::is_own_exe(bytes) {
        return crate::path::c_string(ctx.process().image.exe.as_os_str().as_bytes());
    }
    let fd = bytes.strip_prefix(b"/proc/self/fd/").or(bytes.strip_prefix(b"/dev/fd/"));
    match fd.and_then(file_of_descriptor) {
        Some(file) => file,
        None => path.to_owned(),
    }
}

/// The path of an open file, or of a copy of the descriptor that stays open, if it has none.
fn file_of_descriptor(number: &[u8]) -> Option<CString> {
    let fd: u64 = std::str::from_utf8(number).ok()?.parse().ok()?;
    let link = format!("/proc/self/fd/{fd}");
    let path = std::fs::read_link(&link).ok()?;
    let (open, named) = (std::fs::metadata(&link).ok()?, std::fs::metadata(&path).ok());
    if named.is_some_and(|named| (named.dev(), named.ino()) == (open.dev(), open.ino())) {
        return Some(crate::path::c_string(path.as_os_str().as_bytes()));
    }
    let dup = [fd, libc::F_DUPFD as u64, HIGH_FD, 0, 0, 0];
    let kept = crate::host::call(libc::SYS_fcntl, dup).ok()?;
    Some(crate::path::c_string(format!("/proc/self/fd/{kept}").as_bytes()))
}

/// Reads a list of strings, which take their bytes from `room`.
fn strings(ctx: &Ctx<'_>, list: u64, room: &mut usize) -> Result<Vec<CString>, Errno> {
    let mut out = Vec::new();
    if list == 0 {
        return Ok(out);
    }
    loop {
        let addr = ctx.get_u64_at(list, 8 * out.len() as u64)?;
        if addr == 0 {
            return Ok(out);
        }
        let string = ctx.get_arg(addr)?;
        let needed = string.as_bytes_with_nul().len() + 8;
        *room = room.checked_sub(needed).ok_or(Errno::E2BIG)?;
        out.push(string);
    }
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
fn self_exe(ctx: &Ctx<'_>) -> Option<Target> {
    if let Ok(file) = File::open("/proc/self/exe") {
        return Some(Target::Opened(file.into_raw_fd()));
    }
    ctx.process().self_exe.get().map(Target::Kept)
}

/// Opens the emulator's executable while it can be seen.
pub(crate) fn keep_self(ctx: &Ctx<'_>) {
    let kept = &ctx.process().self_exe;
    if kept.get().is_some() {
        return;
    }
    let Ok(file) = File::open("/proc/self/exe") else { return };
    let dup = [file.as_raw_fd() as u64, libc::F_DUPFD_CLOEXEC as u64, HIGH_FD, 0, 0, 0];
    let Ok(fd) = crate::host::call(libc::SYS_fcntl, dup) else { return };
    if !kept.set(fd as i32) {
        let _ = crate::host::call(libc::SYS_close, crate::host::args([fd]));
    }
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
