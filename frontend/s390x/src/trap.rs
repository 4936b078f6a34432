//! Program interruptions as exit codes of generated code.

use tcg_ir::ExitCode;

/// Program-interruption codes that a problem-state program can meet.
///
/// PoP SA22-7832, "Program Interruption"; numbers as stored at the interruption.
pub mod pic {
    /// Operation exception: no such instruction.
    pub const OPERATION: u16 = 0x01;
    /// Privileged-operation exception.
    pub const PRIVILEGED: u16 = 0x02;
    /// Execute exception: the target of an execute is an execute.
    pub const EXECUTE: u16 = 0x03;
    /// Protection exception.
    pub const PROTECTION: u16 = 0x04;
    /// Addressing exception.
    pub const ADDRESSING: u16 = 0x05;
    /// Specification exception.
    pub const SPECIFICATION: u16 = 0x06;
    /// Data exception; the data-exception code tells why.
    pub const DATA: u16 = 0x07;
    /// Fixed-point-overflow exception (completed).
    pub const FIXED_OVERFLOW: u16 = 0x08;
    /// Fixed-point-divide exception.
    pub const FIXED_DIVIDE: u16 = 0x09;
    /// Decimal-overflow exception (completed).
    pub const DECIMAL_OVERFLOW: u16 = 0x0a;
    /// Decimal-divide exception.
    pub const DECIMAL_DIVIDE: u16 = 0x0b;
    /// Special-operation exception.
    pub const SPECIAL_OPERATION: u16 = 0x13;
    /// Monitor event (completed).
    pub const MONITOR: u16 = 0x40;
}

/// Data-exception codes.
///
/// PoP SA22-7832, "Data-Exception Code (DXC)".
pub mod dxc {
    /// Decimal operand.
    pub const DECIMAL: u8 = 0x00;
    /// Compare-and-trap instruction.
    pub const COMPARE_AND_TRAP: u8 = 0xff;
}

/// Exit code: the instruction, of `len` bytes, is to be done out of line, for a reason that only its operands tell.
/// Settled by [`crate::CpuState::settle`], so that nobody beside the loop sees it.
#[must_use]
pub const fn out_of_line(len: u8) -> ExitCode {
    ExitCode(OUT_OF_LINE | len as u32)
}

/// The length in bytes of an instruction to be done out of line.
pub(crate) const fn out_of_line_len(code: ExitCode) -> Option<u64> {
    if code.0 & !7 == OUT_OF_LINE { Some((code.0 & 7) as u64) } else { None }
}

const OUT_OF_LINE: u32 = 0x8000_0000;

/// A program interruption: what the exit code of a vCPU says beyond [`ExitCode::FIRST_GUEST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Program-interruption code, see [`pic`].
    pub code: u16,
    /// Data-exception code, for [`pic::DATA`].
    pub dxc: u8,
}

impl Trap {
    /// A program interruption without data-exception code.
    #[must_use]
    pub const fn new(code: u16) -> Trap {
        Trap { code, dxc: 0 }
    }

    /// A data exception.
    #[must_use]
    pub const fn data(dxc: u8) -> Trap {
        Trap { code: pic::DATA, dxc }
    }

    /// The exit code that generated code and helpers leave with.
    #[must_use]
    pub const fn exit_code(self) -> ExitCode {
        ExitCode(ExitCode::FIRST_GUEST + self.code as u32 + ((self.dxc as u32) << 16))
    }

    /// The program interruption behind an exit; `None` for the loop's own codes.
    #[must_use]
    pub const fn from_exit(code: ExitCode) -> Option<Trap> {
        if code.0 < ExitCode::FIRST_GUEST {
            return None;
        }
        let bits = code.0 - ExitCode::FIRST_GUEST;
        Some(Trap { code: bits as u16, dxc: (bits >> 16) as u8 })
    }
}

/// Length in bytes of the instruction whose first byte is given: 2, 4 or 6.
///
/// PoP SA22-7832, "Instruction Length Code". At an exit with a trap, `env.pc` is the address of the instruction
/// (of the execute-type one if the trap came under an execute), so this gives the length that the interruption reports.
#[must_use]
pub const fn insn_len(first_byte: u8) -> u8 {
    match first_byte >> 6 {
        0 => 2,
        1 | 2 => 4,
        _ => 6,
    }
}

impl frontend_common::Trap for Trap {
    fn exit_code(self) -> ExitCode {
        self.exit_code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_survives_its_exit_code() {
        for trap in [Trap::new(pic::OPERATION), Trap::data(dxc::COMPARE_AND_TRAP), Trap::new(0x40)]
        {
            assert_eq!(Trap::from_exit(trap.exit_code()), Some(trap));
        }
        assert_eq!(Trap::from_exit(ExitCode::SYSCALL), None);
    }
}
