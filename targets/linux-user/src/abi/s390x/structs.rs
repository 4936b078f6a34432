//! Structures whose fields are ordered differently on s390x and x86_64.

use crate::abi::CloneArgs;
use crate::layout::{Endian, GuestStruct, guest_struct};

guest_struct! {
    /// `struct stat` (Linux arch/s390/include/uapi/asm/stat.h, 64-bit).
    Stat = 144 {
        st_dev: u64, st_ino: u64, st_nlink: u64, st_mode: u32, st_uid: u32, st_gid: u32, pad1: u32,
        st_rdev: u64, st_size: u64,
        st_atime: i64, st_atime_nsec: i64, st_mtime: i64, st_mtime_nsec: i64,
        st_ctime: i64, st_ctime_nsec: i64,
        st_blksize: u64, st_blocks: i64, unused0: u64, unused1: u64, unused2: u64,
    }
}

guest_struct! {
    /// `struct statfs` (Linux arch/s390/include/uapi/asm/statfs.h, 64-bit).
    StatFs = 88 {
        f_type: u32, f_bsize: u32, f_blocks: u64, f_bfree: u64, f_bavail: u64, f_files: u64,
        f_ffree: u64, f_fsid0: i32, f_fsid1: i32, f_namelen: u32, f_frsize: u32, f_flags: u32,
        spare0: u32, spare1: u32, spare2: u32, spare3: u32, pad: u32,
    }
}

fn bytes<S: GuestStruct>(value: &S) -> Vec<u8> {
    let mut out = vec![0; S::SIZE];
    value.encode(Endian::Big, &mut out);
    out
}

/// `struct stat` as guest bytes.
pub fn stat(host: &libc::stat64) -> Vec<u8> {
    bytes(&Stat {
        st_dev: host.st_dev,
        st_ino: host.st_ino,
        st_nlink: host.st_nlink,
        st_mode: host.st_mode,
        st_uid: host.st_uid,
        st_gid: host.st_gid,
        st_rdev: host.st_rdev,
        st_size: host.st_size as u64,
        st_atime: host.st_atime,
        st_atime_nsec: host.st_atime_nsec,
        st_mtime: host.st_mtime,
        st_mtime_nsec: host.st_mtime_nsec,
        st_ctime: host.st_ctime,
        st_ctime_nsec: host.st_ctime_nsec,
        st_blksize: host.st_blksize as u64,
        st_blocks: host.st_blocks,
        ..Stat::default()
    })
}

/// `struct statfs` as guest bytes.
pub fn statfs(host: &libc::statfs64) -> Vec<u8> {
    let raw = crate::unsafe_view::bytes_of(host);
    // x86_64: the file system id is two ints at offset 56 (asm-generic/statfs.h).
    let id =
        |at: usize| raw.get(at..at + 4).map_or(0, |b| i32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    bytes(&StatFs {
        f_type: host.f_type as u32,
        f_bsize: host.f_bsize as u32,
        f_blocks: host.f_blocks,
        f_bfree: host.f_bfree,
        f_bavail: host.f_bavail,
        f_files: host.f_files,
        f_ffree: host.f_ffree,
        f_fsid0: id(56),
        f_fsid1: id(60),
        f_namelen: host.f_namelen as u32,
        f_frsize: host.f_frsize as u32,
        f_flags: host.f_flags as u32,
        ..StatFs::default()
    })
}

/// `clone(newsp, flags, parent_tid, child_tid, tls)` (Linux kernel/fork.c, CLONE_BACKWARDS2).
pub fn clone_args(a: &[u64; 6]) -> CloneArgs {
    CloneArgs {
        stack: a[0],
        flags: a[1],
        parent_tid: a[2],
        child_tid: a[3],
        tls: a[4],
        pidfd: a[2],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_has_the_kernels_offsets() {
        // SAFETY-free: a zeroed stat comes from reading a file that exists everywhere.
        let meta = std::fs::metadata("/").map(|m| {
            use std::os::unix::fs::MetadataExt;
            (m.mode(), m.ino())
        });
        let (mode, ino) = meta.unwrap();
        let host = crate::unsafe_view::stat_path(c"/").unwrap();
        let guest = stat(&host);
        assert_eq!(u64::from_be_bytes(guest[8..16].try_into().unwrap()), ino);
        assert_eq!(u32::from_be_bytes(guest[24..28].try_into().unwrap()), mode);
    }
}
