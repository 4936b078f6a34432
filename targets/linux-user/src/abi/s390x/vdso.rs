//! The functions of the vdso of s390x (Linux arch/s390/kernel/vdso): system calls, each of them.
//!
//! SUPERVISOR CALL is 0x0a and the number; a greater number is in r1 (LGHI), with 0 in the instruction. `br %r14` returns.

use crate::vdso::Vdso;

/// The vdso.
pub static VDSO: Vdso = Vdso {
    name: "linux-vdso64.so.1",
    version: "LINUX_2.6.29",
    functions: &[
        ("__kernel_rt_sigreturn", &[0x0a, 173]),
        ("__kernel_sigreturn", &[0x0a, 119]),
        ("__kernel_restart_syscall", &[0x0a, 7]),
        ("__kernel_gettimeofday", &[0x0a, 78, 0x07, 0xfe]),
        ("__kernel_clock_gettime", &[0xa7, 0x19, 0x01, 0x04, 0x0a, 0, 0x07, 0xfe]),
        ("__kernel_clock_getres", &[0xa7, 0x19, 0x01, 0x05, 0x0a, 0, 0x07, 0xfe]),
        ("__kernel_getcpu", &[0xa7, 0x19, 0x01, 0x37, 0x0a, 0, 0x07, 0xfe]),
    ],
    // bcr 0,%r7
    filler: &[0x07, 0x07],
    // Elf64_Xword, on this machine alone.
    hash_entry: 8,
};
