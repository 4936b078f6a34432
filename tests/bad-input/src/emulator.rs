//! Running an emulator with limits of time, and what came of it.

use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::ScopedJoinHandle;

use anyhow::{Context, Result, bail, ensure};
use crossbeam::queue::SegQueue;
use program_tests::machine;

/// Seconds of processor time after which the host ends a run by SIGXCPU: a guest's endless loop. What ends at all
/// takes less than one.
const CPU_LIMIT_S: u64 = 3;
/// Seconds after which SIGALRM ends a run that waits for something: always wrong here, however little of the machine
/// it gets.
const WAIT_LIMIT_S: u32 = 300;

/// A program that runs guest programs.
#[derive(Debug)]
pub struct Emulator {
    path: PathBuf,
    /// Command that gives up root's rights and runs the rest.
    lowered: &'static [&'static str],
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with a status.
    Exit(i32),
    /// By a signal, as its parent sees it.
    Signal(i32),
}

/// A signal that an instruction caused, as `--strace` tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The signal's name.
    pub signal: String,
    /// `si_addr`; the reference does not always know it.
    pub addr: Option<u64>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.addr {
            Some(addr) => write!(f, "{} {addr:#x}", self.signal),
            None => write!(f, "{} -", self.signal),
        }
    }
}

impl Fault {
    /// The host's number of the signal.
    ///
    /// # Errors
    ///
    /// If it is none that an instruction can cause.
    pub fn number(&self) -> Result<i32> {
        Ok(match self.signal.as_str() {
            "SIGILL" => libc::SIGILL,
            "SIGTRAP" => libc::SIGTRAP,
            "SIGFPE" => libc::SIGFPE,
            "SIGSEGV" => libc::SIGSEGV,
            "SIGBUS" => libc::SIGBUS,
            name => bail!("{name} is not caused by an instruction"),
        })
    }
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// How it ended.
    pub end: End,
    /// What it printed on standard error.
    pub stderr: String,
}

impl Emulator {
    /// momonga as cargo built it, or what the variable `MOMONGA` names.
    ///
    /// # Errors
    ///
    /// If it is not built; the message says how to.
    pub fn momonga() -> Result<Emulator> {
        Ok(Emulator { path: machine::emulator()?, lowered: &[] })
    }

    /// Another emulator.
    pub fn other(path: &Path) -> Emulator {
        Emulator { path: path.to_owned(), lowered: &[] }
    }

    /// A copy in a folder that everybody can enter, to be run as nobody if this is root.
    ///
    /// # Errors
    ///
    /// If it cannot be copied.
    pub fn for_nobody(&self, folder: &Path) -> Result<Emulator> {
        const LOWER: &[&str] =
            &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
        let path = folder.join("momonga");
        // By a process of its own: what other threads start meanwhile would else inherit the descriptor that writes, and
        // while anybody has that, Linux does not execute the copy (ETXTBSY).
        let copied = Command::new("cp").arg(&self.path).arg(&path).status().context("run cp")?;
        ensure!(copied.success(), "copy momonga: cp ended with {copied}");
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0);
        Ok(Emulator { path, lowered: if is_root { LOWER } else { &[] } })
    }

    /// Runs it with these arguments and an empty environment, input and output.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn run<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Result<Report> {
        let mut words = self.lowered.iter().map(OsStr::new).chain([self.path.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).args(args).env_clear().stdin(Stdio::null());
        run(command)
    }
}

/// Runs a command within the limits.
fn run(mut command: Command) -> Result<Report> {
    let limit = || {
        let cpu = libc::rlimit { rlim_cur: CPU_LIMIT_S, rlim_max: CPU_LIMIT_S + 1 };
        let core = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: async-signal-safe calls with live arguments.
        unsafe {
            libc::setrlimit(libc::RLIMIT_CPU, &cpu);
            libc::setrlimit(libc::RLIMIT_CORE, &core);
            libc::alarm(WAIT_LIMIT_S);
        }
        Ok(())
    };
    // SAFETY: the closure only makes async-signal-safe calls.
    let output =
        unsafe { command.pre_exec(limit) }.output().with_context(|| format!("run {command:?}"))?;
    let end = match (output.status.code(), output.status.signal()) {
        (Some(code), _) => End::Exit(code),
        (None, signal) => End::Signal(signal.unwrap_or_default()),
    };
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Report { end, stderr })
}

