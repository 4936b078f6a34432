//! `--strace`: one line for each system call and signal, on standard error.

use crate::abi::Synchronous;
use crate::errno::SysResult;
use crate::layout::{Layout, Run};
use crate::process::{Args, Ctx, Task, read_bytes};
use crate::table::{Arg, Row};
use std::fmt::Write;

/// Calls that may not come back, or for long: their line is printed before.
const EARLY: &[&str] = &["execve", "execveat", "exit", "exit_group", "rt_sigreturn", "sigreturn"];

/// Most bytes of a buffer to show.
const SHOWN: u64 = 32;

/// Open flags by bit, as the host has them.
const OPEN_FLAGS: &[(u64, &str)] = &[
    (libc::O_CREAT as u64, "O_CREAT"),
    (libc::O_EXCL as u64, "O_EXCL"),
    (libc::O_NOCTTY as u64, "O_NOCTTY"),
    (libc::O_TRUNC as u64, "O_TRUNC"),
    (libc::O_APPEND as u64, "O_APPEND"),
    (libc::O_NONBLOCK as u64, "O_NONBLOCK"),
    (libc::O_DIRECTORY as u64, "O_DIRECTORY"),
    (libc::O_NOFOLLOW as u64, "O_NOFOLLOW"),
    (libc::O_CLOEXEC as u64, "O_CLOEXEC"),
    (libc::O_PATH as u64, "O_PATH"),
];

/// Before the call.
pub fn enter(ctx: &Ctx<'_>, row: &Row, args: &Args) {
    if EARLY.contains(&row.name) {
        crate::ui::raw(&format!("{}\n", head(ctx, row, args)));
    }
}

/// After the call.
pub fn leave(ctx: &Ctx<'_>, row: &Row, args: &Args, result: SysResult) {
    if EARLY.contains(&row.name) && result.is_ok() {
        return;
    }
    let mut line = head(ctx, row, args);
    line.push_str(" = ");
    // Writing to a string cannot fail.
    let _ = match result {
        Ok(value) if value > 0xffff_ffff => write!(line, "{value:#x}"),
        Ok(value) => write!(line, "{value}"),
        Err(errno) => write!(line, "-1 {errno:?}"),
    };
    line.push('\n');
    crate::ui::raw(&line);
}

/// A signal is about to be delivered.
pub fn signal(task: &Task, signal: i32, info: &[u8]) {
    let code = info.get(8..12).map_or(0, |b| match task.process.abi.endian {
        crate::layout::Endian::Big => i32::from_be_bytes([b[0], b[1], b[2], b[3]]),
        crate::layout::Endian::Little => i32::from_le_bytes([b[0], b[1], b[2], b[3]]),
    });
    let name = signal_name(signal);
    crate::ui::raw(&format!("--- {name} {{si_signo={name}, si_code={code}}} ---\n"));
}

/// An instruction has caused a signal.
pub fn fault(_task: &Task, pc: u64, fault: &Synchronous) {
    let name = signal_name(fault.signal);
    let (code, addr) = (fault.code, fault.addr);
    crate::ui::raw(&format!("--- fault at {pc:#x}: {name}, code {code}, address {addr:#x} ---\n"));
}

fn head(ctx: &Ctx<'_>, row: &Row, args: &Args) -> String {
    let mut line = format!("{} {}(", ctx.tid(), row.name);
    for (i, kind) in row.args.iter().enumerate() {
        if i > 0 {
            line.push_str(", ");
        }
        argument(ctx, &mut line, *kind, args[i], args);
    }
    line.push(')');
    line
}

fn argument(ctx: &Ctx<'_>, line: &mut String, kind: Arg, value: u64, args: &Args) {
    // Writing to a string cannot fail.
    let _ = match kind {
        Arg::Int | Arg::Fd => write!(line, "{}", value as i64 as i32),
        Arg::DirFd if value as i32 == libc::AT_FDCWD => write!(line, "AT_FDCWD"),
        Arg::DirFd => write!(line, "{}", value as i32),
        Arg::Oct => write!(line, "{value:#o}"),
        Arg::Signal => write!(line, "{}", signal_name(value as i32)),
        Arg::Open => {
            let flags = (ctx.process().abi.open_flags)(value);
            write!(line, "{}", open_flags(flags))
        }
        Arg::Hex | Arg::Ptr | Arg::Out(_) | Arg::OutArray(..) | Arg::OutSized(..) => {
            write!(line, "{value:#x}")
        }
        _ if value == 0 => write!(line, "NULL"),
        Arg::Path | Arg::Link | Arg::At(_) | Arg::Str => match ctx.get_path(value) {
            Ok(text) => write!(line, "{text:?}"),
            Err(_) => write!(line, "{value:#x}"),
        },
        Arg::Data(n) | Arg::Buffer(n) => bytes(line, value, args[n as usize]),
        Arg::In(layout) | Arg::InOut(layout) => structure(ctx, line, layout, value),
        Arg::InArray(..)
        | Arg::InOutArray(..)
        | Arg::InSized(..)
        | Arg::InNodes(_)
        | Arg::OutNodes(_)
        | Arg::Scatter(_) => write!(line, "{value:#x}"),
    };
}

fn bytes(line: &mut String, addr: u64, len: u64) -> std::fmt::Result {
    let shown = len.min(SHOWN);
    match read_bytes(addr, shown as usize) {
        Ok(bytes) => {
            let more = if len > shown { "…" } else { "" };
            write!(line, "\"{}\"{more}", bytes.escape_ascii())
        }
        Err(_) => write!(line, "{addr:#x}"),
    }
}

/// The fields of a structure, without names: widths are all that is known of it.
fn structure(ctx: &Ctx<'_>, line: &mut String, layout: Layout, addr: u64) -> std::fmt::Result {
    let Ok(bytes) = ctx.get_layout(addr, layout) else { return write!(line, "{addr:#x}") };
    let mut rest = &bytes[..];
    let mut fields = Vec::new();
    for &Run(width, count) in layout {
        for _ in 0..count {
            let (field, later) = rest.split_at(usize::from(width));
            rest = later;
            if width > 1 {
                let value = field.iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b));
                fields.push(if value >> 63 == 0 {
                    value.to_string()
                } else {
                    (value as i64).to_string()
                });
            }
        }
    }
    write!(line, "{{{}}}", fields.join(", "))
}

fn open_flags(value: u64) -> String {
    let mut names = vec![match value & 3 {
        0 => "O_RDONLY",
        1 => "O_WRONLY",
        _ => "O_RDWR",
    }];
    let mut rest = value & !3;
    for (bits, name) in OPEN_FLAGS {
        if value & bits == *bits {
            names.push(name);
            rest &= !bits;
        }
    }
    let mut text = names.join("|");
    if rest != 0 {
        let _ = write!(text, "|{rest:#x}");
    }
    text
}

const SIGNALS: &[&str] = &[
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// A signal's name.
pub fn signal_name(signal: i32) -> String {
    match usize::try_from(signal - 1).ok().and_then(|i| SIGNALS.get(i)) {
        Some(name) => (*name).to_owned(),
        None if (32..=64).contains(&signal) => format!("SIGRT_{}", signal - 32),
        None => signal.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_signals_have_names() {
        assert_eq!(open_flags(0o2000001), "O_WRONLY|O_CLOEXEC");
        assert_eq!(open_flags(0o20000), "O_RDONLY|0x2000");
        assert_eq!(signal_name(11), "SIGSEGV");
        assert_eq!(signal_name(33), "SIGRT_1");
    }
}
