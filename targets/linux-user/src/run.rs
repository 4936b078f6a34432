//! From a program's name to its end.

use crate::abi::Abi;
use crate::elf::{self, LoadElfError};
use crate::errno::Errno;
use crate::loader::{self, LoadRequest, load};
use crate::process::{Config, Process, Task};
use crate::program::{self, Program};
use crate::signal;
use crate::spawn::HOST_STACK;
use frontend_common::clocks::HostClocks;
use frontend_common::random::Random;
use std::ffi::{CStr, CString};
use std::path::Path;
use std::sync::Arc;
use tcg_mem::AddressSpace;

/// What to run.
pub struct Launch {
    /// Options that stay with the process.
    pub config: Config,
    /// The program as the user names it.
    pub program: CString,
    /// Its arguments, with its name.
    pub args: Vec<CString>,
    /// Its environment.
    pub env: Vec<CString>,
    /// A descriptor that is open on the program, to be closed once it is loaded.
    pub program_fd: Option<i32>,
    /// The machine to be, by a name that the guest knows; otherwise all that the guest can be.
    pub cpu: Option<String>,
    /// How code of the guest that the program is for is run; the level of the machine is set here.
    pub machine: Box<dyn FnOnce(&'static Abi) -> tcg_exec::Config>,
}

impl std::fmt::Debug for Launch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Launch").field("program", &self.program).finish_non_exhaustive()
    }
}

/// Why a program does not start.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// It cannot be found or executed.
    #[error("{program}: {reason}")]
    Find {
        /// As named.
        program: String,
        /// The error as text.
        reason: String,
        /// Whether it is not there at all.
        missing: bool,
    },
    /// Its file is bad.
    #[error("{program}: {error}")]
    Load {
        /// As named.
        program: String,
        /// What is wrong.
        error: LoadElfError,
    },
    /// The emulator does not get what it needs.
    #[error("no memory for translated code: {0}")]
    Host(std::io::Error),
}

impl LaunchError {
    /// The exit status that a shell would give: 127 not found, 126 found but not executable.
    pub fn status(&self) -> i32 {
        match self {
            LaunchError::Find { missing: true, .. } => 127,
            LaunchError::Load { error: LoadElfError::Interpreter { error, .. }, .. }
                if error.is_missing() =>
            {
                127
            }
            LaunchError::Find { .. } | LaunchError::Load { .. } => 126,
            LaunchError::Host(_) => 1,
        }
    }
}

/// Loads a program and runs it. Returns only if it does not start, or if all its threads have
/// ended without ending the process.
///
/// # Errors
/// Why it does not start.
pub fn run(launch: Launch) -> Result<(), LaunchError> {
    let name = launch.program.to_string_lossy().into_owned();
    let bad = |error| LaunchError::Load { program: name.clone(), error };
    let prefix = launch.config.prefix.as_deref();
    let given = launch.program_fd.and_then(|fd| program::open_already(fd, &launch.program));
    let found = match given {
        Some(host_path) => {
            Program { host_path, guest_path: launch.program, args: launch.args, is_guest: true }
        }
        None => program::find(prefix, &launch.program, launch.args)
            .map_err(|errno| find_error(prefix, &launch.program, errno))?,
    };
    let abi = program::open(&found.host_path)
        .map_err(LoadElfError::from)
        .and_then(|file| elf::identify(&file))
        .map_err(bad)?;
    let mut config = launch.config;
    config.cpu_level = cpu_level(abi, launch.cpu.as_deref());
    set_name(&found.guest_path);
    ensure_stack();
    config.limits.get_or_insert_with(crate::limits::of_host);
    if let Some(fd) = config.self_fd {
        let args = [fd as u64, libc::F_SETFD as u64, libc::FD_CLOEXEC as u64, 0, 0, 0];
        // If it is not open, later programs are found by other ways.
        let _ = crate::host::call(libc::SYS_fcntl, args);
    }
    let space = Arc::new(AddressSpace::with_window(loader::window(abi, &config)));
    let mut machine = (launch.machine)(abi);
    machine.translate.cpu_level = config.cpu_level;
    let mut cpu = (abi.boot)(Arc::clone(&space), machine).map_err(LaunchError::Host)?;
    let mut random = config.seed.map_or(Random::Host(crate::host::random), Random::seeded);
    let request = LoadRequest {
        config: &config,
        random: [(); 2].map(|()| random.u64().unwrap_or(0)),
        host_path: &found.host_path,
        guest_path: &found.guest_path,
        args: &found.args,
        env: &launch.env,
    };
    // Loading touches guest memory, and that may fault.
    let process_actions = crate::signal::Actions::default();
    process_actions.inherit();
    let loaded = load(abi, &space, &request).map_err(bad)?;
    if let Some(fd) = launch.program_fd {
        let _ = crate::host::call(libc::SYS_close, crate::host::args([fd as u64]));
    }
    cpu.set_random(random);
    cpu.start(loaded.entry, loaded.sp);
    cpu.set_clocks(HostClocks { page: loaded.vdso, read: crate::unsafe_clock::nanoseconds });
    let process = Process::new(abi, config, space, loaded.image, loaded.returns, process_actions);
    let mut task = Task::new(Arc::new(process));
    task.mask = signal::host_mask();
    signal::run(&mut task, &mut *cpu);
    Ok(())
}

/// The level of a machine by name; all that the guest can be without a name, or by one that only another guest knows.
fn cpu_level(abi: &Abi, name: Option<&str>) -> u32 {
    name.and_then(abi.cpu_level).or((abi.cpu_level)("max")).unwrap_or(u32::MAX)
}

fn find_error(prefix: Option<&Path>, name: &CStr, errno: Errno) -> LaunchError {
    let missing = matches!(errno, Errno::ENOENT | Errno::ENOTDIR);
    let reason = match errno {
        Errno::ENOEXEC => "a script without interpreter".to_owned(),
        _ => match program::interpreter(prefix, name) {
            Some(path) => format!("interpreter {}: {}", path.to_string_lossy(), errno.message()),
            None => errno.message(),
        },
    };
    LaunchError::Find { program: name.to_string_lossy().into_owned(), reason, missing }
}

/// Raises a small soft limit of the stack: the first thread's host stack must have the room that
/// those of other threads have.
fn ensure_stack() {
    let resource = u64::from(libc::RLIMIT_STACK);
    let mut old = [0u64; 2];
    let get = crate::host::args([resource, old.as_mut_ptr() as u64]);
    if crate::host::call(libc::SYS_getrlimit, get).is_ok() && old[0] < HOST_STACK as u64 {
        let new = [old[1].min(HOST_STACK as u64), old[1]];
        // The hard limit binds us, too.
        let set = crate::host::args([resource, new.as_ptr() as u64]);
        let _ = crate::host::call(libc::SYS_setrlimit, set);
    }
}

/// Makes `ps` show the guest's program (`/proc/self/comm`).
fn set_name(path: &CString) {
    let bytes = path.to_bytes();
    let base = bytes.rsplit(|b| *b == b'/').next().unwrap_or(bytes);
    let name = crate::path::c_string(base);
    let args = [libc::PR_SET_NAME as u64, name.as_ptr() as u64, 0, 0, 0, 0];
    // Only cosmetic.
    let _ = crate::host::call(libc::SYS_prctl, args);
}
