//! A guest process and its threads, as the handlers of system calls see them.

use crate::abi::{Abi, AltStack, GuestCpu};
use crate::errno::{Errno, SysResult};
use crate::host;
use crate::layout::{Endian, GuestStruct, Layout, convert, size_of};
use crate::limits::{self, Limits};
use crate::signal::Actions;
use crate::sigsafe::Inbox;
use crate::sys::guarded::{Broadcasts, Prepared};
use crate::vdso::Returns;
use std::ffi::{CStr, CString};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tcg_mem::{AddressSpace, Fault, GuestAddr};

/// What the user asked for, beside the program; carried over `execve`.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `-L`: where absolute paths are looked up first.
    pub prefix: Option<PathBuf>,
    /// `--strace`.
    pub strace: bool,
    /// `--stats`: tell at the end what the engine did.
    pub stats: bool,
    /// Machine level, as the guest's tables rank it.
    pub cpu_level: u32,
    /// The emulator's options as it was started with them, for programs it starts.
    pub carried: Vec<CString>,
    /// Descriptor of the emulator's executable, from the emulator that started this one.
    pub self_fd: Option<i32>,
    /// `-s`: stack size in bytes.
    pub stack_bytes: Option<u64>,
    /// Limits of memory that the program which started this one had; without, the host's.
    pub limits: Option<crate::limits::Values>,
    /// `-r`: release that `uname` tells.
    pub uname_release: Option<String>,
    /// `--seed`: what the machine's random numbers follow from; without, they are the host's.
    pub seed: Option<u64>,
}

/// What a process shows of its program in `/proc/self`.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// Resolved host path of the program.
    pub exe: PathBuf,
    /// Arguments, each with its zero byte.
    pub cmdline: Vec<u8>,
    /// Auxiliary vector as guest bytes.
    pub auxv: Vec<u8>,
    /// Stack pointer at program start.
    pub start_stack: u64,
}

/// Words for the numbers of unknown system calls.
const LOGGED_WORDS: usize = 16;

/// A descriptor that is set once, or none.
#[derive(Debug)]
pub struct SelfExe(AtomicI32);

impl SelfExe {
    fn new(fd: Option<i32>) -> SelfExe {
        SelfExe(AtomicI32::new(fd.unwrap_or(-1)))
    }

    /// The descriptor.
    pub fn get(&self) -> Option<i32> {
        // Relaxed: the kernel's table of descriptors has its own order.
        Some(self.0.load(Ordering::Relaxed)).filter(|fd| *fd >= 0)
    }

