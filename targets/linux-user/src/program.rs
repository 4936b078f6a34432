//! Finding out what a program file is: a guest program, a script, something for the host.

use crate::abi;
use crate::errno::Errno;
use crate::path;
use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Most interpreters of interpreters (Linux fs/exec.c:exec_binprm).
const MAX_SCRIPTS: usize = 5;
/// Bytes of a file that the kernel looks at (BINPRM_BUF_SIZE).
const HEAD: usize = 256;

/// A program ready to be executed.
#[derive(Debug)]
pub struct Program {
    /// Its file on the host.
    pub host_path: CString,
    /// The path the guest gave, or the interpreter's.
    pub guest_path: CString,
    /// Arguments, with a script's interpreter put in front.
    pub args: Vec<CString>,
    /// Whether it is for one of our guests; else the host may try.
    pub is_guest: bool,
}

/// The path of a program by a descriptor that is open on it; `None` if it cannot be opened again
/// that way, or if it can be found where it says.
///
/// The path itself is better if it leads to the same file: the guest sees it in `/proc`.
pub fn open_already(fd: i32, path: &CStr) -> Option<CString> {
    let link = format!("/proc/self/fd/{fd}");
    let open = std::fs::metadata(&link).ok()?;
    let named = std::fs::metadata(OsStr::from_bytes(path.to_bytes())).ok();
    let is_same = named.is_some_and(|named| (named.dev(), named.ino()) == (open.dev(), open.ino()));
    let is_found = is_same && read_head(path).is_ok();
    (!is_found).then(|| path::c_string(link.as_bytes()))
}

/// Looks at the file `guest_path` and, for a script, at its interpreter.
///
/// # Errors
/// As `execve`.
pub fn find(
    prefix: Option<&Path>,
    guest_path: &CStr,
    args: Vec<CString>,
) -> Result<Program, Errno> {
    let mut program = Program {
        host_path: lookup(prefix, guest_path),
        guest_path: guest_path.to_owned(),
        args,
        is_guest: false,
    };
    for _ in 0..MAX_SCRIPTS {
        let head = read_head(&program.host_path)?;
        let Some(line) = head.strip_prefix(b"#!") else {
            program.is_guest = abi::of_elf(&head).is_some();
            return Ok(program);
        };
        let (interpreter, argument) = script_line(line)?;
        let mut args = vec![interpreter.clone()];
        args.extend(argument);
        args.push(program.guest_path);
        args.extend(program.args.into_iter().skip(1));
        program = Program {
            host_path: lookup(prefix, &interpreter),
            guest_path: interpreter,
            args,
            is_guest: false,
        };
    }
    Err(Errno::ELOOP)
}

/// The interpreter that the file names if it is a script that can be executed.
pub fn interpreter(prefix: Option<&Path>, guest_path: &CStr) -> Option<CString> {
    let head = read_head(&lookup(prefix, guest_path)).ok()?;
    script_line(head.strip_prefix(b"#!")?).ok().map(|(interpreter, _)| interpreter)
}

fn lookup(prefix: Option<&Path>, path: &CStr) -> CString {
    match prefix {
        Some(prefix) => path::follow(prefix, path),
        None => path.to_owned(),
    }
}

/// `AT_EXECVE_CHECK` of `execveat`: would it be allowed? Since Linux 6.14.
pub const EXECVE_CHECK: u64 = 0x1_0000;

/// Whether the host's kernel would let this process execute the file: by its permissions, those of its file system, and
/// security modules.
///
/// # Errors
/// As `execve`; EINVAL if the kernel cannot be asked.
pub fn check_execute(path: &CStr) -> Result<(), Errno> {
    let name = path.as_ptr() as u64;
    let (args, env) = ([name, 0], [0u64]);
    let at = libc::AT_FDCWD as u64;
    let call = [at, name, args.as_ptr() as u64, env.as_ptr() as u64, EXECVE_CHECK, 0];
    crate::host::call(libc::SYS_execveat, call).map(|_| ())
}

fn read_head(path: &CStr) -> Result<Vec<u8>, Errno> {
    let at = libc::AT_FDCWD as u64;
    let args = [at, path.as_ptr() as u64, libc::X_OK as u64, 0, 0, 0];
    crate::host::call(libc::SYS_faccessat, args)?;
    let file = open(path)?;
    let mut head = Vec::new();
    file.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Opens a program or interpreter. What is no ordinary file is EACCES, as in the kernel, and a
/// named pipe is not waited for.
///
/// # Errors
/// The host's.
pub fn open(path: &CStr) -> std::io::Result<File> {
    let path = OsStr::from_bytes(path.to_bytes());
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(std::io::Error::from_raw_os_error(libc::EACCES)),
    }
}

/// Splits the first line of a script (Linux fs/binfmt_script.c).
fn script_line(line: &[u8]) -> Result<(CString, Option<CString>), Errno> {
    let end = line.iter().position(|b| *b == b'\n' || *b == 0).unwrap_or(line.len());
    let line = line[..end].trim_ascii();
    let split = line.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(line.len());
    let (interpreter, argument) = line.split_at(split);
    if interpreter.is_empty() {
        return Err(Errno::ENOEXEC);
    }
    let argument = argument.trim_ascii();
    let argument = (!argument.is_empty()).then(|| path::c_string(argument));
    Ok((path::c_string(interpreter), argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_lines_split_as_in_the_kernel() {
        let check = |line: &str, interpreter: &str, argument: Option<&str>| {
            let (i, a) = script_line(line.as_bytes()).unwrap();
            assert_eq!(i.to_str(), Ok(interpreter));
            assert_eq!(a.map(|a| a.into_string().unwrap()).as_deref(), argument);
        };
        check("/bin/sh\necho", "/bin/sh", None);
        check(" /usr/bin/env  python3 -x \n", "/usr/bin/env", Some("python3 -x"));
        assert_eq!(script_line(b"\n"), Err(Errno::ENOEXEC));
    }

    #[test]
    fn guest_programs_are_told_from_others() {
        let mut head = b"\x7fELF\x02\x02\x01\0\0\0\0\0\0\0\0\0\0\x02\0\x16".to_vec();
        let machine = |head: &[u8]| abi::of_elf(head).map(|abi| abi.machine);
        assert_eq!(machine(&head), Some("s390x"));
        head[5] = 1;
        assert_eq!(machine(&head), None);
        head[18..20].copy_from_slice(&[183, 0]);
        assert_eq!(machine(&head), Some("aarch64"));
        assert_eq!(machine(b"\x7fELF"), None);
    }

    #[test]
    fn scripts_lead_to_their_interpreter() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("momonga-script-{}", std::process::id()));
        std::fs::write(&path, "#!/bin/true -x\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let name = path::c_string(path.as_os_str().as_bytes());
        let found = find(None, &name, vec![c"a".into(), c"b".into()]).unwrap();
        assert_eq!(found.args, [c"/bin/true", c"-x", &*name, c"b"].map(CString::from));
        assert!(!found.is_guest);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(find(None, &name, vec![]).err(), Some(Errno::EACCES));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(find(None, &name, vec![]).err(), Some(Errno::ENOENT));
    }
}
