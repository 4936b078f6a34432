//! Views of host C structures as bytes. The unsafe part of structure conversion.

use std::ffi::CStr;
use std::mem::MaybeUninit;

/// The bytes of a C structure without padding that matters.
pub fn bytes_of<T: Copy>(value: &T) -> &[u8] {
    // SAFETY: a live value; the structures used here come zeroed or filled by the kernel.
    unsafe { std::slice::from_raw_parts(std::ptr::from_ref(value).cast(), size_of::<T>()) }
}

/// A C structure of integers from bytes; missing ones are zero.
pub fn from_bytes<T: Copy + Plain>(bytes: &[u8]) -> T {
    let mut value = MaybeUninit::<T>::zeroed();
    let len = bytes.len().min(size_of::<T>());
    // SAFETY: `len` is within both; every bit pattern of a `Plain` type is valid.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), value.as_mut_ptr().cast(), len);
        value.assume_init()
    }
}

/// C structures of plain integers, for which all bytes are valid.
///
/// # Safety
/// Every bit pattern must be a valid value.
pub unsafe trait Plain {}

// SAFETY: integers and arrays of them only.
unsafe impl Plain for libc::siginfo_t {}
// SAFETY: as above.
unsafe impl Plain for libc::stat64 {}
// SAFETY: as above.
unsafe impl Plain for libc::statfs64 {}
// SAFETY: as above.
unsafe impl Plain for libc::utsname {}

/// A structure that a system call is going to fill.
pub fn zeroed<T: Copy + Plain>() -> T {
    from_bytes(&[])
}

/// An entry of this process's auxiliary vector; `None` if it is not there.
fn auxv_entry(kind: u64) -> Option<u64> {
    // SAFETY: only reads; with errno cleared, 0 for a missing entry is told from a value.
    unsafe {
        *libc::__errno_location() = 0;
        let value = libc::getauxval(kind);
        (value != 0 || *libc::__errno_location() == 0).then_some(value)
    }
}

/// Whether the kernel started this program for another one and put that one's path before its
/// argument 0 (Linux fs/binfmt_misc.c, flag P; include/uapi/linux/binfmts.h).
pub fn has_preserved_argv0() -> bool {
    const AT_FLAGS_PRESERVE_ARGV0: u64 = 1;
    auxv_entry(libc::AT_FLAGS).is_some_and(|flags| flags & AT_FLAGS_PRESERVE_ARGV0 != 0)
}

/// The descriptor on which the kernel opened the program that this one was started for (Linux
/// fs/binfmt_misc.c, flag O).
pub fn program_descriptor() -> Option<i32> {
    const AT_EXECFD: u64 = 2;
    auxv_entry(AT_EXECFD).and_then(|fd| i32::try_from(fd).ok())
}

/// The path this program was started by, if it is one that can be used again.
pub fn exec_path() -> Option<std::ffi::CString> {
    // SAFETY: the vector is there as long as the process.
    let address = unsafe { libc::getauxval(libc::AT_EXECFN) };
    if address == 0 {
        return None;
    }
    // SAFETY: AT_EXECFN is the address of a string on the first stack, which stays.
    let path = unsafe { CStr::from_ptr(address as *const libc::c_char) };
    path.to_bytes().starts_with(b"/").then(|| path.to_owned())
}

/// The environment of this process as it stands in memory: strings without `=` and names that come
/// twice as well. Nobody in this process changes it.
pub fn environment() -> Vec<std::ffi::CString> {
    unsafe extern "C" {
        static environ: *const *const libc::c_char;
    }
    let mut all = Vec::new();
    // SAFETY: set by the C library before `main`, and not changed since.
    let mut next = unsafe { environ };
    if next.is_null() {
        return all;
    }
    loop {
        // SAFETY: the array ends with a null pointer, which has not been met yet.
        let string = unsafe { *next };
        if string.is_null() {
            return all;
        }
        // SAFETY: each pointer before the end is of a string.
        all.push(unsafe { CStr::from_ptr(string) }.to_owned());
        next = next.wrapping_add(1);
    }
}

/// `stat` of a path.
#[cfg(test)]
pub(crate) fn stat_path(path: &CStr) -> Option<libc::stat64> {
    let mut out = zeroed::<libc::stat64>();
    let args = crate::host::args([path.as_ptr() as u64, std::ptr::from_mut(&mut out) as u64]);
    crate::host::call(libc::SYS_stat, args).ok()?;
    Some(out)
}
