//! What Linux makes of exceptions: signal numbers and codes, and the syndromes that signal frames tell.
//!
//! Linux arch/arm64/kernel/traps.c, entry-common.c and arch/arm64/mm/fault.c. Syndromes are values of ESR_EL1 (Arm ARM
//! DDI 0487, D24.2 "ESR_EL1").

use crate::state::CpuState;
use crate::trap::Trap;
use frontend_common::signal::{self, *};
use tcg_mem::{Access, Cause, Fault};

/// A signal that an instruction raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Number.
    pub number: i32,
    /// `si_code`.
    pub code: i32,
    /// `si_addr`.
    pub addr: u64,
}

/// The signal of an exception other than a memory abort; the state is that of its exit.
#[must_use]
pub fn of_trap(state: &CpuState, trap: Trap) -> Signal {
    let at = state.env.pc;
    let (number, code, addr) = match trap {
        Trap::Undefined | Trap::BranchTarget => (SIGILL, ILL_ILLOPC, at),
        Trap::PointerAuthentication => (SIGILL, ILL_ILLOPN, at),
        Trap::Breakpoint => (SIGTRAP, TRAP_BRKPT, at),
        Trap::PcAlignment => (SIGBUS, BUS_ADRALN, at),
        Trap::SpAlignment => (SIGBUS, BUS_ADRALN, state.sp),
        Trap::Alignment => (SIGBUS, BUS_ADRALN, state.env.exit_arg),
    };
    Signal { number, code, addr }
}

/// The signal of an access that the guest may not make.
#[must_use]
pub const fn of_fault(fault: &Fault) -> Signal {
    let (number, code) = signal::of_cause(fault.cause);
    Signal { number, code, addr: untagged(fault.addr.0) }
}

/// An address without its tag: bits 63 to 56 become copies of bit 55.
#[must_use]
pub const fn untagged(addr: u64) -> u64 {
    ((addr << 8).cast_signed() >> 8).cast_unsigned()
}

/// Exception classes, with the bit for an instruction of 32 bits.
const POINTER_AUTHENTICATION: u32 = 0x1c << 26 | 1 << 25;
const INSTRUCTION_ABORT: u32 = 0x20 << 26 | 1 << 25;
const PC_ALIGNMENT: u32 = 0x22 << 26 | 1 << 25;
const DATA_ABORT: u32 = 0x24 << 26 | 1 << 25;
const SP_ALIGNMENT: u32 = 0x26 << 26 | 1 << 25;

/// The abort was caused by a write, or by cache maintenance.
const WRITE: u32 = 1 << 6;
/// The abort was caused by cache maintenance, of which DC ZVA is none.
const MAINTENANCE: u32 = 1 << 8;
/// Fault status codes: translation and permission faults of the last level, and misalignment.
const TRANSLATION: u32 = 0x07;
const PERMISSION: u32 = 0x0f;
const ALIGNMENT: u32 = 0x21;

/// The syndrome that a signal frame tells of an exception; 0 for those of which it tells none.
#[must_use]
pub const fn syndrome_of_trap(trap: Trap) -> u32 {
    match trap {
        Trap::PcAlignment => PC_ALIGNMENT,
        Trap::SpAlignment => SP_ALIGNMENT,
        Trap::PointerAuthentication => POINTER_AUTHENTICATION,
        Trap::Alignment => DATA_ABORT | ALIGNMENT,
        Trap::Undefined | Trap::Breakpoint | Trap::BranchTarget => 0,
    }
}

/// The syndrome of a memory abort by the instruction `insn`. Cache maintenance needs to read, and is told as a write.
#[must_use]
pub const fn syndrome_of_fault(fault: &Fault, insn: u32) -> u32 {
    let status = match fault.cause {
        Cause::Protected => PERMISSION,
        Cause::Unmapped | Cause::Bus => TRANSLATION,
    };
    match fault.access {
        Access::Execute => INSTRUCTION_ABORT | status,
        Access::Read if is_maintenance(insn) => DATA_ABORT | MAINTENANCE | WRITE | status,
        Access::Read => DATA_ABORT | status,
        Access::Write => DATA_ABORT | WRITE | status,
    }
}

/// Whether an instruction is DC CVAC, DC CVAU, DC CVAP, DC CVADP or DC CIVAC.
const fn is_maintenance(insn: u32) -> bool {
    insn & 0xffff_f0e0 == 0xd50b_7020 && matches!(insn >> 8 & 15, 10..=14)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tcg_mem::GuestAddr;

    #[test]
    fn syndromes_are_those_of_the_architecture() {
        const LDR: u32 = 0xf940_0020;
        const DC_CVAC: u32 = 0xd50b_7a21;
        const DC_ZVA: u32 = 0xd50b_7421;
        let by = |insn, access, cause| {
            syndrome_of_fault(&Fault { addr: GuestAddr(0), access, cause }, insn)
        };
        let of = |access, cause| by(LDR, access, cause);
        assert_eq!(of(Access::Write, Cause::Unmapped), 0x9200_0047);
        assert_eq!(of(Access::Read, Cause::Protected), 0x9200_000f);
        assert_eq!(of(Access::Execute, Cause::Unmapped), 0x8200_0007);
        assert_eq!(by(DC_CVAC, Access::Read, Cause::Unmapped), 0x9200_0147);
        assert_eq!(by(DC_ZVA, Access::Write, Cause::Protected), 0x9200_004f);
        assert_eq!(syndrome_of_trap(Trap::PcAlignment), 0x8a00_0000);
    }

    #[test]
    fn tags_are_not_part_of_an_address() {
        assert_eq!(untagged(0xab00_1234_5678_9abc), 0x0000_1234_5678_9abc);
        assert_eq!(untagged(0x00ff_ffff_ffff_ff00), 0xffff_ffff_ffff_ff00);
    }
}
