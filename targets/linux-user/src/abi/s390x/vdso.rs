//! The functions of the vdso of s390x (Linux arch/s390/kernel/vdso).
//!
//! Those of the clocks read [`frontend_s390x::HostClocks`], which only this code may: the two clocks that programs ask
//! for all the time, as nanoseconds. Others are system calls.
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
        ("__kernel_gettimeofday", &GETTIMEOFDAY),
        ("__kernel_clock_gettime", &CLOCK_GETTIME),
        ("__kernel_clock_getres", &[0xa7, 0x19, 0x01, 0x05, 0x0a, 0, 0x07, 0xfe]),
        ("__kernel_getcpu", &[0xa7, 0x19, 0x01, 0x37, 0x0a, 0, 0x07, 0xfe]),
    ],
    // bcr 0,%r7
    filler: &[0x07, 0x07],
    // Elf64_Xword, on this machine alone.
    hash_entry: 8,
};

/// r2: number of the clock, r3: `struct timespec`.
#[rustfmt::skip]
static CLOCK_GETTIME: [u8; 68] = [
    0xa7, 0x2e, 0x00, 0x00,             // chi %r2,0
    0xa7, 0x84, 0x00, 0x0a,             // je realtime
    0xa7, 0x2e, 0x00, 0x01,             // chi %r2,1
    0xa7, 0x74, 0x00, 0x18,             // jne call
    0x83, 0x10, 0x00, 0x01,             // diag %r1,%r0,1: CLOCK_MONOTONIC
    0xa7, 0xf4, 0x00, 0x04,             // j split
    0x83, 0x10, 0x00, 0x00,             // realtime: diag %r1,%r0,0: CLOCK_REALTIME
    0xc0, 0x4f, 0x3b, 0x9a, 0xca, 0x00, // split: llilf %r4,1000000000
    0xa7, 0x09, 0x00, 0x00,             // lghi %r0,0
    0xb9, 0x87, 0x00, 0x04,             // dlgr %r0,%r4
    0xe3, 0x10, 0x30, 0x00, 0x00, 0x24, // stg %r1,0(%r3)
    0xe3, 0x00, 0x30, 0x08, 0x00, 0x24, // stg %r0,8(%r3)
    0xa7, 0x29, 0x00, 0x00,             // lghi %r2,0
    0x07, 0xfe,                         // br %r14
    0xa7, 0x19, 0x01, 0x04,             // call: lghi %r1,260
    0x0a, 0x00,                         // svc 0
    0x07, 0xfe,                         // br %r14
];

/// r2: `struct timeval`, r3: `struct timezone`, with which it is a system call.
#[rustfmt::skip]
static GETTIMEOFDAY: [u8; 72] = [
    0xb9, 0x02, 0x00, 0x22,             // ltgr %r2,%r2
    0xa7, 0x84, 0x00, 0x20,             // je call
    0xb9, 0x02, 0x00, 0x33,             // ltgr %r3,%r3
    0xa7, 0x74, 0x00, 0x1c,             // jne call
    0x83, 0x10, 0x00, 0x00,             // diag %r1,%r0,0: CLOCK_REALTIME
    0xc0, 0x4f, 0x3b, 0x9a, 0xca, 0x00, // llilf %r4,1000000000
    0xa7, 0x09, 0x00, 0x00,             // lghi %r0,0
    0xb9, 0x87, 0x00, 0x04,             // dlgr %r0,%r4
    0xe3, 0x10, 0x20, 0x00, 0x00, 0x24, // stg %r1,0(%r2)
    0xb9, 0x04, 0x00, 0x10,             // lgr %r1,%r0
    0xa7, 0x09, 0x00, 0x00,             // lghi %r0,0
    0xa7, 0x49, 0x03, 0xe8,             // lghi %r4,1000
    0xb9, 0x87, 0x00, 0x04,             // dlgr %r0,%r4
    0xe3, 0x10, 0x20, 0x08, 0x00, 0x24, // stg %r1,8(%r2)
    0xa7, 0x29, 0x00, 0x00,             // lghi %r2,0
    0x07, 0xfe,                         // br %r14
    0x0a, 0x4e,                         // call: svc 78
    0x07, 0xfe,                         // br %r14
];
