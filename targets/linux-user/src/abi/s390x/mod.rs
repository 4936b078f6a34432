//! Linux on s390x.

pub mod auxv;
pub mod cpu;
pub mod frame;
pub mod structs;

use crate::abi::Abi;
use crate::layout::Endian;

/// The kernel interface of s390x.
pub static ABI: Abi = Abi {
    machine: "s390x",
    endian: Endian::Big,
    elf_machine: goblin::elf::header::EM_S390,
    call_name: |number| {
        let sysno = syscalls::s390x::Sysno::new(usize::try_from(number).ok()?)?;
        Some(sysno.name())
    },
    clone_args: structs::clone_args,
    stat: structs::stat,
    statfs: structs::statfs,
    sigaction_in: structs::sigaction_in,
    sigaction_out: structs::sigaction_out,
    // Linux arch/s390 uses asm-generic/fcntl.h, as x86 does.
    open_flags: |flags| flags,
    hwcap: auxv::hwcap,
    cpuinfo: auxv::cpuinfo,
    // Where arch/s390 puts position-independent programs of a process with three-level tables.
    pie_base: 0x2aa_0000_0000,
    stack_top: 0x3ff_ffff_f000,
    entry_sp_align: 16,
    // svc 173; svc 119 (PoP, SUPERVISOR CALL: 0x0a and the number).
    sigreturn_code: &[0x0a, 0xad, 0, 0, 0, 0, 0, 0, 0x0a, 0x77, 0, 0, 0, 0, 0, 0],
};
