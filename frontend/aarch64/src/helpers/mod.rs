//! Out-of-line helpers: safe functions over the CPU state, and the table by which generated code calls them.
//!
//! A helper takes four integer arguments and returns one; `Err` leaves generated code at the current instruction.
//! The table has sections, each declared by [`section!`] in a module of its own: `integer.rs`, `vector.rs`.

mod atomic;
mod crc;
mod entry;
pub(crate) mod fp;
pub(crate) mod integer;
mod mops;
pub(crate) mod simd;
mod system;
pub(crate) mod vector;

use crate::trap::Trap;
use tcg_ir::{Env, ExitCode, HelperDesc};
use tcg_mem::{Access, Fault};

/// Why a helper leaves generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Guest memory could not be accessed.
    Fault(Fault),
    /// An exception.
    Trap(Trap),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

impl From<Trap> for Stop {
    fn from(trap: Trap) -> Stop {
        Stop::Trap(trap)
    }
}

impl Stop {
    fn leave(self, env: &mut Env) {
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
pub(crate) type Done = Result<u64, Stop>;

/// Declares a section of the helper table: `section! { FIRST; NAME = path; … }` makes `id::NAME`, the number that translate
/// functions use, and `HELPERS`. Before a name, `@flags` says that the helper reads the sticky floating-point flags, which
/// the engine otherwise keeps to itself. `FIRST` is the number of the first helper.
macro_rules! section {
    (@mark flags) => { true };
    (@mark) => { false };
    ($first:expr; $($(@$mark:ident)? $id:ident = $path:path;)*) => {
        /// Numbers of the helpers of this section.
        pub(crate) mod id {
            #[allow(
                non_camel_case_types,
                clippy::upper_case_acronyms,
                dead_code,
                reason = "each name becomes the constant beside it; a section may be empty"
            )]
            enum Number { $($id,)* }

            $(pub(crate) const $id: tcg_ir::HelperId = tcg_ir::HelperId($first as u16 + Number::$id as u16);)*
        }

        /// The helpers of this section in the order of their numbers.
        pub(super) const HELPERS: &[tcg_ir::HelperDesc] = &[$(tcg_ir::HelperDesc {
            name: stringify!($id),
            entry: $crate::helpers::entry::entry!($path),
            reads_fp_flags: $crate::helpers::section!(@mark $($mark)?),
        },)*];

        const _: () = { $(let _: tcg_ir::HelperId = id::$id;)* };
    };
}
pub(crate) use section;

/// Number of the first helper of `vector.rs`.
pub(crate) const FIRST_VECTOR: usize = integer::HELPERS.len();

/// The helpers in the order of their numbers.
pub(crate) static HELPERS: [HelperDesc; FIRST_VECTOR + vector::HELPERS.len()] = joined();

const fn joined<const N: usize>() -> [HelperDesc; N] {
    let mut all = [integer::HELPERS[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < FIRST_VECTOR {
            integer::HELPERS[at]
        } else {
            vector::HELPERS[at - FIRST_VECTOR]
        };
        at += 1;
    }
    all
}
