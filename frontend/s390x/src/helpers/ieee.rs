//! IEEE exceptions of binary floating point: rounding methods, enabled traps, flags, data-exception codes.
//!
//! PoP SA22-7832, chapter 9, "IEEE Exceptions" and "Data-Exception Code (DXC)".

use crate::state::{CpuState, fpc_bits, fpc_to_flags};
use crate::trap::Trap;
use softfp::{Flags, Round};

/// The binary rounding mode in force.
pub(crate) fn rounding(cpu: &CpuState) -> Round {
    match cpu.env.fp_round {
        1 => Round::TowardZero,
        2 => Round::Up,
        3 => Round::Down,
        5 => Round::ToOdd,
        _ => Round::NearestEven,
    }
}

/// The enabled IEEE traps.
pub(crate) fn traps(cpu: &CpuState) -> Flags {
    // The masks stand eight bits above the flags.
    Flags::from_bits(fpc_to_flags((cpu.fpc & fpc_bits::MASKS) >> 8) as u16)
}

/// The rounding method that an M3 or M4 field asks for; `None` for the reserved 2 and above 7.
///
/// PoP chapter 9, "Effective rounding method".
pub(crate) fn rounding_method(cpu: &CpuState, field: u8) -> Option<Round> {
    Some(match field {
        0 => rounding(cpu),
        1 => Round::NearestAway,
        3 => Round::ToOdd,
        4 => Round::NearestEven,
        5 => Round::TowardZero,
        6 => Round::Up,
        7 => Round::Down,
        _ => return None,
    })
}

/// An IEEE exception whose trap is enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IeeeTrap {
    /// The data-exception code.
    dxc: u8,
}

impl IeeeTrap {
    /// True for invalid operation and division by zero: the instruction has no result.
    pub(crate) const fn suppresses(self) -> bool {
        self.dxc & 0xc0 != 0
    }

    /// The data exception for this trap; its code goes into the FPC as well.
    pub(crate) fn interruption(self, cpu: &mut CpuState) -> Trap {
        cpu.set_dxc(self.dxc);
        Trap::data(self.dxc)
    }
}

/// Sets the flags of untrapped exceptions; the trap to take, if any.
///
/// The priority is invalid or division, overflow or underflow, inexact.
pub(crate) fn report(cpu: &mut CpuState, env: &softfp::Env) -> Option<IeeeTrap> {
    let flags = env.flags;
    let taken = |flag: Flags| flags.contains(flag) && env.traps.contains(flag);
    if taken(Flags::INVALID) {
        return Some(IeeeTrap { dxc: 0x80 });
    }
    if taken(Flags::DIV_BY_ZERO) {
        return Some(IeeeTrap { dxc: 0x40 });
    }
    let inexact = match (flags.contains(Flags::INEXACT), flags.contains(Flags::INCREMENTED)) {
        (false, _) => 0,
        (true, false) => 0x08,
        (true, true) => 0x0c,
    };
    let (dxc, reported) = if taken(Flags::OVERFLOW) {
        (0x20 | inexact, Flags::OVERFLOW | Flags::INEXACT)
    } else if taken(Flags::UNDERFLOW) {
        (0x10 | inexact, Flags::UNDERFLOW | Flags::INEXACT)
    } else if taken(Flags::INEXACT) {
        (inexact, Flags::INEXACT)
    } else {
        (0, Flags::NONE)
    };
    let untrapped = flags & Flags::EXCEPTIONS & !reported;
    cpu.env.fp_flags |= u32::from(untrapped.bits());
    (dxc != 0).then_some(IeeeTrap { dxc })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raised(traps: Flags, flags: Flags) -> (Option<IeeeTrap>, u32) {
        let mut cpu = CpuState::default();
        let env = softfp::Env { traps, flags, ..softfp::Env::new(&crate::ieee_rules::RULES) };
        (report(&mut cpu, &env), cpu.env.fp_flags)
    }

    #[test]
    fn masks_enable_traps() {
        let mut cpu = CpuState::default();
        cpu.set_fpc(0x8800_0000);
        assert_eq!(traps(&cpu), Flags::INVALID | Flags::INEXACT);
    }

    #[test]
    fn a_trapped_overflow_reports_inexact_in_the_code_not_as_a_flag() {
        let flags = Flags::OVERFLOW | Flags::INEXACT | Flags::INCREMENTED;
        assert_eq!(raised(Flags::OVERFLOW, flags), (Some(IeeeTrap { dxc: 0x2c }), 0));
        assert_eq!(raised(Flags::INEXACT, flags), (Some(IeeeTrap { dxc: 0x0c }), 4));
        assert_eq!(raised(Flags::NONE, flags), (None, 4 | 16));
    }
}
