//! Structures and numbers that differ between aarch64 and x86_64.

use crate::abi::CloneArgs;
use crate::layout::{Endian, GuestStruct, guest_struct};

guest_struct! {
    /// `struct stat` (Linux include/uapi/asm-generic/stat.h, 64-bit).
    Stat = 128 {
        st_dev: u64, st_ino: u64, st_mode: u32, st_nlink: u32, st_uid: u32, st_gid: u32,
        st_rdev: u64, pad1: u64, st_size: i64, st_blksize: i32, pad2: i32, st_blocks: i64,
        st_atime: i64, st_atime_nsec: i64, st_mtime: i64, st_mtime_nsec: i64,
        st_ctime: i64, st_ctime_nsec: i64, unused4: u32, unused5: u32,
    }
}

/// `struct stat` as guest bytes.
pub fn stat(host: &libc::stat64) -> Vec<u8> {
    let mut out = vec![0; Stat::SIZE];
    Stat {
        st_dev: host.st_dev,
        st_ino: host.st_ino,
        st_mode: host.st_mode,
        st_nlink: host.st_nlink as u32,
        st_uid: host.st_uid,
        st_gid: host.st_gid,
        st_rdev: host.st_rdev,
        st_size: host.st_size,
        st_blksize: host.st_blksize as i32,
        st_blocks: host.st_blocks,
        st_atime: host.st_atime,
        st_atime_nsec: host.st_atime_nsec,
        st_mtime: host.st_mtime,
        st_mtime_nsec: host.st_mtime_nsec,
        st_ctime: host.st_ctime,
        st_ctime_nsec: host.st_ctime_nsec,
        ..Stat::default()
    }
    .encode(Endian::Little, &mut out);
    out
}

/// `struct statfs` as guest bytes: that of include/uapi/asm-generic/statfs.h, as x86_64 has it.
pub fn statfs(host: &libc::statfs64) -> Vec<u8> {
    crate::unsafe_view::bytes_of(host).to_vec()
}

/// Flags of `open` that aarch64 has at other places than asm-generic/fcntl.h: these and those change places (Linux
/// arch/arm64/include/uapi/asm/fcntl.h).
const MOVED_FLAGS: [(i32, i32); 2] =
    [(libc::O_DIRECT, libc::O_DIRECTORY), (HOST_LARGEFILE, libc::O_NOFOLLOW)];
/// `O_LARGEFILE` of the host's kernel; the C library calls it 0.
const HOST_LARGEFILE: i32 = 0o100000;

/// `open` flags of the guest as the host's, or the other way round.
pub fn open_flags(flags: u64) -> u64 {
    let mut out = flags;
    for (one, other) in MOVED_FLAGS.map(|(one, other)| (one as u64, other as u64)) {
        out &= !(one | other);
        out |= if flags & one != 0 { other } else { 0 };
        out |= if flags & other != 0 { one } else { 0 };
    }
    out
}

/// `clone(flags, newsp, parent_tid, tls, child_tid)` (Linux kernel/fork.c, CLONE_BACKWARDS).
pub fn clone_args(a: &[u64; 6]) -> CloneArgs {
    CloneArgs {
        flags: a[0],
        stack: a[1],
        parent_tid: a[2],
        tls: a[3],
        child_tid: a[4],
        pidfd: a[2],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_flags_change_places() {
        // O_DIRECTORY, O_NOFOLLOW, O_DIRECT, O_LARGEFILE of aarch64.
        let check = |guest: u64, host: i32| {
            assert_eq!(open_flags(guest), host as u64, "{guest:o}");
            assert_eq!(open_flags(host as u64), guest, "{guest:o}");
        };
        check(0o40000, libc::O_DIRECTORY);
        check(0o100000, libc::O_NOFOLLOW);
        check(0o200000, libc::O_DIRECT);
        check(0o400000, HOST_LARGEFILE);
        check(0o2400102, libc::O_CLOEXEC | HOST_LARGEFILE | libc::O_CREAT | libc::O_RDWR);
        check(0o20040001, libc::O_TMPFILE | libc::O_WRONLY);
    }

    #[test]
    fn stat_has_the_kernels_offsets() {
        use std::os::unix::fs::MetadataExt;
        // A file that nobody changes between the two: this program.
        let meta = std::fs::metadata("/proc/self/exe").unwrap();
        let guest = stat(&crate::unsafe_view::stat_path(c"/proc/self/exe").unwrap());
        let word = |at: usize| u64::from_le_bytes(guest[at..at + 8].try_into().unwrap());
        assert_eq!(word(8), meta.ino());
        assert_eq!(word(16), meta.nlink() << 32 | u64::from(meta.mode()));
        assert_eq!(word(48), meta.size());
        assert_eq!(word(56), meta.blksize());
        assert_eq!(word(64), meta.blocks());
        assert_eq!(word(88), meta.mtime() as u64);
    }

    #[test]
    fn statfs_has_the_kernels_size() {
        assert_eq!(size_of::<libc::statfs64>(), 120);
    }
}
