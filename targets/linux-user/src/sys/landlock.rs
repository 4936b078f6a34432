//! Landlock: rules about files and ports that a process gives itself.
//!
//! The host's kernel does all of it; what is added is the emulator's own needs. Linux Documentation/userspace-api/landlock.rst,
//! security/landlock/syscalls.c.

use crate::errno::{Errno, SysResult};
use crate::layout::{Layout, Run, kernel};
use crate::marshal;
use crate::process::{Args, Ctx};
use crate::program;
use crate::table::Arg;
use std::fs::File;
use std::os::fd::AsRawFd;

// Numbers on every architecture; older C library headers lack the names.
const SYS_CREATE_RULESET: i64 = 444;
const SYS_ADD_RULE: i64 = 445;
const SYS_RESTRICT_SELF: i64 = 446;

/// `LANDLOCK_RULE_PATH_BENEATH`: `struct landlock_path_beneath_attr`, which is packed.
const PATH_BENEATH: u32 = 1;
const PATH_RULE: Layout = &[Run(8, 1), Run(4, 1)];
/// `LANDLOCK_RULE_NET_PORT`: `struct landlock_net_port_attr`.
const NET_PORT: u32 = 2;
const PORT_RULE: Layout = &[Run(8, 2)];

/// `LANDLOCK_ACCESS_FS_EXECUTE` and `LANDLOCK_ACCESS_FS_READ_FILE`.
const EXECUTE: u64 = 1;
const READ_FILE: u64 = 4;

/// `landlock_create_ruleset`. A host that cannot be asked what a process may execute ([`program::check_execute`]) answers as
/// one on which Landlock is turned off.
pub fn create_ruleset(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if program::check_execute(c"/") == Err(Errno::EINVAL) {
        return Err(Errno::EOPNOTSUPP);
    }
    const KINDS: &[Arg] = &[Arg::InSized(kernel::U64, 1), Arg::Int, Arg::Hex];
    marshal::pass(ctx, SYS_CREATE_RULESET, KINDS, a)
}

/// `landlock_add_rule`.
pub fn add_rule(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let rule = match a[1] as u32 {
        PATH_BENEATH => Arg::In(PATH_RULE),
        NET_PORT => Arg::In(PORT_RULE),
        // The kernel refuses it.
        _ => Arg::Ptr,
    };
    marshal::pass(ctx, SYS_ADD_RULE, &[Arg::Fd, Arg::Int, rule, Arg::Hex], a)
}

/// `landlock_restrict_self`: from now on for this thread and its children.
///
/// The rules get one more, for the emulator's own file: without it no program of the guest could be executed any more. Which
/// of them may be, `execve` asks the host's kernel.
pub fn restrict_self(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if let Ok(emulator) = File::open("/proc/self/exe") {
        for access in [EXECUTE, READ_FILE] {
            let mut rule = access.to_le_bytes().to_vec();
            rule.extend(emulator.as_raw_fd().to_le_bytes());
            let rule = rule.as_ptr() as u64;
            // An access that the rules do not handle is allowed anyway.
            let _ = crate::host::call(SYS_ADD_RULE, [a[0], PATH_BENEATH.into(), rule, 0, 0, 0]);
        }
    }
    ctx.blocking(SYS_RESTRICT_SELF, *a)
}
