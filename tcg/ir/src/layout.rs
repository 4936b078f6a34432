//! How a guest's CPU state is laid out, and the part of it that all guests share.

use crate::traits::ExitCode;
use crate::types::{Attr, Round, Type};
use std::fmt;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Index of a global in [`GuestLayout::globals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Global(pub u16);

impl Global {
    /// The index as `usize`.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Prints as `gN`; the TB printer knows the guest's names.
impl Attr for Global {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "g{}", self.0)
    }

    fn parse(text: &str) -> Option<Self> {
        text.strip_prefix('g')?.parse().ok().map(Global)
    }
}

/// Index of a helper in [`GuestLayout::helpers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HelperId(pub u16);

/// Prints as `hN`.
impl Attr for HelperId {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "h{}", self.0)
    }

    fn parse(text: &str) -> Option<Self> {
        text.strip_prefix('h')?.parse().ok().map(HelperId)
    }
}

/// A piece of guest state that IR ops name: a register or hidden state such as a lazy condition code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalDesc {
    /// Printed name.
    pub name: &'static str,
    /// Type of its value.
    pub ty: Type,
    /// Byte offset of its home in the CPU state.
    pub offset: u32,
    /// Rank for a fixed host register, 0 first; `u8::MAX` for never. Integer globals are ranked apart from the others.
    pub pin_rank: u8,
}

/// An out-of-line helper: a Rust function that generated code can call.
#[derive(Clone, Copy)]
pub struct HelperDesc {
    /// Printed name.
    pub name: &'static str,
    /// The function: CPU state (as pointer to its `Env`), four integer arguments, one result.
    ///
    /// When it returns, a non-zero `Env::helper_exit` means: leave to the loop (see [`Env::helper_exit`]).
    pub entry: unsafe extern "C" fn(*mut Env, u64, u64, u64, u64) -> u64,
    /// It reads [`Env::fp_flags`], which must hold all flags then. (To add flags it need not.)
    pub reads_fp_flags: bool,
}

impl fmt::Debug for HelperDesc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Everything a back end must know of a guest.
#[derive(Debug)]
pub struct GuestLayout {
    /// The guest's name.
    pub name: &'static str,
    /// The globals.
    pub globals: &'static [GlobalDesc],
    /// The helpers.
    pub helpers: &'static [HelperDesc],
    /// The tables of `lookup`.
    pub tables: &'static [[u8; 256]],
    /// The guest's choices where IEEE 754 leaves one.
    pub fp: &'static softfp::Rules,
    /// Size of the CPU state in bytes. Offset 0 holds the `Env`.
    pub state_size: u32,
}

impl GuestLayout {
    /// The description of a global.
    #[inline]
    #[must_use]
    pub fn global(&self, g: Global) -> &GlobalDesc {
        &self.globals[g.index()]
    }
}

/// Number of 64-bit spill slots in [`Env`].
pub const N_SPILLS: usize = 48;

/// The head of every guest's CPU state: what generated code and the loop tell each other.
///
/// Owned by the vCPU's thread; `exit_request` alone is written by others (and by signal handlers).
#[repr(C)]
#[derive(Debug)]
pub struct Env {
    /// Non-zero: leave generated code at the next safe point.
    pub exit_request: AtomicU32,
    /// Reason of the last exit.
    pub exit_code: ExitCode,
    /// Argument of the last exit (fault address, trap data).
    pub exit_arg: u64,
    /// Guest pc at the last exit, and where the next TB starts.
    pub pc: u64,
    /// Set by a helper that wants to leave: an [`ExitCode`] other than `NONE`. Generated code then leaves with it; `exit_arg` is set by the helper, `pc` becomes the address of the current instruction.
    pub helper_exit: ExitCode,
    /// Sticky floating-point flags gathered outside the host's FP unit (bits as `fpflags_get`, and
    /// [`Env::FP_INPUT_DENORMAL`]).
    pub fp_flags: u32,
    /// Dynamic rounding mode, as index into `Round::ALL`.
    pub fp_round: u32,
    /// Modes of floating point besides the rounding mode: [`Env::FP_FLUSH`], [`Env::FP_DEFAULT_NAN`].
    pub fp_mode: u32,
    /// Host floating-point control and status word while generated code runs.
    pub host_fp_csr: u32,
    /// Tables of [`JumpEntry`] that generated code looks up for indirect jumps: [`N_BRANCH_TYPES`] times [`N_JUMP_ENTRIES`].
    pub jump_table: AtomicPtr<JumpEntry>,
    /// Host stack pointer of the loop while generated code runs.
    pub host_sp: u64,
    /// Host stack address below which the back end keeps no more predicted returns.
    pub return_limit: u64,
    /// Scratch for the back end (spilled values).
    pub spills: [u64; N_SPILLS],
    /// For helpers: the owner of the vCPU, set by who created it.
    pub owner: AtomicPtr<()>,
}

