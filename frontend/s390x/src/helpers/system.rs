//! Clock and facility list.

use super::{Stop, probe, wrap};
use crate::facility;
use crate::state::CpuState;
use std::time::{SystemTime, UNIX_EPOCH};
use tcg_mem::{Access, Endian, write_u64};

/// Microseconds from the start of the time-of-day clock, 1900-01-01, to 1970-01-01.
const TOD_OF_1970: u64 = 2_208_988_800_000_000;

/// The time-of-day clock: bit 51 is a microsecond.
///
/// PoP SA22-7832, chapter 4, "TOD Clock".
pub(super) fn tod(_: &mut CpuState, _: [u64; 4]) -> Result<u64, Stop> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let micros = since_1970.as_micros() as u64;
    let below = u64::from(since_1970.subsec_nanos() % 1000) * 4096 / 1000;
    Ok((micros.wrapping_add(TOD_OF_1970) << 12) + below)
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
