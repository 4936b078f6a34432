//! Out-of-line helpers: safe functions over the CPU state, and the table by which generated code calls them.
//!
//! A helper takes four integer arguments and returns one; `Err` leaves generated code at the current instruction.

use tcg_ir::{Env, ExitCode};
use tcg_mem::{Access, Fault};

/// An exception of a guest.
pub trait Trap: Copy {
    /// The exit code that generated code and helpers leave with.
    fn exit_code(self) -> ExitCode;
}

/// Why a helper leaves generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop<T> {
    /// Guest memory could not be accessed.
    Fault(Fault),
    /// An exception of the guest.
    Trap(T),
}

impl<T> From<Fault> for Stop<T> {
    fn from(fault: Fault) -> Stop<T> {
        Stop::Fault(fault)
    }
}

impl<T: Trap> From<T> for Stop<T> {
    fn from(trap: T) -> Stop<T> {
        Stop::Trap(trap)
    }
}

impl<T: Trap> Stop<T> {
    /// Makes generated code leave when the helper has returned.
    pub(crate) fn leave(self, env: &mut Env) {
        match self {
            Stop::Fault(fault) => {
                env.helper_exit = match fault.access {
                    Access::Read => ExitCode::FAULT_READ,
                    Access::Write => ExitCode::FAULT_WRITE,
                    Access::Execute => ExitCode::FAULT_FETCH,
                };
                env.exit_arg = fault.addr.0;
            }
            Stop::Trap(trap) => env.helper_exit = trap.exit_code(),
        }
    }
}

/// What a helper returns to generated code.
pub type Done<T> = Result<u64, Stop<T>>;

/// Declares a section of a guest's helper table: `helpers! { Guest, FIRST; NAME = path; … }` makes `id::NAME`, the number
/// that translate functions use, and `HELPERS`, the descriptions. `FIRST` is the number of the first helper. Before a name,
/// `@flags` says that the helper reads the sticky floating-point flags, which the engine otherwise keeps to itself.
#[macro_export]
macro_rules! helpers {
    (@mark flags) => { true };
    (@mark) => { false };
    ($guest:ty, $first:expr; $($(@$mark:ident)? $id:ident = $path:path;)*) => {
        /// Numbers of the helpers of this section.
        pub(crate) mod id {
            #[expect(non_camel_case_types, reason = "each name becomes the constant beside it")]
            enum Number { $($id,)* }

            $(pub(crate) const $id: tcg_ir::HelperId = tcg_ir::HelperId($first as u16 + Number::$id as u16);)*
        }

        /// The helpers of this section in the order of their numbers.
        pub(crate) const HELPERS: &[tcg_ir::HelperDesc] = &[$(tcg_ir::HelperDesc {
            name: stringify!($id),
            entry: $crate::helper_entry!($guest, $path),
            reads_fp_flags: $crate::helpers!(@mark $($mark)?),
        },)*];

        const _: () = { $(let _: tcg_ir::HelperId = id::$id;)* };
    };
}