impl Report {
    /// What is wrong with how momonga itself behaved, if anything: it waited, it crashed, or it
    /// did not tell in one line why it does not start.
    pub fn complaint(&self) -> Option<String> {
        const CRASHES: [&str; 4] =
            ["panicked at", "internal error", "has overflowed its stack", "memory allocation of"];
        if let Some(found) = CRASHES.into_iter().find(|text| self.stderr.contains(text)) {
            return Some(format!("{found}: {}", self.stderr));
        }
        let own: Vec<&str> = self.stderr.lines().filter(|l| l.starts_with("momonga: ")).collect();
        match (self.end, own.as_slice()) {
            (End::Signal(libc::SIGALRM), _) => Some(format!("no end within {WAIT_LIMIT_S} s")),
            (End::Exit(1 | 126 | 127), [line]) if self.stderr.trim_end() == *line => None,
            (_, []) => None,
            _ => Some(format!("{:?} with {}", self.end, self.stderr)),
        }
    }

    /// The first signal in the log of `--strace`: momonga's or that of qemu-s390x.
    pub fn fault(&self) -> Option<Fault> {
        let number = |text: &str| u64::from_str_radix(text.strip_prefix("0x")?, 16).ok();
        self.stderr.lines().find_map(|line| {
            let text = line.strip_prefix("--- ")?.strip_suffix(" ---")?;
            let words: Vec<&str> = text.split([' ', ',', '{', '}', '=']).collect();
            let behind = |name: &str| words.iter().position(|w| *w == name).map(|i| words[i + 1]);
            let (signal, addr) = match text.strip_prefix("fault at ") {
                Some(_) => (words.iter().find(|w| w.starts_with("SIG"))?, behind("address")?),
                None => (words.first()?, behind("si_addr")?),
            };
            Some(Fault { signal: (*signal).to_owned(), addr: number(addr) })
        })
    }

    /// Whether momonga refused to start the program, with its one line.
    pub fn is_refusal(&self) -> bool {
        self.complaint().is_none() && self.stderr.starts_with("momonga: ")
    }
}

/// An executable file that is removed when this is dropped.
#[derive(Debug)]
pub struct Executable(PathBuf);

impl Executable {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Executable {
    fn drop(&mut self) {
        // What is left in the temporary folder does no harm.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes an executable file into the temporary folder; `name` tells it from others of this
/// process.
///
/// # Errors
///
/// If the host refuses.
pub fn executable_file(name: &str, bytes: &[u8]) -> Result<Executable> {
    let name = format!("momonga-bad-input-{}-{name}", std::process::id());
    let file = Executable(std::env::temp_dir().join(name));
    std::fs::write(file.path(), bytes).context("write a program")?;
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(file.path(), mode).context("make a program executable")?;
    Ok(file)
}

/// Folder of the programs of a guest, by its name.
///
/// # Errors
///
/// If it is not there.
pub fn guest_root(guest: &str) -> Result<PathBuf> {
    Ok(machine::guests()?.join(guest))
}

/// Calls `check` with 0 to `n` − 1 on all cores; the complaints, in no order.
pub fn in_parallel(n: u64, check: impl Fn(u64) -> Option<String> + Sync) -> Vec<String> {
    let numbers = SegQueue::new();
    (0..n).for_each(|number| numbers.push(number));
    let work = || std::iter::from_fn(|| numbers.pop()).filter_map(&check).collect::<Vec<String>>();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let complaints = |thread: ScopedJoinHandle<'_, _>| match thread.join() {
            Ok(complaints) => complaints,
            Err(panic) => resume_unwind(panic),
        };
        threads.into_iter().flat_map(complaints).collect()
    })
}

/// Most memory that this process (`children` false) or the largest of its ended children held,
/// in bytes.
pub fn peak_memory_bytes(children: bool) -> u64 {
    let who = if children { libc::RUSAGE_CHILDREN } else { libc::RUSAGE_SELF };
    // SAFETY: all bytes zero is a valid structure of integers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: a live structure of the right type.
    unsafe { libc::getrusage(who, &mut usage) };
    usage.ru_maxrss as u64 * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_logs_are_read() {
        let fault = |line: &str| {
            let fault = Report { end: End::Exit(0), stderr: line.to_owned() }.fault()?;
            Some((fault.signal, fault.addr))
        };
        let segv = Some(("SIGSEGV".to_owned(), Some(0x1ff_1000)));
        assert_eq!(fault("--- fault at 0x5: SIGSEGV, code 2, address 0x1ff1000 ---"), segv);
        let theirs = "--- SIGSEGV {si_signo=SIGSEGV, si_code=2, si_addr=0x0000000001ff1000} ---";
        assert_eq!(fault(theirs), segv);
        let unknown = "--- SIGSEGV {si_signo=SIGSEGV, si_code=1, si_addr=NULL} ---";
        assert_eq!(fault(unknown), Some(("SIGSEGV".to_owned(), None)));
    }
}
