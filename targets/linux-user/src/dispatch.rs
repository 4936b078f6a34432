//! From a guest's system call number to what it does.

use crate::abi::{Abi, GuestCpu};
use crate::errno::{Errno, SysResult};
use crate::marshal;
use crate::process::{Args, Ctx, Task};
use crate::strace;
use crate::table::{self, How, ROWS, Row};
use std::sync::atomic::{AtomicU16, Ordering};

/// Numbers below this are cached.
const CACHED: usize = 512;

/// Places in the table by number, looked up by name at the first use of each. Whoever comes
/// first stores what any other would: no lock, which a `fork` could leave locked.
static BY_NUMBER: [AtomicU16; CACHED] = [const { AtomicU16::new(UNKNOWN) }; CACHED];
/// Not looked up yet.
const UNKNOWN: u16 = u16::MAX;
/// Looked up, and not there.
const NONE: u16 = u16::MAX - 1;

/// The row of a number.
pub fn row(abi: &Abi, number: u64) -> Option<&'static Row> {
    let slot = BY_NUMBER.get(usize::try_from(number).ok()?)?;
    // Relaxed: the rows themselves are constant.
    let mut place = slot.load(Ordering::Relaxed);
    if place == UNKNOWN {
        let found = (abi.call_name)(number).and_then(table::position);
        place = found.and_then(|at| u16::try_from(at).ok()).unwrap_or(NONE);
        slot.store(place, Ordering::Relaxed);
    }
    ROWS.get(usize::from(place))
}

/// Does the system call that the vCPU stopped at.
///
/// # Errors
/// What the guest gets.
pub fn call(task: &mut Task, cpu: &mut dyn GuestCpu) -> SysResult {
    let (number, args) = cpu.call();
    task.call = number;
    let Some(row) = row(task.process.abi, number) else {
        task.process.log_unknown(number);
        return Err(Errno::ENOSYS);
    };
    let log = task.process.config.strace;
    let mut ctx = Ctx { task, cpu };
    if log {
        strace::enter(&ctx, row, &args);
    }
    let result = perform(&mut ctx, row, &args);
    if log {
        strace::leave(&ctx, row, &args, result);
    }
    result
}

fn perform(ctx: &mut Ctx<'_>, row: &Row, args: &Args) -> SysResult {
    match row.how {
        How::Pass(host) => marshal::pass(ctx, host, row.args, args),
        How::Own(handler) => handler(ctx, args),
        How::Refuse => Err(Errno::ENOSYS),
    }
}

/// Does the call of that name, for calls that stand for several.
///
/// # Errors
/// As the call.
pub fn by_name(ctx: &mut Ctx<'_>, name: &str, args: &Args) -> SysResult {
    match table::find(name) {
        Some(row) => perform(ctx, row, args),
        None => Err(Errno::ENOSYS),
    }
}