    /// Sets it; `false` if another thread has done so meanwhile.
    pub fn set(&self, fd: i32) -> bool {
        self.0.compare_exchange(-1, fd, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// What the threads of a guest process share.
///
/// A child of `fork` has one thread and would wait for ever for a lock that another one held.
/// So what is here is atomic, but for `actions`, which `fork` holds itself.
#[derive(Debug)]
pub struct Process {
    /// The guest's kernel interface.
    pub abi: &'static Abi,
    /// Options.
    pub config: Config,
    /// Memory.
    pub space: Arc<AddressSpace>,
    /// Signal actions.
    pub actions: Actions,
    /// The program.
    pub image: Image,
    /// Where signal handlers return to.
    pub returns: Returns,
    /// File descriptors whose contents need conversion.
    pub fds: crate::fdkind::FdKinds,
    /// Unknown system calls that were logged: a bit for each number, the last for all beyond.
    logged: [AtomicU64; LOGGED_WORDS],
    /// Descriptor of the emulator's own executable, opened before it could go out of sight.
    pub self_exe: SelfExe,
    /// Number of guest threads.
    pub threads: AtomicU64,
    /// Broadcasts of guarded-storage controls.
    pub broadcasts: Broadcasts,
    /// Limits of memory.
    pub limits: Limits,
}

impl Process {
    /// A process before its first thread runs.
    pub fn new(
        abi: &'static Abi,
        config: Config,
        space: Arc<AddressSpace>,
        image: Image,
        returns: Returns,
        actions: Actions,
    ) -> Self {
        let self_exe = SelfExe::new(config.self_fd);
        let limits = Limits::new(config.limits.unwrap_or_else(limits::of_host));
        Process {
            abi,
            config,
            space,
            actions,
            image,
            returns,
            fds: crate::fdkind::FdKinds::default(),
            logged: Default::default(),
            self_exe,
            threads: AtomicU64::new(1),
            broadcasts: Broadcasts::default(),
            limits,
        }
    }

    /// The same process for a child that borrows the memory: what the child changes of signal
    /// actions stays its own.
    pub fn for_vfork(parent: &Process) -> Process {
        Process {
            abi: parent.abi,
            config: parent.config.clone(),
            space: Arc::clone(&parent.space),
            actions: parent.actions.duplicate(),
            image: parent.image.clone(),
            returns: parent.returns,
            fds: crate::fdkind::FdKinds::default(),
            logged: Default::default(),
            self_exe: SelfExe::new(parent.self_exe.get()),
            threads: AtomicU64::new(1),
            broadcasts: Broadcasts::default(),
            limits: Limits::new(parent.limits.values()),
        }
    }

    /// Logs an unknown system call, once for each number.
    pub fn log_unknown(&self, number: u64) {
        let bit = number.min(64 * LOGGED_WORDS as u64 - 1);
        // Relaxed: nothing else depends on the bit.
        let before = self.logged[bit as usize / 64].fetch_or(1 << (bit % 64), Ordering::Relaxed);
        if before >> (bit % 64) & 1 == 0 {
            crate::ui::line(&format!("unknown system call {number}, answered with ENOSYS"));
        }
    }
}

/// Locks a mutex, whatever happened to others who held it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One guest thread.
#[derive(Debug)]
pub struct Task {
    /// The process it belongs to.
    pub process: Arc<Process>,
    /// Signals that arrived for it. Boxed: the handler holds its address.
    pub inbox: Box<Inbox>,
    /// Signals that arrived though the guest blocks them (the host cannot block all), with their
    /// `siginfo_t` as guest bytes.
    pub held: Vec<(i32, Vec<u8>)>,
    /// Signal mask the guest set; bit n−1 for signal n.
    pub mask: u64,
    /// Mask to go back to once a signal that interrupted `sigsuspend`, `ppoll` or the like
    /// has been delivered.
    pub saved_mask: Option<u64>,
    /// Alternate signal stack.
    pub altstack: AltStack,
    /// `CLONE_CHILD_CLEARTID` address, 0 for none.
    pub clear_tid: u64,
    /// Head of the robust futex list in guest memory, 0 for none.
    pub robust_list: u64,
    /// Guarded-storage controls for the next broadcast.
    pub guarded: Prepared,
    /// Set by a call that has replaced the registers: its result must not be stored.
    pub keep_registers: bool,
    /// Set by a call that ended the thread.
    pub exited: bool,
    /// The system call that is being executed, for logs.
    pub call: u64,
    /// What an `execve` that is under way points to.
    pub exec: Option<crate::sys::exec::ExecCall>,
    /// The program's first thread, whose host thread stays when it ends ([`crate::signal::park`]).
    pub is_main: bool,
}

impl Task {
    /// The first thread of a process, or a new one.
    pub fn new(process: Arc<Process>) -> Task {
        Task {
            process,
            inbox: Box::default(),
            held: Vec::new(),
            mask: 0,
            saved_mask: None,
            altstack: AltStack::default(),
            clear_tid: 0,
            robust_list: 0,
            guarded: Prepared::default(),
            keep_registers: false,
            exited: false,
            call: 0,
            exec: None,
            is_main: true,
        }
    }
}

/// What a handler works on: the thread and its vCPU.
pub struct Ctx<'a> {
    /// The thread.
    pub task: &'a mut Task,
    /// Its vCPU.
    pub cpu: &'a mut dyn GuestCpu,
}

impl std::fmt::Debug for Ctx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ctx").field("task", &self.task).finish_non_exhaustive()
    }
}

/// Arguments of a system call.
pub type Args = [u64; 6];

/// Longest path the kernel takes, with its zero.
const PATH_MAX: u64 = 4096;
/// Longest single argument of `execve`.
const STRING_MAX: u64 = 32 * 4096;

fn efault(_: Fault) -> Errno {
    Errno::EFAULT
}

/// Reads guest bytes.
pub fn read_bytes(addr: u64, len: usize) -> Result<Vec<u8>, Errno> {
    let mut out = vec![0; len];
    tcg_mem::copy_in(&mut out, GuestAddr(addr)).map_err(efault)?;
    Ok(out)
}

/// Writes guest bytes.
pub fn write_bytes(addr: u64, bytes: &[u8]) -> Result<(), Errno> {
    tcg_mem::copy_out(GuestAddr(addr), bytes).map_err(efault)
}

/// Addresses and lengths in an array of `struct iovec` in host byte order.
pub fn vectors(array: &[u8]) -> impl Iterator<Item = (u64, u64)> {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |v, b| v << 8 | u64::from(*b));
    array.chunks_exact(16).map(move |pair| (word(&pair[..8]), word(&pair[8..])))
}

