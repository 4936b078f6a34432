//! The guarded-storage event.

use super::{Done, Stop, probe, wrap};
use crate::state::{CpuState, EXECUTING, GuardedStorage};
use tcg_mem::{Access, Endian, read_u64, write_u64};

/// Bytes of the event parameter list, and offsets of its doublewords: Linux
/// arch/s390/include/uapi/asm/guarded_storage.h, `struct gs_epl`.
const LIST_BYTES: u64 = 48;
const HANDLER: u64 = 8;
const INSTRUCTION: u64 = 16;
const OPERAND: u64 = 24;
const INTERMEDIATE: u64 = 32;
const RETURN: u64 = 40;

/// Recognizes the event, if there is one: arguments are the operand address, the intermediate result, and 1 for LOAD
/// LOGICAL AND SHIFT GUARDED. Fills the parameter list; the result is 1, and the state says where control goes.
///
/// PoP SA22-7832, chapter 4, "Guarded-Storage-Event Processing". Outside of transactions the return address is that of the
/// instruction, so that it is executed again.
pub(super) fn event(cpu: &mut CpuState, [operand, intermediate, cause, _]: [u64; 4]) -> Done {
    if !is_guarded(&cpu.guarded, intermediate) {
        return Ok(0);
    }
    let list = wrap(cpu, cpu.guarded.parameters);
    probe(list, LIST_BYTES, Access::Write)?;
    let executed = cpu.execute & EXECUTING != 0;
    let at = if executed { cpu.execute_pc } else { cpu.env.pc };
    let store = |offset: u64, v: u64| -> Result<(), Stop> {
        Ok(write_u64(list.wrapping_add(offset), v, Endian::Big)?)
    };
    store(0, status(cpu.amode, cause))?;
    store(INSTRUCTION, at)?;
    store(OPERAND, operand)?;
    store(INTERMEDIATE, intermediate)?;
    store(RETURN, at)?;
    cpu.guarded.handler = wrap(cpu, read_u64(list.wrapping_add(HANDLER), Endian::Big)?).0;
    Ok(1)
}

/// Whether an address is in a guarded section. A characteristic that is not assigned guards nothing.
fn is_guarded(controls: &GuardedStorage, addr: u64) -> bool {
    let characteristic = controls.designation & 63;
    if !(25..=56).contains(&characteristic) {
        return false;
    }
    let section = addr >> (characteristic - 6) & 63;
    (addr ^ controls.designation) >> characteristic == 0 && controls.mask << section >> 63 != 0
}

/// The first doubleword of the list: addressing mode (byte 1), cause (byte 2), access information (byte 3: DAT is on, in
/// primary-space mode, as Linux has it for programs).
fn status(amode: u32, cause: u64) -> u64 {
    let mode = match amode {
        24 => 0,
        31 => 1,
        _ => 3,
    };
    mode << 48 | cause << 40 | 0x40 << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_half_a_mebibyte() {
        let controls =
            GuardedStorage { designation: 0x200_0019, mask: 1 << 62, ..GuardedStorage::default() };
        assert!(!is_guarded(&controls, 0x200_0000), "the first section is not selected");
        assert!(is_guarded(&controls, 0x208_0000));
        assert!(is_guarded(&controls, 0x20f_ffff));
        assert!(!is_guarded(&controls, 0x210_0000));
        assert!(!is_guarded(&controls, 0x408_0000), "behind the area");
        let reserved = GuardedStorage { designation: 0x200_0018, mask: u64::MAX, ..controls };
        assert!(!is_guarded(&reserved, 0x200_0000));
    }
}