/// Number of branch types ([`TargetKind::branch_type`](crate::TargetKind::branch_type)): there is a jump table for
/// each, one after the other.
pub const N_BRANCH_TYPES: usize = 4;

/// Entries of a jump table. With 4096 a Python program misses three times as often.
pub const N_JUMP_ENTRIES: usize = 16384;

/// One entry of a jump table: guest pc and the host code of its TB.
///
/// The tables are for one value of the TB flags: whoever changes the flags clears them.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct JumpEntry {
    /// Guest address; `JumpEntry::EMPTY_PC` if the entry is empty.
    pub pc: u64,
    /// Host address of the code.
    pub code: u64,
}

impl JumpEntry {
    /// Key of an empty entry: no instruction is at an odd address.
    pub const EMPTY_PC: u64 = u64::MAX;

    /// What the low 32 bits of an address are multiplied by (2^32 divided by the golden ratio, made odd); the upper bits of the
    /// product are its index. By lower bits of the address alone code of libraries, which lie at multiples of 64 KiB, would meet
    /// in the table.
    pub const FACTOR: u32 = 0x9e37_79b1;

    /// Bits of the product below the index.
    pub const BELOW: u32 = 32 - N_JUMP_ENTRIES.trailing_zeros();

    /// Index of `pc` in a jump table.
    #[must_use]
    pub const fn slot(pc: u64) -> usize {
        ((pc as u32).wrapping_mul(JumpEntry::FACTOR) >> JumpEntry::BELOW) as usize
    }
}

impl Env {
    /// Of [`Env::fp_mode`]: subnormal operands count as zeros of their sign, and results that are tiny before rounding become
    /// zeros and raise underflow alone. A front end may use it only while [`Env::fp_flags`] has inexact, which hosts raise
    /// with each such result.
    pub const FP_FLUSH: u32 = 1;
    /// Of [`Env::fp_mode`]: each NaN result is the default NaN. Ops that only convert or round a NaN may keep it.
    pub const FP_DEFAULT_NAN: u32 = 2;
    /// Of [`Env::fp_flags`]: an operand was subnormal and counted as zero.
    pub const FP_INPUT_DENORMAL: u32 = 32;

    /// The arithmetic environment in which an op computes that names this rounding mode, or the dynamic one.
    #[must_use]
    pub fn soft_float(&self, rules: &'static softfp::Rules, round: Round) -> softfp::Env {
        let round = match round {
            Round::Dynamic => Round::ALL.get(self.fp_round as usize).copied(),
            named => Some(named),
        };
        let round = match round {
            Some(Round::Zero) => softfp::Round::TowardZero,
            Some(Round::Up) => softfp::Round::Up,
            Some(Round::Down) => softfp::Round::Down,
            Some(Round::NearestAway) => softfp::Round::NearestAway,
            Some(Round::Odd) => softfp::Round::ToOdd,
            Some(Round::NearestEven | Round::Dynamic) | None => softfp::Round::NearestEven,
        };
        softfp::Env {
            flush: self.fp_mode & Env::FP_FLUSH != 0,
            default_nan: self.fp_mode & Env::FP_DEFAULT_NAN != 0,
            ..softfp::Env::with_round(rules, round)
        }
    }

    /// Adds the flags that an operation raised.
    pub fn raise(&mut self, flags: softfp::Flags) {
        self.fp_flags |= u32::from((flags & softfp::Flags::EXCEPTIONS).bits());
        if flags.contains(softfp::Flags::INPUT_DENORMAL) {
            self.fp_flags |= Env::FP_INPUT_DENORMAL;
        }
    }

    /// For helpers that change the mode for which blocks are translated: generated code leaves at the next safe point, and the
    /// loop looks for the block anew.
    pub fn request_lookup(&self) {
        self.exit_request.fetch_or(REQUEST_LOOKUP, Ordering::Relaxed);
    }
}

/// Bit of [`Env::exit_request`] that asks for nothing else than leaving.
const REQUEST_LOOKUP: u32 = 1 << 31;

impl Default for Env {
    fn default() -> Self {
        Env {
            exit_request: AtomicU32::new(0),
            exit_code: ExitCode::NONE,
            exit_arg: 0,
            pc: 0,
            helper_exit: ExitCode::NONE,
            fp_flags: 0,
            fp_round: 0,
            fp_mode: 0,
            host_fp_csr: 0x1f80,
            jump_table: AtomicPtr::default(),
            host_sp: 0,
            return_limit: 0,
            spills: [0; N_SPILLS],
            owner: AtomicPtr::default(),
        }
    }
}
