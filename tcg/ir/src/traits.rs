//! What a guest and a back end are to the rest.

use crate::builder::Builder;
use crate::layout::{Env, GuestLayout};
use crate::tb::Tb;

/// Why generated code (or a helper) left to the loop.
///
/// Codes below [`ExitCode::FIRST_GUEST`] are the loop's; the others are the guest's traps and mean what the guest says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct ExitCode(pub u32);

impl ExitCode {
    /// None: the next TB is wanted, at `Env::pc`.
    pub const NONE: ExitCode = ExitCode(0);
    /// A system call; `Env::pc` is the next instruction, the argument is the guest's.
    pub const SYSCALL: ExitCode = ExitCode(1);
    /// `Env::exit_request` was seen.
    pub const INTERRUPT: ExitCode = ExitCode(2);
    /// A load faulted at `Env::exit_arg`.
    pub const FAULT_READ: ExitCode = ExitCode(3);
    /// A store faulted at `Env::exit_arg`.
    pub const FAULT_WRITE: ExitCode = ExitCode(4);
    /// An instruction fetch faulted at `Env::exit_arg`.
    pub const FAULT_FETCH: ExitCode = ExitCode(5);
    /// The mode (TB flags) changed or translated code may be stale: look the next TB up afresh.
    pub const LOOKUP: ExitCode = ExitCode(6);
    /// As `LOOKUP`, and the next TB starts at `Env::exit_arg` (the loop moves it to `Env::pc`): for mode changes with a run-time target.
    pub const LOOKUP_AT: ExitCode = ExitCode(7);
    /// The TB at `Env::pc` is not what the guest's memory holds there now; nothing of it has been executed.
    pub const STALE: ExitCode = ExitCode(8);
    /// An indirect jump of the branch type `Env::exit_arg` ([`TargetKind::branch_type`](crate::TargetKind::branch_type), not 0) whose
    /// target, `Env::pc`, the jump table does not know.
    pub const ENTER: ExitCode = ExitCode(9);
    /// First code of the guest's own traps.
    pub const FIRST_GUEST: u32 = 16;
}

/// How to translate: the same for all TBs in a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TranslateOptions {
    /// Several threads or a shared mapping: atomics and barriers must be real.
    pub parallel: bool,
    /// Upper bound of guest instructions in a TB.
    pub max_insns: u32,
    /// Highest machine level the guest may use (meaning is the guest's).
    pub cpu_level: u32,
    /// Some code is guarded: indirect jumps are to say their branch type.
    pub checks_targets: bool,
    /// Ops for what a helper can do, too, where the guest has them. Without, blocks are slow, and what they do is
    /// what the helpers say: by that tests check the ops.
    pub inline: bool,
    /// The code to be translated is guarded itself.
    pub guarded: bool,
    /// If an instruction other than the first starts at this address, the TB ends before it: there is a TB for it already.
    pub stop_at: u64,
}

impl Default for TranslateOptions {
    fn default() -> Self {
        TranslateOptions {
            parallel: true,
            max_insns: 64,
            cpu_level: u32::MAX,
            checks_targets: false,
            inline: true,
            guarded: false,
            stop_at: u64::MAX,
        }
    }
}

/// Guest code at a known address.
#[derive(Clone, Copy, Debug)]
pub struct CodeWindow<'a> {
    /// Guest address of `bytes[0]`.
    pub base: u64,
    /// As many bytes as could be fetched (at least one).
    pub bytes: &'a [u8],
}

impl<'a> CodeWindow<'a> {
    /// The bytes from `pc` on; empty outside the window.
    #[inline]
    #[must_use]
    pub fn from(&self, pc: u64) -> &'a [u8] {
        usize::try_from(pc.wrapping_sub(self.base))
            .ok()
            .and_then(|at| self.bytes.get(at..))
            .unwrap_or(&[])
    }
}

/// A guest architecture: its CPU state and its translator.
pub trait Guest: Send + Sync + 'static {
    /// The CPU state: `#[repr(C)]`, with the [`Env`] first.
    type State: Send + 'static;

    /// Layout of the state, globals, helpers.
    fn layout() -> &'static GuestLayout;

    /// A fresh state (registers zero), on the heap because generated code holds its address.
    fn new_state() -> Box<Self::State>;

    /// The shared head of the state.
    fn env(state: &Self::State) -> &Env;

    /// The shared head of the state.
    fn env_mut(state: &mut Self::State) -> &mut Env;

    /// The mode that TBs for this state must have been translated for.
    fn tb_flags(state: &Self::State) -> u32;

    /// Whether TBs for these flags have neither direct nor indirect exits: they leave to the loop, which then may keep the
    /// jump table of the flags before.
    fn is_transient(flags: u32) -> bool {
        let _ = flags;
        false
    }

    /// Settles an exit with one of the guest's own codes, where that needs no environment: changes the state so that
    /// running on does what the code asks for, and returns true. The loop asks before it hands the exit out.
    fn settle(state: &mut Self::State, code: ExitCode) -> bool {
        let _ = (state, code);
        false
    }

    /// Settles a data access to `addr` that the host cannot make because the address is not canonical there (bits 63–47
    /// differ): changes the state so that the instruction at `Env::pc`, run again, makes another access, and returns true.
    /// A guest that ignores bits of addresses changes its mode (`tb_flags`) to one whose TBs mask addresses, end after one
    /// instruction and change the mode back; if those are transient, the jump table survives. The loop asks before it hands
    /// the fault out.
    fn settle_fault(state: &mut Self::State, addr: u64) -> bool {
        let _ = (state, addr);
        false
    }

    /// Settles a fetch at `Env::pc`, which is not canonical on the host: changes the program counter to the one that the
    /// architecture would have taken the branch to, and returns true.
    fn settle_fetch(state: &mut Self::State) -> bool {
        let _ = state;
        false
    }

    /// Type of the branch that led to `Env::pc`, if the target is still to be checked, else 0 ([`TargetKind::branch_type`](crate::TargetKind::branch_type)).
    fn branch_type(state: &Self::State) -> u32 {
        let _ = state;
        0
    }

    /// Notes the type of the branch that led to `Env::pc`; 0 once the target has been checked.
    fn set_branch_type(state: &mut Self::State, branch_type: u32) {
        let _ = (state, branch_type);
    }

    /// Whether guarded code at `pc` that starts with `bytes` may be entered by a branch of this type.
    ///
    /// # Errors
    /// The guest's trap if not.
    fn may_enter(branch_type: u32, pc: u64, bytes: [u8; 4]) -> Result<(), ExitCode> {
        let _ = (branch_type, pc, bytes);
        Ok(())
    }

    /// Translates from `b.tb.pc` on, as many instructions as fit `options` and `code`, and ends the block.
    ///
    /// Sets `b.tb.end_pc` and `b.tb.n_insns`. If not even one instruction is whole within `code`,
    /// it translates nothing and leaves `n_insns` zero: the loop then reports a fetch fault at the end of the window.
    fn translate(code: CodeWindow<'_>, options: &TranslateOptions, b: &mut Builder);
}

