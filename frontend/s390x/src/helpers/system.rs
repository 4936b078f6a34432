//! Clock and facility list.

use super::{Stop, probe, wrap};
use crate::facility;
use crate::state::CpuState;
use crate::trap::{Trap, pic};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tcg_mem::{Access, Endian, write_u64};

/// Microseconds from the start of the time-of-day clock, 1900-01-01, to 1970-01-01.
const TOD_OF_1970: u64 = 2_208_988_800_000_000;

/// The time-of-day clock: bit 51 is a microsecond.
///
/// PoP SA22-7832, chapter 4, "TOD Clock".
pub(super) fn tod(_: &mut CpuState, _: [u64; 4]) -> Result<u64, Stop> {
    Ok(now())
}

/// The time-of-day clock, later than every value that this function gave to any thread.
///
/// PoP SA22-7832, "STORE CLOCK": two executions, on the same CPU or not, store different values in the order of time.
pub(super) fn unique_tod(_: &mut CpuState, _: [u64; 4]) -> Result<u64, Stop> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    // Relaxed: all that is shared is the one word, whose changes are in one order.
    let mut last = LAST.load(Ordering::Relaxed);
    loop {
        let next = now().max(last + 1);
        match LAST.compare_exchange_weak(last, next, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return Ok(next),
            Err(other) => last = other,
        }
    }
}

fn now() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let micros = since_1970.as_micros() as u64;
    let below = u64::from(since_1970.subsec_nanos() % 1000) * 4096 / 1000;
    (micros.wrapping_add(TOD_OF_1970) << 12) + below
}

/// A clock of the host, for the instruction at `pc`.
pub(super) fn host_clock(state: &mut CpuState, [pc, clock, ..]: [u64; 4]) -> Result<u64, Stop> {
    state.clocks.read_from(pc, clock).ok_or(Stop::Trap(Trap::new(pic::PRIVILEGED)))
}

/// STORE FACILITY LIST EXTENDED: as many doublewords as asked for in register 0, whose low byte becomes the number that
/// there are less one. The result is the condition code: 3 if there are more.
///
/// PoP SA22-7832, "STORE FACILITY LIST EXTENDED".
pub(super) fn stfle(state: &mut CpuState, [addr, level, ..]: [u64; 4]) -> Result<u64, Stop> {
    let list = facility::list(level as u32);
    let asked = (state.gpr[0] & 0xff) as usize + 1;
    let stored = 8 * asked.min(list.len()) as u64;
    probe(wrap(state, addr), stored, Access::Write)?;
    for (i, word) in list.iter().take(asked).enumerate() {
        write_u64(wrap(state, addr.wrapping_add(8 * i as u64)), *word, Endian::Big)?;
    }
    state.gpr[0] = state.gpr[0] & !0xff | (list.len() - 1) as u64;
    Ok(if asked < list.len() { 3 } else { 0 })
}
