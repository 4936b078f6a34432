//! `futex`: the host's, with values in the byte order of guest memory.
//!
//! The kernel compares the raw word in memory with the value given, so the value is turned
//! into the guest's byte order first. Only the arithmetic of `FUTEX_WAKE_OP` cannot be left
//! to the host.

use super::futex_pi;
use crate::errno::{Errno, SysResult};
use crate::layout::{Endian, kernel};
use crate::process::{Args, Ctx};
use tcg_mem::GuestAddr;

const WAIT: u64 = 0;
const WAKE: u64 = 1;
const REQUEUE: u64 = 3;
const CMP_REQUEUE: u64 = 4;
const WAKE_OP: u64 = 5;
const LOCK_PI: u64 = 6;
const UNLOCK_PI: u64 = 7;
const TRYLOCK_PI: u64 = 8;
const WAIT_BITSET: u64 = 9;
const WAKE_BITSET: u64 = 10;
const LOCK_PI2: u64 = 13;
const PRIVATE: u64 = 128;
const CLOCK_REALTIME: u64 = 256;

/// A 32-bit value as the host kernel finds it in guest memory.
pub(crate) fn raw(endian: Endian, value: u64) -> u64 {
    match endian {
        Endian::Big => u64::from((value as u32).swap_bytes()),
        Endian::Little => value,
    }
}

/// `futex`.
pub fn futex(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let endian = ctx.endian();
    let command = a[1] & !(PRIVATE | CLOCK_REALTIME) & 0xffff_ffff;
    match command {
        WAIT | WAIT_BITSET => {
            let time = if a[3] == 0 { None } else { Some(ctx.get_layout(a[3], kernel::TIMESPEC)?) };
            let time = time.as_ref().map_or(0, |t| t.as_ptr() as u64);
            ctx.blocking(libc::SYS_futex, [a[0], a[1], raw(endian, a[2]), time, 0, a[5]])
        }
        WAKE | WAKE_BITSET | REQUEUE => ctx.blocking(libc::SYS_futex, *a),
        CMP_REQUEUE => {
            ctx.blocking(libc::SYS_futex, [a[0], a[1], a[2], a[3], a[4], raw(endian, a[5])])
        }
        WAKE_OP => wake_op(ctx, a),
        LOCK_PI | LOCK_PI2 => {
            let time = if a[3] == 0 { None } else { Some(ctx.get_layout(a[3], kernel::TIMESPEC)?) };
            let until = time.as_ref().map_or(0, |t| t.as_ptr() as u64);
            let clock = if command == LOCK_PI { CLOCK_REALTIME } else { a[1] & CLOCK_REALTIME };
            let how = Some(WAIT_BITSET | a[1] & PRIVATE | clock);
            futex_pi::lock(ctx, a[0], futex_pi::Wait { how, until })
        }
        TRYLOCK_PI => futex_pi::lock(ctx, a[0], futex_pi::Wait { how: None, until: 0 }),
        UNLOCK_PI => futex_pi::unlock(ctx, a[0], WAKE | a[1] & PRIVATE),
        _ => Err(Errno::ENOSYS),
    }
}

/// `FUTEX_WAKE_OP`: change the second word, wake on the first, and on the second if its old
/// value compares (Linux kernel/futex/waitwake.c:futex_atomic_op_inuser).
fn wake_op(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let op = Op::decode(a[5] as u32);
    let old = tcg_mem::fetch_update_u32(GuestAddr(a[4]), ctx.endian(), |word| op.apply(word))
        .map_err(|_| Errno::EFAULT)?;
    let wake = |addr: u64, count: u64| {
        let how = WAKE | a[1] & PRIVATE;
        crate::host::call(libc::SYS_futex, [addr, how, count, 0, 0, 0])
    };
    let mut woken = wake(a[0], a[2])?;
    if op.compares(old)? {
        woken += wake(a[4], a[3])?;
    }
    Ok(woken)
}

/// The encoded operation of `FUTEX_WAKE_OP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Op {
    op: u32,
    cmp: u32,
    arg: i32,
    cmp_arg: i32,
}

impl Op {
    fn decode(code: u32) -> Op {
        let signed = |bits: u32| ((bits as i32) << 20) >> 20;
        let shift = code >> 31 & 1 != 0;
        let arg = signed(code >> 12 & 0xfff);
        let arg = if shift { 1i32.wrapping_shl(arg as u32) } else { arg };
        Op { op: code >> 28 & 7, cmp: code >> 24 & 15, arg, cmp_arg: signed(code & 0xfff) }
    }

    fn apply(self, word: u32) -> u32 {
        let arg = self.arg as u32;
        match self.op {
            0 => arg,
            1 => word.wrapping_add(arg),
            2 => word | arg,
            3 => word & !arg,
            4 => word ^ arg,
            _ => word,
        }
    }

    fn compares(self, old: u32) -> Result<bool, Errno> {
        let (old, arg) = (old as i32, self.cmp_arg);
        Ok(match self.cmp {
            0 => old == arg,
            1 => old != arg,
            2 => old < arg,
            3 => old <= arg,
            4 => old > arg,
            5 => old >= arg,
            _ => return Err(Errno::ENOSYS),
        })
    }
}

/// Wakes one of those who wait for the word, as the kernel does for `CLONE_CHILD_CLEARTID`.
pub fn wake_one(addr: u64) {
    // Nobody waiting is no error.
    let _ = crate::host::call(libc::SYS_futex, [addr, WAKE, 1, 0, 0, 0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wake_op_codes_decode() {
        // FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_GT, -1)
        let op = Op::decode(1 << 28 | 4 << 24 | 1 << 12 | 0xfff);
        assert_eq!(op, Op { op: 1, cmp: 4, arg: 1, cmp_arg: -1 });
        assert_eq!(op.apply(41), 42);
        assert_eq!(op.compares(0), Ok(true));
        let shifted = Op::decode(8 << 28 | 2 << 28 | 5 << 12);
        assert_eq!(shifted.apply(1), 33);
    }
}
