//! What differs between the guests' kernels: numbers, layouts, signal frames.
//!
//! [`Abi`] is data and pure functions; [`GuestCpu`] is a vCPU as the rest of this crate sees
//! it. A further guest is one module with one value of the first and one implementation of
//! the second, and its place in [`GUESTS`].

pub mod aarch64;
pub mod core;
pub mod s390x;

use crate::errno::Errno;
use crate::layout::Endian;
use crate::vdso::{Returns, Vdso};
use frontend_common::clocks::HostClocks;
use frontend_common::random::Random;
use std::io;
use std::sync::Arc;
use tcg_exec::ExitHandle;
use tcg_ir::GuestLayout;
use tcg_mem::{AddressSpace, Fault};

/// The guests whose programs can be run.
pub static GUESTS: [&Abi; 2] = [&s390x::ABI, &aarch64::ABI];

/// The guest that an ELF file is for, by the first bytes of it; `None` for what is for none, or is no 64-bit ELF file.
pub fn of_elf(head: &[u8]) -> Option<&'static Abi> {
    GUESTS.into_iter().find(|abi| abi.is_for(head))
}

/// The fixed facts of a guest's kernel interface.
#[derive(Debug)]
pub struct Abi {
    /// The guest's name, as `uname -m` prints it.
    pub machine: &'static str,
    /// The registers that generated code knows.
    pub layout: fn() -> &'static GuestLayout,
    /// The first vCPU of a new machine.
    pub boot: fn(Arc<AddressSpace>, tcg_exec::Config) -> io::Result<Box<dyn GuestCpu>>,
    /// The machine level of a name that `--cpu` takes; letters of any case.
    pub cpu_level: fn(&str) -> Option<u32>,
    /// All names that it takes.
    pub cpu_names: fn() -> Vec<&'static str>,
    /// Byte order.
    pub endian: Endian,
    /// `e_machine` of its ELF files.
    pub elf_machine: u16,
    /// Name of a system call by its number, as [`crate::table`] has it.
    pub call_name: fn(u64) -> Option<&'static str>,
    /// Argument order of `clone`.
    pub clone_args: fn(&[u64; 6]) -> CloneArgs,
    /// `struct stat` as guest bytes.
    pub stat: fn(&libc::stat64) -> Vec<u8>,
    /// `struct statfs` as guest bytes.
    pub statfs: fn(&libc::statfs64) -> Vec<u8>,
    /// `open` flags of the guest as the host's. It is its own inverse.
    pub open_flags: fn(u64) -> u64,
    /// Entries of the auxiliary vector that tell of the machine: `AT_HWCAP` and its like.
    pub auxv: fn(level: u32) -> Vec<(u64, u64)>,
    /// `AT_PLATFORM`.
    pub platform: fn(level: u32) -> &'static str,
    /// `/proc/cpuinfo` for a number of CPUs.
    pub cpuinfo: fn(level: u32, cpus: usize) -> String,
    /// Where position-independent programs are loaded.
    pub pie_base: u64,
    /// One past the highest stack address.
    pub stack_top: u64,
    /// What the stack pointer at program entry is a multiple of.
    pub entry_sp_align: u64,
    /// There are guarded pages (`PROT_BTI`), and notes in programs that ask for them.
    pub guards_code: bool,
    /// The smallest alternate signal stack.
    pub min_altstack: u64,
    /// The vdso.
    pub vdso: &'static Vdso,
}

impl Abi {
    /// Whether the first bytes are those of a 64-bit ELF file for this guest.
    pub fn is_for(&self, head: &[u8]) -> bool {
        let (order, machine) = match self.endian {
            Endian::Big => (2, self.elf_machine.to_be_bytes()),
            Endian::Little => (1, self.elf_machine.to_le_bytes()),
        };
        head.starts_with(&[0x7f, b'E', b'L', b'F', 2, order])
            && head.get(18..20) == Some(&machine[..])
    }
}

/// Arguments of `clone` by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CloneArgs {
    /// `CLONE_*` flags and the exit signal.
    pub flags: u64,
    /// Stack pointer of the child, 0 for the parent's.
    pub stack: u64,
    /// Where the parent's copy of the thread id goes.
    pub parent_tid: u64,
    /// Where the child's copy goes, and is cleared.
    pub child_tid: u64,
    /// Where the descriptor of the child goes; in `clone` the place of the parent's copy.
    pub pidfd: u64,
    /// Thread pointer.
    pub tls: u64,
}

/// A signal caused by an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synchronous {
    /// Signal number.
    pub signal: i32,
    /// `si_code`.
    pub code: i32,
    /// `si_addr`.
    pub addr: u64,
    /// What the guest's frames tell of it: interruption code of s390x, syndrome (ESR_EL1) of aarch64.
    pub trap: u32,
}

/// Why a vCPU stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A system call; the program counter is behind it.
    Call,
    /// A signal of its own making.
    Fault(Synchronous),
    /// It was asked to.
    Interrupted,
}

