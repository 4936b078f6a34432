//! Exceptions that a program can raise, as exit codes of generated code.

use tcg_ir::ExitCode;

/// An exception taken to the kernel other than a system call or a memory abort. At the exit, `Env::pc` is the address of the
/// instruction.
///
/// Arm ARM DDI 0487, D1.3 "Exceptions".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Trap {
    /// No such instruction, or not at EL0.
    Undefined = 0,
    /// BRK; `Env::exit_arg` is its immediate.
    Breakpoint = 1,
    /// The program counter is not a multiple of 4.
    PcAlignment = 2,
    /// A load or store with a base of SP that is not a multiple of 16.
    SpAlignment = 3,
    /// A pointer authentication failed (FEAT_FPAC).
    PointerAuthentication = 4,
    /// An indirect branch to a place that is no landing pad, on a guarded page.
    BranchTarget = 5,
    /// An access that must be aligned is not; `Env::exit_arg` is its address.
    Alignment = 6,
}

impl Trap {
    const ALL: [Trap; 7] = [
        Trap::Undefined,
        Trap::Breakpoint,
        Trap::PcAlignment,
        Trap::SpAlignment,
        Trap::PointerAuthentication,
        Trap::BranchTarget,
        Trap::Alignment,
    ];

    /// The exit code that generated code and helpers leave with.
    #[must_use]
    pub const fn exit_code(self) -> ExitCode {
        ExitCode(ExitCode::FIRST_GUEST + self as u32)
    }

    /// The exception behind an exit; `None` for the loop's own codes.
    #[must_use]
    pub fn from_exit(code: ExitCode) -> Option<Trap> {
        let number = code.0.checked_sub(ExitCode::FIRST_GUEST)?;
        Trap::ALL.get(number as usize).copied()
    }
}

/// Exit code of an instruction that must be run again in a block of its own; see [`crate::state::TB_ALONE`].
pub(crate) const RUN_ALONE: ExitCode = ExitCode(ExitCode::FIRST_GUEST + 64);

/// Exit code of the main part or epilogue of a memory copy or fill with flags that another implementation's prologue left;
/// `Env::exit_arg` is an [`Operands`](crate::helpers::mops::Operands).
pub(crate) const RESTART_COPY: ExitCode = ExitCode(ExitCode::FIRST_GUEST + 65);

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
        for trap in Trap::ALL {
            assert_eq!(Trap::from_exit(trap.exit_code()), Some(trap));
        }
        assert_eq!(Trap::from_exit(ExitCode::SYSCALL), None);
    }
}
