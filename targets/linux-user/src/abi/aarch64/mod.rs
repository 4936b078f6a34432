//! Linux on aarch64.

pub mod auxv;
pub mod cpu;
pub mod frame;
pub mod structs;
pub mod vdso;

use crate::abi::Abi;
use crate::layout::Endian;
use crate::stack::at;

/// The kernel interface of aarch64.
pub static ABI: Abi = Abi {
    machine: "aarch64",
    layout: <frontend_aarch64::Aarch64 as tcg_ir::Guest>::layout,
    boot: cpu::Cpu::boot,
    cpu_level: auxv::level,
    cpu_names: || vec![auxv::MAX],
    endian: Endian::Little,
    elf_machine: goblin::elf::header::EM_AARCH64,
    call_name: |number| {
        // Between these are the calls of 32-bit machines with times of 64 bits.
        if (403..=423).contains(&number) {
            return None;
        }
        let sysno = syscalls::aarch64::Sysno::new(usize::try_from(number).ok()?)?;
        Some(match sysno.name() {
            "fstatat" => "newfstatat",
            name => name,
        })
    },
    clone_args: structs::clone_args,
    stat: structs::stat,
    statfs: structs::statfs,
    open_flags: structs::open_flags,
    auxv: |level| {
        let [hwcap, hwcap2] = auxv::hwcap(level);
        let frame = frame::MIN_STACK as u64;
        vec![(at::HWCAP, hwcap), (at::HWCAP2, hwcap2), (at::MINSIGSTKSZ, frame)]
    },
    platform: |_| "aarch64",
    cpuinfo: auxv::cpuinfo,
    // Where arch/arm64 puts position-independent programs when addresses have 42 bits: two thirds up.
    pie_base: 0x2aa_aaaa_0000,
    stack_top: 0x3ff_ffff_f000,
    entry_sp_align: 16,
    // Linux arch/arm64/include/uapi/asm/signal.h: MINSIGSTKSZ.
    min_altstack: 5120,
    guards_code: true,
    vdso: &vdso::VDSO,
};
