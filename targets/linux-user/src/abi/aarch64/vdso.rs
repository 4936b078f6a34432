//! The functions of the vdso of aarch64 (Linux arch/arm64/kernel/vdso).
//!
//! Those of the clocks read [`frontend_aarch64::HostClocks`], which only this code may: the two clocks that
//! programs ask for all the time, as nanoseconds. Others are system calls.

use crate::vdso::Vdso;

/// The vdso.
pub static VDSO: Vdso = Vdso {
    name: "linux-vdso.so.1",
    version: "LINUX_2.6.39",
    functions: &[
        ("__kernel_rt_sigreturn", &RT_SIGRETURN),
        ("__kernel_clock_gettime", &CLOCK_GETTIME),
        ("__kernel_gettimeofday", &GETTIMEOFDAY),
        ("__kernel_clock_getres", &CLOCK_GETRES),
    ],
    // NOP
    filler: &0xd503_201f_u32.to_le_bytes(),
    hash_entry: 4,
};

/// Instructions as bytes.
const fn bytes<const WORDS: usize, const BYTES: usize>(words: [u32; WORDS]) -> [u8; BYTES] {
    assert!(BYTES == 4 * WORDS);
    let mut out = [0; BYTES];
    let mut i = 0;
    while i < BYTES {
        out[i] = words[i / 4].to_le_bytes()[i % 4];
        i += 1;
    }
    out
}

/// By these two the unwinder of GCC knows the frame of a signal handler.
static RT_SIGRETURN: [u8; 8] = bytes([
    0xd280_1168, // mov x8, #139
    0xd400_0001, // svc #0
]);

/// x0: number of the clock, x1: `struct timespec`.
static CLOCK_GETTIME: [u8; 64] = bytes([
    0x7100_041f, // cmp w0, #1
    0x5400_0188, // b.hi call
    0x3500_0060, // cbnz w0, monotonic
    0xd53b_f002, // mrs x2, S3_3_C15_C0_0: CLOCK_REALTIME
    0x1400_0002, // b split
    0xd53b_f102, // monotonic: mrs x2, S3_3_C15_C1_0: CLOCK_MONOTONIC
    0x5299_4003, // split: mov w3, #0xca00
    0x72a7_7343, // movk w3, #0x3b9a, lsl #16: 1,000,000,000
    0x9ac3_0844, // udiv x4, x2, x3
    0x9b03_8885, // msub x5, x4, x3, x2
    0xa900_1424, // stp x4, x5, [x1]
    0x5280_0000, // mov w0, #0
    0xd65f_03c0, // ret
    0xd280_0e28, // call: mov x8, #113
    0xd400_0001, // svc #0
    0xd65f_03c0, // ret
]);

/// x0: `struct timeval`, x1: `struct timezone`, with which it is a system call.
static GETTIMEOFDAY: [u8; 60] = bytes([
    0xb400_0180, // cbz x0, call
    0xb500_0161, // cbnz x1, call
    0xd53b_f002, // mrs x2, S3_3_C15_C0_0: CLOCK_REALTIME
    0x5299_4003, // mov w3, #0xca00
    0x72a7_7343, // movk w3, #0x3b9a, lsl #16: 1,000,000,000
    0x9ac3_0844, // udiv x4, x2, x3
    0x9b03_8885, // msub x5, x4, x3, x2
    0x5280_7d03, // mov w3, #1000
    0x9ac3_08a5, // udiv x5, x5, x3
    0xa900_1404, // stp x4, x5, [x0]
    0x5280_0000, // mov w0, #0
    0xd65f_03c0, // ret
    0xd280_1528, // call: mov x8, #169
    0xd400_0001, // svc #0
    0xd65f_03c0, // ret
]);

static CLOCK_GETRES: [u8; 12] = bytes([
    0xd280_0e48, // mov x8, #114
    0xd400_0001, // svc #0
    0xd65f_03c0, // ret
]);
