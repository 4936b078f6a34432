//! `s390_guarded_storage`: enables guarded storage for the calling thread.
//!
//! Linux arch/s390/kernel/guarded_storage.c, `s390_guarded_storage(2)`. New threads and children of `fork` begin without it.

use crate::abi::GuestCpu;
use crate::errno::{Errno, SysResult};
use crate::process::{Args, Ctx, Task};
use std::sync::atomic::{AtomicU64, Ordering};

/// The three controls: designation, section mask, address of the event parameter list.
pub type Controls = [u64; 3];

/// After enablement nothing is guarded: the mask is zero, and the characteristic valid.
const INITIAL: Controls = [25, 0, 0];

const ENABLE: i32 = 0;
const DISABLE: i32 = 1;
const SET_BROADCAST: i32 = 2;
const CLEAR_BROADCAST: i32 = 3;
const BROADCAST: i32 = 4;

/// Broadcasts of a process so far.
#[derive(Debug, Default)]
pub struct Broadcasts(AtomicU64);

/// What a thread has prepared for a broadcast.
#[derive(Debug, Default)]
pub struct Prepared {
    controls: Option<Controls>,
    /// Broadcasts that were before the preparation, or have been followed.
    seen: u64,
}

/// Before guest code goes on: takes over what was prepared, if there was a broadcast. A thread that runs guest code follows
/// at its next system call or signal.
pub fn follow(task: &mut Task, cpu: &mut dyn GuestCpu) {
    if task.guarded.controls.is_none() {
        return;
    }
    // Acquire: pairs with the broadcast.
    let broadcasts = task.process.broadcasts.0.load(Ordering::Acquire);
    if broadcasts != task.guarded.seen {
        cpu.guard_storage(task.guarded.controls.take());
    }
}

/// The system call. The facility lacking: EOPNOTSUPP.
pub fn s390_guarded_storage(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if !ctx.cpu.has_guarded_storage(ctx.task.process.config.cpu_level) {
        return Err(Errno::EOPNOTSUPP);
    }
    match a[0] as i32 {
        ENABLE => {
            if !ctx.cpu.guards_storage() {
                ctx.cpu.guard_storage(Some(INITIAL));
            }
        }
        DISABLE => ctx.cpu.guard_storage(None),
        SET_BROADCAST => {
            // The first doubleword of the block is reserved.
            let word = |offset| ctx.get_u64(a[1].wrapping_add(offset));
            let controls = Some([word(8)?, word(16)?, word(24)?]);
            // Acquire: pairs with the broadcast.
            let seen = ctx.task.process.broadcasts.0.load(Ordering::Acquire);
            ctx.task.guarded = Prepared { controls, seen };
        }
        CLEAR_BROADCAST => ctx.task.guarded.controls = None,
        BROADCAST => {
            // Release: who follows the broadcast sees what was stored before it.
            ctx.task.process.broadcasts.0.fetch_add(1, Ordering::Release);
            // It is for the other threads as well as for this one.
        }
        _ => return Err(Errno::EINVAL),
    }
    Ok(0)
}