impl Ctx<'_> {
    /// The process.
    pub fn process(&self) -> &Arc<Process> {
        &self.task.process
    }

    /// The guest's byte order.
    pub fn endian(&self) -> Endian {
        self.task.process.abi.endian
    }

    /// A host call that may wait.
    pub fn blocking(&self, number: i64, args: Args) -> SysResult {
        host::blocking(&self.task.inbox.pending, number, args)
    }

    /// A host call with kernel-written guest memory at `addr`.
    pub fn blocking_into(&self, number: i64, args: Args, addr: u64, len: u64) -> SysResult {
        self.open_for_host(addr, len);
        self.blocking(number, args)
    }

    /// Drops translated code where the host's kernel is going to write: the kernel would stop
    /// there, with a part of the data or none, and what it has taken is gone.
    pub fn open_for_host(&self, addr: u64, len: u64) {
        self.process().space.release_code(GuestAddr(addr), len);
    }

    /// The same for the buffers of an array of `struct iovec` in host byte order.
    pub fn open_vectors(&self, array: &[u8]) {
        for (addr, len) in vectors(array) {
            self.open_for_host(addr, len);
        }
    }

    /// Reads a structure.
    pub fn get<S: GuestStruct>(&self, addr: u64) -> Result<S, Errno> {
        Ok(S::decode(self.endian(), &read_bytes(addr, S::SIZE)?))
    }

    /// Writes a structure.
    pub fn put<S: GuestStruct>(&self, addr: u64, value: &S) -> Result<(), Errno> {
        let mut bytes = vec![0; S::SIZE];
        value.encode(self.endian(), &mut bytes);
        write_bytes(addr, &bytes)
    }

    /// Reads a structure of the kernel in host byte order.
    pub fn get_layout(&self, addr: u64, layout: Layout) -> Result<Vec<u8>, Errno> {
        let mut bytes = read_bytes(addr, size_of(layout))?;
        convert(self.endian(), layout, &mut bytes);
        Ok(bytes)
    }

    /// Writes a structure of the kernel that is in host byte order.
    pub fn put_layout(&self, addr: u64, layout: Layout, bytes: &[u8]) -> Result<(), Errno> {
        let mut bytes = bytes.to_vec();
        convert(self.endian(), layout, &mut bytes);
        write_bytes(addr, &bytes)
    }

    /// Reads a 32-bit word.
    pub fn get_u32(&self, addr: u64) -> Result<u32, Errno> {
        tcg_mem::read_u32(GuestAddr(addr), self.endian()).map_err(efault)
    }

    /// Writes a 32-bit word.
    pub fn put_u32(&self, addr: u64, value: u32) -> Result<(), Errno> {
        tcg_mem::write_u32(GuestAddr(addr), value, self.endian()).map_err(efault)
    }

    /// Reads a 64-bit word.
    pub fn get_u64(&self, addr: u64) -> Result<u64, Errno> {
        tcg_mem::read_u64(GuestAddr(addr), self.endian()).map_err(efault)
    }

    /// Reads the 64-bit word `offset` bytes from `base`, which may be any number.
    pub fn get_u64_at(&self, base: u64, offset: u64) -> Result<u64, Errno> {
        self.get_u64(base.wrapping_add(offset))
    }

    /// Writes a 64-bit word.
    pub fn put_u64(&self, addr: u64, value: u64) -> Result<(), Errno> {
        tcg_mem::write_u64(GuestAddr(addr), value, self.endian()).map_err(efault)
    }

    /// Reads a path as the guest wrote it.
    pub fn get_path(&self, addr: u64) -> Result<CString, Errno> {
        get_string(addr, PATH_MAX, Errno::ENAMETOOLONG)
    }

    /// Reads an argument or environment string.
    pub fn get_arg(&self, addr: u64) -> Result<CString, Errno> {
        get_string(addr, STRING_MAX, Errno::E2BIG)
    }

    /// Looks a path up under the prefix.
    pub fn resolve(&self, path: &CStr) -> CString {
        crate::path::resolve(self.process(), path)
    }

    /// This thread's id.
    pub fn tid(&self) -> i32 {
        host::call(libc::SYS_gettid, [0; 6]).unwrap_or(0) as i32
    }
}

fn get_string(addr: u64, max: u64, too_long: Errno) -> Result<CString, Errno> {
    let len = tcg_mem::strnlen(GuestAddr(addr), max).map_err(efault)?.ok_or(too_long)?;
    CString::new(read_bytes(addr, len as usize)?).map_err(|_| Errno::EFAULT)
}

impl Process {
    /// After a fork: the other threads are the parent's.
    pub fn only_thread(&self) {
        // Relaxed: nobody else is there.
        self.threads.store(1, Ordering::Relaxed);
    }

    /// One more or one less thread; returns how many there are then.
    pub fn count_threads(&self, by: i64) -> u64 {
        // Relaxed: the count itself is all that is read.
        self.threads.fetch_add(by as u64, Ordering::Relaxed).wrapping_add(by as u64)
    }
}
