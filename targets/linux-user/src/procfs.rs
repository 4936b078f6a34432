//! Files of `/proc` that must tell of the guest, not of the emulator.

use crate::process::Process;
use std::ffi::CString;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use tcg_mem::{Mapping, Prot};

/// The part of a `/proc` path behind this process's own directory.
fn own_entry(path: &[u8]) -> Option<&[u8]> {
    let rest = path.strip_prefix(b"/proc/")?;
    let slash = rest.iter().position(|b| *b == b'/')?;
    let (who, entry) = (&rest[..slash], &rest[slash + 1..]);
    let is_own = who == b"self"
        || who == b"thread-self"
        || std::str::from_utf8(who).is_ok_and(|pid| pid.parse() == Ok(std::process::id()));
    is_own.then_some(entry)
}

/// Whether the path names the link to this process's program.
pub fn is_own_exe(path: &[u8]) -> bool {
    own_entry(path) == Some(b"exe")
}

/// What reading the link gives.
pub fn exe_link(process: &Process) -> Vec<u8> {
    process.image.exe.as_os_str().as_bytes().to_vec()
}

/// Contents of the file as the guest should see it; `None` for files that are true as they are.
pub fn contents(process: &Process, path: &[u8]) -> Option<Vec<u8>> {
    if path == b"/proc/cpuinfo" {
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        return Some((process.abi.cpuinfo)(process.config.cpu_level, cpus).into_bytes());
    }
    match own_entry(path)? {
        b"maps" => Some(maps(process).into_bytes()),
        b"cmdline" => Some(process.image.cmdline.clone()),
        b"auxv" => Some(process.image.auxv.clone()),
        b"stat" => Some(stat(process)),
        _ => None,
    }
}

/// An open, sealed-looking file with the contents.
pub fn open(contents: &[u8], flags: i32) -> Result<i32, crate::errno::Errno> {
    let name = CString::default();
    let cloexec = if flags & libc::O_CLOEXEC != 0 { libc::MFD_CLOEXEC } else { 0 };
    let args = crate::host::args([name.as_ptr() as u64, u64::from(cloexec)]);
    let fd = crate::host::call(libc::SYS_memfd_create, args)?;
    let mut written = 0;
    while written < contents.len() {
        let rest = &contents[written..];
        let args = crate::host::args([fd, rest.as_ptr() as u64, rest.len() as u64]);
        written += crate::host::call(libc::SYS_write, args)? as usize;
    }
    crate::host::call(libc::SYS_lseek, crate::host::args([fd, 0, libc::SEEK_SET as u64]))?;
    Ok(fd as i32)
}

/// `/proc/self/maps` of the guest's own mappings (Linux fs/proc/task_mmu.c:show_map_vma).
fn maps(process: &Process) -> String {
    let mut out = String::new();
    for mapping in process.space.mappings() {
        map_line(&mut out, &mapping);
    }
    out
}

fn map_line(out: &mut String, mapping: &Mapping) {
    let flag = |prot: Prot, letter: char| if mapping.prot.allows(prot) { letter } else { '-' };
    let (r, w, x) = (flag(Prot::READ, 'r'), flag(Prot::WRITE, 'w'), flag(Prot::EXEC, 'x'));
    let shared = if mapping.shared { 's' } else { 'p' };
    let name = mapping.name.as_deref().unwrap_or("");
    let (dev, ino) = file_id(mapping.file, name);
    let start = out.len();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{:08x}-{:08x} {r}{w}{x}{shared} {:08x} {:02x}:{:02x} {ino} ",
        mapping.range.start,
        mapping.range.end,
        mapping.offset,
        libc::major(dev),
        libc::minor(dev),
    );
    if !name.is_empty() {
        while out.len() - start < 73 {
            out.push(' ');
        }
        out.push_str(name);
    }
    out.push('\n');
}

fn file_id(is_file: bool, name: &str) -> (u64, u64) {
    if !is_file {
        return (0, 0);
    }
    std::fs::metadata(name).map_or((0, 0), |meta| (meta.dev(), meta.ino()))
}

/// `/proc/self/stat` with the guest's start of stack (field 28; proc(5)).
fn stat(process: &Process) -> Vec<u8> {
    let host = std::fs::read("/proc/self/stat").unwrap_or_default();
    let Some(paren) = host.iter().rposition(|b| *b == b')') else { return host };
    let (head, tail) = host.split_at(paren + 1);
    let tail = String::from_utf8_lossy(tail);
    let mut fields: Vec<String> = tail.split_whitespace().map(str::to_owned).collect();
    // Field 3 is the first behind the name.
    if let Some(field) = fields.get_mut(28 - 3) {
        *field = process.image.start_stack.to_string();
    }
    let mut out = head.to_vec();
    out.push(b' ');
    out.extend(fields.join(" ").into_bytes());
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_entries_are_recognized() {
        assert!(is_own_exe(b"/proc/self/exe"));
        assert!(is_own_exe(format!("/proc/{}/exe", std::process::id()).as_bytes()));
        assert!(!is_own_exe(b"/proc/1/exe") || std::process::id() == 1);
        assert_eq!(own_entry(b"/proc/self/task/1/stat"), Some(&b"task/1/stat"[..]));
        assert_eq!(own_entry(b"/proc/cpuinfo"), None);
    }

    #[test]
    fn map_lines_look_like_the_kernels() {
        let mapping = Mapping {
            range: 0x1000000..0x1002000,
            prot: Prot::READ.union(Prot::EXEC),
            shared: false,
            name: Some("[heap]".into()),
            offset: 0,
            file: false,
        };
        let mut out = String::new();
        map_line(&mut out, &mapping);
        assert!(out.starts_with("01000000-01002000 r-xp 00000000 00:00 0 "));
        assert!(out.ends_with(" [heap]\n"));
        assert_eq!(out.find('['), Some(73));
    }
}
