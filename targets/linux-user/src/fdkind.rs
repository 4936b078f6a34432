//! File descriptors whose contents are host structures: event and timer counters, signal and
//! watch records, netlink messages. A read from one needs conversion.
//!
//! What is kept here is only a hint by number: descriptors come and go by many ways, so a read
//! asks the kernel what the descriptor really is (`/proc/self/fd`).

use crate::layout::{Endian, convert, convert_array, kernel};
use crate::netlink::Converter;
use crate::sys::fanotify;
use std::sync::atomic::{AtomicU64, Ordering};

/// Words of marks: descriptors above 4095 have none, and the kernel is asked every time.
const WORDS: usize = 64;

/// Marks by descriptor number.
#[derive(Debug)]
pub struct FdKinds {
    marks: [AtomicU64; WORDS],
}

impl Default for FdKinds {
    fn default() -> Self {
        // A program may have inherited such descriptors: ask once for each at its first read.
        FdKinds { marks: [const { AtomicU64::new(u64::MAX) }; WORDS] }
    }
}

/// What a descriptor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Contents are bytes.
    Plain,
    /// A 64-bit count (`eventfd`, `timerfd`).
    Counter,
    /// `struct signalfd_siginfo`.
    Signal,
    /// `struct inotify_event` with a name behind it.
    Watch,
    /// Records of `fanotify`.
    Files,
    /// Netlink messages of the routing family.
    Netlink,
}

impl FdKinds {
    /// Says that the descriptor may be special.
    pub fn mark(&self, fd: u64) {
        if let Some(word) = self.marks.get(fd as usize / 64) {
            // Relaxed: the mark is a hint, and the descriptor itself orders.
            word.fetch_or(1 << (fd % 64), Ordering::Relaxed);
        }
    }

    /// What the descriptor is.
    pub fn kind(&self, fd: u64) -> Kind {
        let Some(word) = self.marks.get((fd as u32 as u64) as usize / 64) else {
            return ask(fd as i32);
        };
        let bit = 1 << (fd % 64);
        if word.load(Ordering::Relaxed) & bit == 0 {
            return Kind::Plain;
        }
        let kind = ask(fd as i32);
        if kind == Kind::Plain {
            word.fetch_and(!bit, Ordering::Relaxed);
        }
        kind
    }
}

fn ask(fd: i32) -> Kind {
    let Ok(link) = std::fs::read_link(format!("/proc/self/fd/{fd}")) else { return Kind::Plain };
    match link.as_os_str().as_encoded_bytes() {
        b"anon_inode:[eventfd]" | b"anon_inode:[timerfd]" => Kind::Counter,
        b"anon_inode:[signalfd]" => Kind::Signal,
        b"anon_inode:inotify" => Kind::Watch,
        b"anon_inode:[fanotify]" => Kind::Files,
        name if name.starts_with(b"socket:") && is_netlink(fd) => Kind::Netlink,
        _ => Kind::Plain,
    }
}

fn is_netlink(fd: i32) -> bool {
    let (mut domain, mut len) = (0i32, 4u32);
    let (at, len_at) = (&raw mut domain as u64, &raw mut len as u64);
    let (level, name) = (libc::SOL_SOCKET as u64, libc::SO_DOMAIN as u64);
    crate::host::call(libc::SYS_getsockopt, [fd as u64, level, name, at, len_at, 0]).is_ok()
        && domain == libc::AF_NETLINK
}

/// Converts what a read from a special descriptor gave.
pub fn convert_contents(endian: Endian, kind: Kind, bytes: &mut [u8]) {
    match kind {
        Kind::Plain => {}
        Kind::Counter => convert(endian, kernel::U64, bytes),
        Kind::Signal => convert_array(endian, kernel::SIGNALFD_SIGINFO, bytes),
        Kind::Watch => convert_watches(endian, bytes),
        Kind::Files => fanotify::convert_events(endian, bytes),
        Kind::Netlink => Converter { endian, from_guest: false }.messages(bytes),
    }
}

/// `struct inotify_event`: wd, mask, cookie, len; then `len` bytes of name.
fn convert_watches(endian: Endian, bytes: &mut [u8]) {
    let mut rest = bytes;
    while rest.len() >= 16 {
        let len = u32::from_le_bytes([rest[12], rest[13], rest[14], rest[15]]) as usize;
        convert_array(endian, kernel::U32, &mut rest[..16]);
        let next = (16 + len).min(rest.len());
        rest = &mut rest[next..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;

    #[test]
    fn ordinary_files_are_found_plain_and_forgotten() {
        let kinds = FdKinds::default();
        let file = std::fs::File::open("/").unwrap();
        let fd = file.as_raw_fd() as u64;
        assert_eq!(kinds.kind(fd), Kind::Plain);
        assert_eq!(kinds.marks[0].load(Ordering::Relaxed) >> fd & 1, 0);
    }

    #[test]
    fn event_counters_are_recognized() {
        let fd = crate::host::call(libc::SYS_eventfd2, [0; 6]).unwrap();
        assert_eq!(FdKinds::default().kind(fd), Kind::Counter);
        let _ = crate::host::call(libc::SYS_close, crate::host::args([fd]));
    }

    #[test]
    fn numbers_without_a_mark_are_asked_for() {
        let fd = crate::host::call(libc::SYS_eventfd2, [0; 6]).unwrap();
        let high = 64 * WORDS as u64;
        let limit = [high + 1024; 2];
        let set = [u64::from(libc::RLIMIT_NOFILE), limit.as_ptr() as u64];
        if crate::host::call(libc::SYS_setrlimit, crate::host::args(set)).is_ok() {
            let dup = [fd, libc::F_DUPFD as u64, high];
            let copy = crate::host::call(libc::SYS_fcntl, crate::host::args(dup)).unwrap();
            assert_eq!(FdKinds::default().kind(copy), Kind::Counter);
            let _ = crate::host::call(libc::SYS_close, crate::host::args([copy]));
        }
        let _ = crate::host::call(libc::SYS_close, crate::host::args([fd]));
    }

    #[test]
    fn watch_records_keep_their_names() {
        let mut bytes = Vec::new();
        for word in [1u32, 2, 0, 4] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(b"abc\0");
        convert_contents(Endian::Big, Kind::Watch, &mut bytes);
        assert_eq!(bytes[3], 1);
        assert_eq!(bytes[15], 4);
        assert_eq!(&bytes[16..], b"abc\0");
    }
}