/// A direct exit of a compiled TB, to be chained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectExit {
    /// Guest address it goes to.
    pub pc: u64,
    /// Offset in the code of the 4-byte aligned rel32 of its jump.
    pub patch_at: u32,
    /// Offset in the code of the stub that the jump goes to while it is not chained.
    pub stub_at: u32,
}

/// What a back end made of a TB.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// Host code, for the address it was compiled at.
    pub code: Vec<u8>,
    /// Direct exits.
    pub exits: Vec<DirectExit>,
    /// Side table for faults, in the back end's own encoding.
    pub faults: Vec<u8>,
}

impl Compiled {
    /// Empties it for another use; keeps its memory.
    pub fn reset(&mut self) {
        self.code.clear();
        self.exits.clear();
        self.faults.clear();
    }
}

/// Host registers at a fault in generated code, as the signal handler sees them.
#[derive(Debug)]
pub struct HostContext<'a> {
    /// Host instruction pointer.
    pub pc: u64,
    /// General registers, by the host's encoding number.
    pub gpr: &'a [u64],
    /// Vector registers (low 128 bits), by number.
    pub vec: &'a [[u64; 2]],
}

/// What running a TB came back with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunResult {
    /// A direct exit that is not chained yet: host address of its `patch_at`; `Env::pc` is the target.
    Chain(u64),
    /// Anything else: see `Env::exit_code`.
    Exit,
}

/// A code generator for one host.
pub trait Backend: std::fmt::Debug + Send + Sync {
    /// Host code that every cache starts with (entry and exit trampolines, helper thunks), for the address `at`.
    /// Comes before everything else.
    fn prologue(&mut self, at: u64, out: &mut Vec<u8>);

    /// Another back end for the same cache, with the prologue of this one.
    fn for_vcpu(&self) -> Box<dyn Backend>;

    /// Tells whether other threads may see the accesses of code that is compiled from now on: its atomics and barriers must be real then.
    fn set_parallel(&mut self, parallel: bool);

    /// Compiles a TB for the address `at`.
    ///
    /// # Errors
    /// A TB that needs more than the back end has (spill slots, code size): the caller translates fewer instructions.
    fn compile(&mut self, tb: &Tb, at: u64, out: &mut Compiled) -> Result<(), TooBig>;

    /// Address in the prologue (compiled at `prologue_at`) of the entry trampoline:
    /// `extern "C" fn(state: *mut Env, code: u64) -> u64`, which returns 0 or the `patch_at` address of an unchained exit.
    fn entry(&self, prologue_at: u64) -> u64;

    /// Address in the prologue that a signal handler resumes at, after [`Backend::recover`], to leave generated code.
    /// The stack pointer is reloaded from `Env::host_sp` there.
    fn fault_exit(&self, prologue_at: u64) -> u64;

    /// At a fault in a TB's code (`faults` is its side table, `code_at` its address): hands every guest register
    /// that is in a host register, with its home, to `write` (byte offset in the CPU state, little-endian value, width in bytes)
    /// and returns the guest pc of the instruction. Async-signal-safe. `None` if no op there can fault.
    fn recover(
        &self,
        faults: &[u8],
        code_at: u64,
        host: &HostContext<'_>,
        write: &mut dyn FnMut(u32, u64, u32),
    ) -> Option<u64>;
}

/// Runs TBs without compiling them.
pub trait Interpreter: Send {
    /// Runs a verified TB from its first op until it leaves.
    ///
    /// Afterwards `Env::pc` is the guest pc to go on at and `Env::exit_code` the reason;
    /// `ExitCode::NONE` (the TB at `Env::pc` is wanted) after a direct or indirect goto.
    ///
    /// # Safety
    /// `env` is the head of a live CPU state of the guest it was made for, and nobody else uses it meanwhile.
    #[expect(unsafe_code, reason = "the CPU state is given by address")]
    unsafe fn run(&mut self, tb: &Tb, env: *mut Env);
}

/// A TB that a back end cannot compile for want of room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooBig;