/// A signal about to be delivered to a handler.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Signal number.
    pub signal: i32,
    /// Guest address of the handler.
    pub handler: u64,
    /// `SA_*` flags of the action.
    pub flags: u64,
    /// Guest address to return to from the handler, if the guest gave one.
    pub restorer: u64,
    /// `siginfo_t` as guest bytes.
    pub info: Vec<u8>,
    /// Mask to restore.
    pub mask: u64,
    /// Top of the stack to build the frame on, when it is not the current one.
    pub stack_top: Option<u64>,
    /// `stack_t` to save: address, flags, size.
    pub altstack: AltStack,
    /// Where handlers return to that name no place of their own.
    pub returns: Returns,
    /// What the interruption was, for a synchronous signal.
    pub cause: Option<Synchronous>,
}

/// The alternate signal stack of a thread (`stack_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AltStack {
    /// Lowest address.
    pub base: u64,
    /// `SS_DISABLE`, `SS_AUTODISARM`.
    pub flags: i32,
    /// Bytes.
    pub size: u64,
}

impl Default for AltStack {
    fn default() -> Self {
        AltStack { base: 0, flags: libc::SS_DISABLE, size: 0 }
    }
}

/// What a signal frame restores beside registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Signal mask.
    pub mask: u64,
    /// Alternate stack, if the frame has one.
    pub altstack: Option<AltStack>,
}

/// A vCPU, as the operating-system side sees it.
pub trait GuestCpu: Send {
    /// Runs guest code until something is to be done here.
    fn run(&mut self) -> Event;
    /// Number and arguments of the system call that [`Event::Call`] reported.
    fn call(&self) -> (u64, [u64; 6]);
    /// Puts the kernel's result (negative for an error) into the result register.
    fn set_result(&mut self, result: i64);
    /// Puts the program counter back on the system call instruction.
    fn rewind_call(&mut self);
    /// The program counter.
    fn pc(&self) -> u64;
    /// The stack pointer.
    fn sp(&self) -> u64;
    /// Sets the stack pointer.
    fn set_sp(&mut self, sp: u64);
    /// Sets the thread pointer.
    fn set_tls(&mut self, tls: u64);
    /// Gives the vCPU random numbers, if the guest's instructions or keys need any.
    fn set_random(&mut self, _random: Random) {}
    /// Makes the vCPU start a program.
    fn start(&mut self, entry: u64, sp: u64);
    /// Says whose code may read the host's clocks.
    fn set_clocks(&mut self, clocks: HostClocks);
    /// Builds a signal frame and enters the handler.
    ///
    /// # Errors
    /// The frame cannot be written.
    fn push_frame(&mut self, delivery: &Delivery) -> Result<(), Fault>;
    /// Leaves a handler: registers from the frame at the stack pointer.
    ///
    /// # Errors
    /// The frame cannot be read or is not valid.
    fn pop_frame(&mut self, rt: bool) -> Result<Restored, Errno>;
    /// The fault of a program that returns from a handler to a frame that is none.
    fn bad_frame(&self) -> Synchronous {
        // SI_KERNEL, no address.
        Synchronous { signal: libc::SIGSEGV, code: 0x80, addr: 0, trap: 0 }
    }
    /// A further vCPU with the same registers. `parallel`: both are going to run at once.
    ///
    /// # Errors
    /// No memory for it.
    fn for_thread(&mut self, parallel: bool) -> Result<Box<dyn GuestCpu>, Errno>;
    /// Runs `fork` while no emulator lock is held; sets the vCPU up in the child.
    ///
    /// # Errors
    /// That of `fork`, or ENOMEM.
    fn fork(&mut self, fork: &mut dyn FnMut() -> Result<i32, Errno>) -> Result<i32, Errno>;
    /// Whether a machine of that level has guarded storage.
    fn has_guarded_storage(&self, _level: u32) -> bool {
        false
    }
    /// Whether guarded storage is enabled.
    fn guards_storage(&self) -> bool {
        false
    }
    /// Enables guarded storage with these controls, or disables it.
    fn guard_storage(&mut self, _controls: Option<crate::sys::guarded::Controls>) {}
    /// Makes new keys for pointer authentication, of those in the mask (`PR_PAC_*`); 0 means all.
    ///
    /// # Errors
    /// EINVAL if the guest has none, or no such ones.
    fn reset_keys(&mut self, _mask: u64) -> Result<(), Errno> {
        Err(Errno::EINVAL)
    }
    /// The keys of pointer authentication that addresses are signed with (`PR_PAC_AP*KEY`).
    fn address_keys(&self) -> u64 {
        0
    }
    /// What makes [`GuestCpu::run`] return soon.
    fn exit_handle(&self) -> ExitHandle;
    /// Registers, for a log.
    fn dump(&self) -> String;
    /// What the engine has done for all threads, in one line.
    fn stats(&self) -> String;
}
