//! Linux on s390x.

pub mod auxv;
pub mod cpu;
pub mod frame;
pub mod structs;
pub mod vdso;

use crate::abi::Abi;
use crate::layout::Endian;
use crate::stack::at;

/// The kernel interface of s390x.
pub static ABI: Abi = Abi {
    machine: "s390x",
    layout: <frontend_s390x::S390x as tcg_ir::Guest>::layout,
    boot: cpu::Cpu::boot,
    cpu_level: auxv::level,
    cpu_names: || auxv::level_names().collect(),
    endian: Endian::Big,
    elf_machine: goblin::elf::header::EM_S390,
    call_name: |number| {
        let sysno = syscalls::s390x::Sysno::new(usize::try_from(number).ok()?)?;
        Some(match sysno.name() {
            // With one pointer to its six arguments (Linux arch/s390/kernel/syscalls).
            "mmap" => "old_mmap",
            name => name,
        })
    },
    clone_args: structs::clone_args,
    stat: structs::stat,
    statfs: structs::statfs,
    // Linux arch/s390 uses asm-generic/fcntl.h, as x86 does.
    open_flags: |flags| flags,
    auxv: |level| vec![(at::HWCAP, auxv::hwcap(level))],
    platform: auxv::platform,
    cpuinfo: auxv::cpuinfo,
    // Where arch/s390 puts position-independent programs of a process with three-level tables.
    pie_base: 0x2aa_0000_0000,
    stack_top: 0x3ff_ffff_f000,
    entry_sp_align: 16,
    // Linux arch/s390/include/uapi/asm/signal.h: MINSIGSTKSZ.
    guards_code: false,
    min_altstack: 2048,
    vdso: &vdso::VDSO,
};
