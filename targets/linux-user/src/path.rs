//! Where the guest's absolute paths are on the host.

use crate::process::Process;
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Most links to follow, as the kernel does.
const MAX_LINKS: usize = 40;

/// Looks `path` up: the program itself for `/proc/self/exe`; under the prefix if it exists
/// there; else as it is. For calls that follow a final symbolic link: a link under the prefix
/// whose target is absolute is followed under the prefix, too.
pub fn resolve(process: &Process, path: &CStr) -> CString {
    if path.to_bytes().starts_with(b"/proc/") && crate::procfs::is_own_exe(path.to_bytes()) {
        return c_string(process.image.exe.as_os_str().as_bytes());
    }
    match &process.config.prefix {
        Some(prefix) => follow(prefix, path),
        None => path.to_owned(),
    }
}

/// As [`resolve`], for calls that mean a link itself.
pub fn resolve_link(process: &Process, path: &CStr) -> CString {
    let prefix = process.config.prefix.as_deref();
    prefix
        .and_then(|prefix| under_prefix(prefix, path.to_bytes()))
        .unwrap_or_else(|| path.to_owned())
}

/// Looks an absolute path up under the prefix, then on the host.
pub fn follow(prefix: &Path, path: &CStr) -> CString {
    let mut guest = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Some(found) = under_prefix(prefix, guest.to_bytes()) else { return guest };
        let link = std::fs::read_link(std::ffi::OsStr::from_bytes(found.to_bytes()));
        match link {
            // `join` gives an absolute target as it is.
            Ok(target) => {
                let here = Path::new(std::ffi::OsStr::from_bytes(guest.to_bytes()));
                let target = here.parent().unwrap_or(Path::new("/")).join(target);
                guest = c_string(target.as_os_str().as_bytes());
            }
            Err(_) => return found,
        }
    }
    path.to_owned()
}

/// The path under the prefix, if something is there. A dangling link counts as something.
pub fn under_prefix(prefix: &Path, path: &[u8]) -> Option<CString> {
    let tail = path.strip_prefix(b"/")?;
    // A name like `/` alone would turn the root into the prefix, as it does not in qemu-user.
    if tail.iter().all(|b| *b == b'/') {
        return None;
    }
    let mut full = prefix.as_os_str().as_bytes().to_vec();
    full.push(b'/');
    full.extend_from_slice(tail);
    let full = CString::new(full).ok()?;
    Path::new(std::ffi::OsStr::from_bytes(full.as_bytes())).symlink_metadata().ok().map(|_| full)
}

/// Bytes as a C string; cut at a zero byte, which no path of the kernel has.
pub fn c_string(bytes: &[u8]) -> CString {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    CString::new(&bytes[..end]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn the_prefix_comes_first_and_keeps_links_inside() {
        let root = std::env::temp_dir().join(format!("momonga-path-{}", std::process::id()));
        // A process of the same number, which somebody ended, may have left one.
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(root.join("etc")).unwrap();
        std::fs::write(root.join("etc/real"), "x").unwrap();
        symlink("/etc/real", root.join("etc/absolute")).unwrap();
        symlink("absolute", root.join("etc/relative")).unwrap();
        let under = |name: &str| c_string(root.join(name).as_os_str().as_bytes());
        assert_eq!(follow(&root, c"/etc/real"), under("etc/real"));
        assert_eq!(follow(&root, c"/etc/absolute"), under("etc/real"));
        assert_eq!(follow(&root, c"/etc/relative"), under("etc/real"));
        assert_eq!(follow(&root, c"/etc/nowhere"), c"/etc/nowhere".to_owned());
        assert_eq!(under_prefix(&root, b"/etc/absolute"), Some(under("etc/absolute")));
        assert_eq!(under_prefix(&root, b"/"), None);
        std::fs::remove_dir_all(&root).unwrap();
    }
}
